// SPDX-License-Identifier: Apache-2.0
// Lengths of time and points in time as people write them.
//
// Thread: any; pure functions.
// Units:  seconds; points in time are seconds since 1970 UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace control {

// "90s", "5m", "12h", "2d", "8w", "2y" (365 days), and sums of them from large to small: "1d12h". No sign, no
// bare number, nothing above 1,000 years; else nullopt.
[[nodiscard]] std::optional<std::uint64_t> parse_duration(std::string_view text);
// The shortest text that parse_duration() reads back: 172800 -> "2d", 5400 -> "1h30m"; 0 -> "0s".
[[nodiscard]] std::string duration_text(std::uint64_t seconds);

// A point in time: "now", "-1h" (before now), epoch seconds, or ISO 8601: "2024-05-01", "2024-05-01T12:30",
// "2024-05-01T12:30:15", "2024-05-01 12:30:15", each with "Z" or "+02:00", without = UTC. Else nullopt.
[[nodiscard]] std::optional<std::uint64_t> parse_time(std::string_view text, std::uint64_t now_s);
// "2024-05-01T12:30:15Z".
[[nodiscard]] std::string time_text(std::uint64_t seconds);

}  // namespace control
