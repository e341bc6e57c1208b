// SPDX-License-Identifier: Apache-2.0
#include "store/query/values.hpp"

#include <algorithm>

#include "dataplane/flow/scale.hpp"

namespace store::query {

namespace {

using filters::language::Missing;
using filters::language::presence_of;
using filters::language::Reading;
using filters::language::Subject;
using flow::Column;

__extension__ using Wide = unsigned __int128;
constexpr std::uint64_t kMost = ~0ull;

// Rows without it count as 0.
Values with_zeros(const archive::Zone& zone) noexcept {
    return {.any = zone.any, .low = zone.low, .high = zone.high, .zero = !zone.all};
}
// Rows without it lack it, if the rule says so.
Values with_gaps(Values values, Missing missing) noexcept {
    if (missing == Missing::no_match) {
        values.missing = values.zero;
        values.zero = false;
    }
    return values;
}
// Whatever `zone` says is there may be from 0 to `most`.
Values up_to(std::uint64_t most, const archive::Zone& zone, Missing missing) noexcept {
    return with_gaps({.any = zone.any, .low = 0, .high = most, .zero = !zone.all}, missing);
}
// Some of them may have none although the column is there.
Values at_times(const archive::Zone& zone, Missing missing) noexcept {
    Values out = up_to(kMost, zone, missing);
    (missing == Missing::zero ? out.zero : out.missing) = true;
    return out;
}

struct Factor {
    std::uint32_t sampling;
    std::uint16_t thinning;
};
Factor least_factor(const BlockFacts& facts) noexcept {
    const Values sampling = with_zeros(facts.zone(Column::sampling));
    const Values thinning = with_zeros(facts.zone(Column::thinning));
    return {static_cast<std::uint32_t>(sampling.least()), static_cast<std::uint16_t>(thinning.least())};
}
Factor largest_factor(const BlockFacts& facts) noexcept {
    const Values sampling = with_zeros(facts.zone(Column::sampling));
    const Values thinning = with_zeros(facts.zone(Column::thinning));
    return {static_cast<std::uint32_t>(std::min<std::uint64_t>(sampling.most(), ~0u)),
            static_cast<std::uint16_t>(std::min<std::uint64_t>(thinning.most(), 0xffff))};
}

// Larger factors make no number smaller, so the ends of the one times the ends of the other are the ends.
Values scaled(Column column, const BlockFacts& facts) noexcept {
    Values out = with_zeros(facts.zone(column));
    const Factor least = least_factor(facts);
    const Factor largest = largest_factor(facts);
    out.low = flow::scaled(out.low, least.sampling, least.thinning);
    out.high = flow::scaled(out.high, largest.sampling, largest.thinning);
    return out;
}

Values flows_of(const BlockFacts& facts) noexcept {
    const archive::Zone told = facts.zone(Column::flow_count);
    const std::uint64_t low = told.any && told.all ? std::max<std::uint64_t>(told.low, 1) : 1;
    const std::uint64_t high = told.any ? std::max<std::uint64_t>(told.high, 1) : 1;
    return {.any = true,
            .low = low * flow::scaled_flows(least_factor(facts).thinning),
            .high = flow::multiply_saturated(high, flow::scaled_flows(largest_factor(facts).thinning))};
}

Values duration_of(const BlockFacts& facts) noexcept {
    const Values first = with_zeros(facts.zone(Column::first_ms));
    const Values last = with_zeros(facts.zone(Column::last_ms));
    const auto less = [](std::uint64_t a, std::uint64_t b) { return a > b ? a - b : 0; };
    return {.any = true, .low = less(last.least(), first.most()), .high = less(last.most(), first.least())};
}

// number * times / by, 0 where `by` is 0.
Values ratio(const Values& number, std::uint64_t times, const Values& by) noexcept {
    const auto divided = [&](std::uint64_t above, std::uint64_t below) {
        return static_cast<std::uint64_t>(std::min<Wide>(Wide{above} * times / below, kMost));
    };
    if (by.most() == 0) return {.any = true};
    return {.any = true,
            .low = divided(number.least(), by.most()),
            .high = divided(number.most(), std::max<std::uint64_t>(by.least(), 1)),
            .zero = by.least() == 0};
}

// Low bytes of neighbours run on until the high byte changes.
Values low_byte(Values values) noexcept {
    if (values.any && values.low >> 8 == values.high >> 8) {
        values.low &= 0xff;
        values.high &= 0xff;
    } else {
        values.low = 0;
        values.high = 0xff;
    }
    return values;
}

Values column_of(Subject subject, const BlockFacts& facts, Missing missing) noexcept {
    if (subject.column == Column::source) return {.any = true, .low = facts.source(), .high = facts.source()};
    // Blocks number exporters in their own way.
    if (subject.column == Column::exporter) return {.any = true, .low = 0, .high = kMost};
    const Values out = with_zeros(facts.zone(subject.column));
    return presence_of(subject) == 0 ? out : with_gaps(out, missing);
}

}  // namespace

Values values_of(Subject subject, const BlockFacts& facts, Missing missing) noexcept {
    switch (subject.reading) {
        case Reading::column:
            return column_of(subject, facts, missing);
        case Reading::icmp_code:
            return low_byte(with_zeros(facts.zone(Column::dst_port)));
        case Reading::packets:
            return scaled(Column::in_packets, facts);
        case Reading::bytes:
            return scaled(Column::in_bytes, facts);
        case Reading::out_packets:
            return with_gaps(scaled(Column::out_packets, facts), missing);
        case Reading::out_bytes:
            return with_gaps(scaled(Column::out_bytes, facts), missing);
        case Reading::flows:
            return flows_of(facts);
        case Reading::duration_ms:
            return duration_of(facts);
        case Reading::pps:
            return ratio(scaled(Column::in_packets, facts), 1000, duration_of(facts));
        case Reading::bps:
            return ratio(scaled(Column::in_bytes, facts), 8000, duration_of(facts));
        case Reading::bpp:
            return ratio(scaled(Column::in_bytes, facts), 1, scaled(Column::in_packets, facts));
        case Reading::mpls_label:
        case Reading::mpls_exp:
        case Reading::mpls_eos:
            return at_times(facts.zone(Column::mpls), missing);
        case Reading::ingress_acl:
            return up_to(kMost, facts.zone(Column::ingress_acl), missing);
        case Reading::egress_acl:
            return up_to(kMost, facts.zone(Column::egress_acl), missing);
        case Reading::same_ttl:
            return up_to(1, facts.zone(Column::min_ttl), missing);
        case Reading::in_port_block:
            return up_to(1, facts.zone(Column::port_block_start), missing);
        default:
            return {.any = true, .low = 0, .high = kMost, .zero = true, .missing = true};
    }
}

}  // namespace store::query
