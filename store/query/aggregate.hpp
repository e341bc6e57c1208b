// SPDX-License-Identifier: Apache-2.0
// Grouping flows: nfdump's -a, -A, -b, -B and every -s.
//
// Thread: a Groups belongs to one thread; merge() and the rest by whoever ends the scan.
// Units:  counters scaled by sampling and thinning unless Grouping::raw; sums saturate.
// Missing: what a record did not bring counts as 0, 0.0.0.0 or the empty text, as in nfdump 1.7.1.
// Limits: memory_bytes for all threads together; beyond it groups spill to `spill_directory` in partitions, or, without one,
//         new groups are counted as left out and the answer is partial. Never dies.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/column_set.hpp"
#include "dataplane/flow/result.hpp"
#include "store/query/elements.hpp"
#include "store/query/grouping.hpp"
#include "store/query/scan.hpp"

namespace store::query {

// A group of the answer. `row`: where its key's columns stand in Groups::keys().
struct Group {
    std::uint32_t batch = 0;
    std::uint32_t row = 0;
    Sums sums{};
};

// What a statistic is of: the group's value of its element.
struct GroupValue {
    flow::IpAddress address{};  // of kind address
    std::uint64_t number = 0;   // of all others but text
    std::string_view text{};    // of kind text; as long as keys()
    std::uint8_t proto = 0;     // of :p
};

// The groups of one or, after merge, all threads.
class Groups final : public Sink {
  public:
    explicit Groups(Grouping grouping);
    ~Groups() override;
    void begin(std::uint64_t block) override;
    bool take(const flow::FlowBatch& batch, const std::uint64_t* rows, std::uint32_t count, archive::BlockReader& block,
              std::uint32_t page) override;
    // Rows of a batch that is no block's.
    void add(const flow::FlowBatch& batch, const std::uint64_t* rows, std::uint32_t page);

    // Adds the other's, of the same grouping; the other is empty afterwards.
    void merge(Groups& other);
    [[nodiscard]] std::uint64_t groups() const noexcept;
    [[nodiscard]] std::uint64_t left_out() const noexcept;  // rows whose group found no room: the answer is partial
    [[nodiscard]] const Sums& total() const noexcept;       // over all rows, each once
    // The `count` (0: all) first groups in `order`, those beyond `limits` left out. Equal ones come in nfdump's order where it
    // could be told (see ties.hpp), else those first that were seen first. Without an order (Order::none): as nfdump lists them.
    // Ends the answer that was given before.
    [[nodiscard]] std::vector<Group> top(const Ordering& order, std::uint64_t count, const GroupLimits& limits = {});
    // Batches with one row a group of the last answer, in its order: the columns of the key (what they looked at in the record,
    // masked), carried ones of the group's first flow, its times, counters and flags; so that groups print like flows. All else
    // is 0 and absent, but `family`: that of the group's first flow. Valid until keys() is asked for another batch.
    [[nodiscard]] const flow::FlowBatch& keys(std::uint32_t batch) const noexcept;
    // Of a group of the last answer.
    [[nodiscard]] GroupValue value(const Group& group) const noexcept;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace store::query
