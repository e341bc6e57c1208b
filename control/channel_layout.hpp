// SPDX-License-Identifier: Apache-2.0
// How a profile's file writes its channels, and how one more would be written the same way.
//
// Thread: any; pure. Pointers point into the layout that was given.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "control/profile_text.hpp"
#include "control/splices.hpp"
#include "control/toml_layout.hpp"
#include "control/toml_value.hpp"

namespace control {

// The keys of a channel, below a [[channel]] or between braces.
struct KeyTable {
    const std::vector<TomlEntry>& entries;
    const Span* braces = nullptr;  // of an inline table
    const Span* header = nullptr;  // of a [[channel]]
    [[nodiscard]] const TomlEntry* find(std::string_view key) const;
};
[[nodiscard]] std::vector<KeyTable> channel_tables(const TomlLayout& layout);
// Of channel = [...]; null when channels stand below headers, or there are none.
[[nodiscard]] const TomlValue* channel_list(const TomlLayout& layout);

struct FileStyle {
    Quoting quoting{};
    std::string equals = " = ";
    std::string header = "[[channel]]";
    std::string header_indent{}, indent{};
    std::string brace = "{ ", close = " }";
    bool blank_between = true;
};
// As the last channel has it.
[[nodiscard]] FileStyle style_of(std::string_view text, const TomlLayout& layout);

// With its line end.
[[nodiscard]] std::string channel_block(const ChannelText& channel, const FileStyle& style, std::string_view line_end);
[[nodiscard]] std::string inline_channel(const ChannelText& channel, const FileStyle& style, std::string_view line_end);

// Where the comment lines right above the line that begins at `line` begin.
[[nodiscard]] std::size_t above_comments(std::string_view text, std::size_t line);
// A [[channel]] with its keys, the comments among and right behind them, and one run of blank lines beside it.
[[nodiscard]] Span table_lines(std::string_view text, const TomlLayout& layout, const KeyTable& table);

// Takes the element `index` out of a list; its lines where it has its own.
void remove_element(Splices& splices, std::string_view text, const TomlValue& list, std::size_t index);
// Adds one behind the last, on a line of its own where that has one.
void append_element(Splices& splices, std::string_view text, const TomlValue& list, const std::string& element,
                    std::string_view line_end);
// The list `old`, which holds `before`, with other texts: where each has its line, the lines of those that stay are kept.
[[nodiscard]] std::string list_text(std::string_view old, const std::vector<std::string>& before,
                                    const std::vector<std::string>& after, std::string_view line_end);

}  // namespace control
