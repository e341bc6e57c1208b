// SPDX-License-Identifier: Apache-2.0
// Indexes for ranges so wide that a table would give hits for most rows (port > 1024, bytes > 1m).
//
// Thread: built by the compiling one; read by all.
// Shape:  Compares  few ranges: one SIMD compare of the column each;
//         Ladder    many: each row finds the rung it stands on (how many of the limits that the ranges name it has
//                   reached), and bitmaps of rungs added up from the top say who reached which limit. So a thousand
//                   thresholds cost a thousand bitmap operations a batch, not a row.
// Limits: kMostRungs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dataplane/flow/result.hpp"
#include "filters/program/inputs.hpp"
#include "filters/program/marks.hpp"

namespace filters::program {

inline constexpr std::size_t kMostRungs = 65536;

struct WideRange {
    language::Range range{};
    PredicateId predicate = 0;
};

struct Compares {
    language::Subject subject{};
    std::vector<WideRange> ranges{};  // inside what the column can hold

    // Value: any width
    template <class Value>
    void run(const Input& input, Marks marks) const noexcept;
};

struct Ladder {
    // Rungs from `from` up to below `to`; to == limits.size() + 1: up to the top.
    struct Span {
        std::uint32_t from = 0;
        std::uint32_t to = 0;
        PredicateId predicate = 0;
    };
    language::Subject subject{};
    std::vector<std::uint64_t> limits{};  // ascending; rung n: n of them are reached
    std::vector<Span> spans{};

    [[nodiscard]] static flow::Result<Ladder> build(language::Subject subject, std::span<const WideRange> ranges);
    // Bitmaps that run() needs.
    [[nodiscard]] std::size_t rungs() const noexcept { return limits.size() + 2; }
    // Value: any width
    template <class Value>
    void run(const Input& input, std::span<RowBits> reached, Marks marks) const noexcept;
    [[nodiscard]] std::size_t bytes() const noexcept {
        return limits.size() * sizeof(limits[0]) + spans.size() * sizeof(Span);
    }
};

}  // namespace filters::program
