// SPDX-License-Identifier: Apache-2.0
#include "store/query/row_counters.hpp"

#include <algorithm>

#include "dataplane/flow/scale.hpp"

namespace store::query {

namespace {

using flow::Column;
using flow::FlowBatch;

// Whether a row stands for more than itself.
bool is_scaled(const FlowBatch& batch) noexcept {
    std::uint32_t any = 0;
    for (std::uint32_t row = 0; row < batch.rows; ++row) {
        any |=
            static_cast<std::uint32_t>(batch.sampling[row] > 1) | static_cast<std::uint32_t>(batch.thinning[row] > 1);
    }
    return any != 0;
}

}  // namespace

RowCounters::RowCounters() : room_(std::make_unique<Room>()) {}

void RowCounters::read(const FlowBatch& batch, std::span<const RowNumber> rows, bool raw) noexcept {
    const bool scaled = !raw && is_scaled(batch);
    in_packets = batch.in_packets.data();
    in_bytes = batch.in_bytes.data();
    const auto scale = [&](const auto& from, RowNumber row) {
        return scaled ? flow::scaled(from[row], batch.sampling[row], batch.thinning[row]) : from[row];
    };
    if (scaled) {
        for (const RowNumber row : rows) {
            room_->in_packets[row] = scale(batch.in_packets, row);
            room_->in_bytes[row] = scale(batch.in_bytes, row);
        }
        in_packets = room_->in_packets.data();
        in_bytes = room_->in_bytes.data();
    }
    out_packets = nullptr;
    out_bytes = nullptr;
    const std::uint64_t outs = flow::present_bit(Column::out_packets) | flow::present_bit(Column::out_bytes);
    if ((batch.present_any & outs) != 0) {
        for (const RowNumber row : rows) {
            room_->out_packets[row] = batch.has(row, Column::out_packets) ? scale(batch.out_packets, row) : 0;
            room_->out_bytes[row] = batch.has(row, Column::out_bytes) ? scale(batch.out_bytes, row) : 0;
        }
        out_packets = room_->out_packets.data();
        out_bytes = room_->out_bytes.data();
    }
    flows = nullptr;
    const bool counted = (batch.present_any & flow::present_bit(Column::flow_count)) != 0;
    if (!scaled && !counted) return;
    for (const RowNumber row : rows) {
        std::uint64_t told = 1;
        if (counted && batch.has(row, Column::flow_count)) told = std::max(1u, batch.flow_count[row]);
        room_->flows[row] = scaled ? flow::multiply_saturated(told, flow::scaled_flows(batch.thinning[row])) : told;
    }
    flows = room_->flows.data();
}

Sums RowCounters::of(const FlowBatch& batch, std::uint32_t row) const noexcept {
    return {flows == nullptr ? 1 : flows[row],
            in_packets[row],
            in_bytes[row],
            out_packets == nullptr ? 0 : out_packets[row],
            out_bytes == nullptr ? 0 : out_bytes[row],
            batch.first_ms[row],
            batch.last_ms[row],
            batch.tcp_flags[row]};
}

namespace {

// Of all rows of a batch. Many small numbers need no care about what overflows.
std::uint64_t sum_of_all(const std::uint64_t* values, std::uint32_t count) noexcept {
    constexpr unsigned kSmallBits = 52;
    static_assert(flow::kBatchRows <= 1u << (64 - kSmallBits));
    std::uint64_t any = 0;
    std::uint64_t sum = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        any |= values[i];
        sum += values[i];
    }
    if (any >> kSmallBits == 0) return sum;
    sum = 0;
    for (std::uint32_t i = 0; i < count; ++i) sum = add_saturated(sum, values[i]);
    return sum;
}
std::uint64_t sum_of(const std::uint64_t* values, std::span<const RowNumber> rows, std::uint32_t count) noexcept {
    if (rows.size() == count) return sum_of_all(values, count);
    std::uint64_t sum = 0;
    for (const RowNumber row : rows) sum = add_saturated(sum, values[row]);
    return sum;
}

}  // namespace

void RowCounters::add_to(Sums& total, const FlowBatch& batch, std::span<const RowNumber> rows) const noexcept {
    Sums more;
    more.flows = flows == nullptr ? rows.size() : sum_of(flows, rows, batch.rows);
    more.in_packets = sum_of(in_packets, rows, batch.rows);
    more.in_bytes = sum_of(in_bytes, rows, batch.rows);
    for (const RowNumber row : rows) {
        more.first_ms = std::min(more.first_ms, batch.first_ms[row]);
        more.last_ms = std::max(more.last_ms, batch.last_ms[row]);
    }
    if (out_packets != nullptr) {
        more.out_packets = sum_of(out_packets, rows, batch.rows);
        more.out_bytes = sum_of(out_bytes, rows, batch.rows);
    }
    add(total, more);
}

}  // namespace store::query
