// SPDX-License-Identifier: Apache-2.0
// Sinks for questions that group nothing: rows as they come, sums alone.
//
// Thread: one each.
// Units:  sums scaled by sampling and thinning unless `raw`.
#pragma once

#include <array>
#include <cstdint>

#include "control/query/output.hpp"
#include "control/query/print.hpp"
#include "dataplane/flow/column_set.hpp"
#include "dataplane/flow/tally.hpp"
#include "store/query/row_counters.hpp"
#include "store/query/row_list.hpp"
#include "store/query/scan.hpp"

namespace query {

// Calls use(row) for each row of the bitmap.
template <class Use>
void for_rows(const std::uint64_t* rows, std::uint32_t batch_rows, const Use& use) {
    for (std::uint32_t w = 0; w * 64 < batch_rows; ++w) {
        for (std::uint64_t bits = rows[w]; bits != 0; bits &= bits - 1)
            use(w * 64 + static_cast<std::uint32_t>(__builtin_ctzll(bits)));
    }
}

// Prints each row when it comes. Ends when nobody reads any more.
class Listing final : public store::query::Sink {
  public:
    Listing(RecordPrinter& printer, Output& output, bool raw) : printer_(printer), output_(output), raw_(raw) {}
    bool take(const flow::FlowBatch& batch, const std::uint64_t* rows, std::uint32_t count,
              store::archive::BlockReader& block, std::uint32_t page) override;

    [[nodiscard]] const store::query::Sums& total() const noexcept { return total_; }

  private:
    RecordPrinter& printer_;
    Output& output_;
    bool raw_;
    store::query::Sums total_{};
};

// Sums alone, by class of protocol too where asked.
class Totals final : public store::query::Sink {
  public:
    Totals(bool by_class, bool raw) : by_class_(by_class), raw_(raw) {}
    bool take(const flow::FlowBatch& batch, const std::uint64_t* rows, std::uint32_t count,
              store::archive::BlockReader& block, std::uint32_t page) override;
    bool take_whole(const store::archive::BlockReader& block) override;

    [[nodiscard]] static flow::ColumnSet columns(bool by_class);
    void merge(const Totals& other) noexcept;
    [[nodiscard]] const store::query::Sums& total() const noexcept { return total_; }
    [[nodiscard]] const std::array<store::query::Sums, flow::kClasses>& classes() const noexcept { return classes_; }

  private:
    bool by_class_, raw_;
    store::query::RowCounters counters_{};
    std::array<store::query::RowNumber, flow::kBatchRows> chosen_;
    store::query::Sums total_{};
    std::array<store::query::Sums, flow::kClasses> classes_{};
};

}  // namespace query
