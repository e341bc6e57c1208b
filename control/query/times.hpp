// SPDX-License-Identifier: Apache-2.0
// Windows of time as -t writes them: nfdump's, relative ones, and ISO 8601.
//
// Thread: any that does not change TZ meanwhile.
// Source: nfdump(1) -t as 1.7.1 reads it (notes 4.1, 6.4).
// Shape:  window := point | point "-" point | point ".." point | "+" length | "-" number
//         point  := now | -1h | 2026[/01[/15[.11[:50[:00]]]]] | seconds since 1970 | ISO 8601 (control/duration.hpp)
//         Without an end a window is open. nfdump's dates are in the process's time zone, ISO 8601 without one in UTC.
//         +n and -n: the first or last n seconds of all flows that are asked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dataplane/flow/result.hpp"
#include "store/query/scan.hpp"

namespace query {

struct TimeSelection {
    store::query::Window window{};
    // Not 0: relative to the flows there are; then `window` is everything.
    std::uint64_t first_s = 0;
    std::uint64_t last_s = 0;
};

// Error: what is wrong, and what is right. nfdump reads faulty windows as everything; they are refused here.
[[nodiscard]] flow::Result<TimeSelection> parse_window(std::string_view text, std::uint64_t now_s);

// Relative to flows that begin at `first_ms` and end at `last_ms`.
[[nodiscard]] store::query::Window resolved(const TimeSelection& selection, std::uint64_t first_ms,
                                            std::uint64_t last_ms) noexcept;

// "2026-01-15 11:50:00" in the process's time zone, as nfdump prints.
[[nodiscard]] std::string local_time_text(std::uint64_t seconds);

}  // namespace query
