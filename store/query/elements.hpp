// SPDX-License-Identifier: Apache-2.0
// What flows can be grouped by: one table for -s and -A, with nfdump's names and titles.
//
// Thread: any; constant data.
// Source: nfdump(1) of 1.7.1, 1.7.8; notes 4.2 and 4.3.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "dataplane/flow/columns.hpp"
#include "filters/language/subject.hpp"

namespace store::query {

// How a value of it is printed.
enum class ElementKind : std::uint8_t { address, port, number, protocol, mac, mpls, hexadecimal, text };

struct Element {
    std::string_view statistic;    // name after -s; empty: not one
    std::string_view aggregation;  // name in -A; empty: not one
    std::string_view title;        // column title of a statistic: "Src IP Addr"
    std::string_view tag;          // what -A prints of it: "%sa"
    ElementKind kind = ElementKind::number;
    filters::language::Subject source{};       // what it looks at
    filters::language::Subject destination{};  // of elements of two sides: the other one; else == source
    [[nodiscard]] bool two_sided() const noexcept { return !(source == destination); }
};

[[nodiscard]] std::span<const Element> elements() noexcept;
// nullptr: no such; aliases are known.
[[nodiscard]] const Element* find_statistic(std::string_view name) noexcept;
[[nodiscard]] const Element* find_aggregation(std::string_view name) noexcept;

}  // namespace store::query
