// SPDX-License-Identifier: Apache-2.0
// What the first bytes of a datagram tell before it is decoded.
//
// Thread: any; pure.
// Source: decode/protocols.hpp; sflow_version_5.txt, sample_datagram; RFC 3954 section 5, RFC 7011 section 3.
#pragma once

#include <cstdint>

#include "dataplane/flow/wire.hpp"

namespace dataplane {

// A hash of the observation domain: v5 engine, v9 source id, IPFIX domain, sFlow agent and sub-agent. Equal for all
// datagrams whose templates and sequence numbers belong together; 0 where there is none.
[[nodiscard]] std::uint64_t peek_domain(flow::Bytes payload) noexcept;

}  // namespace dataplane
