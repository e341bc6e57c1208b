// SPDX-License-Identifier: Apache-2.0
// Frames that tell switches and neighbours where we are: a port that only listens is forgotten by its switch after minutes,
// and then every export floods the whole VLAN.
//
// Thread: any; pure.
// Source: RFC 5227 section 2.3 (ARP announcement), RFC 4861 sections 4.4 and 7.2.6 (unsolicited neighbour advertisement).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "dataplane/flow/address.hpp"

namespace dataplane {

using MacAddress = std::array<std::uint8_t, 6>;

// Of one address that is ours; `vlan`: the tag that its network has on the wire.
[[nodiscard]] std::vector<std::uint8_t> announcement(const MacAddress& mac, const flow::IpAddress& address,
                                                     std::optional<std::uint16_t> vlan = {});

// Where we have no address: a broadcast with EtherType 0x88B5 (IEEE 802 local experimental), which hosts ignore. Not to
// ourselves: some switches drop frames whose two addresses are the same.
[[nodiscard]] std::vector<std::uint8_t> sign_of_life(const MacAddress& mac);

}  // namespace dataplane
