// SPDX-License-Identifier: Apache-2.0
// What the parts of lowering share: which subjects of a field a test asks, and how their answers join.
//
// Thread: the compiling one.
#pragma once

#include <utility>

#include "filters/language/ast.hpp"
#include "filters/language/fields.hpp"
#include "filters/program/graph.hpp"

namespace filters::program {

// Calls ask(subject) for each subject of `field` that the side of `test` names.
template <class Ask>
void each_subject(const language::Field& field, const language::Test& test, Ask ask) {
    using language::Side;
    for (std::size_t i = 0; i < field.subjects.size(); ++i) {
        if (field.sided && test.side == (i == 0 ? Side::destination : Side::source)) continue;
        ask(field.subjects[i]);
    }
}

// feed(predicate, subject) adds what `test` asks of a subject. One predicate that holds when any subject answers; with
// `src and dst` one a side, both of which must hold. What a field needs besides is not looked at.
template <class Feed>
[[nodiscard]] Edge lower_sides(const language::Field& field, const language::Test& test, GraphBuilder& graph,
                               Feed feed) {
    const auto lower_as = [&](language::Side side) {
        language::Test one = test;
        one.side = side;
        Predicate predicate;
        each_subject(field, one, [&](language::Subject subject) { feed(predicate, subject); });
        const Edge edge = graph.predicate(std::move(predicate));
        graph.name(edge, [&] { return language::print(one); });
        return edge;
    };
    if (test.side != language::Side::both) return lower_as(test.side);
    return graph.all_of({lower_as(language::Side::source), lower_as(language::Side::destination)});
}

}  // namespace filters::program
