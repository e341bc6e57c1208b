// SPDX-License-Identifier: Apache-2.0
// Filter text -> tokens. Words are not classified here: whether 10/8 is a prefix or 80 a port depends on what
// stands before it, so the parser decides.
//
// Thread: any; values.
// Limits: kMostFilterBytes of text, kMostTokens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/flow/result.hpp"

namespace filters::language {

inline constexpr std::size_t kMostFilterBytes = 1024 * 1024;
inline constexpr std::size_t kMostTokens = 1'000'000;

enum class TokenKind : std::uint8_t {
    word,         // letters, digits and . : _ + - /
    quoted,       // '...' or "...", on one line; text is what stands between the quotes
    pattern,      // /.../ and letters behind it, on one line, after matches or regex; text is what stands between the
                  // slashes, \/ being a slash that does not end it
    include,      // @include and a file's name, quoted or up to the next blank or ')'; text is the name
    compare,      // = == < > <= >=
    conjunction,  // &&
    disjunction,  // ||
    negation,     // !
    open,
    close,  // ( )
    open_list,
    close_list,
    comma,  // [ ] ,
    end,
};

struct Token {
    TokenKind kind = TokenKind::end;
    std::string_view text{};   // into the filter's text
    std::uint32_t line = 1;    // from 1
    std::uint32_t column = 1;  // from 1, in characters (UTF-8)
    std::uint32_t file = 0;    // index into Source::names (include.hpp); 0 = the filter itself
    std::string_view flags{};  // pattern: the letters behind it
};

// Ends with one `end` token. Errors: a character that belongs nowhere, a quote that is not closed, too much
// text, more than `most` tokens.
[[nodiscard]] flow::Result<std::vector<Token>> tokens(std::string_view filter, std::size_t most = kMostTokens);

// A stretch of a filter's text, for those who show or complete it while it is being written.
struct Scrap {
    enum class Kind : std::uint8_t {
        token,
        comment,   // from # to the end of the line
        unclosed,  // a text or pattern that ends with its line; `token` is what it would be, were it closed there
        stray,     // belongs nowhere
    };
    Kind kind = Kind::token;
    std::size_t offset = 0, length = 0;  // bytes of the text, quotes and the like included
    Token token{};                       // place always; the rest of kinds token and unclosed
};
// All but blanks, in order and apart; also of texts that tokens() refuses. At most kMostFilterBytes of it are looked at.
[[nodiscard]] std::vector<Scrap> scraps(std::string_view filter);

// ASCII letters compared without case.
[[nodiscard]] bool same_word(std::string_view a, std::string_view b) noexcept;
[[nodiscard]] std::string lower(std::string_view word);

// What a word token is made of.
[[nodiscard]] bool is_word(char c) noexcept;

// For messages: 'text' cut to a readable length, unprintable bytes as \xHH.
[[nodiscard]] std::string quoted(std::string_view text);

// The line of `filter` that `place` (of an error of parse()) points into, and below it a caret under the
// token. Empty when `place` is not inside it. Of a place in an included file, `filter` is that file's text.
[[nodiscard]] std::string pointed(std::string_view filter, const flow::Place& place);

}  // namespace filters::language
