// SPDX-License-Identifier: Apache-2.0
// What a request about series asks: the arguments of /series, /totals and /peak, read and checked.
//
// Thread: any; values.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "control/http/api/reply.hpp"
#include "control/http/api/series_rows.hpp"
#include "control/series_span.hpp"
#include "dataplane/flow/tally.hpp"

namespace api {

inline constexpr std::uint32_t kEdgeStep_s = 1;             // the moving edge
inline constexpr std::uint64_t kMostPoints = 20'000;        // that a picture may have room for
inline constexpr std::uint64_t kMostValues = 2'000'000;     // of one answer
inline constexpr std::uint32_t kAnyClass = flow::kClasses;  // all of them together

enum class Unit : std::uint8_t { flows, packets, bytes };
inline constexpr std::array<std::string_view, 3> kUnitNames{"flows", "packets", "bytes"};

[[nodiscard]] constexpr std::uint64_t in_unit(const flow::Cell& cell, Unit unit) noexcept {
    return unit == Unit::flows ? cell.flows : unit == Unit::packets ? cell.packets : cell.bytes;
}
[[nodiscard]] std::string_view class_name(std::uint32_t traffic_class) noexcept;

struct SeriesQuestion {
    Selection selection{};
    control::TimeSpan span{};
    std::uint32_t resolution_s = 0;  // 0: the coarsest with at least half as many points as asked for
    std::uint64_t points = 1000;
    Unit unit = Unit::bytes;
    std::uint32_t traffic_class = kAnyClass;

    // Of one step, in the unit and class asked for.
    [[nodiscard]] std::uint64_t value(const std::array<flow::Cell, flow::kClasses>& sums) const noexcept;
};

// 422 for what cannot be read.
[[nodiscard]] Answered<SeriesQuestion> read_question(const http::Request& request, std::uint64_t now_s);

// Index into control::Retention::kResolution_s: the coarsest that gives at least half of `points`, else the finest.
[[nodiscard]] std::size_t fitting_resolution(const control::TimeSpan& span, std::uint64_t points) noexcept;

// `span` with its ends moved outwards to whole steps.
[[nodiscard]] control::TimeSpan whole_steps(const control::TimeSpan& span, std::uint32_t step_s) noexcept;
// Up to where the steps of `span` are on disk whole, when the newest commit was at `commit_ms`.
[[nodiscard]] std::uint32_t newest_step(std::uint64_t commit_ms, const control::TimeSpan& span,
                                        std::uint32_t step_s) noexcept;

}  // namespace api
