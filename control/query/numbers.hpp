// SPDX-License-Identifier: Apache-2.0
// Numbers, rates and durations as nfdump 1.7.1 prints them.
//
// Thread: any.
// Source: nfdump(1), observed with Debian's 1.7.1.
// Units:  rates are per second, cut to whole numbers; nfdump works them out in doubles and so does this. What is too large
//         for 64 bits is the largest number (nfdump prints 0).
#pragma once

#include <cstdint>

#include "control/query/pen.hpp"
#include "store/query/aggregate.hpp"

namespace query {

// "999999", "1.0 M", "12.3 G", "4.5 T"; all digits when `plain`.
void scaled(Pen& pen, std::uint64_t value, bool plain) noexcept;
void scaled(Pen& pen, std::uint64_t value, bool plain, std::size_t width) noexcept;

// last - first, 0 where that is negative (nfdump prints nonsense there).
[[nodiscard]] inline std::uint64_t duration_of(std::uint64_t first_ms, std::uint64_t last_ms) noexcept {
    return last_ms > first_ms ? last_ms - first_ms : 0;
}
[[nodiscard]] inline std::uint64_t duration_of(const store::query::Sums& s) noexcept {
    return duration_of(s.first_ms, s.last_ms);
}
// 0 when there is no duration, or no packets.
[[nodiscard]] std::uint64_t packets_per_second(std::uint64_t packets, std::uint64_t duration_ms) noexcept;
[[nodiscard]] std::uint64_t bits_per_second(std::uint64_t bytes, std::uint64_t duration_ms) noexcept;
[[nodiscard]] std::uint64_t bytes_per_packet(std::uint64_t bytes, std::uint64_t packets) noexcept;

// "    00:01:00.050", " 1d 00:00:00.000": at least 16 characters.
void duration_days(Pen& pen, std::uint64_t duration_ms) noexcept;
// "60.050", blanks in front up to `width`.
void duration_seconds(Pen& pen, std::uint64_t duration_ms, std::size_t width) noexcept;
// Microseconds as milliseconds: "    1.500".
void latency(Pen& pen, std::uint32_t microseconds, std::size_t width) noexcept;
// %*.1f
void percent(Pen& pen, double value, std::size_t width) noexcept;
// part / whole in percent; 0 of nothing.
[[nodiscard]] double percent_of(std::uint64_t part, std::uint64_t whole) noexcept;

}  // namespace query
