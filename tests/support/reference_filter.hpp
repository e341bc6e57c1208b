// SPDX-License-Identifier: Apache-2.0
// The plainest possible evaluator of a filter: one row, the syntax tree, no index. What the engine must agree with.
//
// Written from the words of language/subject.hpp and of nfdump's manual, and not from the engine: it works every subject
// out by itself, one row at a time, in wide arithmetic, and looks texts up with std::string and std::regex.
//
// Thread: one; regular expressions are kept once compiled.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/exporter.hpp"
#include "filters/language/ast.hpp"
#include "filters/language/fields.hpp"

namespace support {

// What a filter sees besides the rows.
struct FilterWorld {
    filters::language::Missing missing = filters::language::Missing::no_match;
    std::vector<std::string> sources{};  // names, by source index
    const flow::ExporterTable* exporters = nullptr;
    // Two letters in upper case; empty where nothing is known of the address.
    std::function<std::string(const flow::IpAddress&)> country{};
    // The autonomous system that an address is in, 0 where nothing is known: whose number a record has that tells none.
    std::function<std::uint32_t(const flow::IpAddress&)> as_of{};
    // Names that a number of an autonomous system goes by.
    std::function<std::vector<std::string>(std::uint32_t)> as_names{};
};

class ReferenceFilter {
  public:
    using Subject = filters::language::Subject;

    // `rows_before`: rows that the matcher saw before this batch. Tree and batch must outlive it.
    ReferenceFilter(const filters::language::Ast& ast, const flow::FlowBatch& batch, FilterWorld world = {},
                    std::uint64_t rows_before = 0)
        : ast_(ast), batch_(batch), world_(std::move(world)), rows_before_(rows_before) {}

    [[nodiscard]] bool holds(std::uint32_t row) const { return node(ast_.root, row); }

  private:
    using Field = filters::language::Field;
    using Test = filters::language::Test;

    [[nodiscard]] bool node(std::uint32_t index, std::uint32_t row) const;
    [[nodiscard]] bool test(const Test& t, std::uint32_t row) const;
    [[nodiscard]] bool holds_for(const Field& field, const Test& t, Subject subject, std::uint32_t row) const;
    [[nodiscard]] bool has_as_name(const Field& field, const Test& t, std::optional<std::uint64_t> number,
                                   bool zero) const;
    [[nodiscard]] bool in_text(const Field& field, const Test& t, std::string_view text) const;

    const filters::language::Ast& ast_;
    const flow::FlowBatch& batch_;
    FilterWorld world_;
    std::uint64_t rows_before_;
    mutable std::map<const Test*, std::regex> compiled_;
};

// What a subject of this kind is in a row; nullopt: missing. Numbers of `count` are those of the batch alone.
[[nodiscard]] std::optional<std::uint64_t> number_of(filters::language::Subject subject, const flow::FlowBatch& batch,
                                                     std::uint32_t row, const FilterWorld& world);
[[nodiscard]] std::optional<flow::IpAddress> address_of(filters::language::Subject subject,
                                                        const flow::FlowBatch& batch, std::uint32_t row,
                                                        const FilterWorld& world);
[[nodiscard]] std::optional<std::string> text_of(filters::language::Subject subject, const flow::FlowBatch& batch,
                                                 std::uint32_t row);

}  // namespace support
