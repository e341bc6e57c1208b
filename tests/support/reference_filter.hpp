// SPDX-License-Identifier: Apache-2.0
// The plainest possible evaluator of a filter: one row, the syntax tree, no index. What the engine must agree
// with.
//
// Thread: any; no state.
#pragma once

#include <algorithm>
#include <regex>
#include <string>
#include <type_traits>

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
    using Subject = filters::language::Subject;
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
        using filters::language::Requires;
        using filters::language::Side;
        const Field& field = filters::language::fields()[t.field];
        const std::uint8_t proto = batch_.proto[row];
        if (field.needs == Requires::icmp && proto != 1 && proto != 58) return false;
        if (field.needs == Requires::tcp && proto != 6) return false;
        const auto one = [&](Subject subject) { return holds_for(field, t, subject, row); };
        if (field.sided && t.side == Side::source) return one(field.subjects[0]);
        if (field.sided && t.side == Side::destination) return one(field.subjects[1]);
        if (field.sided && t.side == Side::both) return one(field.subjects[0]) && one(field.subjects[1]);
        return std::any_of(field.subjects.begin(), field.subjects.end(), one);
    }

    [[nodiscard]] bool holds_for(const Field& field, const Test& t, Subject subject, std::uint32_t row) const {
        const std::uint64_t presence = filters::language::presence_of(subject);
        if (presence != 0 && (batch_.present[row] & presence) == 0) return false;
        switch (filters::language::kind_of(subject)) {
            case filters::language::SubjectKind::number:
                return in_ranges(t, number(subject, row));
            case filters::language::SubjectKind::address:
                return in_nets(t, address(subject, row));
            case filters::language::SubjectKind::text:
                break;
        }
        return in_text(field, t, row);
    }

    [[nodiscard]] std::uint64_t number(Subject subject, std::uint32_t row) const {
        using filters::language::Reading;
        switch (subject.reading) {
            case Reading::icmp_type:
                return batch_.dst_port[row] >> 8;
            case Reading::icmp_code:
                return batch_.dst_port[row] & 0xff;
            default:
                break;
        }
        switch (subject.column) {
#define X(name, type, what) \
    case Column::name:      \
        return as<std::uint64_t>(batch_.name[row]);
            FLOW_COMMON_COLUMNS(X)
            FLOW_RARE_COLUMNS(X)
#undef X
            case Column::count_:
                break;
        }
        return 0;
    }
    [[nodiscard]] flow::IpAddress address(Subject subject, std::uint32_t row) const {
        switch (subject.column) {
#define X(name, type, what) \
    case Column::name:      \
        return as<flow::IpAddress>(batch_.name[row]);
            FLOW_COMMON_COLUMNS(X)
            FLOW_RARE_COLUMNS(X)
#undef X
            case Column::count_:
                break;
        }
        return {};
    }

    template <class Wanted, class Value>
    static Wanted as(const Value& value) {
        if constexpr (std::is_convertible_v<Value, Wanted>) {
            return value;
        } else {
            return {};  // a column of another kind
        }
    }
    static bool in_ranges(const Test& t, std::uint64_t value) {
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
