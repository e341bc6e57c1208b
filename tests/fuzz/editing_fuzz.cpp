// SPDX-License-Identifier: Apache-2.0
// What an editor is told of any text: parts in order, apart and inside of the text; completions at any cursor.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "filters/language/editing.hpp"
#include "filters/language/parser.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace language = filters::language;
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
    std::size_t end = 0;
    for (const auto& part : language::shaded(text)) {
        if (part.offset < end || part.length == 0 || part.offset + part.length > text.size()) std::abort();
        end = part.offset + part.length;
    }
    const std::size_t cursor = text.empty() ? 0 : data[0] * text.size() / 255;
    const auto found = language::completions(text, cursor, {"backbone"});
    if (found.list.size() > language::kMostCompletions || found.offset + found.length > text.size()) std::abort();
    if (found.offset > cursor || (found.length != 0 && found.offset + found.length < cursor)) std::abort();
    if (language::utf8_bytes(text, language::utf16_units(text)) > text.size()) std::abort();
    const auto ast = language::parse(text);
    if (ast) return 0;
    const auto at = language::stretch_of(text, ast.error().place);
    if (at.offset + at.length > text.size()) std::abort();
    static_cast<void>(
        language::corrected(text, ast.error(), [](const std::string& f) { return language::parse(f).has_value(); }));
    return 0;
}
