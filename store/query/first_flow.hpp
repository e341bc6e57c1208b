// SPDX-License-Identifier: Apache-2.0
// Columns of a flow, such as a group's first, packed behind one another, and back into a batch.
//
// Thread: one.
// Shape:  `present` (8 bytes), then the columns in their order; texts as their number in the TextPool.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/column_set.hpp"
#include "store/query/text_pool.hpp"

namespace store::query {

class FirstFlow {
  public:
    // `whole`: also what a group has in its key or its sums.
    FirstFlow(const flow::ColumnSet& columns, std::shared_ptr<TextPool> texts, bool whole = false);
    // 0: nothing is carried.
    [[nodiscard]] std::uint32_t bytes() const noexcept { return bytes_; }
    void pack(const flow::FlowBatch& batch, std::uint32_t row, std::byte* to) const;
    // Rare columns that the flow did not have are left alone.
    void unpack(const std::byte* from, flow::FlowBatch& batch, std::uint32_t row) const;

  private:
    std::vector<flow::Column> columns_{};
    std::shared_ptr<TextPool> texts_;
    std::uint64_t present_ = 0;  // bits of columns_
    std::uint32_t bytes_ = 0;
};

}  // namespace store::query
