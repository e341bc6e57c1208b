// SPDX-License-Identifier: Apache-2.0
// Addresses as the C library writes them (inet_ntop), which is how nfdump prints them.
//
// Thread: any.
#pragma once

#include "control/query/pen.hpp"
#include "dataplane/flow/address.hpp"

namespace query {

// inet_ntop's INET6_ADDRSTRLEN without the zero.
inline constexpr std::size_t kWidestAddress = 45;

void ipv4_text(Pen& pen, std::uint32_t host_order) noexcept;
void ipv6_text(Pen& pen, const flow::IpAddress& address) noexcept;
// `v6`: as IPv6 also what looks like IPv4. Otherwise an address of no family at all is 0.0.0.0.
void address_text(Pen& pen, const flow::IpAddress& address, bool v6) noexcept;
// Right-aligned in 16 characters, longer ones cut in the middle: "2001:db..3:4:5:6"; in 39 when `wide`.
void address_column(Pen& pen, const flow::IpAddress& address, bool v6, bool wide) noexcept;
// "00:11:22:33:44:55" from the low 48 bits.
void mac_text(Pen& pen, std::uint64_t mac) noexcept;
// Whether address_text() writes an IPv6 address.
[[nodiscard]] inline bool reads_as_v6(const flow::IpAddress& a, bool v6) noexcept {
    return v6 || (!a.is_v4() && (a.high() | a.low()) != 0);
}

}  // namespace query
