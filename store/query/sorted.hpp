// SPDX-License-Identifier: Apache-2.0
// Records in an order, without grouping them: nfdump's -O without -a.
//
// Thread: a SortedRows belongs to one thread; merge() and the rest by whoever ends the scan.
// Limits: the best `count` are kept, or with 0 all; beyond memory_bytes (of all threads together) the worst half is let go, so
//         that the first ones are always right, and left_out() counts.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/column_set.hpp"
#include "store/query/aggregate.hpp"
#include "store/query/grouping.hpp"
#include "store/query/scan.hpp"

namespace store::query {

struct Sorting {
    Ordering order{};  // Order::none: as they come
    std::uint64_t count = 0;
    flow::ColumnSet columns{};  // that are wanted of the rows
    bool received = false;      // and their receive times
    bool raw = false;
    std::uint64_t memory_bytes = 2ull << 30;
    // Shared by copies, as in Grouping.
    std::shared_ptr<GroupMemory> memory = std::make_shared<GroupMemory>();
    std::shared_ptr<TextPool> texts = std::make_shared<TextPool>();
};
// Columns that sinks of this sorting look at.
[[nodiscard]] flow::ColumnSet columns_of(const Sorting& sorting);

class SortedRows final : public Sink {
  public:
    explicit SortedRows(Sorting sorting);
    ~SortedRows() override;
    void begin(std::uint64_t block) override;
    bool take(const flow::FlowBatch& batch, const std::uint64_t* rows, std::uint32_t count, archive::BlockReader& block,
              std::uint32_t page) override;
    // Rows of a batch that is no block's.
    void add(const flow::FlowBatch& batch, const std::uint64_t* rows, std::uint32_t page);

    // Adds the other's, of the same sorting; the other is empty afterwards.
    void merge(SortedRows& other);
    // Rows that should be in the answer and found no room.
    [[nodiscard]] std::uint64_t left_out() const noexcept;
    [[nodiscard]] const Sums& total() const noexcept;  // over all rows that were taken
    // In order; equal ones of fewer than 100 rows as nfdump's heap sort leaves them, else as they came. `sums`: the row's own.
    [[nodiscard]] std::vector<Group> finish();
    // Rows of the answer: Sorting::columns and what is summed, counters as they were exported. Valid until another is asked for.
    [[nodiscard]] const flow::FlowBatch& batch(std::uint32_t number) noexcept;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace store::query
