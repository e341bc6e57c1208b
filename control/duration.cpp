// SPDX-License-Identifier: Apache-2.0
#include "control/duration.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <ctime>

namespace control {
namespace {

struct Unit {
    char letter;
    std::uint64_t seconds;
};
constexpr std::array<Unit, 6> kUnits{
    {{'y', 365 * 86400}, {'w', 7 * 86400}, {'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}}};
constexpr std::uint64_t kLongest_s = 1000ull * 365 * 86400;

// Takes `digits` decimal digits off the front of `text`; nullopt when there are fewer.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
    int value = 0;
    if (text.size() < digits) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
    if (error != std::errc{} || end != text.data() + digits || text[0] == '-') return std::nullopt;
    text.remove_prefix(digits);
    return value;
}

bool take(std::string_view& text, char c) {
    if (text.empty() || text[0] != c) return false;
    text.remove_prefix(1);
    return true;
}

// "", "Z", "+02:00", "-0530" -> seconds east of UTC.
std::optional<int> parse_zone(std::string_view text) {
    if (text.empty() || text == "Z" || text == "z") return 0;
    const bool west = text[0] == '-';
    if (!west && text[0] != '+') return std::nullopt;
    text.remove_prefix(1);
    const auto hours = take_digits(text, 2);
    if (hours) take(text, ':');
    const auto minutes = text.empty() ? std::optional(0) : take_digits(text, 2);
    if (!hours || !minutes || !text.empty() || *hours > 14 || *minutes > 59) return std::nullopt;
    const int east = *hours * 3600 + *minutes * 60;
    return west ? -east : east;
}

// Time of day from the front of `text`, which then holds the zone; seconds since midnight.
std::optional<int> take_time_of_day(std::string_view& text) {
    const auto hour = take_digits(text, 2);
    if (!hour || !take(text, ':')) return std::nullopt;
    const auto minute = take_digits(text, 2);
    if (!minute) return std::nullopt;
    const auto second = take(text, ':') ? take_digits(text, 2) : std::optional(0);
    if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    return *hour * 3600 + *minute * 60 + *second;
}

std::optional<std::uint64_t> parse_iso8601(std::string_view text) {
    const auto year = take_digits(text, 4);
    if (!year || !take(text, '-')) return std::nullopt;
    const auto month = take_digits(text, 2);
    if (!month || !take(text, '-')) return std::nullopt;
    const auto day = take_digits(text, 2);
    if (!day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    std::optional<int> time_of_day = 0;
    if (take(text, 'T') || take(text, ' ')) time_of_day = take_time_of_day(text);
    const auto zone = parse_zone(text);
    if (!time_of_day || !zone) return std::nullopt;
    const auto days = std::chrono::sys_days(date).time_since_epoch().count();
    const std::int64_t seconds = std::int64_t{days} * 86400 + *time_of_day - *zone;
    if (seconds < 0) return std::nullopt;
    return static_cast<std::uint64_t>(seconds);
}

}  // namespace

std::optional<std::uint64_t> parse_duration(std::string_view text) {
    if (text.empty()) return std::nullopt;
    std::uint64_t total = 0;
    std::size_t next_unit = 0;  // units must get smaller
    while (!text.empty()) {
        std::uint64_t count = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
        const auto digits = static_cast<std::size_t>(end - text.data());
        if (error != std::errc{} || digits == text.size() || count > kLongest_s) return std::nullopt;
        std::size_t unit = next_unit;
        while (unit < kUnits.size() && kUnits[unit].letter != text[digits]) ++unit;
        if (unit == kUnits.size()) return std::nullopt;
        if (count > kLongest_s / kUnits[unit].seconds) return std::nullopt;
        total += count * kUnits[unit].seconds;
        next_unit = unit + 1;
        text.remove_prefix(digits + 1);
    }
    return total <= kLongest_s ? std::optional(total) : std::nullopt;
}

std::string duration_text(std::uint64_t seconds) {
    if (seconds == 0) return "0s";
    std::string out;
    for (const Unit& unit : kUnits) {
        // Weeks read well alone only: "60d", not "8w4d".
        if (unit.letter == 'w' && seconds % unit.seconds != 0) continue;
        if (const std::uint64_t count = seconds / unit.seconds; count != 0) {
            out += std::to_string(count) + unit.letter;
            seconds %= unit.seconds;
        }
    }
    return out;
}

std::optional<std::uint64_t> parse_time(std::string_view text, std::uint64_t now_s) {
    if (text == "now") return now_s;
    if (!text.empty() && text[0] == '-') {
        const auto ago = parse_duration(text.substr(1));
        if (!ago) return std::nullopt;
        return *ago < now_s ? now_s - *ago : 0;
    }
    std::uint64_t epoch = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), epoch);
    if (error == std::errc{} && end == text.data() + text.size()) return epoch;
    return parse_iso8601(text);
}

std::string time_text(std::uint64_t seconds) {
    const auto t = static_cast<std::time_t>(seconds);
    std::tm parts{};
    std::array<char, 64> out{};
    if (gmtime_r(&t, &parts) == nullptr) return std::to_string(seconds);
    const std::size_t length = std::strftime(out.data(), out.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {out.data(), length};
}

}  // namespace control
