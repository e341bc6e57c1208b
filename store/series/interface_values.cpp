// SPDX-License-Identifier: Apache-2.0
#include "store/series/interface_values.hpp"

#include <algorithm>
#include <limits>

namespace store {
namespace {

constexpr std::uint64_t kNotCounted = flow::InterfaceSample::kNotCounted;
// Between what the wall clock and the agent's say about the time passed, for a wrap of the latter.
constexpr std::uint64_t kClockToleranceMs = 60'000;

constexpr std::array<unsigned, kInterfaceTotals> kBits{
#define X(name, bits) bits,
    FLOW_INTERFACE_TOTALS(X)
#undef X
};

// The agent's clock fell, and not because its 32 bits were full after 49.7 days.
bool has_restarted(const flow::InterfaceSample& base, const flow::InterfaceSample& now) noexcept {
    if (now.uptime_ms >= base.uptime_ms) return false;
    const bool is_late = now.received_ms < base.received_ms;
    const flow::InterfaceSample &earlier = is_late ? now : base, &later = is_late ? base : now;
    const std::uint64_t elapsed_ms = later.received_ms - earlier.received_ms;
    const std::uint32_t passed_ms = later.uptime_ms - earlier.uptime_ms;  // modulo 2^32
    const std::uint64_t apart = passed_ms > elapsed_ms ? passed_ms - elapsed_ms : elapsed_ms - passed_ms;
    return apart > kClockToleranceMs;
}

// kNotCounted: not known; nullopt: a leap.
std::optional<std::uint64_t> increase_of(std::uint64_t base, std::uint64_t now, unsigned bits,
                                         std::uint32_t seconds) noexcept {
    if (base == kNotCounted || now == kNotCounted) return kNotCounted;
    if (bits == 32) {
        const auto increase = static_cast<std::uint32_t>(now - base);
        return increase < 1u << 31 ? increase : kNotCounted;
    }
    const std::uint64_t increase = now - base;
    if (increase / seconds > kMostOctetsPerSecond) return std::nullopt;
    return increase;
}

template <class Is>
std::uint64_t mask_of(const InterfaceTotals& numbers, Is is) noexcept {
    std::uint64_t mask = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i) mask |= static_cast<std::uint64_t>(is(numbers[i])) << i;
    return mask;
}
bool is_unknown(std::uint64_t number) noexcept {
    return number == kNotCounted;
}

// Those in neither mask; false when a mask has bits of totals that there are not.
bool take_totals(flow::Cursor& from, std::uint64_t unknown, std::uint64_t zero, InterfaceTotals& numbers) noexcept {
    if ((unknown | zero) >> kInterfaceTotals != 0) return false;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (unknown >> i & 1) {
            numbers[i] = kNotCounted;
        } else {
            numbers[i] = zero >> i & 1 ? 0 : take_number(from);
        }
    }
    return from.ok();
}

template <class T>
T take_small(flow::Cursor& from) noexcept {
    const std::uint64_t number = take_number(from);
    if (number > std::numeric_limits<T>::max()) from.skip(from.left() + 1);
    return static_cast<T>(number);
}

}  // namespace

InterfaceTotals totals(const flow::InterfaceSample& s) noexcept {
    return {
#define X(name, bits) s.name,
        FLOW_INTERFACE_TOTALS(X)
#undef X
    };
}
InterfaceTotals increases(const InterfaceIncrease& s) noexcept {
    return {
#define X(name, bits) s.name,
        FLOW_INTERFACE_TOTALS(X)
#undef X
    };
}
InterfaceIncrease to_increase(const InterfaceTotals& numbers) noexcept {
    InterfaceIncrease increase;
    std::size_t i = 0;
#define X(name, bits) increase.name = numbers[i++];
    FLOW_INTERFACE_TOTALS(X)
#undef X
    return increase;
}

