// SPDX-License-Identifier: Apache-2.0
#include "control/query/buckets.hpp"

#include <algorithm>

#include "control/query/rows.hpp"
#include "dataplane/flow/scale.hpp"

namespace query {
namespace {

using flow::Column;

constexpr std::uint64_t kBucket_ms = flow::kBucketSeconds * 1000ull;
// As live: no flow has more bytes (281 TB), a larger number is a broken record.
constexpr std::uint64_t kMostOfARecord = 1ull << 48;

}  // namespace

Buckets::Buckets(const BucketPlan& plan)
    : plan_(plan),
      fine_s_(std::min(plan.step_s, store::kResolutions[store::kMaximumOf].step_s)),
      buckets_((plan.to_s - plan.from_s + fine_s_ - 1) / fine_s_),
      cells_(buckets_ * plan.series) {}

flow::ColumnSet Buckets::columns() {
    return {Column::source,   Column::proto,    Column::in_packets, Column::in_bytes,
            Column::sampling, Column::thinning, Column::flow_count, Column::present};
}

bool Buckets::take(const flow::FlowBatch& batch, const std::uint64_t* rows, std::uint32_t /*count*/,
                   store::archive::BlockReader& /*block*/, std::uint32_t /*page*/) {
    for_rows(rows, batch.rows, [&](std::uint32_t row) {
        const std::uint64_t bucket_s = batch.row_received_ms[row] / kBucket_ms * flow::kBucketSeconds;
        if (bucket_s < plan_.from_s || bucket_s >= plan_.to_s) return;
        const std::uint32_t series = plan_.series_of.empty() ? 0 : plan_.series_of[batch.source[row]];
        Cells& cells = cells_[series * buckets_ + (bucket_s - plan_.from_s) / fine_s_];
        flow::Cell& cell = cells[static_cast<std::size_t>(flow::traffic_class(batch.proto[row]))];
        const std::uint32_t told = batch.has(row, Column::flow_count) ? std::max(batch.flow_count[row], 1u) : 1;
        cell.flows += flow::scaled_flows(batch.thinning[row]) * told;
        cell.packets +=
            std::min(kMostOfARecord, flow::scaled(batch.in_packets[row], batch.sampling[row], batch.thinning[row]));
        cell.bytes +=
            std::min(kMostOfARecord, flow::scaled(batch.in_bytes[row], batch.sampling[row], batch.thinning[row]));
    });
    return true;
}

void Buckets::merge(const Buckets& other) noexcept {
    for (std::size_t i = 0; i < cells_.size(); ++i) {
        for (std::size_t c = 0; c < flow::kClasses; ++c) {
            cells_[i][c].flows += other.cells_[i][c].flows;
            cells_[i][c].packets += other.cells_[i][c].packets;
            cells_[i][c].bytes += other.cells_[i][c].bytes;
        }
    }
}

std::vector<store::Point> Buckets::points(std::uint32_t series) const {
    std::vector<store::Point> out;
    const std::size_t fold = plan_.step_s / fine_s_;
    for (std::size_t i = 0; i < buckets_; ++i) {
        if (i % fold == 0) {
            out.emplace_back();
            out.back().start_s = plan_.from_s + static_cast<std::uint32_t>(i / fold) * plan_.step_s;
        }
        store::Point& point = out.back();
        const Cells& cells = cells_[series * buckets_ + i];
        for (std::size_t c = 0; c < flow::kClasses; ++c) {
            point.sum[c].flows += cells[c].flows;
            point.sum[c].packets += cells[c].packets;
            point.sum[c].bytes += cells[c].bytes;
            point.max[c].flows = std::max(point.max[c].flows, cells[c].flows);
            point.max[c].packets = std::max(point.max[c].packets, cells[c].packets);
            point.max[c].bytes = std::max(point.max[c].bytes, cells[c].bytes);
            point.present = point.present || cells[c].flows != 0;
        }
    }
    return out;
}

}  // namespace query
