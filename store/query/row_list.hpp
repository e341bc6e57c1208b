// SPDX-License-Identifier: Apache-2.0
// Rows of a batch by number, for loops over some of them; and rows of batches that are made, not read.
//
// Thread: any; no state.
#pragma once

#include <bit>
#include <cstdint>

#include "dataplane/flow/batch.hpp"

namespace store::query {

using RowNumber = std::uint16_t;
static_assert(flow::kBatchRows <= 1u << 16);

// Rows in a batch of an answer: few enough that their texts fit into its arena, at 8 KiB a row.
inline constexpr std::uint32_t kRowsABatch = 64;

// Rows whose bit is set, in order; `out` has room for `count`. Returns how many.
inline std::size_t list_rows(const std::uint64_t* bits, std::uint32_t count, RowNumber* out) noexcept {
    std::size_t n = 0;
    for (std::uint32_t word = 0; word * 64 < count; ++word) {
        if (bits[word] == ~0ull) {
            for (unsigned i = 0; i < 64; ++i) out[n + i] = static_cast<RowNumber>(word * 64 + i);
            n += 64;
            continue;
        }
        for (std::uint64_t left = bits[word]; left != 0; left &= left - 1) {
            out[n++] = static_cast<RowNumber>(word * 64 + static_cast<unsigned>(std::countr_zero(left)));
        }
    }
    return n;
}

inline void clear_common_columns(flow::FlowBatch& batch, std::uint32_t row) noexcept {
#define X(name, type, what) batch.name[row] = {};
    FLOW_COMMON_COLUMNS(X)
#undef X
}

}  // namespace store::query
