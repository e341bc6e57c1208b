// SPDX-License-Identifier: Apache-2.0
// `net-collector filter explain` without a filter: what all channels of a configuration become together.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "control/check.hpp"
#include "control/cli/filter_explain.hpp"
#include "control/cli/filter_tree.hpp"
#include "control/cli/text.hpp"
#include "filters/language/parser.hpp"
#include "filters/program/compile.hpp"
#include "filters/program/explain.hpp"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShownChannels = 10;
constexpr std::size_t kFilterColumns = 80;
// Each is compiled alone to see what it costs; more would take a noticeable time.
constexpr std::size_t kMostWeighed = 2000;

struct Weighed {
    const filters::ChannelSpec* channel = nullptr;
    std::string normal_form{};
    double ns_per_row = 0;
};

struct Together {
    filters::program::Compiled compiled;
    std::size_t tests = 0;         // of all filters, equal ones counted each time
    std::size_t source_lists = 0;  // of all channels, likewise
    double ns_per_row = 0;
    std::vector<Weighed> channels{};  // alone, dearest first; none where there are too many
};

// As the daemon: every source is a channel of the profile `live`, without a filter.
std::vector<filters::ChannelSpec> all_channels(const control::Config& config) {
    std::vector<filters::ChannelSpec> specs;
    for (std::size_t s = 0; s < config.sources.size(); ++s) {
        filters::ChannelSpec& live = specs.emplace_back();
        live.name = std::string(control::kLiveProfile) + "/" + config.sources[s].name;
        live.filter = "any";
        if (config.sources.size() > 1) live.sources = {static_cast<std::uint16_t>(s)};
    }
    const auto more = control::channel_specs(config);
    specs.insert(specs.end(), more.begin(), more.end());
    return specs;
}

flow::Result<Together> put_together(const std::vector<filters::ChannelSpec>& specs,
                                    const filters::Environment& environment) {
    auto checked = control::compile_filters(specs, environment);  // tells every fault
    if (!checked) return flow::pass(checked);
    auto compiled = filters::program::compile(specs, environment, true);
    if (!compiled) return flow::pass(compiled);
    Together out{.compiled = *std::move(compiled)};
    out.compiled.tables->figures.compile_us = (*checked)->figures().compile_us;
    for (const auto& note : out.compiled.notes) out.ns_per_row += note.ns_per_row;
    for (const auto& spec : specs) {
        const auto ast = filters::language::parse(spec.filter, environment.context);
        if (ast) out.tests += ast->tests.size();
        out.source_lists += spec.sources.empty() ? 0 : 1;
        if (specs.size() > kMostWeighed) continue;
        const auto alone = filters::explain(spec, environment);
        if (alone) out.channels.push_back({&spec, alone->normal_form, alone->ns_per_row});
    }
    std::stable_sort(out.channels.begin(), out.channels.end(),
                     [](const Weighed& a, const Weighed& b) { return a.ns_per_row > b.ns_per_row; });
    return out;
}

void print(std::ostream& out, const Together& t, const control::Config& config, Style style) {
    const auto& figures = t.compiled.tables->figures;
    out << style.bold(config.file) << ": " << figures.channels << " channels, " << config.sources.size()
        << " of them those of the profile live\n"
        << t.tests << " tests and " << t.source_lists << " lists of sources ask "
        << t.compiled.graph.predicates().size() << " different things; " << figures.operations
        << " different ANDs and ORs, " << figures.text_patterns << " text patterns\n"
        << scaled(std::uint64_t{figures.bytes}) << "B of memory, compiled in "
        << scaled(static_cast<double>(figures.compile_us) / 1000) << " ms\n\n";
    Table indexes({"INDEX", "HOW", ">ANSWERS", ">NS A ROW", "WORKED OUT"});
    for (const auto& note : t.compiled.notes) {
        indexes.add({note.subjects, note.way, std::to_string(note.predicates.size()), nanoseconds(note.ns_per_row),
                     note.worked_out});
    }
    indexes.add({"together", "", "", nanoseconds(t.ns_per_row), ""});
    indexes.print(out, style);
    if (t.channels.empty()) return;
    out << "\nThe dearest channels, each as if it were alone:\n";
    Table channels({"CHANNEL", ">NS A ROW", "FILTER"});
    for (std::size_t i = 0; i < t.channels.size() && i < kShownChannels; ++i) {
        const Weighed& w = t.channels[i];
        channels.add({w.channel->name, nanoseconds(w.ns_per_row), shortened(w.normal_form, kFilterColumns)});
    }
    channels.print(out, style);
}

Json json_of(const Together& t, const control::Config& config) {
    const auto& figures = t.compiled.tables->figures;
    Json out{{"ok", true},
             {"file", config.file},
             {"channels", figures.channels},
             {"tests", t.tests},
             {"source_lists", t.source_lists},
             {"predicates", t.compiled.graph.predicates().size()},
             {"operations", figures.operations},
             {"text_patterns", figures.text_patterns},
             {"bytes", figures.bytes},
             {"compile_us", figures.compile_us},
             {"ns_per_row", t.ns_per_row}};
    out["indexes"] = Json::array();
    for (const auto& note : t.compiled.notes) {
        out["indexes"].push_back({{"subjects", note.subjects},
                                  {"way", note.way},
                                  {"worked_out", note.worked_out},
                                  {"predicates", note.predicates.size()},
                                  {"ns_per_row", note.ns_per_row}});
    }
    out["alone"] = Json::array();
    for (const Weighed& w : t.channels)
        out["alone"].push_back({{"channel", w.channel->name}, {"ns_per_row", w.ns_per_row}});
    return out;
}

}  // namespace

Done explain_channels(const Context& context, const FilterWorld& world) {
    const std::vector<filters::ChannelSpec> specs = all_channels(*world.config);
    const auto together = put_together(specs, world.environment);
    if (!together) return refuse_filters(context, world, together.error());
    if (context.json) {
        context.out << json_of(*together, *world.config).dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    } else {
        print(context.out, *together, *world.config, Style{context.colour});
    }
    return {};
}

}  // namespace cli
