// SPDX-License-Identifier: Apache-2.0
#include "control/channel_order.hpp"

#include <algorithm>
#include <tuple>

namespace control {

std::vector<ChannelConfig> drawn_order(std::vector<ChannelConfig> channels) {
    std::stable_sort(channels.begin(), channels.end(), [](const ChannelConfig& a, const ChannelConfig& b) {
        return std::tuple(!a.above_axis, a.order) < std::tuple(!b.above_axis, b.order);
    });
    return channels;
}

ProfileConfig live_profile(const Config& config) {
    ProfileConfig out;
    out.name = kLiveProfile;
    out.description = "What comes, by source";
    for (const SourceConfig& source : config.sources) {
        ChannelConfig& channel = out.channels.emplace_back();
        channel.name = source.name;
        channel.colour = source.colour;
        channel.order = static_cast<std::int32_t>(out.channels.size());
        channel.sources = {source.name};
    }
    return out;
}

}  // namespace control
