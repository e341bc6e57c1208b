// SPDX-License-Identifier: Apache-2.0
#include "filters/program/program.hpp"

#include <algorithm>
#include <chrono>

#include "filters/language/parser.hpp"
#include "filters/program/lower.hpp"
#include "filters/program/tables.hpp"

namespace filters {

namespace {

using program::Edge;
using program::GraphBuilder;
using program::Tables;

// An error inside a channel's filter, as one that names the channel and points into the file.
tl::unexpected<flow::Error> of_channel(const ChannelSpec& channel, const flow::Error& error) {
    std::string message = (channel.name.empty() ? "" : "channel '" + channel.name + "': ") + error.message;
    if (channel.place.line == 0 && error.place.line != 0) {
        message += " (line " + std::to_string(error.place.line) + ", column " + std::to_string(error.place.column) +
                   " of its filter)";
        return flow::fail(std::move(message), channel.place);
    }
    return flow::fail(std::move(message), language::placed(channel.place, error.place));
}

// The source list as one more predicate that must hold; kTrue when it names every source.
flow::Result<Edge> source_list(const ChannelSpec& channel, std::uint16_t source_count, GraphBuilder& graph) {
    if (channel.sources.empty()) return program::kTrue;
    std::vector<language::Range> ranges;
    for (const std::uint16_t source : channel.sources) {
        if (source >= source_count) {
            return flow::fail("source index " + std::to_string(source) + " does not exist; there are " +
                              std::to_string(source_count) + " sources");
        }
        ranges.push_back({source, source});
    }
    program::Predicate predicate;
    predicate.add(flow::Column::source, ranges);
    const language::Range first = predicate.numbers.front().ranges.front();
    if (first.low == 0 && first.high + 1 == source_count) return program::kTrue;
    return graph.predicate(std::move(predicate));
}

flow::Result<Edge> compile_channel(const ChannelSpec& channel, const Environment& environment, GraphBuilder& graph) {
    auto ast = language::parse(channel.filter, environment.context);
    if (!ast) return of_channel(channel, ast.error());
    const auto filter = program::lower(*ast, environment, graph);
    if (!filter) return of_channel(channel, filter.error());
    const auto sources = source_list(channel, static_cast<std::uint16_t>(environment.sources.size()), graph);
    if (!sources) return of_channel(channel, sources.error());
    return graph.plain(graph.all_of({*filter, *sources}));
}

// Which channels each predicate wakes, and which are always awake.
void set_triggers(const std::vector<Edge>& roots, const GraphBuilder& graph, Tables& tables) {
    tables.always.assign((roots.size() + 63) / 64, 0);
    std::vector<std::pair<program::PredicateId, std::uint32_t>> wakes;
    for (std::uint32_t channel = 0; channel < roots.size(); ++channel) {
        const auto trigger = graph.trigger(roots[channel]);
        if (trigger.always) tables.always[channel / 64] |= 1ull << (channel % 64);
        for (const auto predicate : trigger.predicates) wakes.emplace_back(predicate, channel);
    }
    std::sort(wakes.begin(), wakes.end());
    tables.trigger_first.assign(tables.predicates + std::size_t{1}, 0);
    for (const auto& [predicate, channel] : wakes) {
        ++tables.trigger_first[predicate + std::size_t{1}];
        tables.triggered.push_back(channel);
    }
    for (std::size_t i = 1; i < tables.trigger_first.size(); ++i)
        tables.trigger_first[i] += tables.trigger_first[i - 1];
}

std::size_t bytes_of(const Tables& tables) {
    std::size_t sum = sizeof(Tables);
    for (const auto& shared : tables.values) sum += shared.table.set_of.size() * 2 + shared.table.sets.bytes();
    for (const auto& table : tables.bytes) sum += table.set_of.size() * sizeof(program::SetId) + table.sets.bytes();
    for (const auto& shared : tables.prefixes) sum += shared.table.bytes();
    for (const auto& index : tables.texts) sum += index.table.bytes();
    sum += tables.scans.size() * sizeof(program::RangeScan) + tables.masks.size() * sizeof(program::MaskScan);
    sum += tables.operations.size() * sizeof(program::Operation) + tables.operands.size() * sizeof(Edge);
    return sum + (tables.roots.size() + tables.trigger_first.size() + tables.triggered.size()) * 4 +
           tables.always.size() * 8;
}

}  // namespace

flow::Result<std::unique_ptr<const Program>> Program::compile(std::span<const ChannelSpec> channels,
                                                              const Environment& environment) {
    const auto begin = std::chrono::steady_clock::now();
    if (channels.size() > kMostChannels) {
        return flow::fail("there are " + std::to_string(channels.size()) + " channels; at most " +
                          std::to_string(kMostChannels) + " are taken");
    }
    GraphBuilder graph;
    std::vector<Edge> roots;
    for (const ChannelSpec& channel : channels) {
        const auto root = compile_channel(channel, environment, graph);
        if (!root) return tl::unexpected(root.error());
        roots.push_back(*root);
    }
    if (graph.predicates().size() > kMostPredicates) {
        return flow::fail("the filters ask " + std::to_string(graph.predicates().size()) +
                          " different things; at most " + std::to_string(kMostPredicates) + " are taken");
    }
    auto tables = std::make_unique<Tables>();
    if (auto built = program::build_indexes(graph.predicates(), environment, *tables); !built) return flow::pass(built);
    auto finished = graph.finish();
    tables->operations = std::move(finished.operations);
    tables->operands = std::move(finished.operands);
    for (const Edge root : roots) {
        tables->roots.push_back(root == program::kFalse ? Tables::kNever : program::node_of(graph.final(root)));
    }
    set_triggers(roots, graph, *tables);
    ProgramFigures& figures = tables->figures;
    figures.channels = channels.size();
    figures.predicates = tables->predicates;
    figures.operations = tables->operations.size();
    figures.bytes = bytes_of(*tables);
    const auto took = std::chrono::steady_clock::now() - begin;
    figures.compile_us =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
    return std::unique_ptr<const Program>(new Program(std::move(tables)));
}

Program::Program(std::unique_ptr<const program::Tables> tables) : tables_(std::move(tables)) {}
Program::~Program() = default;
std::size_t Program::channels() const noexcept {
    return tables_->roots.size();
}
const ProgramFigures& Program::figures() const noexcept {
    return tables_->figures;
}

}  // namespace filters
