// SPDX-License-Identifier: Apache-2.0
// What Groups is made of; aggregate.cpp takes rows in, groups_answer.cpp gives the answer.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "store/query/aggregate.hpp"
#include "store/query/answer_rows.hpp"
#include "store/query/first_flow.hpp"
#include "store/query/group_table.hpp"
#include "store/query/key_plan.hpp"
#include "store/query/row_counters.hpp"

namespace store::query {

// Keys of a side of a statistic's element; of all else there is one.
struct SidePlans {
    KeyPlan narrow, wide;
};

// A group that may be in the answer.
struct GroupCandidate {
    std::uint64_t value, seen;
    std::uint32_t table;
    CellRef ref;
};

struct Groups::Impl {
    explicit Impl(Grouping g);

    void take_rows(const flow::FlowBatch& batch, std::span<const RowNumber> rows);
    void add(std::uint32_t table, KeyPlan& plan, const flow::FlowBatch& batch, std::span<const RowNumber> rows,
             unsigned side);
    void turn_keys(std::uint32_t table, std::size_t count) noexcept;
    void apply(GroupTable& table, const flow::FlowBatch& batch, std::span<const RowNumber> rows, std::size_t from,
               std::size_t to, unsigned side);
    void add_one(GroupTable& table, const flow::FlowBatch& batch, RowNumber row, CellRef ref, unsigned side,
                 bool turned);
    void merge(GroupTable& into, GroupTable& from);
    void merge_cell(GroupTable& into, CellRef to, const GroupTable& from, CellRef at) const noexcept;
    [[nodiscard]] Sums sums_of(const GroupTable& table, CellRef ref) const noexcept;
    [[nodiscard]] Sums turned_sums_of(std::uint32_t table, CellRef ref) const noexcept;
    [[nodiscard]] const KeyPlan& plan_of(std::uint32_t table) const noexcept {
        return table == 0 ? sides[0].narrow : sides[0].wide;
    }
    [[nodiscard]] std::vector<GroupCandidate> all(const Ordering& order) const;
    [[nodiscard]] bool order_as_nfdump(std::vector<GroupCandidate>& groups, const Ordering& order,
                                       const GroupLimits& limits) const;
    [[nodiscard]] bool passes(const GroupCandidate& c, const Ordering& order, const GroupLimits& limits) const;

    Grouping grouping;
    FirstFlow first;
    std::vector<SidePlans> sides{};
    bool split = false;  // narrow and wide keys differ
    std::array<std::unique_ptr<GroupTable>, 2> tables{};
    RowCounters counters{};
    std::uint64_t block = 0;
    std::uint64_t row_base = 0;
    Sums total{};
    std::uint64_t left_out = 0;
    std::uint64_t last_place = 0;  // of all rows

    // Of the rows at hand.
    std::vector<std::uint64_t> keys{};
    std::array<std::uint64_t, flow::kBatchRows> hashes{};
    std::array<CellRef, flow::kBatchRows> refs{};
    std::array<std::uint8_t, flow::kBatchRows> turned{};
    std::array<RowNumber, flow::kBatchRows> rows{}, narrow_rows{}, wide_rows{};

    std::vector<GroupCandidate> answer{};
    std::unique_ptr<AnswerRows> printed{};
};

}  // namespace store::query
