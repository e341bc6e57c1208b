// SPDX-License-Identifier: Apache-2.0
#include "control/cli/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ostream>

namespace cli {

std::string scaled(double value) {
    static constexpr std::array<const char*, 7> kUnits{"", "k", "M", "G", "T", "P", "E"};
    std::size_t unit = 0;
    // 999.5 and more would be printed as 1000.
    while (value >= 999.5 && unit + 1 < kUnits.size()) {
        value /= 1000;
        ++unit;
    }
    const bool whole = unit == 0 && value == std::floor(value);
    const int decimals = whole || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    std::array<char, 32> out{};
    std::snprintf(out.data(), out.size(), "%.*f%s", decimals, value, kUnits[unit]);
    return out.data();
}

std::string sparkline(std::span<const double> values, std::size_t width) {
    static constexpr std::array<const char*, 9> kBars{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    const std::size_t columns = std::min(width, values.size());
    std::vector<double> means(columns);
    for (std::size_t c = 0; c < columns; ++c) {
        const std::size_t from = c * values.size() / columns;
        const std::size_t to = (c + 1) * values.size() / columns;
        for (std::size_t i = from; i < to; ++i) means[c] += values[i];
        means[c] /= static_cast<double>(to - from);
    }
    const double highest = means.empty() ? 0 : *std::max_element(means.begin(), means.end());
    std::string out;
    for (const double mean : means) {
        // Something is never shown as nothing.
        const double bar = mean <= 0 ? 0 : std::clamp(std::ceil(mean / highest * 8), 1.0, 8.0);
        out += kBars[static_cast<std::size_t>(bar)];
    }
    return out;
}

std::size_t shown_width(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string Style::with(const char* code, std::string_view text) const {
    if (!colour) return std::string(text);
    return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

Table::Table(std::vector<std::string> headings) : headings_(std::move(headings)) {
    for (std::string& heading : headings_) {
        right_.push_back(heading.starts_with('>'));
        if (right_.back()) heading.erase(0, 1);
    }
}

void Table::add(std::vector<std::string> cells) {
    cells.resize(headings_.size());
    rows_.push_back(std::move(cells));
}

void Table::print(std::ostream& out, Style style) const {
    std::vector<std::size_t> widths;
    for (std::size_t c = 0; c < headings_.size(); ++c) {
        std::size_t width = shown_width(headings_[c]);
        for (const auto& row : rows_) width = std::max(width, shown_width(row[c]));
        widths.push_back(width);
    }
    const auto line = [&](const std::vector<std::string>& cells) {
        std::string text;
        for (std::size_t c = 0; c < cells.size(); ++c) {
            const std::string padding(widths[c] - shown_width(cells[c]), ' ');
            if (c > 0) text += "  ";
            text += right_[c] ? padding + cells[c] : cells[c] + padding;
        }
        text.erase(text.find_last_not_of(' ') + 1);
        return text;
    };
    out << style.bold(line(headings_)) << '\n';
    for (const auto& row : rows_) out << line(row) << '\n';
}

}  // namespace cli
