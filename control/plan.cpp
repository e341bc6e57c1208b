// SPDX-License-Identifier: Apache-2.0
#include "control/plan.hpp"

#include <algorithm>
#include <numeric>

#include "control/check.hpp"

namespace control {
namespace {

using flow::pass;

decode::Accepts accepts_of(SourceProtocol protocol) {
    switch (protocol) {
        case SourceProtocol::netflow:
            return decode::Accepts::netflow;
        case SourceProtocol::sflow:
            return decode::Accepts::sflow;
        case SourceProtocol::any:
            break;
    }
    return decode::Accepts::any;
}

// One channel of any profile, `live` included, with the indexes of its sources.
struct Channel {
    std::string profile, name;
    filters::ChannelSpec spec;
    std::vector<std::uint16_t> sources;  // ascending, never empty
};

std::vector<Channel> channels_of(const Config& config) {
    std::vector<Channel> channels;
    for (std::uint16_t s = 0; s < config.sources.size(); ++s) {
        const std::string& name = config.sources[s].name;
        filters::ChannelSpec spec{
            .name = std::string(kLiveProfile) + "/" + name, .filter = "any", .place = {}, .sources = {}};
        if (config.sources.size() > 1) spec.sources = {s};
        channels.push_back({std::string(kLiveProfile), name, std::move(spec), {s}});
    }
    std::vector<std::uint16_t> all(config.sources.size());
    std::iota(all.begin(), all.end(), std::uint16_t{0});
    std::vector<filters::ChannelSpec> specs = channel_specs(config);
    auto spec = specs.begin();
    for (const ProfileConfig& profile : config.profiles) {
        for (const ChannelConfig& channel : profile.channels) {
            const auto sources = spec->sources.empty() ? all : spec->sources;
            channels.push_back({profile.name, channel.name, std::move(*spec), sources});
            ++spec;
        }
    }
    return channels;
}

flow::Result<std::vector<std::uint32_t>> source_ids(const Config& config, store::Store& store) {
    std::vector<std::string> names;
    for (const SourceConfig& source : config.sources) names.push_back(source.name);
    return store.source_ids(names);
}

std::vector<dataplane::PrefixRule> exporter_rules(const Config& config) {
    std::vector<dataplane::PrefixRule> rules;
    for (const ExporterConfig& exporter : config.exporters) {
        const decode::ExporterRule rule{.sampling = exporter.sampling,
                                        .default_sampling = exporter.default_sampling,
                                        .most_datagrams_s = exporter.datagrams_per_second,
                                        .per_port = exporter.per_port,
                                        .split_domains = exporter.split_domains,
                                        .inner_headers = exporter.inner_headers};
        for (const flow::Prefix& prefix : exporter.addresses) rules.push_back({prefix, rule});
    }
    return rules;
}

dataplane::SourceMap source_map(const Config& config, const std::vector<std::uint32_t>& ids) {
    std::vector<dataplane::SourceRule> rules;
    for (std::size_t s = 0; s < config.sources.size(); ++s) {
        const SourceConfig& source = config.sources[s];
        rules.push_back({source.port, accepts_of(source.protocol), ids[s], source.addresses});
    }
    return dataplane::SourceMap(rules, exporter_rules(config));
}

// "services/web" takes part in "services/web" and "services/*".
bool is_named(const Channel& channel, const ArchiveKeep& keep) {
    const std::string all = channel.profile + "/*", one = channel.profile + "/" + channel.name;
    return std::any_of(keep.channels.begin(), keep.channels.end(),
                       [&](const ArchiveKeep::Channel& named) { return named.name == all || named.name == one; });
}

dataplane::ArchivePolicy archive_policy(const Config& config, const std::vector<Channel>& channels) {
    using Keep = dataplane::ArchivePolicy::Keep;
    dataplane::ArchivePolicy policy;
    bool everything = true, by_channels = false;
    for (const SourceConfig& source : config.sources) {
        const ArchiveKeep& keep = config.archive_of(source);
        const auto what = static_cast<Keep>(keep.what);  // the same list
        policy.sources.push_back({what, std::max<std::uint16_t>(keep.sample, 1)});
        everything &= what == Keep::all;
        by_channels |= what == Keep::channels;
    }
    if (everything) return {};
    if (!by_channels) return policy;
    for (const Channel& channel : channels) {
        std::vector<std::uint8_t>& takers = policy.takers.emplace_back();
        for (std::size_t s = 0; s < config.sources.size(); ++s) {
            const ArchiveKeep& keep = config.archive_of(config.sources[s]);
            if (keep.what != ArchiveKeep::What::channels || !is_named(channel, keep)) continue;
            takers.resize(config.sources.size());
            takers[s] = 1;
        }
    }
    return policy;
}

flow::Result<void> lay_out_series(const std::vector<Channel>& channels, const Config& config, store::Store& store,
                                  Plan& plan) {
    flow::SeriesMap& map = plan.generation->series;
    map.generation = plan.generation->number;
    std::vector<store::SeriesName> names;
    for (const Channel& channel : channels) {
        map.channel_base.push_back(static_cast<std::uint32_t>(names.size()));
        auto& rank = map.channel_rank.emplace_back();
        if (channel.sources.size() != config.sources.size()) rank.resize(config.sources.size());
        for (std::size_t i = 0; i < channel.sources.size(); ++i) {
            if (!rank.empty()) rank[channel.sources[i]] = static_cast<std::uint16_t>(i);
            names.push_back(
                {channel.profile, channel.name, config.sources[channel.sources[i]].name, channel.spec.filter});
        }
    }
    auto ids = store.series_ids(names);
    if (!ids) return pass(ids);
    for (std::size_t slot = 0; slot < names.size(); ++slot) {
        plan.series.push_back({(*ids)[slot], names[slot].profile, names[slot].channel, names[slot].source});
    }
    map.series_id = std::move(*ids);
    return {};
}

// Destinations that are ours, sorted; none: any. A device whose addresses we do not know takes any.
std::vector<flow::IpAddress> own_addresses(const Config& config) {
    std::vector<flow::IpAddress> own = config.addresses;
    const bool all_known = std::all_of(config.devices.begin(), config.devices.end(),
                                       [](const DeviceConfig& device) { return !device.addresses.empty(); });
    if (own.empty() && !all_known) return own;
    for (const DeviceConfig& device : config.devices) {
        for (const InterfaceAddress& a : device.addresses) own.push_back(a.address);
    }
    std::sort(own.begin(), own.end());
    return own;
}

std::vector<SourceStatus> describe_sources(const Config& config) {
    std::vector<SourceStatus> out;
    for (const SourceConfig& source : config.sources) {
        SourceStatus described{source.name, source.port, source_protocol_name(source.protocol), {}, source.colour};
        for (const flow::Prefix& prefix : source.addresses) described.addresses.push_back(prefix.text());
        out.push_back(std::move(described));
    }
    return out;
}

}  // namespace

flow::Result<std::unique_ptr<const filters::Program>> compile_channels(const Config& config,
                                                                       const filters::Environment& environment) {
    std::vector<filters::ChannelSpec> specs;
    for (Channel& channel : channels_of(config)) specs.push_back(std::move(channel.spec));
    return compile_filters(specs, environment);
}

flow::Result<Plan> make_plan(const Config& config, std::unique_ptr<const filters::Program> program,
                             std::uint64_t number, store::Store& store, std::size_t decoders, std::size_t matchers) {
    auto ids = source_ids(config, store);
    if (!ids) return pass(ids);
    Plan plan{.generation = std::make_unique<dataplane::Generation>(source_map(config, *ids)),
              .sources = describe_sources(config),
              .source_ids = std::move(*ids),
              .series = {}};
    dataplane::Generation& generation = *plan.generation;
    generation.number = number;
    generation.no_series.generation = number;
    generation.addresses = own_addresses(config);
    generation.program = std::move(program);
    const std::vector<Channel> channels = channels_of(config);
    generation.archive = archive_policy(config, channels);
    if (auto ok = lay_out_series(channels, config, store, plan); !ok) return pass(ok);
    if (auto ok = generation.make_kits(decoders, matchers); !ok) return pass(ok);
    return plan;
}

}  // namespace control
