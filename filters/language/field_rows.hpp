// SPDX-License-Identifier: Apache-2.0
// How rows of the field table are written. Only for the files that fields() is put together from.
//
// Thread: any; constant.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "filters/language/fields.hpp"

namespace filters::language {

// Subjects of a field, in static storage.
template <auto... kSubjects>
inline constexpr std::array<Subject, sizeof...(kSubjects)> kOf = {Subject(kSubjects)...};

inline constexpr std::uint64_t kMost16 = std::numeric_limits<std::uint16_t>::max();
inline constexpr std::uint64_t kMost32 = std::numeric_limits<std::uint32_t>::max();
inline constexpr std::uint64_t kMost64 = std::numeric_limits<std::uint64_t>::max();

using Subjects = std::span<const Subject>;

constexpr Field with_operand(std::string_view words, std::string_view value, Operand operand, Subjects subjects) {
    Field f{};
    f.words = words;
    f.value = value;
    f.operand = operand;
    f.subjects = subjects;
    return f;
}
constexpr Field number_field(std::string_view words, std::string_view value, Subjects subjects, std::uint64_t most,
                             std::span<const NamedValue> names = {}) {
    Field f = with_operand(words, value, Operand::number, subjects);
    f.most = most;
    f.compares = true;
    f.lists = true;
    f.names = names;
    return f;
}
constexpr Field protocol_field(std::string_view words, Subjects subjects) {
    Field f = number_field(words, "a protocol name or a number from 0 to 255", subjects, 255);
    f.operand = Operand::protocol;
    return f;
}
constexpr Field fixed_field(std::string_view words, Subjects subjects, std::uint64_t constant) {
    Field f = with_operand(words, "", Operand::fixed, subjects);
    f.constant = constant;
    return f;
}
constexpr Field address_field(std::string_view words, Subjects subjects) {
    Field f = with_operand(words, "a complete IPv4 or IPv6 address", Operand::address, subjects);
    f.lists = true;
    return f;
}
constexpr Field prefix_field(std::string_view words, Subjects subjects) {
    Field f = with_operand(words, "a prefix such as 10.0.0.0/8 or 2001:db8::/32", Operand::prefix, subjects);
    f.lists = true;
    return f;
}
constexpr Field text_field(std::string_view words, std::string_view value, Subjects subjects) {
    return with_operand(words, value, Operand::text, subjects);
}
constexpr Field caseless_field(std::string_view words, std::string_view value, Subjects subjects) {
    Field f = text_field(words, value, subjects);
    f.caseless = true;
    return f;
}
constexpr Field sided(Field f) {
    f.sided = true;
    return f;
}
constexpr Field requiring(Requires needs, Field f) {
    f.needs = needs;
    return f;
}

[[nodiscard]] std::span<const Field> flow_fields() noexcept;    // addresses, ports, counters, times, routing
[[nodiscard]] std::span<const Field> device_fields() noexcept;  // MAC, MPLS, NAT, firewall, exporter
[[nodiscard]] std::span<const Field> text_fields() noexcept;    // texts and payload

}  // namespace filters::language
