// SPDX-License-Identifier: Apache-2.0
#include "filters/program/predicates.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "filters/program/readings.hpp"

namespace filters::program {

namespace {

using flow::Column;
using language::Net;
using language::Range;
using language::Subject;

// The feed of `subject`, made in its place when there is none.
template <class Feed>
Feed& feed_of(std::vector<Feed>& feeds, Subject subject) {
    const auto at = std::lower_bound(feeds.begin(), feeds.end(), subject,
                                     [](const Feed& feed, Subject wanted) { return feed.subject < wanted; });
    if (at != feeds.end() && at->subject == subject) return *at;
    return *feeds.insert(at, Feed{subject, {}});
}

void merge_ranges(std::vector<Range>& ranges) {
    std::sort(ranges.begin(), ranges.end());
    std::vector<Range> merged;
    for (const Range& range : ranges) {
        if (!merged.empty() && (range.low == 0 || range.low - 1 <= merged.back().high)) {
            merged.back().high = std::max(merged.back().high, range.high);
        } else {
            merged.push_back(range);
        }
    }
    ranges = std::move(merged);
}

// The part of flows that have the subject at all.
double presence_share(Subject subject) {
    const std::uint64_t bit = language::presence_of(subject);
    return bit == 0 || bit < flow::present_bit(Column::out_bytes) ? 1 : 0.3;
}

// Counters, rates and times spread over many orders of magnitude, as likely in each; what is beyond kOrders is rare.
double spread_share(const Range& range) {
    static constexpr double kOrders = 40;
    constexpr double kRare = 0.001;
    const auto order = [](std::uint64_t value) { return std::min(kOrders, std::log2(static_cast<double>(value) + 1)); };
    const double orders = order(range.high) - order(range.low) + 0.1;
    return std::clamp(orders / kOrders, kRare, 1.0);
}

// Most flows are TCP or UDP over IPv4; a port is one of many, an interface or a VLAN one of some.
double share_of(Subject subject, const Range& range) {
    constexpr double kByteValue = 0.02;
    constexpr double kShortValue = 0.005;
    const double values = static_cast<double>(range.high - range.low) + 1;
    const auto holds = [&](std::uint64_t value) { return range.low <= value && value <= range.high; };
    if (subject == Subject(Column::proto)) return (holds(6) ? 0.6 : 0) + (holds(17) ? 0.3 : 0) + 0.01;
    if (subject == Subject(Column::family)) return (holds(4) ? 0.8 : 0) + (holds(6) ? 0.2 : 0);
    if (subject == Subject(Column::source)) return 0.2 * values;
    if (is_of_exporter(subject)) return std::min(1.0, 0.1 * values);
    switch (bytes_of(subject)) {
        case 1:
            return presence_share(subject) * ((holds(0) ? 0.4 : 0) + std::min(0.6, kByteValue * values));
        case 2:
            return presence_share(subject) * (kShortValue + values / 65536);
        default:
            return presence_share(subject) * spread_share(range);
    }
}

double share_of(const Net& net) {
    const int bits = net.prefix_bits();
    if (bits < 0) return 0.1;
    const int significant = net.is_v4() ? bits - 96 : bits / 2;
    return std::pow(0.5, significant / 2.0);
}

// Many nets, of a country for instance, cover what they cover and no more: by twice the part of the addresses in use.
double share_of(const std::vector<Net>& nets) {
    constexpr double kRare = 0.001;
    double guessed = 0;
    double largest = 0;
    double covered = 0;
    for (const Net& net : nets) {
        const double one = share_of(net);
        guessed += one;
        largest = std::max(largest, one);
        const int bits = net.prefix_bits();
        const int significant = bits < 0      ? std::popcount(net.mask.low() & 0xffff'ffff)
                                : net.is_v4() ? bits - 96
                                              : std::max(0, bits - 3);  // of 2000::/3
        covered += std::pow(0.5, significant);
    }
    constexpr double kUsed = 0.5;
    return std::max(kRare, std::min(guessed, std::max(largest, covered / kUsed)));
}

}  // namespace

void Predicate::add(Subject subject, std::span<const Range> ranges) {
    if (ranges.empty()) return;
    NumberFeed& feed = feed_of(numbers, subject);
    feed.ranges.insert(feed.ranges.end(), ranges.begin(), ranges.end());
}

void Predicate::add(Subject subject, std::span<const Net> more) {
    if (more.empty()) return;
    NetFeed& feed = feed_of(nets, subject);
    feed.nets.insert(feed.nets.end(), more.begin(), more.end());
}

void Predicate::settle() {
    for (NumberFeed& feed : numbers) merge_ranges(feed.ranges);
    for (NetFeed& feed : nets) {
        std::sort(feed.nets.begin(), feed.nets.end());
        feed.nets.erase(std::unique(feed.nets.begin(), feed.nets.end()), feed.nets.end());
    }
    std::sort(texts.begin(), texts.end());
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

double Predicate::share() const {
    double sum = 0.05 * static_cast<double>(texts.size());
    for (const NumberFeed& feed : numbers) {
        for (const Range& range : feed.ranges) sum += share_of(feed.subject, range);
    }
    for (const NetFeed& feed : nets) {
        sum += share_of(feed.nets);
    }
    return std::min(1.0, sum);
}

PredicateId PredicateSet::intern(Predicate predicate) {
    const auto [at, fresh] = ids_.emplace(std::move(predicate), static_cast<PredicateId>(list_.size()));
    if (fresh) list_.push_back(&at->first);
    return at->second;
}

void PredicateSet::forget(PredicateId id) noexcept {
    static const Predicate nothing;
    list_[id] = &nothing;
}

}  // namespace filters::program
