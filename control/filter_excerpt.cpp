// SPDX-License-Identifier: Apache-2.0
#include "control/filter_excerpt.hpp"

#include <algorithm>
#include <sstream>

#include "filters/language/lexer.hpp"
#include "filters/language/parser.hpp"

namespace control {
namespace {

constexpr std::size_t kColumnsBefore = 60;  // of a long line, those before the token
constexpr std::string_view kCut = "...";

bool starts_character(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

// `count` characters of UTF-8 from the character `first` on.
std::string_view characters(std::string_view text, std::size_t first, std::size_t count) {
    const auto byte_of = [&](std::size_t character) {
        std::size_t at = 0;
        for (; at < text.size(); ++at) {
            if (starts_character(text[at]) && character-- == 0) break;
        }
        return at;
    };
    const std::size_t begin = byte_of(first);
    return text.substr(begin, byte_of(first + count) - begin);
}

}  // namespace

std::string harmless(std::string_view text) {
    std::string out(text);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto byte = static_cast<unsigned char>(out[i]);
        const auto before = static_cast<unsigned char>(i == 0 ? 0 : out[i - 1]);
        const bool order = byte < 0x20 && byte != '\t' && byte != '\n';
        // Unicode's U+0080 to U+009F are orders as well: C2 and a byte.
        const bool wide_order = before == 0xc2 && byte >= 0x80 && byte < 0xa0;
        if (wide_order) out[i - 1] = '?';
        if (order || wide_order || byte == 0x7f) out[i] = '?';
    }
    return out;
}

filters::language::Context FilterTexts::remembering(filters::language::Context context) {
    if (!context.include) return context;
    context.include = [this, include = std::move(context.include)](std::string_view path, std::string_view from) {
        auto read = include(path, from);
        if (read) included_.insert_or_assign(read->name, read->text);
        return read;
    };
    return context;
}

std::string FilterTexts::excerpt(std::string_view filter, const flow::Place& place) const {
    if (!place.file.empty()) {
        const auto found = included_.find(place.file);
        if (found == included_.end()) return {};
        filter = found->second;
    }
    const std::string both = filters::language::pointed(filter, place);
    const std::size_t end = both.find('\n');
    if (end == std::string::npos) return {};
    std::string_view line = std::string_view(both).substr(0, end);
    std::string_view caret = std::string_view(both).substr(end + 1);
    caret = caret.substr(0, caret.find('\n'));
    const std::string indent(kExcerptIndent);
    if (static_cast<std::size_t>(std::count_if(line.begin(), line.end(), starts_character)) <= kExcerptColumns) {
        return indent + harmless(line) + "\n" + indent + std::string(caret);
    }
    const std::size_t token = place.column - 1;
    const std::size_t first = token > kColumnsBefore ? token - kColumnsBefore : 0;
    const std::string_view shown = characters(line, first, kExcerptColumns);
    const bool cut_before = first != 0;
    const bool cut_after = shown.data() + shown.size() != line.data() + line.size();
    const std::string before(cut_before ? kCut : "");
    return indent + before + harmless(shown) + std::string(cut_after ? kCut : "") + "\n" + indent +
           std::string(before.size(), ' ') + std::string(caret.substr(std::min(first, caret.size()), kExcerptColumns));
}

flow::Error FilterTexts::shown(const flow::Error& error, std::string_view filter, const flow::Place& begin,
                               const std::string& prefix) const {
    flow::Error out{prefix + harmless(error.message), error.place};
    if (error.place.file.empty()) out.place = filters::language::placed(begin, error.place);
    if (const std::string lines = excerpt(filter, error.place); !lines.empty()) out.message += "\n" + lines;
    return out;
}

std::vector<std::string> faults(const std::string& text) {
    std::vector<std::string> out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(kExcerptIndent) && !out.empty()) {
            out.back() += "\n" + line;
        } else {
            out.push_back(line);
        }
    }
    return out;
}

}  // namespace control
