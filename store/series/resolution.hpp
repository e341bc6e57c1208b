// SPDX-License-Identifier: Apache-2.0
// The resolutions that series are kept in, and for how long.
//
// Thread: any; values.
// Shape:  a chunk holds `points` values of `step_s` seconds; it starts at a multiple of its span since 1970
// UTC. Each span is
//         a multiple of the next finer one, so that a coarser chunk is made from whole finer chunks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "dataplane/flow/result.hpp"

namespace store {

struct Resolution {
    std::uint32_t step_s;
    std::uint32_t points;
    const char* table;

    [[nodiscard]] constexpr std::uint32_t span_s() const noexcept { return step_s * points; }
    // Start of the chunk that `at_s` lies in.
    [[nodiscard]] constexpr std::uint32_t chunk_start(std::uint32_t at_s) const noexcept {
        return at_s - at_s % span_s();
    }
};

inline constexpr std::size_t kResolutionCount = 5;
inline constexpr std::array<Resolution, kResolutionCount> kResolutions{{
    {10, 30, "points_10"},
    {300, 24, "points_300"},
    {1800, 24, "points_1800"},
    {7200, 24, "points_7200"},
    {86400, 30, "points_86400"},
}};
inline constexpr std::uint32_t kBucketS = kResolutions[0].step_s;  // what a Tally belongs to
inline constexpr std::size_t kMaximumOf = 1;                       // maxima are the highest value of this resolution

// Days that each resolution is kept.
struct Retention {
    std::uint32_t days_10s = 2;
    std::uint32_t days_300s = 60;
    std::uint32_t days_1800s = 180;
    std::uint32_t days_7200s = 730;
    std::uint32_t days_86400s = 3650;
    std::uint32_t days_books = 60;       // books (store/books.hpp)
    std::uint32_t days_interfaces = 60;  // interface counters (store/interfaces.hpp)

    [[nodiscard]] std::array<std::uint32_t, kResolutionCount> days() const noexcept {
        return {days_10s, days_300s, days_1800s, days_7200s, days_86400s};
    }
    // What is older is deleted: a multiple of the resolution's span.
    [[nodiscard]] std::uint64_t kept_from(std::size_t level, std::uint64_t now_s) const noexcept {
        const std::uint64_t kept_s = days()[level] * 86400ull, from_s = now_s - (now_s < kept_s ? now_s : kept_s);
        return from_s - from_s % kResolutions[level].span_s();
    }
    // An error when a finer resolution would be gone before the next coarser chunk is made from it, or when a
    // coarser one is kept shorter than a finer one.
    [[nodiscard]] flow::Result<void> check() const;

    friend bool operator==(const Retention&, const Retention&) noexcept = default;
};

}  // namespace store
