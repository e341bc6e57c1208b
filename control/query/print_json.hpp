// SPDX-License-Identifier: Apache-2.0
// Records as JSON with nfdump's keys: 1.7.1's array of objects (json), one object a line (ndjson).
//
// Thread: one.
#pragma once

#include <string>

#include "control/query/json_text.hpp"
#include "control/query/print.hpp"
#include "control/query/record.hpp"

namespace query {

class JsonPrinter final : public RecordPrinter {
  public:
    // `lines`: ndjson.
    JsonPrinter(const Style& style, bool quiet, bool lines) : style_(style), quiet_(quiet), lines_(lines) {}
    [[nodiscard]] flow::ColumnSet columns() const override { return flow::ColumnSet::all(); }
    [[nodiscard]] bool received() const override { return true; }
    void header(std::string& out) override;
    void record(const flow::FlowBatch& batch, std::uint32_t row, const store::query::Sums& sums,
                std::string& out) override;
    void footer(std::string& out) override;

  private:
    Style style_;
    bool quiet_, lines_;
    LocalTime times_;
    bool first_ = true;
};

}  // namespace query
