// SPDX-License-Identifier: Apache-2.0
#include "store/segments.hpp"

#include <charconv>
#include <cstdio>
#include <ctime>
#include <system_error>

namespace store {
namespace {

// "1150-3-0-0.flows" after the folder: digits, then `end`; nullopt when it is not so.
template <class Number>
std::optional<Number> take_number(std::string_view& text, std::string_view end) {
    Number value{};
    const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(at - text.data()));
    if (!text.starts_with(end)) return std::nullopt;
    text.remove_prefix(end.size());
    return value;
}

}  // namespace

std::string SegmentKey::path() const {
    const auto seconds = static_cast<std::time_t>(slot_s);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    char text[80];
    std::snprintf(text, sizeof text, "%04d-%02d-%02d/%02d%02d-%u-%u-%u.flows", utc.tm_year + 1900, utc.tm_mon + 1,
                  utc.tm_mday, utc.tm_hour, utc.tm_min, source_id, writer, part);
    return text;
}

std::optional<SegmentKey> SegmentKey::parse(std::string_view path) {
    std::string_view rest = path;
    std::tm utc{};
    const auto year = take_number<int>(rest, "-"), month = take_number<int>(rest, "-"),
               day = take_number<int>(rest, "/"), time = take_number<int>(rest, "-");
    const auto source = take_number<std::uint32_t>(rest, "-");
    const auto writer = take_number<std::uint16_t>(rest, "-"), part = take_number<std::uint16_t>(rest, ".flows");
    if (!year || !month || !day || !time || !source || !writer || !part) return std::nullopt;
    if (*year < 1970 || *year > 2106 || *month < 1 || *month > 12 || *day < 1 || *day > 31 || *time < 0)
        return std::nullopt;
    utc.tm_year = *year - 1900;
    utc.tm_mon = *month - 1;
    utc.tm_mday = *day;
    utc.tm_hour = *time / 100;
    utc.tm_min = *time % 100;
    const SegmentKey key{static_cast<std::uint32_t>(timegm(&utc)), *source, *writer, *part};
    // Leading zeros, 31 February and the like: one file, one name.
    if (key.slot_s % kSlotSeconds != 0 || key.path() != path) return std::nullopt;
    return key;
}

}  // namespace store
