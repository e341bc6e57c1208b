// SPDX-License-Identifier: Apache-2.0
// Groups of an answer as rows of batches, made when they are asked for.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "store/query/aggregate.hpp"
#include "store/query/first_flow.hpp"
#include "store/query/group_table.hpp"
#include "store/query/key_plan.hpp"

namespace store::query {

struct AnsweredGroup {
    const GroupTable* table = nullptr;
    const KeyPlan* plan = nullptr;
    CellRef ref = kNoCell;
    Sums sums{};
};

// Whether nfdump -B turns a flow with these ports: TCP and UDP whose source port looks like a server's.
[[nodiscard]] bool is_turned_by_guess(const KeyPlan& plan, const GroupTable& table, CellRef ref) noexcept;

class AnswerRows {
  public:
    AnswerRows(const Grouping& grouping, const FirstFlow& first) : grouping_(grouping), first_(first) {}

    void begin() noexcept;
    std::uint32_t add(AnsweredGroup group);
    [[nodiscard]] const Sums& sums(std::uint32_t n) const noexcept { return groups_[n].sums; }
    [[nodiscard]] std::uint32_t rows_a_batch() const noexcept;
    [[nodiscard]] const flow::FlowBatch& batch(std::uint32_t number);
    [[nodiscard]] GroupValue value(std::uint32_t n) const;

  private:
    void write(const AnsweredGroup& group, std::uint32_t row);
    void write_field(const KeyField& field, const std::byte* key, std::uint32_t row);
    void write_address(const KeyField& field, const flow::IpAddress& address, std::uint32_t row);
    void turn(std::uint32_t row) noexcept;
    void turn_ends(std::uint32_t row) noexcept;
    // Says that the row has the column, with 0 in all that share its bit.
    void bring(flow::Column column, std::uint32_t row) noexcept;
    [[nodiscard]] std::uint32_t exporter_at(const flow::IpAddress& address);

    const Grouping& grouping_;
    const FirstFlow& first_;
    std::vector<AnsweredGroup> groups_{};
    std::unique_ptr<flow::FlowBatch> batch_{};
    std::uint32_t made_ = ~0u;  // number of the batch in batch_
    std::unordered_map<flow::IpAddress, std::uint32_t> exporters_{};
};

}  // namespace store::query
