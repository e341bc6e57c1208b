// SPDX-License-Identifier: Apache-2.0
// Sources for a capture whose ports nobody has configured. For tests.
#pragma once

#include <vector>

#include "dataplane/flow/headers.hpp"
#include "dataplane/source_map.hpp"
#include "tests/support/pcap.hpp"

namespace support {

// A source on every UDP port that the capture uses; one on 2055 where it uses none.
inline std::vector<dataplane::SourceRule> sources_of(const Capture& capture) {
    const auto link = static_cast<flow::LinkType>(capture.link_type);
    std::vector<dataplane::SourceRule> rules;
    std::vector<bool> seen(65536);
    for (const Captured& packet : capture.packets) {
        const auto h = flow::parse_headers(packet.bytes, link);
        if (h.proto != 17 || seen[h.dst_port]) continue;
        seen[h.dst_port] = true;
        rules.push_back({.port = h.dst_port, .source_id = h.dst_port, .prefixes = {}});
    }
    if (rules.empty()) rules.push_back({.port = 2055, .prefixes = {}});
    return rules;
}

}  // namespace support
