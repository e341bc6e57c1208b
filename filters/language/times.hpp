// SPDX-License-Identifier: Apache-2.0
// Points in time as filters write them.
//
// Thread: any; no state.
// Units:  milliseconds since 1970 UTC. Times without an offset are UTC, whatever the machine's zone: a filter means the
//         same everywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace filters::language {

inline constexpr std::uint64_t kMostTime = 253'402'300'799'999;  // 9999-12-31T23:59:59.999

// ISO 8601: 2026, 2026-01-31, 2026-01-31T23:59:59.123, with Z or an offset such as +01:00 behind a time of day; or
// nfdump's older 2026/01/31.23:59:59. What is left out is the least it can be. Years 1970 to 9999.
[[nodiscard]] std::optional<std::uint64_t> time_ms(std::string_view word) noexcept;

// "2026-01-31T23:59:59.123Z"; at most kMostTime.
[[nodiscard]] std::string time_text(std::uint64_t ms);

}  // namespace filters::language
