// SPDX-License-Identifier: Apache-2.0
// Where in a TOML text its tables, keys and values stand, so that one of them can be exchanged and all else stay as it
// is. A parser tells the values; this tells the bytes.
//
// Thread: any; pure. Values refer to the text by offsets.
// Source: TOML 1.0.0.
// Limits: values nested kDeepestValue deep. What is no TOML may be told wrongly or not at all: parse before, and parse what
//         came of an edit.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace control {

inline constexpr std::size_t kDeepestValue = 16;
inline constexpr std::size_t kNowhere = std::string_view::npos;

// Bytes [begin, end).
struct Span {
    std::size_t begin = 0, end = 0;
};

struct TomlEntry;
struct TomlValue {
    enum class Kind { text, list, table, other };
    Kind kind = Kind::other;
    Span span{};
    std::vector<TomlValue> elements{};  // of a list
    std::vector<TomlEntry> entries;     // of an inline table
    std::size_t comma = kNowhere;       // behind it, in a list or an inline table
};

struct TomlEntry {
    std::string key{};  // without quotes; with escapes or dots as it stands there
    Span key_span{};
    TomlValue value{};
};

// What stands below a header, or before the first one.
struct TomlTable {
    std::string name{};  // "" before the first header
    bool of_list = false;
    Span header{};  // "[[name]]", empty before the first one
    std::vector<TomlEntry> entries{};
};

struct TomlLayout {
    std::vector<TomlTable> tables{};  // at least one; in their order
    std::string line_end = "\n";      // of the first line
};

[[nodiscard]] std::optional<TomlLayout> layout_of(std::string_view text);

// The lines that a span touches, with their line ends.
[[nodiscard]] Span lines_of(std::string_view text, Span span);
// Of the line that `at` is in.
[[nodiscard]] std::size_t line_begin(std::string_view text, std::size_t at);
// Behind its line end.
[[nodiscard]] std::size_t line_end(std::string_view text, std::size_t at);

}  // namespace control
