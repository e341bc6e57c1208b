// SPDX-License-Identifier: Apache-2.0
// What Groups is made of: aggregate.cpp takes rows in, groups_sums.cpp adds them up, groups_answer.cpp gives the answer.
//
// Thread: as Groups.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "store/query/aggregate.hpp"
#include "store/query/answer_rows.hpp"
#include "store/query/first_flow.hpp"
#include "store/query/group_spill.hpp"
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

    // --- rows in: aggregate.cpp ---
    void take_rows(const flow::FlowBatch& batch, std::span<const RowNumber> rows);
    void add(std::uint32_t table, KeyPlan& plan, const flow::FlowBatch& batch, std::span<const RowNumber> rows,
             unsigned side);
    template <class Value>
    void add_small(const Value* values, const flow::FlowBatch& batch, std::span<const RowNumber> rows, unsigned side);
    // Cells of keys [from, to) into refs; where there is no room groups are spilled, or refs are kNoCell.
    void find_cells(std::uint32_t table, std::size_t from, std::size_t to, bool wants_out, IndexPlaces known);
    [[nodiscard]] std::unique_ptr<GroupTable> new_table(std::uint32_t table) const;
    void turn_keys(std::uint32_t table, std::size_t count) noexcept;

    // --- sums: groups_sums.cpp ---
    // Adds rows[i] to the cell refs[i].
    void apply(GroupTable& table, const flow::FlowBatch& batch, std::span<const RowNumber> rows, const CellRef* cells,
               const std::uint8_t* turns, unsigned side);
    void apply_plain(GroupTable& table, const flow::FlowBatch& batch, std::span<const RowNumber> rows,
                     const CellRef* cells, unsigned side) noexcept;
    void apply_one(GroupTable& table, const flow::FlowBatch& batch, RowNumber row, CellRef ref, unsigned side,
                   bool turn);
    void merge(std::uint32_t table, GroupTable& from);
    void merge_cell(GroupTable& into, CellRef to, const CellView& more) const noexcept;
    [[nodiscard]] CellView view(const GroupTable& table, CellRef ref) const noexcept;

    // --- answers: groups_answer.cpp ---
    [[nodiscard]] Sums sums_of(const GroupTable& table, CellRef ref) const noexcept;
    [[nodiscard]] Sums turned_sums_of(const GroupTable& table, std::uint32_t t, CellRef ref) const noexcept;
    [[nodiscard]] const KeyPlan& plan_of(std::uint32_t table) const noexcept {
        return table == 0 ? sides[0].narrow : sides[0].wide;
    }
    void best_of(const GroupTable& table, std::uint32_t t, const Ordering& order, std::uint64_t count,
                 const GroupLimits& limits, std::vector<GroupCandidate>& heap) const;
    // Of spilled groups, the best of each partition, into `results`.
    void gather_spilled(const Ordering& order, std::uint64_t count, const GroupLimits& limits);
    void gather_partition(std::uint32_t table, unsigned partition, const Ordering& order, std::uint64_t count,
                          const GroupLimits& limits);
    // The best groups of a table to another; returns how many found no room.
    [[nodiscard]] std::uint64_t add_best(GroupTable& to, const GroupTable& from, std::uint32_t t, const Ordering& order,
                                         std::uint64_t count, const GroupLimits& limits);
    // Adds cells of another table of the same keys; returns how many found no room.
    [[nodiscard]] std::uint64_t add_cells(GroupTable& to, std::span<const CellView> cells);
    [[nodiscard]] std::uint64_t groups() const noexcept;
    [[nodiscard]] const GroupTable& shown(std::uint32_t table) const noexcept {
        return results[table] ? *results[table] : *tables[table];
    }
    [[nodiscard]] bool order_as_nfdump(std::vector<GroupCandidate>& groups, const Ordering& order,
                                       const GroupLimits& limits) const;

    Grouping grouping;
    FirstFlow first;
    std::vector<SidePlans> sides{};
    bool split = false;  // narrow and wide keys differ
    std::array<std::unique_ptr<GroupTable>, 2> tables{};
    std::array<std::unique_ptr<GroupTable>, 2> results{};  // of spilled groups, while there is an answer
    std::array<GroupSpill, 2> spills{};
    std::uint64_t spilled_groups = 0;   // as the last answer found them
    std::uint64_t answer_left_out = 0;  // of it, for want of memory
    std::vector<CellRef> direct{};      // by value of a small key: its cell in tables[0]
    RowCounters counters{};
    std::uint64_t block = 0;
    std::uint64_t row_base = 0;
    Sums total{};
    std::uint64_t left_out = 0;
    std::uint64_t last_place = 0;  // of all rows

    // Of the rows at hand.
    static constexpr std::size_t kStep = 64;  // keys looked up at a time
    std::vector<std::uint64_t> keys{};
    std::array<std::uint64_t, flow::kBatchRows> hashes{};
    std::array<CellRef, flow::kBatchRows> refs{};
    std::array<std::uint32_t, flow::kBatchRows> places{};  // in a table's index
    std::array<std::uint8_t, flow::kBatchRows> turned{};
    std::array<RowNumber, flow::kBatchRows> rows{}, narrow_rows{}, wide_rows{};

    std::vector<GroupCandidate> answer{};
    std::unique_ptr<AnswerRows> printed{};
};

}  // namespace store::query
