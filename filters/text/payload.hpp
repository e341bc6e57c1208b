// SPDX-License-Identifier: Apache-2.0
// Where the payload of a sampled packet begins.
//
// Thread: any; no state.
// Source: RFC 768, RFC 9293; the headers in front of them are read by flow/layers.hpp.
// Limits: those of flow/layers.hpp. Reads only inside `packet`, whatever its bytes say.
#pragma once

#include <cstdint>
#include <string_view>

namespace filters::text {

// `packet` begins at its first header, Ethernet or IP, and may be cut anywhere. `proto` is the flow's IP
// protocol: of packets in tunnels the outermost that has it is meant, and headers that lead to another one are not
// believed. Returns what follows the header of TCP or UDP (of other protocols: what follows the IP headers), without
// link padding; nothing when the sample ends inside the transport header. Where no such headers are found: all of
// `packet`.
[[nodiscard]] std::string_view application_bytes(std::string_view packet, std::uint8_t proto) noexcept;

}  // namespace filters::text
