// SPDX-License-Identifier: Apache-2.0
#include "filters/language/times.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace filters::language {

namespace {

constexpr std::uint64_t kMsPerDay = 86'400'000;

// Takes exactly `digits` digits off the front of `text`.
std::optional<unsigned> take(std::string_view& text, std::size_t digits) noexcept {
    unsigned value = 0;
    if (text.size() < digits) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
    if (error != std::errc{} || end != text.data() + digits) return std::nullopt;
    text.remove_prefix(digits);
    return value;
}

bool take_one_of(std::string_view& text, std::string_view signs) noexcept {
    if (text.empty() || signs.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

// Whole days since 1970 of year, month and day at the front of `text`.
std::optional<std::int64_t> take_days(std::string_view& text) noexcept {
    const auto year = take(text, 4);
    if (!year || *year < 1970) return std::nullopt;
    unsigned month = 1;
    unsigned day = 1;
    if (take_one_of(text, "-/")) {
        const auto given = take(text, 2);
        if (!given) return std::nullopt;
        month = *given;
        if (take_one_of(text, "-/")) {
            const auto of_month = take(text, 2);
            if (!of_month) return std::nullopt;
            day = *of_month;
        }
    }
    using namespace std::chrono;
    const year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(month),
                              std::chrono::day(day)};
    if (!date.ok()) return std::nullopt;
    return sys_days(date).time_since_epoch().count();
}

// Hour, minutes, seconds and their fraction.
std::optional<std::int64_t> take_time_of_day(std::string_view& text) noexcept {
    constexpr std::array<unsigned, 3> kMost = {23, 59, 59};
    constexpr std::array<std::int64_t, 3> kUnits = {3'600'000, 60'000, 1000};
    std::int64_t ms = 0;
    std::size_t part = 0;
    do {
        const auto value = take(text, 2);
        if (!value || *value > kMost[part]) return std::nullopt;
        ms += *value * kUnits[part++];
    } while (part < 3 && take_one_of(text, ":"));
    if (part == 3 && take_one_of(text, ".")) {
        std::int64_t unit = 100;
        if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
        for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), unit /= 10) {
            ms += unit * (text.front() - '0');
        }
    }
    return ms;
}

// Z, +hh:mm, -hhmm or nothing; milliseconds that local time is ahead of UTC.
std::optional<std::int64_t> take_offset(std::string_view& text) noexcept {
    if (text.empty() || take_one_of(text, "Zz")) return 0;
    const bool behind = text.front() == '-';
    if (!take_one_of(text, "+-")) return std::nullopt;
    const auto hours = take(text, 2);
    if (!hours || *hours > 14) return std::nullopt;
    unsigned minutes = 0;
    if (!text.empty()) {
        take_one_of(text, ":");
        const auto given = take(text, 2);
        if (!given || *given > 59) return std::nullopt;
        minutes = *given;
    }
    const std::int64_t ms = (*hours * 60 + minutes) * 60'000;
    return behind ? -ms : ms;
}

}  // namespace

std::optional<std::uint64_t> time_ms(std::string_view word) noexcept {
    const auto days = take_days(word);
    if (!days) return std::nullopt;
    std::int64_t ms = *days * static_cast<std::int64_t>(kMsPerDay);
    if (take_one_of(word, "Tt.")) {
        const auto of_day = take_time_of_day(word);
        const auto offset = of_day ? take_offset(word) : std::nullopt;
        if (!offset) return std::nullopt;
        ms += *of_day - *offset;
    }
    if (!word.empty() || ms < 0 || ms > static_cast<std::int64_t>(kMostTime)) return std::nullopt;
    return static_cast<std::uint64_t>(ms);
}

std::string time_text(std::uint64_t ms) {
    using namespace std::chrono;
    const year_month_day date{sys_days(days(static_cast<int>(ms / kMsPerDay)))};
    const auto rest = static_cast<unsigned>(ms % kMsPerDay);
    std::array<char, 64> out{};
    std::snprintf(out.data(), out.size(), "%04d-%02u-%02uT%02u:%02u:%02u.%03uZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), rest / 3'600'000,
                  rest / 60'000 % 60, rest / 1000 % 60, rest % 1000);
    return out.data();
}

}  // namespace filters::language
