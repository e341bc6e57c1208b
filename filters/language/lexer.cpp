// SPDX-License-Identifier: Apache-2.0
#include "filters/language/lexer.hpp"

#include <algorithm>
#include <array>

namespace filters::language {

namespace {

constexpr std::size_t kShownBytes = 40;

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_letter(char c) noexcept {
    return lower(c) >= 'a' && lower(c) <= 'z';
}

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

// UTF-8 continuation bytes take no column of their own.
bool starts_character(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

struct Symbol {
    std::string_view text;
    TokenKind kind;
};
// Longer ones first.
constexpr std::array kSymbols = {
    Symbol{"&&", TokenKind::conjunction}, Symbol{"||", TokenKind::disjunction}, Symbol{"==", TokenKind::compare},
    Symbol{"<=", TokenKind::compare},     Symbol{">=", TokenKind::compare},     Symbol{"=", TokenKind::compare},
    Symbol{"<", TokenKind::compare},      Symbol{">", TokenKind::compare},      Symbol{"!", TokenKind::negation},
    Symbol{"(", TokenKind::open},         Symbol{")", TokenKind::close},        Symbol{"[", TokenKind::open_list},
    Symbol{"]", TokenKind::close_list},   Symbol{",", TokenKind::comma},
};

// Editors of some systems put a byte order mark before the text.
std::string_view without_mark(std::string_view text) noexcept {
    constexpr std::string_view kMark = "\xef\xbb\xbf";
    if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
    return text;
}

// What to do about a character that belongs nowhere.
std::string advice(char c) {
    if (c == '&') return "; write and, or &&";
    if (c == '|') return "; write or, or ||";
    return "; only a text in quotes may have it, else words, numbers and ( ) [ ] , = < > !";
}

class Lexer {
  public:
    explicit Lexer(std::string_view text) : text_(without_mark(text)) {}

    flow::Result<std::vector<Token>> run(std::size_t most) {
        std::vector<Token> out;
        for (skip_blanks(); at_ < text_.size(); skip_blanks()) {
            if (out.size() == most) {
                return flow::fail("the filter and what it includes have more than " + std::to_string(kMostTokens) +
                                      " words and signs; write it shorter",
                                  {{}, line_, column_});
            }
            const bool pattern = text_[at_] == '/' && !out.empty() && takes_pattern(out.back());
            auto token = pattern ? slashes() : next();
            if (!token) return flow::pass(token);
            out.push_back(*token);
        }
        out.push_back(here(TokenKind::end));
        return out;
    }

    // The same, past whatever is wrong.
    std::vector<Scrap> run_on(std::size_t mark) {
        std::vector<Scrap> out;
        Token before = here(TokenKind::end);
        while (at_ < text_.size()) {
            if (is_blank(text_[at_])) {
                step(1);
                continue;
            }
            const std::size_t begin = at_;
            out.push_back(scrap(before));
            out.back().offset = begin + mark;
            out.back().length = at_ - begin;
            if (out.back().kind != Scrap::Kind::comment) before = out.back().token;
        }
        return out;
    }

  private:
    // What stands here, at least one byte of it.
    Scrap scrap(const Token& before) {
        Scrap out{.kind = Scrap::Kind::comment, .token = here(TokenKind::end)};
        const std::size_t begin = at_;
        if (text_[at_] == '#') {
            skip_line();
            return out;
        }
        const bool pattern = text_[at_] == '/' && takes_pattern(before);
        if (auto token = pattern ? slashes() : next()) {
            out.kind = Scrap::Kind::token;
            out.token = *token;
            return out;
        }
        const char c = text_[begin];
        if (pattern || c == '\'' || c == '"') {
            out.kind = Scrap::Kind::unclosed;
            out.token.kind = pattern ? TokenKind::pattern : TokenKind::quoted;
            skip_line();
            out.token.text = text_.substr(begin + 1, at_ - begin - 1);
            return out;
        }
        out.kind = Scrap::Kind::stray;
        if (at_ == begin) step(1);
        while (at_ < text_.size() && (!starts_character(text_[at_]) || (c == '@' && is_word(text_[at_])))) step(1);
        return out;
    }
    // To the end of the line.
    void skip_line() { step(std::min(text_.find('\n', at_), text_.size()) - at_); }
    static bool takes_pattern(const Token& before) {
        return before.kind == TokenKind::word && (same_word(before.text, "matches") || same_word(before.text, "regex"));
    }
    [[nodiscard]] Token here(TokenKind kind) const {
        Token token;
        token.kind = kind;
        token.line = line_;
        token.column = column_;
        return token;
    }
    void step(std::size_t bytes) {
        for (const std::size_t end = at_ + bytes; at_ < end; ++at_) {
            if (text_[at_] == '\n') {
                ++line_;
                column_ = 1;
            } else if (starts_character(text_[at_])) {
                ++column_;
            }
        }
    }
    void skip_blanks() {
        while (at_ < text_.size()) {
            if (text_[at_] == '#') {
                skip_line();
            } else if (is_blank(text_[at_])) {
                step(1);
            } else {
                return;
            }
        }
    }
    flow::Result<Token> next() {
        const char c = text_[at_];
        if (c == '\'' || c == '"') return quote(c);
        if (c == '@') return included();
        Token token = here(TokenKind::word);
        std::size_t length = 0;
        while (at_ + length < text_.size() && is_word(text_[at_ + length])) ++length;
        if (length == 0) {
            const auto symbol = std::find_if(kSymbols.begin(), kSymbols.end(),
                                             [&](const Symbol& s) { return text_.substr(at_).starts_with(s.text); });
            if (symbol == kSymbols.end()) {
                return flow::fail("unexpected character " + quoted(text_.substr(at_, 1)) + advice(text_[at_]),
                                  {{}, line_, column_});
            }
            token.kind = symbol->kind;
            length = symbol->text.size();
        }
        token.text = text_.substr(at_, length);
        step(length);
        return token;
    }
    flow::Result<Token> quote(char mark) {
        const std::size_t end = text_.find_first_of(mark == '"' ? "\"\n" : "'\n", at_ + 1);
        if (end == std::string_view::npos || text_[end] == '\n') {
            return flow::fail("the text that begins at " + quoted(text_.substr(at_, end - at_)) +
                                  " is not closed; expected " + mark + " on the same line",
                              {{}, line_, column_});
        }
        Token token = here(TokenKind::quoted);
        token.text = text_.substr(at_ + 1, end - at_ - 1);
        step(end + 1 - at_);
        return token;
    }
    flow::Result<Token> slashes() {
        std::size_t end = at_ + 1;
        while (end < text_.size() && text_[end] != '/' && text_[end] != '\n') {
            end += text_[end] == '\\' && end + 1 < text_.size() && text_[end + 1] != '\n' ? 2 : 1;
        }
        if (end >= text_.size() || text_[end] == '\n') {
            return flow::fail("the pattern that begins at " + quoted(text_.substr(at_, end - at_)) +
                                  " is not closed; expected / on the same line",
                              {{}, line_, column_});
        }
        Token token = here(TokenKind::pattern);
        token.text = text_.substr(at_ + 1, end - at_ - 1);
        std::size_t letters = end + 1;
        while (letters < text_.size() && is_letter(text_[letters])) ++letters;
        token.flags = text_.substr(end + 1, letters - end - 1);
        step(letters - at_);
        return token;
    }
    flow::Result<Token> included() {
        static constexpr std::string_view kDirective = "@include";
        const std::string_view rest = text_.substr(at_);
        const bool whole =
            rest.size() == kDirective.size() || (rest.size() > kDirective.size() && !is_word(rest[kDirective.size()]));
        if (!same_word(rest.substr(0, kDirective.size()), kDirective) || !whole) {
            return flow::fail("expected include after '@'; elsewhere only a text in quotes may have it",
                              {{}, line_, column_});
        }
        step(kDirective.size());
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) step(1);
        const char c = at_ < text_.size() ? text_[at_] : '\n';
        if (c == '\'' || c == '"') {
            auto token = quote(c);
            if (token) token->kind = TokenKind::include;
            return token;
        }
        std::size_t length = 0;
        while (at_ + length < text_.size() && !is_blank(text_[at_ + length]) && text_[at_ + length] != ')') ++length;
        if (length == 0) return flow::fail("expected the name of a file after @include", {{}, line_, column_});
        Token token = here(TokenKind::include);
        token.text = text_.substr(at_, length);
        step(length);
        return token;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::uint32_t line_ = 1;
    std::uint32_t column_ = 1;
};

// Characters the token at the start of `rest` takes, at least one.
std::size_t token_width(std::string_view rest) {
    std::size_t bytes = 0;
    if (rest.starts_with('\'') || rest.starts_with('"')) {
        const std::size_t end = rest.find(rest[0], 1);
        bytes = end == std::string_view::npos ? rest.size() : end + 1;
    } else if (const std::size_t end = rest.starts_with('/') ? rest.find('/', 1) : std::string_view::npos;
               end != std::string_view::npos) {
        bytes = end + 1;
    } else {
        while (bytes < rest.size() && is_word(rest[bytes])) ++bytes;
    }
    const auto width = std::count_if(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(bytes), starts_character);
    return std::max<std::size_t>(1, static_cast<std::size_t>(width));
}

}  // namespace

bool is_word(char c) noexcept {
    return (c >= '0' && c <= '9') || is_letter(c) || c == '.' || c == ':' || c == '_' || c == '+' || c == '-' ||
           c == '/';
}

std::string lower(std::string_view word) {
    std::string out(word);
    for (char& c : out) c = lower(c);
    return out;
}

flow::Result<std::vector<Token>> tokens(std::string_view filter, std::size_t most) {
    if (filter.size() > kMostFilterBytes) {
        return flow::fail("the filter has " + std::to_string(filter.size()) + " bytes; at most " +
                              std::to_string(kMostFilterBytes) + " are taken",
                          {{}, 1, 1});
    }
    return Lexer(filter).run(most);
}

std::vector<Scrap> scraps(std::string_view filter) {
    filter = filter.substr(0, kMostFilterBytes);
    return Lexer(filter).run_on(filter.size() - without_mark(filter).size());
}

bool same_word(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string quoted(std::string_view text) {
    static constexpr std::string_view kHex = "0123456789abcdef";
    std::string out = "'";
    for (const char c : text.substr(0, kShownBytes)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f) {
            out += c;
        } else {
            out += "\\x";
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        }
    }
    if (text.size() > kShownBytes) out += "...";
    return out + "'";
}

std::string pointed(std::string_view filter, const flow::Place& place) {
    if (place.line == 0 || place.column == 0) return {};
    filter = without_mark(filter);
    for (std::uint32_t line = 1; line < place.line; ++line) {
        const std::size_t end = filter.find('\n');
        if (end == std::string_view::npos) return {};
        filter.remove_prefix(end + 1);
    }
    filter = filter.substr(0, filter.find('\n'));
    std::size_t at = 0;
    std::string below;
    for (std::uint32_t column = 1; column < place.column; ++column) {
        if (at >= filter.size()) return {};
        below += filter[at] == '\t' ? '\t' : ' ';
        do ++at;
        while (at < filter.size() && !starts_character(filter[at]));
    }
    below.append(token_width(filter.substr(at)), '^');
    return std::string(filter) + "\n" + below + "\n";
}

}  // namespace filters::language
