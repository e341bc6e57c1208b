// SPDX-License-Identifier: Apache-2.0
// Values counted and not committed yet: (bucket, series) -> sums.
//
// Thread: one.
// Cost:   at() one probe of a flat table, no allocation once it has grown; clear() keeps the memory of a
// usual turn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "store/series/values.hpp"

namespace store {

class Pending {
  public:
    struct Cell {
        std::uint32_t bucket_s = 0;
        std::uint32_t series = 0;
        Sums sums{};
    };

    // The sums of (bucket, series), zero at first. Good until the next call.
    [[nodiscard]] Sums& at(std::uint32_t bucket_s, std::uint32_t series);
    [[nodiscard]] std::size_t size() const noexcept { return cells_.size(); }
    [[nodiscard]] bool empty() const noexcept { return cells_.empty(); }
    // By bucket, then by series.
    [[nodiscard]] std::vector<const Cell*> sorted() const;
    void clear();
    // Puts together the buckets before `newest_s`, into those of `step_s` seconds.
    void coarsen(std::uint32_t step_s, std::uint64_t newest_s);

  private:
    void grow();
    [[nodiscard]] std::size_t find(std::uint32_t bucket_s, std::uint32_t series) const noexcept;

    std::vector<Cell> cells_;
    std::vector<std::uint32_t> slots_;  // index into cells_ + 1, 0 = free; a power of two, at most half of it used
};

}  // namespace store
