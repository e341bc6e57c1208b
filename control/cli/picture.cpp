// SPDX-License-Identifier: Apache-2.0
#include "control/cli/picture.hpp"

#include <algorithm>
#include <ostream>

namespace cli {
namespace {

using Role = PictureLine::Role;

constexpr std::size_t kWidth = 80;
constexpr std::size_t kRateWidth = 10;
constexpr std::string_view kStageMargin = "         ", kLeaves = "    |--> ", kJoins = "    |<-- ",
                           kStream = "    |    ";

std::string right(std::string text, std::size_t width) {
    if (text.size() < width) text.insert(0, width - text.size(), ' ');
    return text;
}

// Words on lines of at most `width` characters; a longer word has a line of its own.
std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
    std::vector<std::string> lines(1);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        const std::string word = text.substr(at, end - at);
        if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width) lines.emplace_back();
        lines.back() += (lines.back().empty() ? "" : " ") + word;
        at = end + 1;
    }
    return lines;
}

std::string_view margin(Role role) {
    return role == Role::stage ? kStageMargin : role == Role::leaves ? kLeaves : role == Role::joins ? kJoins : kStream;
}

bool is_shown(const PictureLine& line, bool brief) {
    return line.role == Role::stage || line.value != 0 || (!brief && (line.always || !line.unknown_for.empty()));
}

std::string value_text(const PictureLine& line) {
    // What one device cannot tell, another may have.
    return line.unknown_for.empty() || line.value != 0 ? exact(line.value) : "unknown";
}

std::string name_text(const PictureLine& line) {
    std::string name = line.name;
    if (!line.unknown_for.empty())
        name += line.value == 0 ? " (" + line.unknown_for + " cannot tell)"
                                : " (and more: " + line.unknown_for + " cannot tell)";
    return name;
}

}  // namespace

void Picture::add(Role role, std::uint64_t value, std::string name) {
    lines_.push_back({.role = role, .value = value, .name = std::move(name), .unknown_for = {}});
}

void Picture::is_loss(std::string unknown_for) {
    lines_.back().loss = lines_.back().always = true;
    lines_.back().unknown_for = std::move(unknown_for);
}

void Picture::in_flight(Role role, std::uint64_t left, std::uint64_t right, const std::string& name) {
    if (left >= right)
        add(role, left - right, name);
    else
        add(role, right - left, "counted ahead: an earlier stage has not told them yet");
}

void Picture::print(std::ostream& out, Style style, const std::vector<double>& rates, bool brief) const {
    std::size_t width = 13;
    for (const PictureLine& line : lines_) width = std::max(width, value_text(line).size());
    const std::size_t column = kStageMargin.size() + width + (rates.empty() ? 0 : kRateWidth) + 2;
    bool first = true;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        const PictureLine& line = lines_[i];
        if (!is_shown(line, brief)) continue;
        const bool stage = line.role == Role::stage;
        if (stage && !first) out << "    v\n";
        first = false;
        std::string text = right(value_text(line), width);
        if (!rates.empty()) text += right(i < rates.size() ? scaled(rates[i]) : "", kRateWidth);
        // A part is indented: its further lines are, too.
        const std::string indent(line.role == Role::part ? 2 : 0, ' ');
        std::vector<std::string> names = wrapped(name_text(line), kWidth - column - indent.size());
        text += "  " + indent + names.front();
        out << margin(line.role)
            << (stage                          ? style.bold(text)
                : line.loss && line.value != 0 ? style.bad(text)
                                               : text)
            << '\n';
        for (std::size_t n = 1; n < names.size(); ++n)
            out << kStream << std::string(column - kStream.size(), ' ') << indent << names[n] << '\n';
    }
}

}  // namespace cli
