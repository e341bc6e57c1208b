// SPDX-License-Identifier: Apache-2.0
// Where the parser stands in a row of tokens.
//
// Thread: one.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "dataplane/flow/result.hpp"
#include "filters/language/include.hpp"
#include "filters/language/lexer.hpp"

namespace filters::language {

// Stands in an error's sentence before what was perhaps meant, and '?' behind it.
inline constexpr std::string_view kDidYouMean = "; did you mean ";

class Cursor {
  public:
    // `source` must outlive it.
    explicit Cursor(const Source& source) : source_(&source), at_(source.tokens.data()) {}

    [[nodiscard]] const Token& operator*() const noexcept { return *at_; }
    [[nodiscard]] const Token* operator->() const noexcept { return at_; }
    [[nodiscard]] const Token* at() const noexcept { return at_; }
    // Not beyond `end`.
    void skip(std::size_t tokens = 1) noexcept { at_ += tokens; }

    [[nodiscard]] bool is(TokenKind kind) const noexcept { return at_->kind == kind; }
    [[nodiscard]] bool is_word(std::string_view word) const noexcept {
        return is(TokenKind::word) && same_word(at_->text, word);
    }
    [[nodiscard]] bool is_or() const noexcept { return is(TokenKind::disjunction) || is_word("or"); }
    [[nodiscard]] bool is_and() const noexcept { return is(TokenKind::conjunction) || is_word("and"); }
    [[nodiscard]] bool is_not() const noexcept { return is(TokenKind::negation) || is_word("not"); }

    [[nodiscard]] flow::Place place(const Token& token) const {
        return {source_->names[token.file], token.line, token.column};
    }
    [[nodiscard]] flow::Place here() const { return place(*at_); }
    [[nodiscard]] flow::Error error(std::string message) const { return {std::move(message), here()}; }
    // `expected`, and what stands here instead.
    [[nodiscard]] flow::Error unexpected(std::string_view expected, std::string_view suggestion = {}) const {
        std::string found = is(TokenKind::end) ? "the end of the filter" : quoted(at_->text);
        if (!suggestion.empty()) found += std::string(kDidYouMean) + std::string(suggestion) + '?';
        return error(std::string(expected) + ", found " + found);
    }

  private:
    const Source* source_;
    const Token* at_;
};

}  // namespace filters::language
