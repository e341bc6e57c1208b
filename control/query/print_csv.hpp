// SPDX-License-Identifier: Apache-2.0
// Records as nfdump 1.7.1's comma-separated values, and as its older ones with bars between.
//
// Thread: one.
#pragma once

#include <string>

#include "control/query/print.hpp"
#include "control/query/record.hpp"

namespace query {

class CsvPrinter final : public RecordPrinter {
  public:
    CsvPrinter(const Style& style, bool quiet) : style_(style), quiet_(quiet) {}
    [[nodiscard]] flow::ColumnSet columns() const override;
    [[nodiscard]] bool received() const override { return true; }
    void header(std::string& out) override;
    void record(const flow::FlowBatch& batch, std::uint32_t row, const store::query::Sums& sums,
                std::string& out) override;
    void footer(std::string&) override {}

  private:
    Style style_;
    bool quiet_;
    LocalTime times_;
};

class PipePrinter final : public RecordPrinter {
  public:
    [[nodiscard]] flow::ColumnSet columns() const override;
    [[nodiscard]] bool received() const override { return false; }
    void header(std::string&) override {}
    void record(const flow::FlowBatch& batch, std::uint32_t row, const store::query::Sums& sums,
                std::string& out) override;
    void footer(std::string&) override {}
};

// "10|0|0|0|..." without the family: four words of an address, of IPv4 the last alone.
void pipe_address(Pen& pen, const flow::IpAddress& address, bool v6) noexcept;
// nfdump's number of the address family: that of Linux.
[[nodiscard]] constexpr unsigned pipe_family(bool v6) noexcept {
    return v6 ? 10 : 2;
}

}  // namespace query
