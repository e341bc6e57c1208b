// SPDX-License-Identifier: Apache-2.0
#include "filters/program/compile.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "filters/language/parser.hpp"
#include "filters/program/columns.hpp"
#include "filters/program/lower.hpp"

namespace filters::program {

namespace {

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

std::string text_of(std::span<const std::uint16_t> sources, std::span<const std::string> names) {
    std::string out;
    for (const std::uint16_t source : sources) out += (out.empty() ? "ident " : " or ident ") + names[source];
    return out;
}

// The source list as one more predicate that must hold; kTrue when it names every source.
flow::Result<Edge> source_list(const ChannelSpec& channel, const Environment& environment, GraphBuilder& graph) {
    if (channel.sources.empty()) return kTrue;
    std::vector<language::Range> ranges;
    for (const std::uint16_t source : channel.sources) {
        if (source >= environment.sources.size()) {
            return flow::fail("source index " + std::to_string(source) + " does not exist; there are " +
                              std::to_string(environment.sources.size()) + " sources");
        }
        ranges.push_back({source, source});
    }
    Predicate predicate;
    predicate.add(flow::Column::source, ranges);
    predicate.settle();
    const language::Range first = predicate.numbers.front().ranges.front();
    if (first.low == 0 && first.high + 1 == environment.sources.size()) return kTrue;
    const Edge edge = graph.predicate(std::move(predicate));
    graph.name(edge, [&] { return text_of(channel.sources, environment.sources); });
    return edge;
}

flow::Result<Edge> compile_channel(const ChannelSpec& channel, const Environment& environment, GraphBuilder& graph) {
    auto ast = language::parse(channel.filter, environment.context);
    if (!ast) return of_channel(channel, ast.error());
    const auto filter = lower(*ast, environment, graph);
    if (!filter) return of_channel(channel, filter.error());
    const auto sources = source_list(channel, environment, graph);
    if (!sources) return of_channel(channel, sources.error());
    return graph.plain(graph.all_of({*filter, *sources}));
}

// Which channels each predicate wakes, and which are always awake.
void set_triggers(const std::vector<Edge>& roots, const GraphBuilder& graph, Tables& tables) {
    tables.always.assign((roots.size() + 63) / 64, 0);
    std::vector<std::pair<PredicateId, std::uint32_t>> wakes;
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

std::size_t size_of(const Tables& tables) {
    std::size_t sum = sizeof(Tables);
    for (const auto& shared : tables.values) sum += shared.table.bytes();
    for (const auto& table : tables.bytes) sum += table.bytes();
    for (const auto& shared : tables.wides) sum += shared.table.bytes();
    for (const auto& compares : tables.compares) sum += compares.ranges.size() * sizeof(WideRange);
    for (const auto& ladder : tables.ladders) sum += ladder.bytes();
    for (const auto& shared : tables.prefixes) sum += shared.table.bytes();
    for (const auto& table : tables.exporters.numbers) sum += table.bytes();
    for (const auto& table : tables.exporters.addresses) sum += table.bytes();
    for (const auto& index : tables.texts) sum += index.table.bytes();
    for (const auto& mask : tables.masks) sum += mask.table.bytes();
    for (const auto& mask : tables.exporters.masks) sum += mask.table.bytes();
    sum += tables.operations.size() * sizeof(Operation) + tables.operands.size() * sizeof(Edge);
    return sum + (tables.roots.size() + tables.trigger_first.size() + tables.triggered.size()) * 4 +
           tables.always.size() * 8 + tables.above_axis.size();
}

flow::Result<void> fits(const GraphBuilder& graph) {
    if (graph.predicates().size() > kMostPredicates) {
        return flow::fail("the filters ask more than " + std::to_string(kMostPredicates) +
                          " different things; use fewer channels, or lists instead of single tests");
    }
    if (graph.operations() > kMostOperations) {
        return flow::fail("the filters join their tests in more than " + std::to_string(kMostOperations) +
                          " different ways; use fewer channels, or lists instead of or");
    }
    return {};
}

std::unique_ptr<const Outline> outline_of(const Compiled& compiled, const Environment& environment) {
    auto out = std::make_unique<Outline>();
    const PredicateSet& predicates = compiled.graph.predicates();
    for (PredicateId id = 0; id < predicates.size(); ++id) out->predicates.push_back(predicates[id]);
    out->names = compiled.graph.names();
    out->names.resize(predicates.size());
    out->operations = compiled.tables->operations;
    out->operands = compiled.tables->operands;
    out->root = compiled.roots.empty() ? kTrue : compiled.graph.final(compiled.roots.front());
    out->missing = environment.missing;
    out->exporters = environment.exporters;
    return out;
}

void set_figures(const Compiled& compiled, Tables& tables) {
    ProgramFigures& figures = tables.figures;
    figures.channels = compiled.roots.size();
    figures.predicates = tables.predicates;
    figures.operations = tables.operations.size();
    figures.bytes = size_of(tables);
    for (const IndexNote& note : compiled.notes) figures.indexes.push_back(note.subjects + " " + note.way);
}

}  // namespace

flow::Result<Compiled> compile(std::span<const ChannelSpec> channels, const Environment& environment, bool for_people,
                               Keep keep) {
    if (channels.size() > kMostChannels) {
        return flow::fail("there are " + std::to_string(channels.size()) + " channels; at most " +
                          std::to_string(kMostChannels) + " are taken");
    }
    Compiled out{.tables = std::make_unique<Tables>(), .notes = {}, .graph = {}, .roots = {}};
    if (for_people || keep == Keep::outline) out.graph.keep_names();
    Tables& tables = *out.tables;
    for (const ChannelSpec& channel : channels) {
        const auto root = compile_channel(channel, environment, out.graph);
        if (!root) return tl::unexpected(root.error());
        // One filter alone is told its place; of many, none is at fault.
        if (auto ok = fits(out.graph); !ok)
            return channels.size() == 1 ? of_channel(channel, ok.error()) : flow::pass(ok);
        out.roots.push_back(*root);
        tables.above_axis.push_back(channel.above_axis ? 1 : 0);
    }
    out.graph.keep_only(out.roots);
    if (auto built = build_indexes(out.graph.predicates(), environment, tables); !built) return flow::pass(built);
    auto finished = out.graph.finish();
    tables.operations = std::move(finished.operations);
    tables.operands = std::move(finished.operands);
    for (const Edge root : out.roots) {
        tables.roots.push_back(root == kFalse ? Tables::kNever : node_of(out.graph.final(root)));
    }
    set_triggers(out.roots, out.graph, tables);
    out.notes = describe(out.graph.predicates(), tables);
    set_figures(out, tables);
    tables.columns = columns_of(tables);
    if (keep == Keep::outline) tables.outline = outline_of(out, environment);
    return out;
}

}  // namespace filters::program
