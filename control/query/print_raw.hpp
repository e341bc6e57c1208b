// SPDX-License-Identifier: Apache-2.0
// Records as a block of lines each: `-o raw`.
//
// Thread: one.
#pragma once

#include <string>

#include "control/query/print.hpp"
#include "control/query/record.hpp"

namespace query {

class RawPrinter final : public RecordPrinter {
  public:
    explicit RawPrinter(const Style& style) : style_(style) {}
    [[nodiscard]] flow::ColumnSet columns() const override { return flow::ColumnSet::all(); }
    [[nodiscard]] bool received() const override { return true; }
    void header(std::string&) override {}
    void record(const flow::FlowBatch& batch, std::uint32_t row, const store::query::Sums& sums,
                std::string& out) override;
    void footer(std::string&) override {}

  private:
    Style style_;
    LocalTime times_;
    std::uint64_t printed_ = 0;
};

}  // namespace query
