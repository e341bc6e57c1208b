// SPDX-License-Identifier: Apache-2.0
#include "control/query/rows.hpp"

namespace query {

using flow::Column;
using flow::FlowBatch;
using store::query::Sums;

bool Listing::take(const FlowBatch& batch, const std::uint64_t* rows, std::uint32_t /*count*/,
                   store::archive::BlockReader& /*block*/, std::uint32_t /*page*/) {
    for_rows(rows, batch.rows, [&](std::uint32_t row) {
        const Sums sums = sums_of(batch, row, raw_);
        add(total_, sums);
        printer_.record(batch, row, sums, output_.text());
    });
    return output_.flush_when_large();
}

flow::ColumnSet Totals::columns(bool by_class) {
    flow::ColumnSet out = sums_columns();
    out.remove({Column::tcp_flags, Column::family});
    if (by_class) out.add(Column::proto);
    return out;
}

bool Totals::take(const FlowBatch& batch, const std::uint64_t* rows, std::uint32_t /*count*/,
                  store::archive::BlockReader& /*block*/, std::uint32_t /*page*/) {
    const std::span chosen(chosen_.data(), store::query::list_rows(rows, batch.rows, chosen_.data()));
    counters_.read(batch, chosen, raw_);
    counters_.add_to(total_, batch, chosen);
    if (!by_class_) return true;
    for (const store::query::RowNumber row : chosen)
        add(classes_[static_cast<std::size_t>(flow::traffic_class(batch.proto[row]))], counters_.of(batch, row));
    return true;
}

bool Totals::take_whole(const store::archive::BlockReader& block) {
    // A block's sums are of scaled in-counters.
    if (by_class_ || raw_ || (block.present_any() & present_bit(Column::out_bytes)) != 0 ||
        (block.present_any() & present_bit(Column::out_packets)) != 0)
        return false;
    const store::archive::BlockSums& s = block.sums();
    add(total_, Sums{.flows = s.flows,
                     .in_packets = s.packets,
                     .in_bytes = s.bytes,
                     .out_packets = 0,
                     .out_bytes = 0,
                     .first_ms = s.first_ms,
                     .last_ms = s.last_ms,
                     .tcp_flags = 0});
    return true;
}

void Totals::merge(const Totals& other) noexcept {
    add(total_, other.total_);
    for (std::size_t c = 0; c < classes_.size(); ++c) add(classes_[c], other.classes_[c]);
}

}  // namespace query
