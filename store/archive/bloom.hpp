// SPDX-License-Identifier: Apache-2.0
// Bloom filter on addresses, split in lines: an address is looked up in one line of 64 bytes, which carries its own checksum.
//
// Shape:  a line is seven 64-bit words, one bit of each for an address, and the XXH3 of the seven. FORMAT.md tells which.
// Limits: about one false positive in a hundred at kAddressesPerLine.
// Thread: any; values.
#pragma once

#include <cstdint>
#include <span>

#include "dataplane/flow/address.hpp"
#include "store/archive/pieces.hpp"

namespace store::archive {

inline constexpr std::size_t kLineBytes = 64;
inline constexpr std::size_t kAddressesPerLine = 40;

// Appends the lines for these addresses to `out`; how many.
std::uint32_t append_filter(std::span<const flow::IpAddress> addresses, Bytes& out);

// Which of so many lines, at least one, an address is looked up in.
[[nodiscard]] std::size_t line_of(const flow::IpAddress& address, std::size_t lines) noexcept;
// Whether the address may be among them; also of its line alone. A damaged line holds everything.
[[nodiscard]] bool may_have(ByteSpan lines, const flow::IpAddress& address) noexcept;
// All lines' checksums are right.
[[nodiscard]] bool filter_is_whole(ByteSpan lines) noexcept;

}  // namespace store::archive
