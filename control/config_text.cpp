// SPDX-License-Identifier: Apache-2.0
#include "control/config_text.hpp"

#include <algorithm>
#include <optional>

namespace control {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool is_ascii(char c) {
    return (static_cast<unsigned char>(c) & 0x80) == 0;
}
bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}
bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\r' && c != '\n') || byte == 0x7f;
}

// Knows strings from comments from all the rest, as far as a file is TOML; where it is not, the parser stops
// anyway.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : text_(text) {}

    // What is wrong with the character at `at`, which moves on behind it; nullopt = nothing.
    std::optional<std::string> take(std::size_t& at) {
        const char c = text_[at];
        if (is_control(c))
            return "a control character, byte " + std::to_string(static_cast<unsigned char>(c)) + ": remove it";
        if (in_comment_) {
            in_comment_ = c != '\n';
        } else if (!quote_.empty()) {
            return take_in_string(at);
        } else if (c == '"' || c == '\'') {
            const std::string_view three = text_.substr(at, 3);
            quote_ = three == "\"\"\"" || three == "\'\'\'" ? three : three.substr(0, 1);
            at += quote_.size() - 1;
        } else if (c == '#') {
            in_comment_ = true;
        } else if (!is_ascii(c)) {
            return "a character that may stand in quotes or comments only: put the text in quotes";
        }
        ++at;
        return std::nullopt;
    }

  private:
    std::optional<std::string> take_in_string(std::size_t& at) {
        const char c = text_[at];
        if (c == '\\' && quote_[0] == '"' && at + 1 < text_.size()) {
            if (!is_ascii(text_[at + 1]))
                return "a backslash before a character that needs none: write it alone, or \\\\";
            if (!is_control(text_[at + 1])) ++at;
        } else if (text_.substr(at).starts_with(quote_)) {
            at += quote_.size() - 1;
            quote_ = {};
        } else if (c == '\n' && quote_.size() == 1) {
            quote_ = {};
        }
        ++at;
        return std::nullopt;
    }

    std::string_view text_;
    std::string_view quote_;  // that ends the string we are in; empty outside
    bool in_comment_ = false;
};

flow::Place place_of(const std::string& file, std::string_view before) {
    const auto line_start = before.rfind('\n') + 1;  // npos + 1 = 0
    const auto lines = std::count(before.begin(), before.end(), '\n');
    const std::string_view line = before.substr(line_start);
    const auto columns = std::count_if(line.begin(), line.end(), [](char c) { return !is_continuation(c); });
    return {file, static_cast<std::uint32_t>(lines) + 1, static_cast<std::uint32_t>(columns) + 1};
}

}  // namespace

std::size_t offset_of(const flow::Place& place, std::string_view text) {
    std::size_t at = 0;
    for (std::uint32_t line = 1; line < place.line; ++line) {
        at = text.find('\n', at);
        if (at == std::string_view::npos) return text.size();
        ++at;
    }
    for (std::uint32_t column = 1; column < place.column && at < text.size(); ++column) {
        ++at;
        while (at < text.size() && is_continuation(text[at])) ++at;
    }
    return at;
}

flow::Result<void> check_text(const std::string& file, std::string_view text) {
    Scanner scanner(text);
    for (std::size_t at = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0; at < text.size();) {
        const std::size_t here = at;
        if (const auto fault = scanner.take(at))
            return flow::fail("this is not TOML: " + *fault, place_of(file, text.substr(0, here)));
    }
    return {};
}

flow::Place text_place(flow::Place quote, std::string_view text) {
    const std::string_view rest = text.substr(offset_of(quote, text));
    if (!rest.starts_with("'''") && !rest.starts_with("\"\"\"")) {
        ++quote.column;
    } else if (rest.substr(3).starts_with("\n") || rest.substr(3).starts_with("\r\n")) {  // TOML drops this line end
        ++quote.line;
        quote.column = 1;
    } else {
        quote.column += 3;
    }
    return quote;
}

}  // namespace control
