// SPDX-License-Identifier: Apache-2.0
#include "filters/program/explain.hpp"

#include <algorithm>
#include <span>

#include "filters/language/parser.hpp"
#include "filters/program/compile.hpp"

namespace filters {

namespace {

using program::Compiled;
using program::Edge;
using program::Operation;
using program::OperationKind;
using program::PredicateId;
using program::Tables;

// One bitmap of a batch joined with another, spread over its rows; measured with tests/bench/match_bench.
constexpr double kOperandNs = 0.01;

std::string name_of(Edge edge, std::uint32_t predicates) {
    const program::NodeId node = program::node_of(edge);
    std::string name = "any";
    if (node != 0) {
        name = node <= predicates ? "p" + std::to_string(node) : "o" + std::to_string(node - predicates);
    }
    return program::is_negated(edge) ? "not " + name : name;
}

std::string text_of(const Tables& tables, std::size_t index) {
    const Operation& operation = tables.operations[index];
    const std::string_view join = operation.kind == OperationKind::all ? " and " : " or ";
    std::string out = "o" + std::to_string(index + 1) + " =";
    for (std::uint32_t i = 0; i < operation.count; ++i) {
        out += i == 0 ? " " : std::string(join);
        out += name_of(tables.operands[operation.first + i], tables.predicates);
    }
    return out;
}

std::string text_of(const Compiled& compiled, PredicateId id) {
    const auto& names = compiled.graph.names();
    if (id < names.size() && !names[id].empty()) return names[id];
    const program::Predicate& predicate = compiled.graph.predicates()[id];
    std::string out = "a question about";
    const auto add = [&](const auto& feeds) {
        for (const auto& feed : feeds) out += " " + language::name_of(feed.subject);
    };
    add(predicate.numbers);
    add(predicate.nets);
    add(predicate.texts);
    return out;
}

void add_indexes(const Compiled& compiled, Explanation& out) {
    for (const program::IndexNote& note : compiled.notes) {
        out.indexes.push_back({note.subjects, note.way, note.worked_out, note.ns_per_row});
        out.ns_per_row += note.ns_per_row;
    }
}

void add_predicates(const Compiled& compiled, Explanation& out) {
    const Tables& tables = *compiled.tables;
    for (PredicateId id = 0; id < tables.predicates; ++id) {
        Explanation::Predicate predicate{.text = text_of(compiled, id), .indexes = {}};
        for (std::size_t i = 0; i < compiled.notes.size(); ++i) {
            const auto& answered = compiled.notes[i].predicates;
            if (std::binary_search(answered.begin(), answered.end(), id)) predicate.indexes.push_back(i);
        }
        predicate.share = compiled.graph.predicates()[id].share();
        predicate.triggers = tables.trigger_first[id] != tables.trigger_first[id + std::size_t{1}];
        out.predicates.push_back(std::move(predicate));
    }
}

void add_operations(const Compiled& compiled, Explanation& out) {
    const Tables& tables = *compiled.tables;
    for (std::size_t i = 0; i < tables.operations.size(); ++i) out.operations.push_back(text_of(tables, i));
    const Edge root = compiled.roots.front();
    out.result = root == program::kFalse ? "not any" : name_of(compiled.graph.final(root), tables.predicates);
    out.always = (tables.always.front() & 1) != 0;
    out.operations_ns_per_row = kOperandNs * static_cast<double>(tables.operands.size());
    out.ns_per_row += out.operations_ns_per_row;
}

}  // namespace

flow::Result<Explanation> explain(const ChannelSpec& channel, const Environment& environment) {
    auto compiled = program::compile(std::span(&channel, 1), environment, true);
    if (!compiled) return flow::pass(compiled);
    const auto ast = language::parse(channel.filter, environment.context);
    if (!ast) return tl::unexpected(ast.error());
    Explanation out{.normal_form = language::print(*ast)};
    add_indexes(*compiled, out);
    add_predicates(*compiled, out);
    add_operations(*compiled, out);
    out.bytes = compiled->tables->figures.bytes;
    return out;
}

}  // namespace filters
