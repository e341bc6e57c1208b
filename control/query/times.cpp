// SPDX-License-Identifier: Apache-2.0
#include "control/query/times.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <optional>

#include "control/duration.hpp"
#include "control/query/whole_number.hpp"

namespace query {
namespace {

constexpr std::uint64_t kLatest_s = 253'402'300'799;  // 9999-12-31T23:59:59

// A part of nfdump's date: exactly `digits` digits.
std::optional<int> take_part(std::string_view& text, std::size_t digits, int least, int most) {
    if (text.size() < digits) return std::nullopt;
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
    if (error != std::errc{} || end != text.data() + digits || value < least || value > most) return std::nullopt;
    text.remove_prefix(digits);
    return value;
}

// YYYY[/MM[/dd[.hh[:mm[:ss]]]]]; what is left out is the least it can be.
std::optional<std::uint64_t> nfdump_date(std::string_view text) {
    const auto year = take_part(text, 4, 1970, 9999);
    if (!year) return std::nullopt;
    struct Part {
        char before;
        int least, most, value;
    };
    std::array<Part, 5> parts{{{'/', 1, 12, 1}, {'/', 1, 31, 1}, {'.', 0, 23, 0}, {':', 0, 59, 0}, {':', 0, 59, 0}}};
    for (Part& part : parts) {
        if (text.empty()) break;
        if (text.front() != part.before) return std::nullopt;
        text.remove_prefix(1);
        const auto value = take_part(text, 2, part.least, part.most);
        if (!value) return std::nullopt;
        part.value = *value;
    }
    if (!text.empty()) return std::nullopt;
    std::tm date{};
    date.tm_year = *year - 1900;
    date.tm_mon = parts[0].value - 1;
    date.tm_mday = parts[1].value;
    date.tm_hour = parts[2].value;
    date.tm_min = parts[3].value;
    date.tm_sec = parts[4].value;
    date.tm_isdst = -1;
    const std::time_t seconds = std::mktime(&date);
    // mktime() carries 30 February into March.
    if (seconds < 0 || date.tm_mday != parts[1].value) return std::nullopt;
    return static_cast<std::uint64_t>(seconds);
}

std::optional<std::uint64_t> point(std::string_view text, std::uint64_t now_s) {
    if (const auto date = nfdump_date(text)) return date;
    auto seconds = control::parse_time(text, now_s);
    return seconds && *seconds <= kLatest_s ? seconds : std::nullopt;
}

// Both ends of "a-b", wherever the dash between them is.
std::optional<store::query::Window> range(std::string_view text, std::uint64_t now_s) {
    const auto split = [&](std::size_t at, std::size_t length) -> std::optional<store::query::Window> {
        const auto from = point(text.substr(0, at), now_s);
        const auto to = point(text.substr(at + length), now_s);
        if (!from || !to) return std::nullopt;
        return store::query::Window{*from * 1000, *to * 1000};
    };
    if (const std::size_t dots = text.find(".."); dots != std::string_view::npos) return split(dots, 2);
    for (std::size_t dash = text.find('-', 1); dash != std::string_view::npos; dash = text.find('-', dash + 1)) {
        if (const auto window = split(dash, 1)) return window;
    }
    return std::nullopt;
}

// "10" or "10m", in seconds.
std::optional<std::uint64_t> length(std::string_view text) {
    if (const auto seconds = whole_number(text)) return *seconds <= kLatest_s ? seconds : std::nullopt;
    return control::parse_duration(text);
}

}  // namespace

flow::Result<TimeSelection> parse_window(std::string_view text, std::uint64_t now_s) {
    TimeSelection out;
    if (!text.empty() && text.front() == '+') {
        if (const auto seconds = length(text.substr(1)); seconds && *seconds != 0) {
            out.first_s = *seconds;
            return out;
        }
    } else if (!text.empty() && text.front() == '-' && whole_number(text.substr(1)).value_or(0) != 0) {
        out.last_s = *whole_number(text.substr(1));
        return out;
    } else if (const auto from = point(text, now_s)) {
        out.window.from_ms = *from * 1000;
        return out;
    } else if (const auto both = range(text, now_s)) {
        if (both->to_ms < both->from_ms)
            return flow::fail("-t " + std::string(text) + " ends before it begins: write the earlier time first");
        out.window = *both;
        return out;
    }
    return flow::fail("-t " + std::string(text) +
                      " is no time window: write 2026/01/15.11:50:00[-2026/01/15.11:55:00], -1h, -2h--1h, or +10 and "
                      "-10 for the first and last 10 seconds of all flows");
}

store::query::Window resolved(const TimeSelection& selection, std::uint64_t first_ms, std::uint64_t last_ms) noexcept {
    if (first_ms > last_ms) return selection.window;
    if (selection.first_s != 0) return {first_ms, first_ms + selection.first_s * 1000};
    if (selection.last_s != 0) return {last_ms - std::min(last_ms, selection.last_s * 1000), last_ms};
    return selection.window;
}

std::string local_time_text(std::uint64_t seconds) {
    const auto t = static_cast<std::time_t>(seconds);
    std::tm parts{};
    std::array<char, 64> out{};
    if (localtime_r(&t, &parts) == nullptr) return std::to_string(seconds);
    return {out.data(), std::strftime(out.data(), out.size(), "%Y-%m-%d %H:%M:%S", &parts)};
}

}  // namespace query
