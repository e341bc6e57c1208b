// SPDX-License-Identifier: Apache-2.0
// From a sampled packet's headers to the columns of a row: for sFlow, and for IPFIX's packet sections.
//
// Thread: the decoding worker; writes one row of its open batch.
// Limits: kMaxPayload bytes of the packet are kept.
#pragma once

#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/layers.hpp"
#include "dataplane/flow/outcome.hpp"

namespace decode {

inline constexpr std::uint32_t kMaxPayload = 512;

// Writes what `packet` tells and leaves the other columns as they are: addresses, protocol, TOS, TTL, ports, flags, flow label,
// MAC, VLAN, EtherType, MPLS, tunnel, and `family`. Counters, times and interfaces are the caller's. Returns the
// presence bits of what it wrote; a packet that is not IP brings the link's alone.
[[nodiscard]] std::uint64_t write_headers(const flow::Layers& packet, flow::FlowBatch& batch,
                                          std::uint32_t row) noexcept;

// Keeps the start of `packet` as the row's payload; returns its presence bit. The caller has asked the writer for room.
[[nodiscard]] std::uint64_t write_payload(flow::Bytes packet, flow::FlowBatch& batch, std::uint32_t row,
                                          flow::Ledger& ledger) noexcept;

// `inner`: what ExporterRule::inner_headers says.
[[nodiscard]] constexpr flow::Nesting nesting_of(bool inner) noexcept {
    return inner ? flow::Nesting::inner : flow::Nesting::outer;
}

}  // namespace decode
