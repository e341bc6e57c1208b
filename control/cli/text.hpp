// SPDX-License-Identifier: Apache-2.0
// Figures and tables for people.
//
// Thread: any; values.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

// "999", "12.3k", "1.23M", "45.6G": three digits that count, by powers of 1,000.
[[nodiscard]] std::string scaled(double value);
[[nodiscard]] inline std::string scaled(std::uint64_t value) {
    return scaled(static_cast<double>(value));
}

// At most `width` characters; each is the mean of its share of the values, from the axis (" " = none) to
// their highest.
[[nodiscard]] std::string sparkline(std::span<const double> values, std::size_t width);

// Characters that `text` takes on a terminal, as far as UTF-8 of single width goes.
[[nodiscard]] std::size_t shown_width(std::string_view text);

// What stands out, when colours are welcome.
struct Style {
    bool colour = false;
    [[nodiscard]] std::string bold(std::string_view text) const { return with("1", text); }
    [[nodiscard]] std::string bad(std::string_view text) const { return with("1;31", text); }
    [[nodiscard]] std::string good(std::string_view text) const { return with("32", text); }

  private:
    [[nodiscard]] std::string with(const char* code, std::string_view text) const;
};

// Columns as wide as their widest cell. A heading that starts with '>' aligns its column to the right.
class Table {
  public:
    explicit Table(std::vector<std::string> headings);
    void add(std::vector<std::string> cells);  // as many as headings
    [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
    void print(std::ostream& out, Style style) const;

  private:
    std::vector<std::string> headings_;
    std::vector<bool> right_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace cli
