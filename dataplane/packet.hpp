// SPDX-License-Identifier: Apache-2.0
// From a received frame to the export datagram in it, or to the reason why there is none.
//
// Thread: any; pure. No DPDK: it sees bytes only, so that the code that runs on the NIC runs under sanitizers on captures.
// Source: RFC 768, RFC 791, RFC 8200; flow/headers.hpp.
// UDP checksums are not looked at: loopback and veth carry partial ones, and NICs drop bad ones themselves.
#pragma once

#include <cstdint>
#include <optional>

#include "dataplane/flow/headers.hpp"
#include "dataplane/flow/outcome.hpp"
#include "dataplane/generation.hpp"

namespace dataplane {

struct Packet {
    flow::PacketFate fate = flow::PacketFate::whole;
    flow::Bytes payload{};                     // of UDP; points into the frame
    flow::IpAddress exporter{};                // of a fragment, too
    std::uint16_t port = 0;                    // destination
    std::uint16_t exporter_port = 0;           // UDP source port
    std::optional<SourceMap::Match> source{};  // set by Intake; none: no source admits the exporter
};

// `frame` is contiguous. Fragments are told apart, not put together (reassembly.hpp); the source is left to the caller.
[[nodiscard]] Packet read_packet(flow::Bytes frame, flow::LinkType link, const Generation& generation) noexcept;

}  // namespace dataplane
