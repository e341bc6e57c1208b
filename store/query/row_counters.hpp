// SPDX-License-Identifier: Apache-2.0
// The counters of a batch's rows as they are summed: scaled, flows worked out, 0 where a record brought none.
//
// Thread: one.
// Memory: 80 KiB, used where a batch is sampled or thinned or has what not every row brings.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "dataplane/flow/batch.hpp"
#include "store/query/grouping.hpp"
#include "store/query/row_list.hpp"

namespace store::query {

class RowCounters {
  public:
    RowCounters();
    // Of `rows`; values of others mean nothing.
    void read(const flow::FlowBatch& batch, std::span<const RowNumber> rows, bool raw) noexcept;
    // A row's own; what is or-ed is its flags.
    [[nodiscard]] Sums of(const flow::FlowBatch& batch, std::uint32_t row) const noexcept;
    void add_to(Sums& total, const flow::FlowBatch& batch, std::span<const RowNumber> rows) const noexcept;

    // By row number; the columns themselves where nothing is to be worked out.
    const std::uint64_t* in_packets = nullptr;
    const std::uint64_t* in_bytes = nullptr;
    const std::uint64_t* out_packets = nullptr;  // nullptr: none of the rows has any
    const std::uint64_t* out_bytes = nullptr;
    const std::uint64_t* flows = nullptr;  // nullptr: 1 each

  private:
    using Values = std::array<std::uint64_t, flow::kBatchRows>;
    struct Room {
        Values in_packets, in_bytes, out_packets, out_bytes, flows;
    };
    std::unique_ptr<Room> room_;
};

}  // namespace store::query
