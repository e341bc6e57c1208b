// SPDX-License-Identifier: Apache-2.0
#include "tests/support/reference_filter.hpp"

#include <algorithm>
#include <cctype>

namespace support {

namespace {

using filters::language::Missing;
using filters::language::NodeKind;
using filters::language::Operand;
using filters::language::Reading;
using filters::language::Requires;
using filters::language::Side;
using filters::language::Subject;
using filters::language::SubjectKind;
using filters::language::TextMatch;

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

// Known of the exporter and not of the flow: where the exporter is not known, no test of it holds under either rule.
bool is_of_exporter(Subject subject) {
    switch (subject.reading) {
        case Reading::exporter_address:
        case Reading::exporter_id:
        case Reading::exporter_version:
        case Reading::engine_type:
        case Reading::engine_id:
            return true;
        default:
            return false;
    }
}

bool has_needed(Requires needs, const flow::FlowBatch& batch, std::uint32_t row, const FilterWorld& world) {
    const std::uint8_t proto = batch.proto[row];
    switch (needs) {
        case Requires::icmp:
            return proto == 1 || proto == 58;
        case Requires::tcp:
            return proto == 6;
        case Requires::denied:
            return number_of(Subject(flow::Column::firewall_event), batch, row, world) == 3u;
        case Requires::nothing:
            break;
    }
    return true;
}

// A dot takes every byte in filters, every character but line ends in std::regex.
std::string with_any_byte(std::string_view pattern) {
    std::string out;
    bool in_brackets = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (c == '\\' && i + 1 < pattern.size()) {
            out += c;
            out += pattern[++i];
        } else if (c == '.' && !in_brackets) {
            out += "[\\s\\S]";
        } else {
            if (c == '[') in_brackets = true;
            if (c == ']') in_brackets = false;
            out += c;
        }
    }
    return out;
}

}  // namespace

bool ReferenceFilter::node(std::uint32_t index, std::uint32_t row) const {
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

bool ReferenceFilter::test(const Test& t, std::uint32_t row) const {
    const Field& field = filters::language::fields()[t.field];
    if (!has_needed(field.needs, batch_, row, world_)) return false;
    const auto one = [&](Subject subject) { return holds_for(field, t, subject, row); };
    if (!field.sided || t.side == Side::either) return std::any_of(field.subjects.begin(), field.subjects.end(), one);
    const bool source = one(field.subjects[0]);
    const bool destination = one(field.subjects[1]);
    if (t.side == Side::both) return source && destination;
    return t.side == Side::source ? source : destination;
}

bool ReferenceFilter::holds_for(const Field& field, const Test& t, Subject subject, std::uint32_t row) const {
    const bool zero = world_.missing == Missing::zero && !is_of_exporter(subject);
    switch (field.operand) {
        case Operand::country: {
            const auto address = address_of(subject, batch_, row, world_);
            return address && world_.country(*address) == t.text;
        }
        case Operand::ident:
            return batch_.source[row] < world_.sources.size() && world_.sources[batch_.source[row]] == t.text;
        case Operand::as_name:
            return has_as_name(field, t, number_of(subject, batch_, row, world_), zero);
        default:
            break;
    }
    switch (filters::language::kind_of(subject)) {
        case SubjectKind::number: {
            auto value = number_of(subject, batch_, row, world_);
            if (!value && !zero) return false;
            if (subject.reading == Reading::count) *value += rows_before_;
            return std::any_of(t.ranges.begin(), t.ranges.end(), [&](const auto& range) {
                return range.low <= value.value_or(0) && value.value_or(0) <= range.high;
            });
        }
        case SubjectKind::address: {
            const auto address = address_of(subject, batch_, row, world_);
            return address &&
                   std::any_of(t.nets.begin(), t.nets.end(), [&](const auto& net) { return net.contains(*address); });
        }
        case SubjectKind::text:
            break;
    }
    const auto text = text_of(subject, batch_, row);
    return (text || zero) && in_text(field, t, text.value_or(""));
}

bool ReferenceFilter::has_as_name(const Field& field, const Test& t, std::optional<std::uint64_t> number,
                                  bool zero) const {
    if (!number && !zero) return false;
    const auto names = world_.as_names(static_cast<std::uint32_t>(number.value_or(0)));
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return in_text(field, t, name); });
}

bool ReferenceFilter::in_text(const Field& field, const Test& t, std::string_view text) const {
    if (t.match == TextMatch::present) return !text.empty();
    if (field.operand == Operand::regex || t.match == TextMatch::regex) {
        const auto flags = std::regex::ECMAScript | (t.caseless ? std::regex::icase : std::regex::ECMAScript);
        const auto at = compiled_.try_emplace(&t, with_any_byte(t.text), flags).first;
        return std::regex_search(text.begin(), text.end(), at->second);
    }
    const std::string wanted = t.caseless ? lower(t.text) : t.text;
    const std::string given = t.caseless ? lower(text) : std::string(text);
    if (t.match == TextMatch::equal && field.operand != Operand::content) return given == wanted;
    return given.find(wanted) != std::string::npos;
}

}  // namespace support
