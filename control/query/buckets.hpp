// SPDX-License-Identifier: Apache-2.0
// The time series of a filter, from the archive: flows, packets and bytes by class of protocol in buckets of receive time.
// What comes out is what a channel with that filter would have counted live.
//
// Thread: one.
// Units:  scaled by sampling and thinning, as live.
// Limits: one cell for each bucket, class and source asked apart.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "dataplane/flow/column_set.hpp"
#include "dataplane/flow/tally.hpp"
#include "store/query/scan.hpp"
#include "store/reader.hpp"

namespace query {

struct BucketPlan {
    std::uint32_t from_s = 0;  // multiple of step_s
    std::uint32_t to_s = 0;    // not included
    std::uint32_t step_s = store::kBucketS;
    // Rows of a source count for series series_of[source]; without any all count for series 0.
    std::vector<std::uint32_t> series_of{};
    std::uint32_t series = 1;
};

class Buckets final : public store::query::Sink {
  public:
    explicit Buckets(const BucketPlan& plan);
    bool take(const flow::FlowBatch& batch, const std::uint64_t* rows, std::uint32_t count,
              store::archive::BlockReader& block, std::uint32_t page) override;

    // What take() looks at, besides receive times.
    [[nodiscard]] static flow::ColumnSet columns();
    [[nodiscard]] const BucketPlan& plan() const noexcept { return plan_; }
    void merge(const Buckets& other) noexcept;
    // In order, those without flows included, as Reader::series() has them.
    [[nodiscard]] std::vector<store::Point> points(std::uint32_t series) const;

  private:
    using Cells = std::array<flow::Cell, flow::kClasses>;

    BucketPlan plan_;
    std::uint32_t fine_s_;  // maxima are those of 300 s
    std::size_t buckets_;   // of fine_s_, of a series
    std::vector<Cells> cells_;
};

}  // namespace query
