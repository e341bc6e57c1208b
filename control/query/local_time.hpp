// SPDX-License-Identifier: Apache-2.0
// Times in the time zone of the process, as nfdump shows them.
//
// Thread: one; remembers the minutes it has seen, since a broken-down time costs more than the rest of a line.
#pragma once

#include <array>
#include <cstdint>

#include "control/query/pen.hpp"

namespace query {

class LocalTime {
  public:
    LocalTime();
    // "2026-01-15 11:50:00"; `between` stands between date and time. Times that no calendar has: "<unknown>".
    void seconds(Pen& pen, std::uint64_t ms, char between = ' ') noexcept;
    // The same with ".000" behind.
    void milliseconds(Pen& pen, std::uint64_t ms, char between = ' ') noexcept;

  private:
    static constexpr std::size_t kMinuteText = 17;  // "2026-01-15 11:50:"
    struct Minute {
        std::uint64_t number = ~0ull;  // since 1970
        std::array<char, kMinuteText> text{};
    };
    // nullptr: not of this form (a year beyond 9999, an offset with seconds).
    const Minute* minute(std::uint64_t number) noexcept;

    std::array<Minute, 64> seen_{};
};

}  // namespace query
