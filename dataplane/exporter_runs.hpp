// SPDX-License-Identifier: Apache-2.0
// Whose rows a batch holds: datagrams bring them in runs of one exporter.
//
// Thread: whoever owns the batch.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "dataplane/flow/batch.hpp"

namespace dataplane {

// Calls visit(exporter id, rows) for each run of rows of one exporter; several times for one that comes back.
template <class Visit>
void each_exporter_run(const flow::FlowBatch& batch, Visit&& visit) noexcept {
    if (batch.rows == 0) return;
    // First where runs begin, many rows at a time, then these alone: how long a run is cannot be guessed.
    constexpr std::size_t kAtOnce = 8;
    static_assert(flow::kBatchRows % kAtOnce == 0);
    alignas(64) std::array<std::uint8_t, flow::kBatchRows> begins;
    begins[0] = 0;
    for (std::uint32_t row = 1; row < batch.rows; ++row) begins[row] = batch.exporter[row] != batch.exporter[row - 1];
    std::fill_n(begins.begin() + batch.rows, (0u - batch.rows) % kAtOnce, std::uint8_t{0});
    std::uint32_t first = 0;
    for (std::uint32_t at = 0; at < batch.rows; at += kAtOnce) {
        std::uint64_t eight;
        std::memcpy(&eight, begins.data() + at, kAtOnce);
        for (; eight != 0; eight &= eight - 1) {
            const std::uint32_t row = at + static_cast<std::uint32_t>(std::countr_zero(eight)) / 8;
            visit(batch.exporter[first], row - first);
            first = row;
        }
    }
    visit(batch.exporter[first], batch.rows - first);
}

}  // namespace dataplane
