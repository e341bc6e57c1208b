// SPDX-License-Identifier: Apache-2.0
// Values of a series' past, worked out elsewhere (from the archive): what stands in the store is replaced by them.
//
// Thread: values.
// Shape:  replacing, not adding: the same piece twice gives what it gives once, and a fill that was broken off can be begun
//         again. Coarser resolutions and their maxima follow in the same transaction.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "dataplane/flow/tally.hpp"

namespace store {

struct FillPoint {
    std::uint32_t at_s = 0;                        // start of the step
    bool at_least = false;                         // a counter that is higher in the store stays as it is
    std::array<flow::Cell, flow::kClasses> sum{};  // all zero: nothing was counted
    std::array<flow::Cell, flow::kClasses> max{};  // highest 300-s values; of steps longer than that
};

// Steps of one series and one resolution; those that are not there stay as they are.
struct FillPiece {
    std::uint32_t series = 0;
    std::uint32_t step_s = 10;  // one of kResolutions
    std::vector<FillPoint> points{};
};

inline constexpr std::size_t kMostFillPoints = 720;  // of a piece: two hours of 10-s steps
inline constexpr std::size_t kMostFillPieces = 64;   // that wait for a commit

// A step is replaced when it has been over for so long: what was counted in it has been committed by then.
inline constexpr std::uint32_t kFillAfterS = 15;

struct FillState {
    std::uint64_t durable = 0;  // number of the newest piece that is in the store, with all before it
    std::uint64_t waiting = 0;  // pieces that are not
    std::uint64_t too_old = 0;  // points left out since open(): retention has passed them by
};

}  // namespace store