Step compare(const flow::InterfaceSample& base, const flow::InterfaceSample& now, InterfacePoint& point) noexcept {
    const std::uint64_t from_s = base.received_ms / 1000, to_s = now.received_ms / 1000;
    if (to_s < from_s + kLeastSampleSeconds) {
        // Far back it is not a late datagram: the clock was set.
        return from_s > to_s + kHourS || has_restarted(base, now) ? Step::new_base : Step::too_soon;
    }
    if (to_s - from_s > kMostSampleSeconds || has_restarted(base, now)) return Step::new_base;
    point.end_s = static_cast<std::uint32_t>(to_s);
    point.seconds = static_cast<std::uint32_t>(to_s - from_s);
    const InterfaceTotals before = totals(base), after = totals(now);
    InterfaceTotals added{};
    for (std::size_t i = 0; i < added.size(); ++i) {
        const auto increase = increase_of(before[i], after[i], kBits[i], point.seconds);
        if (!increase) return Step::new_base;
        added[i] = *increase;
    }
    point.increase = to_increase(added);
    return Step::point;
}

void append(InterfacePoint& to, const InterfacePoint& later) noexcept {
    InterfaceTotals sum = increases(to.increase);
    const InterfaceTotals added = increases(later.increase);
    for (std::size_t i = 0; i < sum.size(); ++i) {
        sum[i] = is_unknown(sum[i]) || is_unknown(added[i]) ? kNotCounted : sum[i] + added[i];
    }
    to.increase = to_increase(sum);
    to.end_s = later.end_s;
    to.seconds += later.seconds;
}

void put_sample(Buffer& to, const flow::InterfaceSample& s) {
    for (const std::uint64_t number : {s.received_ms, std::uint64_t{s.uptime_ms}, std::uint64_t{s.type}, s.speed,
                                       std::uint64_t{s.direction}, std::uint64_t{s.status}}) {
        put_number(to, number);
    }
    const InterfaceTotals numbers = totals(s);
    put_number(to, mask_of(numbers, is_unknown));
    for (const std::uint64_t number : numbers) {
        if (!is_unknown(number)) put_number(to, number);
    }
}

bool take_sample(flow::Bytes bytes, flow::InterfaceSample& s) noexcept {
    flow::Cursor from(bytes);
    s.received_ms = take_number(from);
    s.uptime_ms = take_small<std::uint32_t>(from);
    s.type = take_small<std::uint32_t>(from);
    s.speed = take_number(from);
    s.direction = take_small<std::uint32_t>(from);
    s.status = take_small<std::uint32_t>(from);
    InterfaceTotals numbers{};
    const std::uint64_t unknown = take_number(from);
    if (!take_totals(from, unknown, 0, numbers)) return false;
    std::size_t i = 0;
#define X(name, bits) s.name = numbers[i++];
    FLOW_INTERFACE_TOTALS(X)
#undef X
    return from.left() == 0;
}

void put_point(Buffer& to, const InterfacePoint& point) {
    const InterfaceTotals numbers = increases(point.increase);
    put_number(to, point.end_s % kHourS);
    put_number(to, point.seconds);
    put_number(to, mask_of(numbers, is_unknown));
    put_number(to, mask_of(numbers, [](std::uint64_t n) { return n == 0; }));
    for (const std::uint64_t number : numbers) {
        if (number != 0 && !is_unknown(number)) put_number(to, number);
    }
}

bool take_points(flow::Bytes bytes, std::uint32_t hour_s, std::vector<InterfacePoint>& points) {
    flow::Cursor from(bytes);
    std::vector<InterfacePoint> read;
    while (from.left() != 0) {
        InterfacePoint& point = read.emplace_back();
        const auto offset = take_small<std::uint32_t>(from);
        point.seconds = take_small<std::uint32_t>(from);
        const std::uint64_t unknown = take_number(from), zero = take_number(from);
        InterfaceTotals numbers{};
        if (!take_totals(from, unknown, zero, numbers) || offset >= kHourS || point.seconds == 0) return false;
        point.end_s = hour_s + offset;
        point.increase = to_increase(numbers);
    }
    points.insert(points.end(), read.begin(), read.end());
    return true;
}

}  // namespace store
