// SPDX-License-Identifier: Apache-2.0
#include "filters/program/lower_text.hpp"

#include "filters/program/lower_parts.hpp"
#include "filters/text/pattern_db.hpp"

namespace filters::program {

namespace {

text::PatternKind kind_of(language::TextMatch match) {
    switch (match) {
        case language::TextMatch::equal:
            return text::PatternKind::equal;
        case language::TextMatch::contains:
            return text::PatternKind::content;
        case language::TextMatch::present:
            return text::PatternKind::present;
        case language::TextMatch::regex:
            break;
    }
    return text::PatternKind::regex;
}

}  // namespace

flow::Result<Edge> lower_text(const language::Field& field, const language::Test& test,
                              const Environment& /*environment*/, GraphBuilder& graph) {
    const text::Pattern pattern{kind_of(test.match), test.text, test.caseless};
    if (const auto checked = text::check(pattern); !checked) return flow::fail(checked.error().message, test.place);
    return lower_sides(field, test, graph, [&](Predicate& predicate, language::Subject subject) {
        predicate.texts.push_back({subject, pattern});
    });
}

}  // namespace filters::program
