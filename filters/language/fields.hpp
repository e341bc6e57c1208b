// SPDX-License-Identifier: Apache-2.0
// The primitives of the language as a table: how each is spelt, what may follow it, and what of a flow it looks at.
//
// Thread: any; constant.
// Source: nfdump's filter language, union of versions 1.6 to 1.7.8.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "filters/language/subject.hpp"

namespace filters::language {

// What stands after the words of a primitive.
enum class Operand : std::uint8_t {
    fixed,     // nothing: the words say it all
    number,    // number, a name of `names`, or a list
    protocol,  // number or name
    address,   // one complete address or host name, or a list with prefixes
    prefix,    // a/n or address and mask, or a list
    mac,       // six octets in hex
    flags,     // letters of TCP flags, all of which must be set; or a number
    time,      // ISO 8601
    ident,     // name of a source
    country,   // two letters
    text,      // = contains matches
    content,   // a quoted text or a word, taken as it is
    regex,     // a quoted text, then perhaps i
};

// A word that stands for a number of a field.
struct NamedValue {
    std::string_view name;
    std::uint64_t value;
};

// What protocol a flow must have besides.
enum class Requires : std::uint8_t { nothing, icmp, tcp };

struct Field {
    std::string_view words;  // spellings separated by '|', words by one blank; the first is the normal form
    std::string_view value;  // what is expected, for messages: "a port number"
    Operand operand = Operand::number;
    // sided: source side, then destination side; else: holds when it holds for any of them. At least one.
    std::span<const Subject> subjects;
    bool sided = false;          // src, dst ... may stand before the words
    std::uint64_t most = 0;      // numbers: the largest
    std::uint64_t constant = 0;  // fixed: the number that holds
    bool compares = false;       // = < > <= >= may stand before the number
    bool lists = false;          // in [ ... ] may follow
    Requires needs = Requires::nothing;
    std::span<const NamedValue> names{};

    [[nodiscard]] std::string_view name() const noexcept { return words.substr(0, words.find('|')); }
};

[[nodiscard]] std::span<const Field> fields() noexcept;

}  // namespace filters::language
