// SPDX-License-Identifier: Apache-2.0
#include "tests/query/plain_groups.hpp"

#include <algorithm>

#include "tests/support/reference_filter.hpp"

namespace support {

namespace {

using filters::language::Reading;
using filters::language::Subject;
using flow::Column;
using flow::FlowBatch;
using flow::IpAddress;
using store::query::Sums;

void add(std::uint64_t& to, std::uint64_t more) {
    to = to > ~0ull - more ? ~0ull : to + more;
}

// nfdump's sight of an address: IPv4 is the low 32 bits.
IpAddress cut(IpAddress address, unsigned bits) {
    const bool v4 = address.is_v4();
    if (v4) address.bytes[10] = address.bytes[11] = 0;
    for (unsigned bit = bits; bit < 128; ++bit) {
        address.bytes[bit / 8] = static_cast<std::uint8_t>(address.bytes[bit / 8] & ~(0x80u >> bit % 8));
    }
    if (v4) address.bytes[10] = address.bytes[11] = 0xff;
    return address;
}

std::string shown(const IpAddress& address) {
    return address == IpAddress{} ? "0.0.0.0" : address.text();
}

Sums counters(const FlowBatch& batch, std::uint32_t row, bool raw) {
    const FilterWorld world;
    const auto number = [&](Subject scaled, Column plain) {
        return number_of(raw ? Subject(plain) : scaled, batch, row, world).value_or(0);
    };
    Sums out;
    out.in_packets = number(Subject(Reading::packets), Column::in_packets);
    out.in_bytes = number(Subject(Reading::bytes), Column::in_bytes);
    out.out_packets = number(Subject(Reading::out_packets), Column::out_packets);
    out.out_bytes = number(Subject(Reading::out_bytes), Column::out_bytes);
    out.flows = number(Subject(Reading::flows), Column::flow_count);
    if (raw) out.flows = std::max<std::uint64_t>(1, out.flows);
    out.first_ms = batch.first_ms[row];
    out.last_ms = batch.last_ms[row];
    return out;
}

void add(Sums& to, const Sums& more) {
    add(to.flows, more.flows);
    add(to.in_packets, more.in_packets);
    add(to.in_bytes, more.in_bytes);
    add(to.out_packets, more.out_packets);
    add(to.out_bytes, more.out_bytes);
    to.first_ms = std::min(to.first_ms, more.first_ms);
    to.last_ms = std::max(to.last_ms, more.last_ms);
}

void turn(Sums& sums) {
    std::swap(sums.in_packets, sums.out_packets);
    std::swap(sums.in_bytes, sums.out_bytes);
}

}  // namespace

std::string PlainGroups::part_of(const store::query::KeyPart& part, unsigned side, const FlowBatch& batch,
                                 std::uint32_t row) const {
    FilterWorld world;
    world.exporters = grouping_.exporters;
    const Subject subject = part.element->side(side);
    if (part.element->kind == store::query::ElementKind::text) return text_of(subject, batch, row).value_or("");
    if (part.element->kind == store::query::ElementKind::mpls) {
        const auto label = number_of(subject, batch, row, world);
        return std::to_string(label ? batch.mpls[row].labels.at(subject.index - 1u) & 0xffffffu : 0);
    }
    if (part.element->kind != store::query::ElementKind::address) {
        return std::to_string(number_of(subject, batch, row, world).value_or(0));
    }
    IpAddress address = support::address_of(subject, batch, row, world).value_or(IpAddress{});
    if (address == IpAddress{}) return shown(address);
    if ((part.v4_only && !address.is_v4()) || (part.v6_only && address.is_v4())) return "0.0.0.0";
    if (part.bits != 0) address = cut(address, part.bits);
    if (part.by_mask) {
        const unsigned mask = part.element->aggregation == "srcnet" ? batch.src_mask[row] : batch.dst_mask[row];
        if (address.is_v4() && mask > 0 && mask < 32) address = cut(address, 96 + mask);
        if (!address.is_v4() && mask < 128) address = cut(address, mask == 0 ? 64 : mask);
    }
    return shown(address);
}

void PlainGroups::add(const FlowBatch& batch, std::uint32_t row, std::uint64_t place) {
    support::add(total_, counters(batch, row, grouping_.raw));
    const unsigned sides = grouping_.every_side ? grouping_.parts.at(0).element->sides() : 1;
    for (unsigned side = 0; side < sides && !grouping_.parts.empty(); ++side) {
        std::string key;
        for (const auto& part : grouping_.parts) key += part_of(part, side, batch, row) + "|";
        if (grouping_.by_protocol) key += std::to_string(batch.proto[row]) + "|";
        add_to(key, batch, row, place * 4 + side, false, "");
    }
    if (!grouping_.parts.empty()) return;
    const std::string from = shown(batch.src_addr[row]) + "|" + std::to_string(batch.src_port[row]) + "|";
    const std::string to = shown(batch.dst_addr[row]) + "|" + std::to_string(batch.dst_port[row]) + "|";
    const std::string proto = std::to_string(batch.proto[row]) + "|";
    const bool both = grouping_.bidirectional && (batch.proto[row] == 6 || batch.proto[row] == 17);
    const auto reverse = groups_.find(to + from + proto);
    const bool turned = both && groups_.count(from + to + proto) == 0 && reverse != groups_.end();
    add_to(turned ? to + from + proto : from + to + proto, batch, row, place * 4, turned, from);
}

void PlainGroups::add_to(const std::string& key, const FlowBatch& batch, std::uint32_t row, std::uint64_t place,
                         bool turned, const std::string& from) {
    const auto [at, fresh] = groups_.try_emplace(key);
    PlainGroup& group = at->second;
    if (fresh) {
        group.key = key;
        group.seen = place;
        group.family = batch.family[row];
        group.first_from = from;
    }
    Sums more = counters(batch, row, grouping_.raw);
    if (turned) turn(more);
    support::add(group.sums, more);
    for (const auto& part : grouping_.parts) {
        if (part.element->source == Subject(Column::tcp_flags)) group.sums.tcp_flags = batch.tcp_flags[row];
    }
    if (!turned && grouping_.parts.empty()) group.sums.tcp_flags |= batch.tcp_flags[row];
}

std::vector<PlainGroup> PlainGroups::top(const store::query::Ordering& order,
                                         const store::query::GroupLimits& limits) const {
    std::vector<PlainGroup> out;
    for (const auto& [key, group] : groups_) {
        if (limits.pass(store::query::shown_by(order.order, group.sums))) out.push_back(group);
    }
    std::sort(out.begin(), out.end(), [&](const PlainGroup& a, const PlainGroup& b) {
        const std::uint64_t x = store::query::value_of(order.order, a.sums);
        const std::uint64_t y = store::query::value_of(order.order, b.sums);
        if (x != y) return order.ascending ? x < y : x > y;
        return a.seen < b.seen;
    });
    return out;
}

}  // namespace support
