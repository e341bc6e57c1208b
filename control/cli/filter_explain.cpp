// SPDX-License-Identifier: Apache-2.0
// `net-collector filter explain '<filter>'`: how a filter is understood, what it asks, who answers, what that costs.
#include "filters/program/explain.hpp"

#include <algorithm>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

#include "control/cli/filter_explain.hpp"
#include "control/cli/filter_tree.hpp"
#include "control/cli/text.hpp"
#include "control/filter_excerpt.hpp"
#include "filters/language/parser.hpp"

namespace cli {
namespace {

using filters::Explanation;
using Json = nlohmann::ordered_json;

constexpr std::size_t kPredicateColumns = 72;

struct Explained {
    filters::language::Ast ast;
    Explanation explanation;
};

flow::Result<Explained> explained(const GivenFilter& given, const FilterWorld& world) {
    control::FilterTexts texts;
    filters::Environment environment = world.environment;
    environment.context = texts.remembering(std::move(environment.context));
    auto ast = filters::language::parse(given.text, environment.context);
    if (!ast) return tl::unexpected(texts.shown(ast.error(), given.text, given.begin));
    grant_sources(world, *ast, environment);
    filters::ChannelSpec spec;
    spec.filter = given.text;
    spec.place = {{}, 1, 1};
    auto explanation = filters::explain(spec, environment);
    if (!explanation) return tl::unexpected(texts.shown(explanation.error(), given.text, given.begin));
    return Explained{*std::move(ast), *std::move(explanation)};
}

std::string percent(double share) {
    std::ostringstream out;
    out << std::setprecision(share < 0.1 ? 1 : share < 0.995 ? 2 : 3) << share * 100 << '%';
    return out.str();
}

// "p3"
std::string numbered(std::size_t predicate) {
    return "p" + std::to_string(predicate + 1);
}

std::string answered_by(const Explanation& e, std::size_t index) {
    std::string out;
    for (std::size_t p = 0; p < e.predicates.size(); ++p) {
        const auto& by = e.predicates[p].indexes;
        if (std::find(by.begin(), by.end(), index) != by.end()) out += (out.empty() ? "" : " ") + numbered(p);
    }
    return shortened(out, kPredicateColumns / 2);
}

void print_predicates(std::ostream& out, const Explanation& e, Style style) {
    Table table({"", "ASKS", ">HOLDS FOR", "WAKES THE FILTER"});
    for (std::size_t p = 0; p < e.predicates.size(); ++p) {
        const auto& predicate = e.predicates[p];
        table.add({numbered(p), shortened(control::harmless(predicate.text), kPredicateColumns),
                   percent(predicate.share), predicate.triggers ? "yes" : ""});
    }
    if (!table.empty()) {
        out << '\n';
        table.print(out, style);
    }
}

void print_indexes(std::ostream& out, const Explanation& e, Style style) {
    Table table({"INDEX", "HOW", "ANSWERS", ">NS A ROW", "WORKED OUT"});
    for (std::size_t i = 0; i < e.indexes.size(); ++i) {
        const auto& index = e.indexes[i];
        table.add({index.subjects, index.way, answered_by(e, i), nanoseconds(index.ns_per_row), index.worked_out});
    }
    if (!e.operations.empty()) table.add({"and, or, not", "bitmaps", "", nanoseconds(e.operations_ns_per_row), ""});
    table.add({"together", "", "", nanoseconds(e.ns_per_row), ""});
    out << '\n';
    table.print(out, style);
}

void print(std::ostream& out, const Explained& explained, Style style) {
    const Explanation& e = explained.explanation;
    out << style.bold(control::harmless(e.normal_form)) << '\n';
    if (explained.ast.tests.size() > 1) out << '\n' << control::harmless(drawn(explained.ast, "  "));
    print_predicates(out, e, style);
    print_indexes(out, e, style);
    out << '\n';
    for (const std::string& operation : e.operations) out << operation << '\n';
    out << "takes the rows of " << e.result
        << (e.always ? "; looked at in every batch\n" : "; looked at where something that wakes it holds\n")
        << scaled(std::uint64_t{e.bytes}) << "B of memory\n";
}

Json json_of(const Explanation& e) {
    Json out{{"ok", true}, {"normal", e.normal_form}};
    out["predicates"] = Json::array();
    for (const auto& p : e.predicates) {
        out["predicates"].push_back(
            {{"asks", p.text}, {"indexes", p.indexes}, {"share", p.share}, {"triggers", p.triggers}});
    }
    out["indexes"] = Json::array();
    for (const auto& i : e.indexes) {
        out["indexes"].push_back(
            {{"subjects", i.subjects}, {"way", i.way}, {"worked_out", i.worked_out}, {"ns_per_row", i.ns_per_row}});
    }
    out["operations"] = e.operations;
    out["result"] = e.result;
    out["always"] = e.always;
    out["operations_ns_per_row"] = e.operations_ns_per_row;
    out["ns_per_row"] = e.ns_per_row;
    out["bytes"] = e.bytes;
    return out;
}

}  // namespace

std::string nanoseconds(double ns) {
    std::ostringstream out;
    out << std::fixed << std::setprecision(ns < 10 ? 2 : ns < 100 ? 1 : 0) << ns;
    return out.str();
}

Done explain_filter(const Context& context, const FilterQuery& query) {
    const auto given = given_filter(query);
    if (!given) return tl::unexpected(given.error());
    const auto world = filter_world(context, query, !given->has_value());
    if (!world) return tl::unexpected(world.error());
    if (!*given) return explain_channels(context, *world);
    const auto done = explained(**given, *world);
    if (!done) return refuse_filter(context, done.error());
    if (context.json) {
        context.out << json_of(done->explanation).dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    } else {
        print(context.out, *done, Style{context.colour});
    }
    return {};
}

}  // namespace cli
