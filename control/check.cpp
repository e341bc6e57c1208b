// SPDX-License-Identifier: Apache-2.0
#include "control/check.hpp"

#include <algorithm>

#include "control/config_problems.hpp"
#include "control/filter_environment.hpp"
#include "control/filter_excerpt.hpp"
#include "filters/language/parser.hpp"

namespace control {
namespace {

// The fault of one filter, found by compiling it alone; nothing when it has none.
std::optional<flow::Error> fault_of(const filters::ChannelSpec& channel, const filters::Environment& environment,
                                    const FilterTexts& texts) {
    filters::ChannelSpec alone = channel;
    alone.name.clear();
    alone.place = {{}, 1, 1};
    const auto program = filters::Program::compile({&alone, 1}, environment);
    if (program) return std::nullopt;
    const std::string name = channel.name.substr(channel.name.find('/') + 1);  // the file says the profile
    return texts.shown(program.error(), channel.filter, channel.place, "filter of channel \"" + name + "\": ");
}

// Only a regular expression can be a fault that is found without its place; all else is too much together, and each of
// 100,000 channels need not be compiled to learn that.
bool asks_pattern(const filters::ChannelSpec& channel, const filters::Environment& environment) {
    const auto ast = filters::language::parse(channel.filter, environment.context);
    return !ast || std::any_of(ast->tests.begin(), ast->tests.end(), [](const filters::language::Test& test) {
        return test.match == filters::language::TextMatch::regex;
    });
}

}  // namespace

store::Retention store_retention(const Retention& retention) {
    const auto days = [&](std::size_t i) {
        return static_cast<std::uint32_t>(retention.keep_s[i] / Retention::kDay_s);
    };
    return {days(0), days(1), days(2), days(3), days(4), retention.ledger_days, retention.interfaces_days};
}

flow::Result<void> check_retention(const Config& config) {
    const auto kept = store_retention(config.retention).check();
    if (kept) return {};
    return flow::fail("retention: " + kept.error().message, {config.file, 0, 0});
}

std::vector<filters::ChannelSpec> channel_specs(const Config& config) {
    std::vector<filters::ChannelSpec> specs;
    for (const ProfileConfig& profile : config.profiles) {
        for (const ChannelConfig& channel : profile.channels) {
            filters::ChannelSpec spec{.name = profile.name + "/" + channel.name,
                                      .filter = channel.filter,
                                      .place = channel.filter_place,
                                      .sources = {},
                                      .above_axis = channel.above_axis};
            for (const std::string& name : channel.sources)
                spec.sources.push_back(
                    static_cast<std::uint16_t>(config.find_source(name).value()));  // load_config() checked it
            std::sort(spec.sources.begin(), spec.sources.end());
            // All sources: the filter alone decides.
            if (spec.sources.size() == config.sources.size()) spec.sources.clear();
            specs.push_back(std::move(spec));
        }
    }
    return specs;
}

flow::Result<std::unique_ptr<const filters::Program>> compile_filters(std::span<const filters::ChannelSpec> channels,
                                                                      const filters::Environment& environment) {
    auto program = filters::Program::compile(channels, environment);
    if (program) return program;
    const bool placed = program.error().place.line != 0;
    FilterTexts texts;
    filters::Environment alone = environment;
    alone.context = texts.remembering(environment.context);
    alone.pattern_cache.clear();
    Problems problems;
    std::size_t found = 0;
    for (const filters::ChannelSpec& channel : channels) {
        if (found == Problems::kShown) break;
        if (!placed && !asks_pattern(channel, alone)) continue;
        if (auto fault = fault_of(channel, alone, texts)) {
            problems.add(std::move(fault->place), std::move(fault->message));
            ++found;
        }
    }
    if (problems.empty()) return program;  // too much together
    return tl::unexpected(problems.joined());
}

flow::Result<void> check(const Config& config) {
    if (auto kept = check_retention(config); !kept) return kept;
    auto filters = make_filter_environment(config);
    if (!filters) return flow::pass(filters);
    filters->environment.pattern_cache.clear();
    auto program = compile_filters(channel_specs(config), filters->environment);
    if (!program) return flow::pass(program);
    return {};
}

}  // namespace control
