// SPDX-License-Identifier: Apache-2.0
#include "control/query/numbers.hpp"

#include <limits>

namespace query {

namespace {

constexpr std::uint64_t kMega = 1'000'000;
constexpr std::uint64_t kGiga = 1'000'000'000;
constexpr std::uint64_t kTera = 1'000'000'000'000;
constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();

// value / unit with one digit behind the point, rounded as printf rounds the nearest double.
void tenths(Pen& pen, std::uint64_t value, std::uint64_t unit) noexcept {
    const std::uint64_t step = unit / 10;
    const std::uint64_t rest = value % step;
    // Only a tie depends on which side the double lies.
    if (unit < kTera && rest != step / 2) {
        const std::uint64_t n = value / step + (rest > step / 2 ? 1 : 0);
        pen.number(n / 10);
        pen.put('.');
        pen.put(static_cast<char>('0' + n % 10));
        return;
    }
    const double v = static_cast<double>(value) / static_cast<double>(unit);
    pen.moved_to(std::to_chars(pen.at(), pen.at() + 32, v, std::chars_format::fixed, 1).ptr);
}

std::uint64_t whole(double v) noexcept {
    return v >= 18446744073709551615.0 ? kLargest : static_cast<std::uint64_t>(v);
}

}  // namespace

void scaled(Pen& pen, std::uint64_t value, bool plain) noexcept {
    if (plain || value < kMega) return pen.number(value);
    const std::uint64_t unit = value >= kTera ? kTera : value >= kGiga ? kGiga : kMega;
    tenths(pen, value, unit);
    pen.put(' ');
    pen.put(unit == kTera ? 'T' : unit == kGiga ? 'G' : 'M');
}

void scaled(Pen& pen, std::uint64_t value, bool plain, std::size_t width) noexcept {
    if (plain || value < kMega) return pen.number(value, width);
    std::array<char, 40> text;
    Pen inner(text.data());
    scaled(inner, value, plain);
    pen.right({text.data(), static_cast<std::size_t>(inner.at() - text.data())}, width);
}

std::uint64_t packets_per_second(std::uint64_t packets, std::uint64_t duration_ms) noexcept {
    if (duration_ms == 0) return 0;
    return whole(static_cast<double>(packets) / (static_cast<double>(duration_ms) / 1000.0));
}

std::uint64_t bits_per_second(std::uint64_t bytes, std::uint64_t duration_ms) noexcept {
    if (duration_ms == 0) return 0;
    const double seconds = static_cast<double>(duration_ms) / 1000.0;
    const double bits = bytes <= kLargest / 8 ? static_cast<double>(bytes * 8) : static_cast<double>(bytes) * 8.0;
    return whole(bits / seconds);
}

std::uint64_t bytes_per_packet(std::uint64_t bytes, std::uint64_t packets) noexcept {
    return packets == 0 ? 0 : bytes / packets;
}

void duration_days(Pen& pen, std::uint64_t duration_ms) noexcept {
    const auto ms = static_cast<std::uint32_t>(duration_ms % 1000);
    const std::uint64_t seconds = duration_ms / 1000;
    const std::uint64_t days = seconds / 86400;
    const auto of_day = static_cast<std::uint32_t>(seconds % 86400);
    if (days == 0) {
        pen.blanks(4);
    } else {
        pen.number(days, 2);
        pen.text("d ");
    }
    pen.zero_padded(of_day / 3600, 2);
    pen.put(':');
    pen.zero_padded(of_day / 60 % 60, 2);
    pen.put(':');
    pen.zero_padded(of_day % 60, 2);
    pen.put('.');
    pen.zero_padded(ms, 3);
}

void duration_seconds(Pen& pen, std::uint64_t duration_ms, std::size_t width) noexcept {
    pen.number(duration_ms / 1000, width > 4 ? width - 4 : 0);
    pen.put('.');
    pen.zero_padded(static_cast<std::uint32_t>(duration_ms % 1000), 3);
}

void latency(Pen& pen, std::uint32_t microseconds, std::size_t width) noexcept {
    duration_seconds(pen, microseconds, width);
}

void percent(Pen& pen, double value, std::size_t width) noexcept {
    std::array<char, 40> text;
    const char* end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 1).ptr;
    pen.right({text.data(), static_cast<std::size_t>(end - text.data())}, width);
}

double percent_of(std::uint64_t part, std::uint64_t whole_) noexcept {
    return whole_ == 0 ? 0.0 : static_cast<double>(part) * 100.0 / static_cast<double>(whole_);
}

}  // namespace query
