// SPDX-License-Identifier: Apache-2.0
#include "store/query/first_flow.hpp"

#include <cstring>
#include <string_view>
#include <type_traits>

#include "store/query/column_visit.hpp"

namespace store::query {

namespace {

using flow::Column;
using flow::FlowBatch;

template <class Value>
constexpr std::size_t kPacked = std::is_same_v<Value, flow::Text> ? sizeof(std::uint32_t) : sizeof(Value);

std::size_t packed_bytes(Column column) {
    switch (column) {
#define X(name, type, what) \
    case Column::name:      \
        return kPacked<type>;
        FLOW_COMMON_COLUMNS(X)
        FLOW_RARE_COLUMNS(X)
#undef X
        case Column::count_:
            break;
    }
    return 0;
}

// What every group has in its key or its sums.
bool is_of_the_group(Column column) {
    switch (column) {
        case Column::src_addr:
        case Column::dst_addr:
        case Column::src_port:
        case Column::dst_port:
        case Column::proto:
        case Column::first_ms:
        case Column::last_ms:
        case Column::in_packets:
        case Column::in_bytes:
        case Column::out_packets:
        case Column::out_bytes:
        case Column::flow_count:
        case Column::tcp_flags:
        case Column::family:
        case Column::sampling:
        case Column::thinning:
            return true;
        default:
            return false;
    }
}

}  // namespace

FirstFlow::FirstFlow(const flow::ColumnSet& columns, std::shared_ptr<TextPool> texts, bool whole)
    : texts_(std::move(texts)) {
    for (std::size_t c = 0; c < flow::kColumns; ++c) {
        const auto column = static_cast<Column>(c);
        if (!columns.has(column) || column == Column::present || (!whole && is_of_the_group(column))) continue;
        columns_.push_back(column);
        present_ |= flow::present_bit(column);
        bytes_ += static_cast<std::uint32_t>(packed_bytes(column));
    }
    if (bytes_ != 0) bytes_ = static_cast<std::uint32_t>((bytes_ + 2 * sizeof(std::uint64_t) - 1) / 8 * 8);
}

void FirstFlow::pack(const FlowBatch& batch, std::uint32_t row, std::byte* to) const {
    const std::uint64_t present = batch.present[row] & present_;
    std::memcpy(to, &present, sizeof present);
    to += sizeof present;
    for (const Column column : columns_) {
        const std::uint64_t bit = flow::present_bit(column);
        const bool here = static_cast<std::size_t>(column) < flow::kCommonColumns || (batch.present[row] & bit) != 0;
        with_column(batch, column, [&](const auto& values) {
            using Value = ValueOf<decltype(values)>;
            if constexpr (std::is_same_v<Value, flow::Text>) {
                const std::uint32_t id = here ? texts_->id(batch.arena.view(values[row])) : 0;
                std::memcpy(to, &id, sizeof id);
            } else {
                const Value value = here ? values[row] : Value{};
                std::memcpy(to, &value, sizeof value);
            }
            to += kPacked<Value>;
        });
    }
}

void FirstFlow::unpack(const std::byte* from, FlowBatch& batch, std::uint32_t row) const {
    std::uint64_t present = 0;
    std::memcpy(&present, from, sizeof present);
    batch.present[row] |= present;
    from += sizeof present;
    for (const Column column : columns_) {
        const std::uint64_t bit = flow::present_bit(column);
        const bool here = static_cast<std::size_t>(column) < flow::kCommonColumns || (present & bit) != 0;
        with_column(batch, column, [&](auto& values) {
            using Value = ValueOf<decltype(values)>;
            if constexpr (std::is_same_v<Value, flow::Text>) {
                std::uint32_t id = 0;
                std::memcpy(&id, from, sizeof id);
                if (here) (void)batch.arena.add(texts_->text(id), values[row]);
            } else if (here) {
                std::memcpy(&values[row], from, sizeof(Value));
            }
            from += kPacked<Value>;
        });
    }
}

}  // namespace store::query
