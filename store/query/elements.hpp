// SPDX-License-Identifier: Apache-2.0
// What flows can be grouped by: one table for -s and -A, with nfdump's names and titles.
//
// Thread: any; constant data.
// Source: nfdump(1) of 1.7.1 and 1.7.8; titles as 1.7.1 prints them, padded as there. Names that only 1.7.8 has stand behind.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "dataplane/flow/columns.hpp"
#include "filters/language/subject.hpp"

namespace store::query {

// How a value of it is printed.
enum class ElementKind : std::uint8_t {
    address,
    port,
    number,
    protocol,     // as a number, and the line's protocol is it: such a statistic is always split by protocol
    mac,          // 00:11:22:33:44:55
    mpls,         // label-exp-eos; the value is the entry of 24 bits
    hexadecimal,  // 0x1f
    text,
    latency,      // microseconds, printed as milliseconds with three decimals
    event,        // of firewalls: ignore, CREATE ...
    application,  // engine..selector; the value is application_id: engine in the byte above 24 bits of selector
    flags         // of TCP: ...AP.SF
};

struct Element {
    std::string_view statistic;    // name after -s; empty: not one
    std::string_view aggregation;  // name in -A; empty: not one
    std::string_view title;        // column title of a statistic: "Src IP Addr"
    std::string_view tag;          // what -A prints of it: "%sa"
    ElementKind kind = ElementKind::number;
    filters::language::Subject source{};  // what it looks at; of kind mpls: the label, and the whole entry is meant
    filters::language::Subject destination{};            // of elements of two sides: the other one; else == source
    std::array<filters::language::Subject, 2> others{};  // of those of four sides: the rest
    [[nodiscard]] bool two_sided() const noexcept { return !(source == destination); }
    // Every row counts once for each side, also when their values are equal.
    [[nodiscard]] unsigned sides() const noexcept {
        return !two_sided() ? 1 : others[0] == filters::language::Subject{} ? 2 : 4;
    }
    [[nodiscard]] const filters::language::Subject& side(unsigned n) const noexcept {
        return n == 0 ? source : n == 1 ? destination : others[n - 2];
    }
};

[[nodiscard]] std::span<const Element> elements() noexcept;
// nullptr: no such; aliases are known; upper and lower case are the same. "record" is none.
[[nodiscard]] const Element* find_statistic(std::string_view name) noexcept;
[[nodiscard]] const Element* find_aggregation(std::string_view name) noexcept;

}  // namespace store::query
