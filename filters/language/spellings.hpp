// SPDX-License-Identifier: Apache-2.0
// Which rows of the field table may be meant by the words at a token, and what to say when none is.
//
// Thread: any; constant.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "filters/language/fields.hpp"
#include "filters/language/lexer.hpp"

namespace filters::language {

struct Spelling {
    const Field* field = nullptr;           // or
    const Refusal* refusal = nullptr;       // if that is what it spells
    std::vector<std::string_view> words{};  // at least one
};

// The spellings in the `words` of a Field or a Refusal; the first is the normal form.
[[nodiscard]] std::vector<std::string_view> spellings_of(std::string_view words);

// Spellings that stand at `at`, the longest first, else in the table's order. `at` belongs to a list that ends with `end`.
[[nodiscard]] std::vector<const Spelling*> spellings_at(const Token* at);

// Spellings that the words from `at` up to `end` begin and do not finish; of each the words that are still to come.
struct Unfinished {
    const Spelling* spelling = nullptr;
    std::size_t words = 0;  // that stand there
};
[[nodiscard]] std::vector<Unfinished> unfinished(const Token* at, const Token* end);
// How many words from `at` on begin a spelling, the longest way. `directed`: behind src or dst.
[[nodiscard]] std::size_t known_words(const Token* at, bool directed);

// What is wrong where a test should begin at `at`, and the token it is about.
struct Misspelling {
    const Token* at = nullptr;
    std::string expected{};    // "expected ...", to which the found token is added
    std::string suggestion{};  // what was perhaps meant, or empty
};
[[nodiscard]] Misspelling misspelling(const Token* at, bool directed);

// Those of `words` that are spelt most nearly like `word`, joined by "or"; empty when none is near.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string_view>& words);

}  // namespace filters::language
