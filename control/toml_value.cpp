// SPDX-License-Identifier: Apache-2.0
#include "control/toml_value.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace control {
namespace {

// Stands in no quotes as it is.
bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n') || byte == 0x7f;
}

std::string escape_of(char c) {
    if (c == '"' || c == '\\') return std::string("\\") + c;
    if (c == '\n') return "\\n";
    if (c == '\r') return "\\r";
    std::array<char, 8> code{};
    std::snprintf(code.data(), code.size(), "\\u%04X", static_cast<unsigned>(static_cast<unsigned char>(c)));
    return code.data();
}

std::string escaped(std::string_view text, std::string_view line_end) {
    std::string out;
    for (const char c : text) {
        if (c == '\n' && !line_end.empty()) {
            out += line_end;
        } else if (c == '"' || c == '\\' || c == '\n' || is_control(c)) {
            out += escape_of(c);
        } else {
            out += c;
        }
    }
    return out;
}

std::string with_line_ends(std::string_view text, std::string_view line_end) {
    std::string out;
    for (const char c : text) {
        if (c == '\n')
            out += line_end;
        else
            out += c;
    }
    return out;
}

// Whether it can stand between these quotes without escapes.
bool fits(std::string_view text, Quoting quoting) {
    if (std::any_of(text.begin(), text.end(), is_control)) return false;
    if (quoting.quote == '"' && text.find('\\') != std::string_view::npos) return false;
    if (!quoting.three)
        return text.find(quoting.quote) == std::string_view::npos && text.find('\n') == std::string_view::npos;
    return text.find(std::string(3, quoting.quote)) == std::string_view::npos && !text.starts_with(quoting.quote) &&
           !text.ends_with(quoting.quote);
}

std::string without_carriage_returns(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r' || !text.substr(i + 1).starts_with('\n')) out += text[i];
    }
    return out;
}

std::string lines_text(const std::string& text, Quoting wanted, std::string_view line_end) {
    for (const char quote : {wanted.three ? wanted.quote : '\'', '\'', '"'}) {
        if (!fits(text, {quote, true})) continue;
        const std::string quotes(3, quote);
        return quotes + std::string(line_end) + with_line_ends(text, line_end) + quotes;
    }
    return "\"\"\"" + std::string(line_end) + escaped(text, line_end) + "\"\"\"";
}

}  // namespace

Quoting quoting_of(std::string_view value) {
    const bool three = value.starts_with("\"\"\"") || value.starts_with("'''");
    return {value.empty() ? '"' : value.front(), three};
}

std::string toml_text(std::string_view given, Quoting wanted, std::string_view line_end) {
    const std::string text = without_carriage_returns(given);
    if (text.find('\n') != std::string::npos) return lines_text(text, wanted, line_end);
    const char other = wanted.quote == '"' ? '\'' : '"';
    for (const Quoting quoting : {Quoting{wanted.quote, false}, Quoting{other, false}, Quoting{'\'', true}}) {
        const std::string quotes(quoting.three ? 3 : 1, quoting.quote);
        if (fits(text, quoting)) return quotes + text + quotes;
    }
    return '"' + escaped(text, {}) + '"';
}

std::string toml_list(const std::vector<std::string>& texts, Quoting wanted) {
    std::string out = "[";
    for (const std::string& text : texts) out += (out.size() == 1 ? "" : ", ") + toml_text(text, wanted);
    return out + "]";
}

}  // namespace control
