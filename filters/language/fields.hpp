// SPDX-License-Identifier: Apache-2.0
// The primitives of the language as a table: how each is spelt, what may follow it, and what of a flow it looks at.
//
// Thread: any; constant.
// Source: nfdump's filter language, union of versions 1.6 to 1.7.8, and text fields of our own.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "filters/language/ast.hpp"
#include "filters/language/subject.hpp"

namespace filters::language {

// What stands after the words of a primitive, and what of a Test the parser fills from it.
enum class Operand : std::uint8_t {
    fixed,     // nothing: the words say it all. ranges = `constant`
    number,    // number, a name of `names`, or a list. ranges
    protocol,  // number or protocol's name, or a list. ranges
    address,   // one complete address or host name, or a list with prefixes. nets
    prefix,    // a/n or address and mask, or a list. nets
    mac,       // six octets in hex, or a list. ranges of the 48-bit number
    flags,     // letters of TCP flags, all of which must be set: ranges = the byte values that have them, text = the
               // letters; = and letters, exactly these: ranges; or a number: ranges
    time,      // ISO 8601. ranges in milliseconds since 1970 UTC
    ident,     // name of a source. text
    country,   // two letters. text in upper case; holds when the address is in that country
    text,      // = contains matches defined. text, match, caseless
    as_name,   // the same, asked of the names of the AS numbers that the subjects hold. text, match, caseless
    ja3,       // 32 hex digits, or defined. text in lower case, match
    ja4,       // a JA4 digest, or defined. text in lower case, match
    content,   // a quoted text or a word, taken as it is. text, match = contains
    regex,     // a quoted text or /text/, then perhaps i. text, match = regex, caseless
    pattern,   // nothing. text = `pattern`, match = regex
};

// A word that stands for a number of a field. Of several for one number the first is the normal form.
struct NamedValue {
    std::string_view name;
    std::uint64_t value;
};

// What a flow must be besides.
enum class Requires : std::uint8_t {
    nothing,
    icmp,    // proto 1 or 58
    tcp,     // proto 6
    denied,  // firewall_event 3
};

struct Field {
    std::string_view words;  // spellings separated by '|', words by one blank; the first is the normal form
    std::string_view value;  // what is expected, for messages: "a port number"
    Operand operand = Operand::number;
    // sided: source side, then destination side; else: holds when it holds for any of them. At least one.
    std::span<const Subject> subjects{};
    bool sided = false;                   // src, dst ... may stand before the words
    bool source_unsaid = false;           // sided: without src or dst it is the source side
    std::uint64_t most = 0;               // numbers: the largest
    std::uint64_t constant = 0;           // fixed: the number that holds
    bool compares = false;                // = < > <= >= may stand before the number
    bool lists = false;                   // in [ ... ] may follow
    bool resolves = false;                // address: host names too
    bool caseless = false;                // texts: letters of either case are equal
    TextMatch unsaid = TextMatch::equal;  // text: what a text without = contains matches asks
    Requires needs = Requires::nothing;
    std::span<const NamedValue> names{};
    std::string_view pattern{};

    [[nodiscard]] std::string_view name() const noexcept { return words.substr(0, words.find('|')); }
};

// Test.field counts in it. Rows of one spelling stand together in the order in which they are tried.
[[nodiscard]] std::span<const Field> fields() noexcept;

// What some nfdump knows and no flow export can answer: spellings as above, and the reason that the parser gives.
struct Refusal {
    std::string_view words;
    std::string_view reason;
};
[[nodiscard]] std::span<const Refusal> refusals() noexcept;

}  // namespace filters::language
