// SPDX-License-Identifier: Apache-2.0
// Amounts of bytes as people write them.
//
// Thread: any; pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace control {

// "500GB", "1.5 TB", "20GiB", "4096B": a number, a fraction allowed, and a unit: B; kB, MB, GB, TB, PB (powers of 1,000);
// KiB, MiB, GiB, TiB, PiB (of 1,024). Case counts nothing. No sign, no bare number, nothing from 2^63 on; else nullopt.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);
// The largest unit of powers of 1,000 that gives a whole number: 500'000'000'000 -> "500GB", 4096 -> "4096B".
[[nodiscard]] std::string size_text(std::uint64_t bytes);

}  // namespace control
