// SPDX-License-Identifier: Apache-2.0
// What an editor shows of a filter while it is being written: colours of its parts, and what may be written next.
//
// Thread: any; no state. Of any text, right or wrong, finished or not.
// Units:  offsets and lengths in bytes of the text; see utf16_units() for those of browsers.
// Limits: the first kMostFilterBytes of the text; kMostCompletions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/flow/result.hpp"

namespace filters::language {

inline constexpr std::size_t kMostCompletions = 50;

enum class Shade : std::uint8_t { keyword, field, compare, number, address, text, comment, bracket, fault };

struct Shaded {
    std::size_t offset = 0, length = 0;
    Shade shade = Shade::keyword;
};
// In order and apart; blanks are left out.
[[nodiscard]] std::vector<Shaded> shaded(std::string_view filter);

struct Completion {
    std::string text{};
    std::string_view kind{};  // "keyword", "field", "operator", "value", "protocol", "flags", "country", "source"
    std::string help{};
};
struct Completions {
    std::vector<Completion> list{};      // the likeliest first
    std::size_t offset = 0, length = 0;  // what they take the place of: the word at the cursor, or nothing
};
// `cursor`: bytes before it. `sources`: names for ident.
[[nodiscard]] Completions completions(std::string_view filter, std::size_t cursor,
                                      const std::vector<std::string>& sources);

// Where `place`, of an error of parse(), is in the text. Of a place in an included file: the @include.
struct Stretch {
    std::size_t offset = 0, length = 0;
};
[[nodiscard]] Stretch stretch_of(std::string_view filter, const flow::Place& place);

// The whole filter with what `error`, of parse(), says was perhaps meant, in its place; empty where it says nothing, or
// where that would be no better. `better`: whether a filter is right.
template <class Better>
[[nodiscard]] std::string corrected(std::string_view filter, const flow::Error& error, Better&& better);
// What an error says was perhaps meant; several where it leaves the choice.
[[nodiscard]] std::vector<std::string> suggestions(const flow::Error& error);

// Units of UTF-16 in UTF-8, and bytes of UTF-8 before `units` of UTF-16; beyond the end: the end.
[[nodiscard]] std::size_t utf16_units(std::string_view utf8) noexcept;
[[nodiscard]] std::size_t utf8_bytes(std::string_view utf8, std::size_t units) noexcept;

template <class Better>
std::string corrected(std::string_view filter, const flow::Error& error, Better&& better) {
    const Stretch at = stretch_of(filter, error.place);
    for (const std::string& meant : suggestions(error)) {
        std::string out(filter);
        out.replace(at.offset, at.length, meant);
        if (better(out)) return out;
    }
    return {};
}

}  // namespace filters::language
