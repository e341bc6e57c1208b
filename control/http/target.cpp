// SPDX-License-Identifier: Apache-2.0
#include "control/http/target.hpp"

#include <charconv>
#include <optional>
#include <utility>

namespace http {
namespace {

enum class Plus : bool { itself, space };

std::optional<std::string> unescape(std::string_view text, Plus plus) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus == Plus::space) {
            out += ' ';
        } else if (text[i] != '%') {
            out += text[i];
        } else {
            unsigned char byte = 0;
            const char* const begin = text.data() + i + 1;
            if (text.size() - i < 3) return std::nullopt;
            const auto [end, fault] = std::from_chars(begin, begin + 2, byte, 16);
            if (fault != std::errc{} || end != begin + 2) return std::nullopt;
            out += static_cast<char>(byte);
            i += 2;
        }
    }
    return out;
}

bool has_control(std::string_view text) {
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
    }
    return false;
}

// What stands before `end`, which goes with it; all when there is none.
std::string_view take_until(std::string_view& text, char end) {
    const auto at = text.find(end);
    const std::string_view out = text.substr(0, at);
    text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
    return out;
}

flow::Result<void> parse_path(std::string_view path, Target& out) {
    if (!path.starts_with('/')) return flow::fail("the address of a request begins with '/'");
    path.remove_prefix(1);
    for (bool more = true; more;) {
        more = path.find('/') != std::string_view::npos;
        auto part = unescape(take_until(path, '/'), Plus::itself);
        if (!part) return flow::fail("the address has a '%' without two hexadecimal digits");
        if (has_control(*part) || part->find('/') != std::string::npos || *part == "." || *part == "..")
            return flow::fail("the address has a part that nothing is called by");
        if (out.parts.size() == kMaxParts)
            return flow::fail("the address has more than " + std::to_string(kMaxParts) + " parts");
        out.parts.push_back(*std::move(part));
    }
    return {};
}

flow::Result<void> parse_query(std::string_view query, Target& out) {
    while (!query.empty()) {
        std::string_view value = take_until(query, '&');
        if (value.empty()) continue;
        auto name = unescape(take_until(value, '='), Plus::space);
        auto text = unescape(value, Plus::space);
        if (!name || !text) return flow::fail("an argument has a '%' without two hexadecimal digits");
        if (has_control(*name) || text->find('\0') != std::string::npos)
            return flow::fail("an argument has control characters");
        if (out.query.size() == kMaxArguments && !out.query.contains(*name))
            return flow::fail("there are more than " + std::to_string(kMaxArguments) + " arguments");
        out.query[*std::move(name)] = *std::move(text);
    }
    return {};
}

}  // namespace

std::string Target::path() const {
    std::string out;
    for (const std::string& part : parts) out += "/" + part;
    return out;
}

flow::Result<Target> parse_target(std::string_view raw) {
    Target out;
    const std::string_view path = take_until(raw, '?');
    if (auto ok = parse_path(path, out); !ok) return flow::pass(ok);
    if (auto ok = parse_query(raw, out); !ok) return flow::pass(ok);
    return out;
}

}  // namespace http
