// SPDX-License-Identifier: Apache-2.0
#include "control/query/local_time.hpp"

#include <ctime>

namespace query {

namespace {

constexpr std::uint64_t kLastSecond = 1ull << 55;

bool broken_down(std::uint64_t second, std::tm& out) noexcept {
    if (second > kLastSecond) return false;
    const auto t = static_cast<std::time_t>(second);
    return localtime_r(&t, &out) != nullptr;
}

}  // namespace

LocalTime::LocalTime() {
    tzset();
}

const LocalTime::Minute* LocalTime::minute(std::uint64_t number) noexcept {
    Minute& m = seen_[number % seen_.size()];
    if (m.number == number) return &m;
    std::tm tm{};
    if (!broken_down(number * 60, tm) || tm.tm_sec != 0 || tm.tm_year > 9999 - 1900) return nullptr;
    Pen pen(m.text.data());
    pen.zero_padded(static_cast<std::uint32_t>(tm.tm_year + 1900), 4);
    pen.put('-');
    pen.zero_padded(static_cast<std::uint32_t>(tm.tm_mon + 1), 2);
    pen.put('-');
    pen.zero_padded(static_cast<std::uint32_t>(tm.tm_mday), 2);
    pen.put(' ');
    pen.zero_padded(static_cast<std::uint32_t>(tm.tm_hour), 2);
    pen.put(':');
    pen.zero_padded(static_cast<std::uint32_t>(tm.tm_min), 2);
    pen.put(':');
    m.number = number;
    return &m;
}

void LocalTime::seconds(Pen& pen, std::uint64_t ms, char between) noexcept {
    const std::uint64_t second = ms / 1000;
    char* const begin = pen.at();
    if (const Minute* m = minute(second / 60); m != nullptr) {
        pen.text({m->text.data(), m->text.size()});
        pen.zero_padded(static_cast<std::uint32_t>(second % 60), 2);
    } else {
        std::tm tm{};
        std::size_t length = 0;
        if (broken_down(second, tm)) length = std::strftime(pen.at(), 40, "%Y-%m-%d %H:%M:%S", &tm);
        if (length == 0) return pen.text("<unknown>");
        pen.moved_to(pen.at() + length);
    }
    if (between != ' ')
        *static_cast<char*>(std::memchr(begin, ' ', static_cast<std::size_t>(pen.at() - begin))) = between;
}

void LocalTime::milliseconds(Pen& pen, std::uint64_t ms, char between) noexcept {
    seconds(pen, ms, between);
    pen.put('.');
    pen.zero_padded(static_cast<std::uint32_t>(ms % 1000), 3);
}

}  // namespace query
