// SPDX-License-Identifier: Apache-2.0
#include "tests/generator/channels.hpp"

namespace generator {

namespace {

std::size_t class_of(std::uint8_t protocol) {
    switch (protocol) {
        case kTcp:
            return 0;
        case kUdp:
            return 1;
        case kIcmp:
        case kIcmp6:
            return 2;
        default:
            return 3;
    }
}

}  // namespace

Counts::Counts() {
    channel_of_port_.fill(kNone);
    for (std::size_t i = 0; i < kChannels.size(); ++i) {
        if (kChannels[i].port != 0) channel_of_port_[kChannels[i].port] = static_cast<std::uint8_t>(i);
    }
}

void Counts::add(const Flow& f, std::uint64_t packets, std::uint64_t bytes) noexcept {
    total_.add(packets, bytes);
    classes_[class_of(f.protocol)].add(packets, bytes);
    const std::uint8_t by_src = channel_of_port_[f.src_port];
    const std::uint8_t by_dst = channel_of_port_[f.dst_port];
    if (by_src != kNone) channels_[by_src].add(packets, bytes);
    if (by_dst != kNone && by_dst != by_src) channels_[by_dst].add(packets, bytes);
    if (f.protocol == kIcmp) channels_[0].add(packets, bytes);
}

}  // namespace generator
