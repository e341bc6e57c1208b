// SPDX-License-Identifier: Apache-2.0
// Cuts IP packets into fragments, as a router or the sender's kernel does.
//
// Thread: any; values.
// Source: RFC 791 section 3.2, RFC 8200 section 4.5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/support/writer.hpp"

namespace support {

// `frame`: Ethernet with or without VLAN tags, IPv4 or IPv6. Each fragment but the last carries `data_bytes`, a multiple of
// 8. IPv6: the first `unfragmentable` bytes of extension headers stand before the fragment header, in every fragment.
[[nodiscard]] std::vector<Bytes> fragments_of(const Bytes& frame, std::size_t data_bytes, std::uint32_t id,
                                              std::size_t unfragmentable = 0);

}  // namespace support
