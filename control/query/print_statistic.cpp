// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "control/query/address_text.hpp"
#include "control/query/json_text.hpp"
#include "control/query/local_time.hpp"
#include "control/query/names.hpp"
#include "control/query/numbers.hpp"
#include "control/query/print_csv.hpp"
#include "control/query/print_object.hpp"
#include "control/query/shown_text.hpp"
#include "control/query/statistic_value.hpp"
#include "control/query/style.hpp"

namespace query {

namespace {

using store::query::ElementKind;
using store::query::Group;
using store::query::Groups;
using store::query::GroupValue;
using store::query::Order;
using store::query::Shown;
using store::query::Sums;

constexpr std::size_t kNarrow = 17, kWide = 39;
constexpr std::size_t kWidestLine = 512;
constexpr char kAddressMark = '\x01';

// A statistic's line: the counters that its order is about.
struct Line {
    store::query::ElementKind kind;
    GroupValue value;
    bool v6;  // the value is an IPv6 address
    const Sums& sums;
    bool by_protocol;
    bool plain;
    std::uint64_t packets = 0, bytes = 0;
    std::uint64_t duration_ms = 0, pps = 0, bps = 0, bpp = 0;
    double flows_percent = 0, packets_percent = 0, bytes_percent = 0;

    [[nodiscard]] bool is_address() const noexcept { return kind == ElementKind::address; }
    [[nodiscard]] std::string value_text() const { return query::value_text(kind, value, v6); }
    // "any", "TCP" or its number.
    [[nodiscard]] std::string protocol_text() const {
        if (!by_protocol) return "any";
        const std::string_view name = plain ? std::string_view{} : protocol_name(value.proto);
        return name.empty() ? std::to_string(value.proto) : std::string(name);
    }
};

// Of addresses that the flow's own family tells: the others (of routers, of translations) look like what they are.
bool has_family(const store::query::Element& element) {
    using flow::Column;
    const Column c = element.source.column;
    return element.source.reading == filters::language::Reading::column &&
           (c == Column::src_addr || c == Column::dst_addr || c == Column::next_hop || c == Column::bgp_next_hop);
}

Line line_of(const StatisticHead& head, const Groups& groups, const Group& group, const Style& style) {
    const store::query::Element& element = *head.element;
    const bool six = has_family(element) && groups.keys(group.batch).family[group.row] == 6;
    Line line{.kind = element.kind,
              .value = groups.value(group),
              .v6 = false,
              .sums = group.sums,
              .by_protocol = head.by_protocol || element.kind == ElementKind::protocol,
              .plain = style.plain};
    line.v6 = line.is_address() && reads_as_v6(line.value.address, six);
    const Shown own = store::query::shown_by(head.order, group.sums);
    const Shown all = store::query::shown_by(Order::bytes, groups.total());
    line.packets = own.packets;
    line.bytes = own.bytes;
    line.duration_ms = duration_of(group.sums);
    line.pps = packets_per_second(own.packets, line.duration_ms);
    line.bps = bits_per_second(own.bytes, line.duration_ms);
    line.bpp = bytes_per_packet(own.bytes, own.packets);
    line.flows_percent = percent_of(group.sums.flows, groups.total().flows);
    line.packets_percent = percent_of(own.packets, all.packets);
    line.bytes_percent = percent_of(own.bytes, all.bytes);
    return line;
}

void counted(Pen& p, std::uint64_t v, double percentage, bool plain) {
    p.put(' ');
    scaled(p, v, plain, 8);
    p.put('(');
    percent(p, percentage, 4);
    p.put(')');
}

// nfdump then prints durations in seconds, too.
bool is_wide(ElementKind kind, const Style& style) {
    return style.wide && kind == ElementKind::address;
}

void value_column(const Line& line, const Style& style, std::string& out) {
    if (style.tag_addresses && line.is_address()) out += kAddressMark;
    std::string value = shown_text(line.value_text());
    if (line.is_address() && !style.wide && value.size() > kNarrow - 1) {
        value = value.substr(0, 7) + ".." + value.substr(value.size() - 7);
    }
    const std::size_t width = is_wide(line.kind, style) ? kWide : kNarrow;
    if (value.size() < width) out.append(width - value.size(), ' ');
    out += value;
}

void text_line(const Line& line, const Style& style, LocalTime& times, std::string& out) {
    std::array<char, kWidestLine> text;
    Pen head(text.data());
    times.milliseconds(head, line.sums.first_ms);
    head.put(' ');
    if (is_wide(line.kind, style)) {
        duration_seconds(head, line.duration_ms, 9);
    } else if (style.plain) {
        duration_seconds(head, line.duration_ms, 16);
    } else {
        duration_days(head, line.duration_ms);
    }
    head.put(' ');
    head.left(line.protocol_text(), 5);
    head.put(' ');
    out.append(text.data(), head.at());
    value_column(line, style, out);
    Pen tail(text.data());
    counted(tail, line.sums.flows, line.flows_percent, style.plain);
    counted(tail, line.packets, line.packets_percent, style.plain);
    counted(tail, line.bytes, line.bytes_percent, style.plain);
    tail.put(' ');
    scaled(tail, line.pps, style.plain, 8);
    tail.put(' ');
    scaled(tail, line.bps, style.plain, 8);
    tail.put(' ');
    tail.number(line.bpp, 5);
    tail.put('\n');
    out.append(text.data(), tail.at());
}

void csv_line(const Line& line, LocalTime& times, std::string& out) {
    std::array<char, kWidestLine> text;
    Pen p(text.data());
    times.seconds(p, line.sums.first_ms);
    p.put(',');
    times.seconds(p, line.sums.last_ms);
    p.put(',');
    duration_seconds(p, line.duration_ms, 0);
    p.put(',');
    if (line.by_protocol && line.plain) {
        p.number_left(line.value.proto, 5);
    } else if (line.by_protocol) {
        write_protocol(p, line.value.proto);
    } else {
        p.text("any");
    }
    p.put(',');
    out.append(text.data(), p.at());
    out += csv_text(line.value_text());
    Pen rest(text.data());
    const auto with_percent = [&](std::uint64_t v, double percentage) {
        rest.put(',');
        rest.number(v);
        rest.put(',');
        percent(rest, percentage, 0);
    };
    with_percent(line.sums.flows, line.flows_percent);
    with_percent(line.packets, line.packets_percent);
    with_percent(line.bytes, line.bytes_percent);
    for (const std::uint64_t v : {line.pps, line.bps, line.bpp}) {
        rest.put(',');
        rest.number(v);
    }
    rest.put('\n');
    out.append(text.data(), rest.at());
}

void pipe_line(const Line& line, std::string& out) {
    std::array<char, kWidestLine> text;
    Pen p(text.data());
    const auto bar_number = [&](std::uint64_t v) {
        p.put('|');
        p.number(v);
    };
    p.number(line.is_address() ? pipe_family(line.v6) : 0);
    bar_number(line.sums.first_ms);
    bar_number(line.sums.last_ms);
    bar_number(line.by_protocol ? line.value.proto : 0);
    p.put('|');
    out.append(text.data(), p.at());
    p = Pen(text.data());
    if (line.is_address()) {
        pipe_address(p, line.value.address, line.v6);
    } else if (line.kind == ElementKind::text) {
        out += shown_text(line.value_text());
    } else {
        p.number(line.value.number);
    }
    for (const std::uint64_t v : {line.sums.flows, line.packets, line.bytes, line.pps, line.bps, line.bpp})
        bar_number(v);
    p.put('\n');
    out.append(text.data(), p.at());
}

void json_percent(JsonObject& o, std::string_view key, double v) {
    std::array<char, 40> text;
    Pen p(text.data());
    percent(p, v, 0);
    o.bare(key, {text.data(), static_cast<std::size_t>(p.at() - text.data())});
}

void json_line(const Line& line, std::string& out) {
    JsonObject o(out, JsonObject::Layout::one_line);
    o.text("value", line.value_text());
    if (line.by_protocol) {
        o.text("protocol", line.protocol_text());
        o.number("protocol_number", line.value.proto);
    }
    json_utc(o, "first", line.sums.first_ms);
    json_utc(o, "last", line.sums.last_ms);
    o.number("duration_ms", line.duration_ms);
    o.number("flows", line.sums.flows);
    json_percent(o, "flows_percent", line.flows_percent);
    o.number("packets", line.packets);
    json_percent(o, "packets_percent", line.packets_percent);
    o.number("bytes", line.bytes);
    json_percent(o, "bytes_percent", line.bytes_percent);
    o.number("pps", line.pps);
    o.number("bps", line.bps);
    o.number("bpp", line.bpp);
    o.number("in_packets", line.sums.in_packets);
    o.number("in_bytes", line.sums.in_bytes);
    o.number("out_packets", line.sums.out_packets);
    o.number("out_bytes", line.sums.out_bytes);
    o.close();
}

std::string_view trimmed(std::string_view title) {
    while (title.starts_with(' ')) title.remove_prefix(1);
    return title;
}

void json_statistic(const StatisticHead& head, const Groups& groups, std::span<const Group> top, const Style& style,
                    std::string& out) {
    const Shown all = store::query::shown_by(Order::bytes, groups.total());
    JsonObject o(out, JsonObject::Layout::one_line);
    o.text("type", "statistic");
    o.text("element", head.element->statistic);
    o.text("title", trimmed(head.element->title));
    o.boolean("by_protocol", head.by_protocol);
    o.text("order", store::query::name_of(head.order));
    o.number("count", head.count);
    o.name("total");
    JsonObject total(out, JsonObject::Layout::one_line);
    total.number("flows", groups.total().flows);
    total.number("packets", all.packets);
    total.number("bytes", all.bytes);
    total.close();
    o.name("rows");
    out += '[';
    for (std::size_t i = 0; i < top.size(); ++i) {
        if (i != 0) out += ',';
        json_line(line_of(head, groups, top[i], style), out);
    }
    out += ']';
    o.close();
    out += '\n';
}

// Names what the counters are: of what came in, of what went out, or of both.
std::string_view csv_header(Order order) {
    const Shown sides = store::query::shown_by(order, {.in_packets = 1, .out_packets = 2});
    switch (sides.packets) {
        case 1:
            return "ts,te,td,pr,val,fl,flP,ipkt,ipktP,ibyt,ibytP,ipps,ibps,ibpp\n";
        case 2:
            return "ts,te,td,pr,val,fl,flP,opkt,opktP,obyt,obytP,opps,obps,obpp\n";
        default:
            return "ts,te,td,pr,val,fl,flP,pkt,pktP,byt,bytP,pps,bps,bpp\n";
    }
}

void top_line(std::string_view what, Order order, std::uint64_t count, std::string& out) {
    out += "Top ";
    if (count != 0) out += std::to_string(count) + " ";
    out += what;
    out += " ordered by ";
    out += store::query::name_of(order);
    out += ":\n";
}

void text_header(const StatisticHead& head, const Style& style, std::string& out) {
    top_line(head.element->title, head.order, head.count, out);
    const std::size_t width = is_wide(head.element->kind, style) ? kWide : kNarrow;
    out += "Date first seen                 Duration Proto ";
    if (head.element->title.size() < width) out.append(width - head.element->title.size(), ' ');
    out += head.element->title;
    out += "    Flows(%)     Packets(%)       Bytes(%)         pps      bps   bpp\n";
}

}  // namespace

void print_statistic(const StatisticHead& head, const Groups& groups, std::span<const Group> top,
                     const PrintOptions& options, std::string& out) {
    Style style = style_of(options);
    style.wide = style.wide && head.element->kind == ElementKind::address;  // -6 widens nothing else
    const std::string format = base_format(options);
    if (options.objects || format == "json" || format == "ndjson") {
        return json_statistic(head, groups, top, style, out);
    }
    LocalTime times;
    const bool csv = format == "csv", pipe = format == "pipe";
    if (csv) {
        out += csv_header(head.order);
    } else if (!pipe && !options.quiet) {
        text_header(head, style, out);
    }
    for (const Group& group : top) {
        const Line line = line_of(head, groups, group, style);
        if (csv) {
            csv_line(line, times, out);
        } else if (pipe) {
            pipe_line(line, out);
        } else {
            text_line(line, style, times, out);
        }
    }
    out += '\n';
}

void print_record_statistic(Order order, std::uint64_t count, const PrintOptions& options, std::string& out) {
    const std::string format = base_format(options);
    const bool text = format != "csv" && format != "pipe" && format != "json" && format != "ndjson";
    if (!options.objects && !options.quiet && text) top_line("flows", order, count, out);
}

}  // namespace query
