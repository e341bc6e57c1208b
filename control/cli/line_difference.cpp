// SPDX-License-Identifier: Apache-2.0
#include "control/cli/line_difference.hpp"

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <vector>

#include "control/filter_excerpt.hpp"

namespace cli {
namespace {

constexpr std::size_t kContext = 3;

using Lines = std::vector<std::string_view>;

// With their line ends, so that the last one without differs from one with it.
Lines lines_of(std::string_view text) {
    Lines out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
        out.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return out;
}

struct Step {
    char sign;  // ' ', '-', '+'
    std::string_view line;
};

// Of what is neither at the head nor at the tail of both, by the longest common subsequence.
void add_middle(std::vector<Step>& out, const Lines& a, const Lines& b) {
    const std::size_t width = b.size() + 1;
    std::vector<std::uint32_t> common;  // of a[i..] and b[j..], at i * width + j
    const bool small = (a.size() + 1) * width <= kMostCells;
    if (small) {
        common.resize((a.size() + 1) * width);
        for (std::size_t i = a.size(); i-- > 0;) {
            for (std::size_t j = b.size(); j-- > 0;) {
                common[i * width + j] = a[i] == b[j] ? common[(i + 1) * width + j + 1] + 1
                                                     : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
            }
        }
    }
    std::size_t i = 0, j = 0;
    while (i < a.size() || j < b.size()) {
        if (small && i < a.size() && j < b.size() && a[i] == b[j]) {
            out.push_back({' ', a[i++]});
            ++j;
        } else if (j == b.size() ||
                   (i < a.size() && (!small || common[(i + 1) * width + j] >= common[i * width + j + 1]))) {
            out.push_back({'-', a[i++]});
        } else {
            out.push_back({'+', b[j++]});
        }
    }
}

std::vector<Step> steps_between(const Lines& a, const Lines& b) {
    const std::size_t most = std::min(a.size(), b.size());
    std::size_t head = 0, tail = 0;
    while (head < most && a[head] == b[head]) ++head;
    while (tail < most - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
    const auto middle = [&](const Lines& lines) {
        return Lines(lines.begin() + static_cast<std::ptrdiff_t>(head),
                     lines.end() - static_cast<std::ptrdiff_t>(tail));
    };
    std::vector<Step> out;
    for (std::size_t i = 0; i < head; ++i) out.push_back({' ', a[i]});
    add_middle(out, middle(a), middle(b));
    for (std::size_t i = a.size() - tail; i < a.size(); ++i) out.push_back({' ', a[i]});
    return out;
}

// A line, and how many; the line before where there is none.
std::string range(std::size_t first, std::size_t count) {
    return std::to_string(count == 0 ? first - 1 : first) + "," + std::to_string(count);
}

std::string shown(const Step& step) {
    std::string_view text = step.line;
    const bool ended = text.ends_with('\n');
    if (ended) text.remove_suffix(1);
    const bool returned = text.ends_with('\r');
    if (returned) text.remove_suffix(1);
    return step.sign + control::harmless(text) + (returned ? "\r" : "") +
           (ended ? "" : "\n\\ No newline at end of file");
}

// steps[begin, end), whose first one is line `a` before and line `b` after.
void print_hunk(std::ostream& out, const std::vector<Step>& steps, std::size_t begin, std::size_t end, std::size_t a,
                std::size_t b, Style style) {
    std::size_t removed = 0, added = 0;
    for (std::size_t i = begin; i < end; ++i) {
        removed += steps[i].sign == '-' ? 1 : 0;
        added += steps[i].sign == '+' ? 1 : 0;
    }
    const std::size_t same = end - begin - removed - added;
    out << "@@ -" << range(a, same + removed) << " +" << range(b, same + added) << " @@\n";
    for (std::size_t i = begin; i < end; ++i) {
        const std::string text = shown(steps[i]);
        out << (steps[i].sign == '-' ? style.bad(text) : steps[i].sign == '+' ? style.good(text) : text) << '\n';
    }
}

}  // namespace

void print_difference(std::ostream& out, const std::string& path, std::string_view before, std::string_view after,
                      Style style) {
    if (before == after) return;
    const std::vector<Step> steps = steps_between(lines_of(before), lines_of(after));
    const auto is_same = [](const Step& step) { return step.sign == ' '; };
    const auto change_from = [&](std::size_t at) {
        const auto begin = steps.begin() + static_cast<std::ptrdiff_t>(at);
        return static_cast<std::size_t>(std::find_if_not(begin, steps.end(), is_same) - steps.begin());
    };
    out << style.bold("--- " + (before.empty() ? "/dev/null" : path)) << '\n'
        << style.bold("+++ " + (after.empty() ? "/dev/null" : path)) << '\n';
    std::size_t a = 1, b = 1, at = 0;
    for (std::size_t change = change_from(0); change < steps.size();) {
        const std::size_t begin = std::max(at, change - std::min(change, kContext));
        a += begin - at;
        b += begin - at;
        std::size_t end = change + 1;
        change = change_from(end);
        while (change < steps.size() && change - end <= 2 * kContext) {
            end = change + 1;
            change = change_from(end);
        }
        end = std::min(end + kContext, steps.size());
        print_hunk(out, steps, begin, end, a, b, style);
        for (at = begin; at < end; ++at) {
            a += steps[at].sign == '+' ? 0 : 1;
            b += steps[at].sign == '-' ? 0 : 1;
        }
    }
}

}  // namespace cli
