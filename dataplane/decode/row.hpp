// SPDX-License-Identifier: Apache-2.0
// Columns of one row by number, and rows that get columns which no template announced. Private to this folder.
//
// Thread: the decoding worker, on its own batch.
#pragma once

#include <cstddef>
#include <utility>

#include "dataplane/flow/batch.hpp"

namespace decode {

// Where a column lies in a FlowBatch, and how wide a value is.
struct ColumnPlace {
    std::uint32_t offset;
    std::uint32_t width;
};
inline constexpr std::array<ColumnPlace, flow::kColumns> kPlaces{{
#define X(name, type, what) {offsetof(flow::FlowBatch, name), sizeof(type)},
    FLOW_COMMON_COLUMNS(X) FLOW_RARE_COLUMNS(X)
#undef X
}};
[[nodiscard]] constexpr ColumnPlace column_place(flow::Column c) noexcept {
    return kPlaces[static_cast<std::size_t>(c)];
}

template <class T>
[[nodiscard]] T* column(flow::FlowBatch& batch, flow::Column c, std::uint32_t row) noexcept {
    return reinterpret_cast<T*>(reinterpret_cast<std::byte*>(&batch) + column_place(c).offset) + row;
}

// Columns by their numbers: [first, last] have one presence bit (flow::shares_bit).
[[nodiscard]] std::pair<std::size_t, std::size_t> columns_of_bit(flow::Column c) noexcept;

// Zeroes `count` values of a column.
void clear_column(flow::FlowBatch& batch, flow::Column c, std::uint32_t row, std::uint32_t count) noexcept;

// Makes a column that the row may lack ready to be written: its whole group zeroed, its presence bit set.
void open_column(flow::FlowBatch& batch, flow::Column c, std::uint32_t row) noexcept;

// Exchanges the two sides of a row in place: it then tells of the packets that went the other way. Counters, times and flags
// are left for the caller; next hops are removed, they are of the first direction.
void mirror_row(flow::FlowBatch& batch, std::uint32_t row) noexcept;

[[nodiscard]] constexpr bool is_icmp(std::uint8_t proto) noexcept {
    return proto == 1 || proto == 58;
}

}  // namespace decode
