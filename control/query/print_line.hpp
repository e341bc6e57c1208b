// SPDX-License-Identifier: Apache-2.0
// Records as lines of fields: every format that is made of tags.
//
// Thread: one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "control/query/print.hpp"
#include "control/query/tags.hpp"

namespace query {

inline constexpr std::size_t kMostFields = 512;

// nfdump's own formats: "line" is "%ts %td %pr %sap -> %dap %pkt %byt %fl"; empty: no such.
[[nodiscard]] std::string_view format_named(std::string_view name) noexcept;

class LinePrinter final : public RecordPrinter {
  public:
    // `format`: text and tags; names of nfdump's formats stand for them.
    // Error: a % without a known tag behind it.
    static flow::Result<std::unique_ptr<RecordPrinter>> make(std::string_view format, const Style& style, bool quiet);

    [[nodiscard]] flow::ColumnSet columns() const override;
    [[nodiscard]] bool received() const override;
    void header(std::string& out) override;
    void record(const flow::FlowBatch& batch, std::uint32_t row, const store::query::Sums& sums,
                std::string& out) override;
    void footer(std::string&) override {}

  private:
    struct Step {
        const Tag* tag = nullptr;  // nullptr: the text
        std::string text{};
    };

    LinePrinter(const Style& style, bool quiet) : style_(style), quiet_(quiet) {}
    flow::Result<void> compile(std::string_view format, bool names_allowed);
    void add_text(char c);
    flow::Result<void> add_tag(const Tag* tag);

    Style style_;
    bool quiet_;
    std::vector<Step> steps_;
    std::vector<char> line_;  // room for the widest line
    LocalTime times_;
    std::uint64_t printed_ = 0;
};

}  // namespace query
