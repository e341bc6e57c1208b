// SPDX-License-Identifier: Apache-2.0
// Texts that came from the network (users, applications, server names ...), as a terminal or a table may have them: control
// characters become '?', so that no exporter gives orders to a terminal or makes up lines of its own. nfdump prints them as
// they came.
//
// Thread: any.
#pragma once

#include <string>
#include <string_view>

namespace query {

// An order to terminals: C0, DEL, and Unicode's U+0080 to U+009F, of which `before` and `c` are the two bytes.
[[nodiscard]] constexpr bool is_control(char before, char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f || (before == '\xc2' && byte >= 0x80 && byte < 0xa0);
}

// `to` has room for as many bytes; returns where they end.
inline char* write_shown(char* to, std::string_view text) noexcept {
    char before = 0;
    for (const char c : text) {
        *to++ = is_control(before, c) ? '?' : c;
        before = c;
    }
    return to;
}

[[nodiscard]] inline std::string shown_text(std::string_view text) {
    std::string out(text.size(), '\0');
    write_shown(out.data(), text);
    return out;
}

// A cell of a table with commas (RFC 4180): in quotes where it must be.
[[nodiscard]] inline std::string csv_text(std::string_view text) {
    const std::string shown = shown_text(text);
    if (shown.find_first_of(",\"") == std::string::npos) return shown;
    std::string out = "\"";
    for (const char c : shown) {
        if (c == '"') out += c;
        out += c;
    }
    return out + '"';
}

}  // namespace query
