// SPDX-License-Identifier: Apache-2.0
// The plainest possible evaluator of a filter: one row, the syntax tree, no index. What the engine must agree
// with.
//
// Thread: any; no state.
#pragma once

#include <algorithm>
#include <regex>
#include <string>

#include "dataplane/flow/batch.hpp"
#include "filters/language/ast.hpp"
#include "filters/language/fields.hpp"
#include "filters/text/payload.hpp"

namespace support {

class ReferenceFilter {
  public:
    ReferenceFilter(const filters::language::Ast& ast, const flow::FlowBatch& batch) : ast_(ast), batch_(batch) {}

    [[nodiscard]] bool holds(std::uint32_t row) const { return node(ast_.root, row); }

  private:
    using Column = flow::Column;
    using Field = filters::language::Field;
    using Test = filters::language::Test;

    [[nodiscard]] bool node(std::uint32_t index, std::uint32_t row) const {
        using filters::language::NodeKind;
        const auto& n = ast_.nodes[index];
        const auto* begin = ast_.children.data() + n.first;
        const auto operand = [&](std::uint32_t child) { return node(child, row); };
        switch (n.kind) {
            case NodeKind::any:
                return true;
            case NodeKind::test:
                return test(ast_.tests[n.first], row);
            case NodeKind::negation:
                return !operand(*begin);
            case NodeKind::conjunction:
                return std::all_of(begin, begin + n.count, operand);
            case NodeKind::disjunction:
                break;
        }
        return std::any_of(begin, begin + n.count, operand);
    }

    [[nodiscard]] bool test(const Test& t, std::uint32_t row) const {
        using filters::language::Side;
        const Field& field = filters::language::fields()[t.field];
        if (field.icmp_only && batch_.proto[row] != 1 && batch_.proto[row] != 58) return false;
        const auto one = [&](std::size_t side) { return column(field, t, field.columns[side], row); };
        switch (t.side) {
            case Side::source:
                return one(0);
            case Side::destination:
                return one(1);
            case Side::both:
                return one(0) && one(1);
            case Side::either:
                break;
        }
        return one(0) || one(1);
    }

    [[nodiscard]] bool column(const Field& field, const Test& t, Column c, std::uint32_t row) const {
        switch (c) {
            case Column::src_port:
                return in_ranges(field, t, batch_.src_port[row]);
            case Column::dst_port:
                return in_ranges(field, t, batch_.dst_port[row]);
            case Column::proto:
                return in_ranges(field, t, batch_.proto[row]);
            case Column::family:
                return in_ranges(field, t, batch_.family[row]);
            case Column::src_addr:
                return batch_.has(row, c) && in_nets(t, batch_.src_addr[row]);
            case Column::dst_addr:
                return batch_.has(row, c) && in_nets(t, batch_.dst_addr[row]);
            case Column::payload:
                return batch_.has(row, c) && in_text(field, t, row);
            default:
                return false;
        }
    }

    static bool in_ranges(const Field& field, const Test& t, std::uint64_t value) {
        if (field.part == filters::language::Part::high_byte) value >>= 8;
        if (field.part == filters::language::Part::low_byte) value &= 0xff;
        return std::any_of(t.ranges.begin(), t.ranges.end(),
                           [&](const auto& range) { return range.low <= value && value <= range.high; });
    }
    static bool in_nets(const Test& t, const flow::IpAddress& address) {
        return std::any_of(t.nets.begin(), t.nets.end(), [&](const auto& net) { return net.contains(address); });
    }
    [[nodiscard]] bool in_text(const Field& field, const Test& t, std::uint32_t row) const {
        const auto bytes = filters::text::application_bytes(batch_.arena.view(batch_.payload[row]), batch_.proto[row]);
        if (field.operand == filters::language::Operand::content) return bytes.find(t.text) != std::string_view::npos;
        auto flags = std::regex::ECMAScript;
        if (t.caseless) flags |= std::regex::icase;
        return std::regex_search(bytes.begin(), bytes.end(), std::regex(t.text, flags));
    }

    const filters::language::Ast& ast_;
    const flow::FlowBatch& batch_;
};

}  // namespace support
