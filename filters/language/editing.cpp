// SPDX-License-Identifier: Apache-2.0
#include "filters/language/editing.hpp"

#include <algorithm>

#include "filters/language/cursor.hpp"
#include "filters/language/lexer.hpp"
#include "filters/language/walk.hpp"

namespace filters::language {
namespace {

Shade shade_of(Role role) noexcept {
    switch (role) {
        case Role::keyword:
            return Shade::keyword;
        case Role::field:
            return Shade::field;
        case Role::compare:
            return Shade::compare;
        case Role::bracket:
            return Shade::bracket;
        case Role::number:
            return Shade::number;
        case Role::address:
            return Shade::address;
        case Role::name:
        case Role::text:
            return Shade::text;
        case Role::wrong:
            break;
    }
    return Shade::fault;
}

bool is_include(const Scrap& scrap) noexcept {
    return scrap.kind == Scrap::Kind::token && scrap.token.kind == TokenKind::include;
}

constexpr unsigned char kFourBytes = 0xf0;

bool continues(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}
std::size_t units_of(char c) noexcept {
    if (continues(c)) return 0;
    return static_cast<unsigned char>(c) >= kFourBytes ? 2 : 1;
}

}  // namespace

std::vector<Shaded> shaded(std::string_view filter) {
    const std::vector<Scrap> all = scraps(filter);
    const std::vector<Role> roles = walk(walkable(all)).roles;
    std::vector<Shaded> out;
    out.reserve(all.size());
    std::size_t next = 0;
    for (const Scrap& scrap : all) {
        Shade shade = Shade::fault;
        if (scrap.kind == Scrap::Kind::comment) shade = Shade::comment;
        if (scrap.kind == Scrap::Kind::token) shade = is_include(scrap) ? Shade::keyword : shade_of(roles[next]);
        if (scrap.kind == Scrap::Kind::token || scrap.kind == Scrap::Kind::unclosed) ++next;
        out.push_back({scrap.offset, scrap.length, shade});
    }
    return out;
}

Stretch stretch_of(std::string_view filter, const flow::Place& place) {
    const std::vector<Scrap> all = scraps(filter);
    for (const Scrap& scrap : all) {
        const bool here = place.file.empty() ? scrap.token.line == place.line && scrap.token.column == place.column
                                             : is_include(scrap) && place.file.ends_with(scrap.token.text);
        if (here) return {scrap.offset, scrap.length};
    }
    return {filter.size(), 0};
}

std::vector<std::string> suggestions(const flow::Error& error) {
    const std::size_t found = error.message.rfind(kDidYouMean);
    if (found == std::string::npos) return {};
    std::string_view rest = std::string_view(error.message).substr(found + kDidYouMean.size());
    rest = rest.substr(0, rest.rfind('?'));
    std::vector<std::string> out;
    // As choices() of spellings.cpp writes them: "a, b or c".
    while (!rest.empty()) {
        const std::size_t comma = rest.find(", ");
        const std::size_t last = rest.find(" or ");
        const std::size_t end = std::min({comma, last, rest.size()});
        if (end != 0) out.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(rest.size(), end + (comma < last ? 2 : 4)));
    }
    return out;
}

std::size_t utf16_units(std::string_view utf8) noexcept {
    std::size_t units = 0;
    for (const char c : utf8) units += units_of(c);
    return units;
}

std::size_t utf8_bytes(std::string_view utf8, std::size_t units) noexcept {
    std::size_t at = 0;
    while (at < utf8.size() && (units != 0 || continues(utf8[at]))) {
        units -= std::min(units, units_of(utf8[at]));
        ++at;
    }
    return at;
}

}  // namespace filters::language
