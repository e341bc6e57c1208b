// SPDX-License-Identifier: Apache-2.0
#include "store/query/grouping.hpp"

#include <algorithm>
#include <charconv>

#include "filters/language/lexer.hpp"

namespace store::query {

namespace {

using filters::language::Reading;
using filters::language::Subject;
using flow::Column;

constexpr std::string_view kOrders[] = {"-",     "flows", "packets", "ipkg",   "opkg", "bytes",   "ibyte",
                                        "obyte", "pps",   "ipps",    "opps",   "bps",  "ibps",    "obps",
                                        "bpp",   "ibpp",  "obpp",    "tstart", "tend", "duration"};

// Takes what stands before the first `at` off the text.
std::string_view cut(std::string_view& text, char at) {
    const std::size_t end = std::min(text.find(at), text.size());
    const std::string_view head = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return head;
}

// In, out or both, of an order.
enum class Side : std::uint8_t { in, out, both };
Side side_of(Order order) noexcept {
    switch (order) {
        case Order::none:
        case Order::flows:
        case Order::ipkg:
        case Order::ibyte:
        case Order::ipps:
        case Order::ibps:
        case Order::ibpp:
            return Side::in;
        case Order::opkg:
        case Order::obyte:
        case Order::opps:
        case Order::obps:
        case Order::obpp:
            return Side::out;
        default:
            return Side::both;
    }
}

__extension__ using Wide = unsigned __int128;
std::uint64_t per_second(std::uint64_t value, std::uint64_t factor, std::uint64_t duration_ms) noexcept {
    if (duration_ms == 0) return 0;
    const Wide rate = Wide{value} * factor / duration_ms;
    return rate > ~0ull ? ~0ull : static_cast<std::uint64_t>(rate);
}

void add_columns_of(const Subject& subject, flow::ColumnSet& out) {
    switch (subject.reading) {
        case Reading::column:
            out.add(subject.column);
            break;
        case Reading::mpls_label:
            out.add(Column::mpls);
            break;
        case Reading::ingress_acl:
            out.add(Column::ingress_acl);
            break;
        case Reading::egress_acl:
            out.add(Column::egress_acl);
            break;
        case Reading::tls_ja3:
        case Reading::tls_ja4:
        case Reading::tls_server_name:
            out.add(Column::payload);
            out.add(Column::proto);
            break;
        default:
            out.add(Column::exporter);
            break;
    }
}

}  // namespace

void add(Sums& to, const Sums& more) noexcept {
    to.flows = add_saturated(to.flows, more.flows);
    to.in_packets = add_saturated(to.in_packets, more.in_packets);
    to.in_bytes = add_saturated(to.in_bytes, more.in_bytes);
    to.out_packets = add_saturated(to.out_packets, more.out_packets);
    to.out_bytes = add_saturated(to.out_bytes, more.out_bytes);
    to.first_ms = std::min(to.first_ms, more.first_ms);
    to.last_ms = std::max(to.last_ms, more.last_ms);
    to.tcp_flags |= more.tcp_flags;
}

bool find_order(std::string_view name, Order& out) noexcept {
    for (std::size_t i = 0; i < std::size(kOrders); ++i) {
        if (std::equal(name.begin(), name.end(), kOrders[i].begin(), kOrders[i].end(),
                       [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; })) {
            out = static_cast<Order>(i);
            return true;
        }
    }
    return false;
}

std::string_view name_of(Order order) noexcept {
    return kOrders[static_cast<std::size_t>(order)];
}

Shown shown_by(Order order, const Sums& sums) noexcept {
    switch (side_of(order)) {
        case Side::in:
            return {sums.in_packets, sums.in_bytes};
        case Side::out:
            return {sums.out_packets, sums.out_bytes};
        default:
            return {add_saturated(sums.in_packets, sums.out_packets), add_saturated(sums.in_bytes, sums.out_bytes)};
    }
}

std::uint64_t value_of(Order order, const Sums& sums) noexcept {
    const std::uint64_t duration_ms = sums.last_ms > sums.first_ms ? sums.last_ms - sums.first_ms : 0;
    const Shown shown = shown_by(order, sums);
    switch (order) {
        case Order::none:
            return 0;
        case Order::flows:
            return sums.flows;
        case Order::packets:
        case Order::ipkg:
        case Order::opkg:
            return shown.packets;
        case Order::bytes:
        case Order::ibyte:
        case Order::obyte:
            return shown.bytes;
        case Order::pps:
        case Order::ipps:
        case Order::opps:
            return per_second(shown.packets, 1000, duration_ms);
        case Order::bps:
        case Order::ibps:
        case Order::obps:
            return per_second(shown.bytes, 8000, duration_ms);
        case Order::bpp:
        case Order::ibpp:
        case Order::obpp:
            return shown.packets == 0 ? 0 : shown.bytes / shown.packets;
        case Order::tstart:
            return sums.first_ms;
        case Order::tend:
            return sums.last_ms;
        case Order::duration:
            return duration_ms;
    }
    return 0;
}

flow::Result<Ordering> parse_order(std::string_view text) {
    const std::string_view whole = text;
    const std::string_view name = cut(text, ':');
    Ordering out;
    Order order = Order::none;
    if (!find_order(name, order) || order == Order::none) {
        return flow::fail("Unknown print order '" + std::string(whole) + "'");
    }
    out = Ordering(order);
    if (name.size() == whole.size()) return out;
    if (text.empty() || (text[0] != 'a' && text[0] != 'd')) {
        return flow::fail("Unknown print order '" + std::string(whole) +
                          "': behind the colon stands a (ascending) or d (descending)");
    }
    out.ascending = text[0] == 'a';
    return out;
}

flow::Result<StatisticRequest> parse_statistic(std::string_view text) {
    const auto unknown = [whole = std::string(text)] { return flow::fail("Unknown stat: '" + whole + "'!"); };
    std::string_view orders = text;
    std::string_view rest = cut(orders, '/');
    const bool has_orders = rest.size() != text.size();
    StatisticRequest out;
    const std::string_view name = cut(rest, ':');
    out.by_protocol = !rest.empty();
    const bool record = filters::language::same_word(name, "record");
    out.element = record ? nullptr : find_statistic(name);
    if (!record && out.element == nullptr) return unknown();
    if (!record && out.element->kind == ElementKind::protocol) out.by_protocol = true;
    if (!has_orders) orders = "flows";
    do {
        auto order = parse_order(cut(orders, '/'));
        if (!order || order->order > Order::obpp) return unknown();
        out.orders.push_back(*order);
    } while (!orders.empty());
    std::stable_sort(out.orders.begin(), out.orders.end(), [](auto& a, auto& b) { return a.order < b.order; });
    const auto same = [](auto& a, auto& b) { return a.order == b.order; };
    out.orders.erase(std::unique(out.orders.begin(), out.orders.end(), same), out.orders.end());
    return out;
}

namespace {

flow::Result<std::uint8_t> parse_bits(std::string_view name, std::string_view digits) {
    const bool v4 = name.ends_with('4');
    if (!v4 && !name.ends_with('6')) {
        return flow::fail("Need srcip4/dstip4 or srcip6/dstip6 for IPv4 or IPv6 to aggregate with explicit netmask: '" +
                          std::string(name) + "/" + std::string(digits) + "'");
    }
    unsigned bits = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    const bool whole = error == std::errc{} && end == digits.data() + digits.size();
    if (!whole || bits < 1 || bits > (v4 ? 32 : 128)) {
        return flow::fail("Subnet mask length '" + std::string(digits) + "' out of range for " +
                          (v4 ? "IPv4: 1 to 32" : "IPv6: 1 to 128"));
    }
    return static_cast<std::uint8_t>(v4 ? 96 + bits : bits);
}

flow::Result<KeyPart> parse_part(std::string_view text) {
    std::string_view digits = text;
    const std::string_view token = cut(digits, '/');
    const bool has_bits = token.size() != text.size();
    const std::string name = filters::language::lower(token);
    KeyPart part;
    part.element = find_aggregation(name);
    if (part.element == nullptr) return flow::fail("Unknown aggregation field '" + std::string(token) + "'");
    const bool wants_bits = name == "srcip4" || name == "srcip6" || name == "dstip4" || name == "dstip6";
    if (wants_bits && !has_bits) {
        return flow::fail("'" + name + "' needs number of subnet bits to aggregate: " + name + "/" +
                          (name.back() == '4' ? "24" : "64"));
    }
    part.by_mask = name == "srcnet" || name == "dstnet";
    if (!has_bits) return part;
    auto bits = parse_bits(name, digits);
    if (!bits) return flow::pass(bits);
    if (!wants_bits) return flow::fail("'" + name + "' No subnet bits allowed here");
    part.bits = *bits;
    return part;
}

// srcip4/24,srcip6/64: each for its own family.
void pair_families(std::vector<KeyPart>& parts) {
    for (KeyPart& a : parts) {
        if (a.element->aggregation.back() != '4') continue;
        for (KeyPart& b : parts) {
            if (a.bits == 0 || b.bits == 0 || b.element->aggregation.back() != '6') continue;
            if (!(a.element->source == b.element->source)) continue;
            a.v4_only = true;
            b.v6_only = true;
        }
    }
}

}  // namespace

flow::Result<std::vector<KeyPart>> parse_aggregation(std::string_view text) {
    std::vector<KeyPart> out;
    while (!text.empty()) {
        const std::string_view token = cut(text, ',');
        if (token.empty()) continue;
        auto part = parse_part(token);
        if (!part) return flow::pass(part);
        const auto same = [&](const KeyPart& known) { return known.element == part->element; };
        if (std::any_of(out.begin(), out.end(), same)) {
            return flow::fail("Duplicate aggregation mask: " + std::string(token));
        }
        out.push_back(*part);
    }
    if (out.empty()) return flow::fail("No aggregation specified! Name fields: -A srcip4/24,dstport");
    pair_families(out);
    return out;
}

Grouping grouping_of(const StatisticRequest& request) {
    Grouping out;
    if (request.element == nullptr) return out;
    out.parts = {KeyPart{request.element, 0, false, false, false}};
    out.every_side = true;
    out.by_protocol = request.by_protocol;
    return out;
}

flow::ColumnSet columns_of(const Grouping& grouping) {
    flow::ColumnSet out{Column::in_packets, Column::in_bytes, Column::out_packets, Column::out_bytes,
                        Column::first_ms,   Column::last_ms,  Column::flow_count,  Column::present};
    if (!grouping.raw) out.add({Column::sampling, Column::thinning});
    if (grouping.by_protocol) out.add(Column::proto);
    if (!grouping.every_side) out.add({Column::tcp_flags, Column::family, Column::exporter});
    for (const KeyPart& part : grouping.parts) {
        for (unsigned side = 0; side < part.element->sides(); ++side) add_columns_of(part.element->side(side), out);
        if (part.by_mask) out.add({Column::src_mask, Column::dst_mask, Column::family});
    }
    if (!grouping.parts.empty()) return out;
    out.add({Column::src_addr, Column::dst_addr, Column::src_port, Column::dst_port, Column::proto});
    out.add(grouping.carried);
    return out;
}

bool GroupLimits::pass(const Shown& shown) const noexcept {
    const auto within = [](const Limit& limit, std::uint64_t value) {
        return limit.value == 0 || (limit.below ? value < limit.value : value > limit.value);
    };
    return within(packets, shown.packets) && within(bytes, shown.bytes);
}

}  // namespace store::query
