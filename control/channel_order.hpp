// SPDX-License-Identifier: Apache-2.0
// Channels as they are drawn, those of the profile `live` too, which stands in no file.
//
// Thread: any; pure.
#pragma once

#include <string_view>
#include <vector>

#include "control/config.hpp"

namespace control {

// + from the axis upwards, then - from the axis downwards.
[[nodiscard]] std::vector<ChannelConfig> drawn_order(std::vector<ChannelConfig> channels);
// A channel a source, in the sources' order and colours.
[[nodiscard]] ProfileConfig live_profile(const Config& config);

}  // namespace control
