// SPDX-License-Identifier: Apache-2.0
// `series --filter --per-source` gave all flows to one source: the scan was not asked for the column that it told sources by,
// which then held what an earlier batch had left there.
#include <gtest/gtest.h>

#include <memory>

#include "control/query/buckets.hpp"

namespace query {
namespace {

TEST(RowsOfAllSources, AreTakenForThoseOfTheirOwn) {
    EXPECT_TRUE(Buckets::columns().has(flow::Column::source)) << "else the scan leaves it as it was";
    Buckets buckets({.from_s = 0, .to_s = 10, .step_s = 10, .series_of = {1, 0}, .series = 2});
    const auto batch = std::make_unique<flow::FlowBatch>();
    batch->rows = 3;
    for (std::uint16_t row = 0; row < 3; ++row) {
        batch->source[row] = row == 0 ? 0 : 1;
        batch->row_received_ms[row] = 5000;
        batch->proto[row] = 6;
        batch->sampling[row] = 1;
        batch->thinning[row] = 1;
        batch->in_packets[row] = batch->in_bytes[row] = 10;
        batch->present[row] = 0;
    }
    const std::uint64_t rows = 7;
    store::archive::BlockReader block;
    ASSERT_TRUE(buckets.take(*batch, &rows, 3, block, 0));
    EXPECT_EQ(buckets.points(0).front().sum[0].flows, 2u);
    EXPECT_EQ(buckets.points(1).front().sum[0].flows, 1u);
}

}  // namespace
}  // namespace query
