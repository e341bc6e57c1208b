// SPDX-License-Identifier: Apache-2.0
// What each token of a filter is there for, and what may come behind the last: of any text, right or wrong, finished or not.
//
// Thread: any; no state.
// Shape:  goes the parser's way as long as the text is right; past what is wrong it goes on with the next and, or, bracket.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "filters/language/fields.hpp"
#include "filters/language/lexer.hpp"

namespace filters::language {

enum class Role : std::uint8_t {
    keyword,  // and, or, not, any, src, dst, the i behind a text
    field,    // words of a primitive
    compare,  // = < contains matches defined in ,
    bracket,  // ( ) [ ]
    number,
    name,     // that stands for a value: tcp, Forw, SA, CZ
    address,  // and prefix, mask, MAC, host name
    text,
    wrong,  // belongs nowhere
};

// Where a text ends.
struct Standing {
    enum class Place : std::uint8_t {
        test,      // a test, not or ( may come
        directed,  // behind src or dst
        value,     // behind the words of a primitive: comparators, in, values
        compared,  // a value only, behind a comparator or contains
        listed,    // within [ ], a value
        item,      // within [ ], behind a value
        joined,    // and, or, )
        nothing,   // what stands before is wrong, or no word can come
    };
    Place place = Place::test;
    std::uint32_t open = 0;        // brackets that are not closed
    bool negated = false;          // test: right behind not
    bool one_side = false;         // directed: a single src or dst
    bool caseable = false;         // joined: i may come
    const Token* words = nullptr;  // of place value, and of test and directed where words of a primitive have begun
    // Of the places with values: what may be meant, the likeliest first.
    std::vector<const Field*> fields{};
};

struct Walked {
    std::vector<Role> roles{};  // of each token but the end
    Standing end{};
};
// Those scraps that are tokens, or would be were they closed, as walk() takes them: an @include stands for whatever is
// right there.
[[nodiscard]] std::vector<Token> walkable(std::span<const Scrap> scraps);
// `tokens` ends with one `end`, and has no `include`.
[[nodiscard]] Walked walk(const std::vector<Token>& tokens);

}  // namespace filters::language
