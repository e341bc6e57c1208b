// SPDX-License-Identifier: Apache-2.0
// The primitives of the language as a table: how each is spelt, what may follow it, and which columns it
// reads.
//
// Thread: any; constant.
// Source: nfdump's filter language, union of versions 1.6 to 1.7.8.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "dataplane/flow/columns.hpp"

namespace filters::language {

// What stands after the words of a primitive.
enum class Operand : std::uint8_t {
    fixed,  // nothing: the words say it all
    number,
    protocol,  // number or name
    address,   // one complete address, or a list with prefixes
    prefix,    // a/n or address and mask, or a list
    content,   // a quoted text or a word, taken as it is
    regex,     // a quoted text, then perhaps i
};

// Which bits of a number column are meant.
enum class Part : std::uint8_t { whole, high_byte, low_byte };

struct Field {
    std::string_view words;  // spellings separated by '|', words by one blank; the first is the normal form
    std::string_view value;  // what is expected, for messages: "a port number"
    Operand operand = Operand::number;
    std::array<flow::Column, 2> columns{};  // source and destination side; equal where the field has one side
    std::uint64_t most = 0;                 // numbers: the largest
    std::uint64_t constant = 0;             // fixed: the number that holds
    bool compares = false;                  // = < > <= >= may stand before the number
    bool lists = false;                     // in [ ... ] may follow
    Part part = Part::whole;
    bool icmp_only = false;  // holds for ICMP and ICMPv6 flows only

    [[nodiscard]] bool two_sided() const noexcept { return columns[0] != columns[1]; }
    [[nodiscard]] std::string_view name() const noexcept { return words.substr(0, words.find('|')); }
};

[[nodiscard]] std::span<const Field> fields() noexcept;

}  // namespace filters::language
