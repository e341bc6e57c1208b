// SPDX-License-Identifier: Apache-2.0
// Names of protocols and events as nfdump 1.7.1 prints them.
//
// Thread: any; constant data.
#pragma once

#include <cstdint>
#include <string_view>

#include "control/query/pen.hpp"

namespace query {

// "TCP", "ICMP6"; empty: it has none and its number stands for it. At most 5 characters.
[[nodiscard]] std::string_view protocol_name(std::uint8_t protocol) noexcept;
// The name or the number; numbers from 138 on are filled up with blanks to 5 characters, as in nfdump's csv.
void write_protocol(Pen& pen, std::uint8_t protocol) noexcept;
// "CEUAPRSF", a dot for each flag that is not set.
void flags_text(Pen& pen, std::uint8_t tcp_flags) noexcept;

// In lines: "ADD", "DELETE" ...
[[nodiscard]] std::string_view firewall_event_label(std::uint8_t event) noexcept;
[[nodiscard]] std::string_view nat_event_label(std::uint8_t event) noexcept;
// In statistics: "ignore", "CREATE", "DELETE" ...
[[nodiscard]] std::string_view firewall_event_name(std::uint8_t event) noexcept;
// In raw records and JSON: "IGNORE", "CREATE" ..., "NAT44 session create" (empty: unknown).
[[nodiscard]] std::string_view firewall_event_title(std::uint8_t event) noexcept;
[[nodiscard]] std::string_view nat_event_title(std::uint8_t event) noexcept;
// "I-ACL" ...; empty: its number stands for it.
[[nodiscard]] std::string_view extended_event_label(std::uint16_t event) noexcept;
// "idle timeout" ...; empty: none. (IPFIX element 136)
[[nodiscard]] std::string_view end_reason_title(std::uint8_t reason) noexcept;

}  // namespace query
