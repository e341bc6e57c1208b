// SPDX-License-Identifier: Apache-2.0
#include "control/query/json_text.hpp"

#include "control/query/shown_text.hpp"

namespace query {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

// Bytes of the UTF-8 character at the head of `s` (RFC 3629 section 4); 0: none.
std::size_t character_length(std::string_view s) noexcept {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
    const unsigned lead = at(0);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xc2 ? 0
                               : lead < 0xe0 ? 2
                               : lead < 0xf0 ? 3
                               : lead < 0xf5 ? 4
                                             : 0;
    if (length < 2 || length > s.size()) return length > s.size() ? 0 : length;
    const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (at(1) < low || at(1) > high) return 0;
    for (std::size_t i = 2; i < length; ++i) {
        if ((at(i) & 0xc0) != 0x80) return 0;
    }
    return length;
}

}  // namespace

void json_escape(std::string_view text, std::string& out) {
    constexpr std::string_view digits = "0123456789abcdef";
    while (!text.empty()) {
        const char c = text.front();
        const std::size_t length = character_length(text);
        if (length == 0) {
            out += kReplacement;
        } else if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (is_control(length == 2 ? c : '\0', text[length - 1])) {
            // Also DEL and U+0080 to U+009F, which JSON would allow and terminals obey.
            const auto code = static_cast<unsigned char>(text[length - 1]);
            out += "\\u00";
            out += digits[code >> 4];
            out += digits[code & 0xf];
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
}

}  // namespace query
