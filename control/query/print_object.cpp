// SPDX-License-Identifier: Apache-2.0
#include "control/query/print_object.hpp"

#include <ctime>
#include <type_traits>

#include "control/query/address_text.hpp"
#include "control/query/names.hpp"
#include "control/query/numbers.hpp"

namespace query {

namespace {

using flow::Column;

constexpr std::uint64_t kLastSecond = 253402300799;  // of the year 9999

void address(JsonObject& o, std::string_view key, const flow::IpAddress& a, bool v6) {
    std::array<char, kWidestAddress> text;
    Pen pen(text.data());
    address_text(pen, a, v6);
    o.text(key, {text.data(), static_cast<std::size_t>(pen.at() - text.data())});
}

void labels(JsonObject& o, std::string_view key, const flow::MplsStack& stack) {
    o.name(key);
    o.out() += '[';
    for (std::uint32_t i = 0; i < stack.count; ++i) {
        if (i != 0) o.out() += ',';
        JsonObject entry(o.out(), JsonObject::Layout::one_line);
        entry.number("label", stack.labels[i] >> 4 & 0xfffff);
        entry.number("exp", stack.labels[i] >> 1 & 7);
        entry.boolean("bottom", (stack.labels[i] & 1) != 0);
        entry.close();
    }
    o.out() += ']';
}

void hexadecimal(JsonObject& o, std::string_view key, std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    o.name(key);
    o.out() += '"';
    for (const char c : bytes) {
        o.out() += digits[static_cast<unsigned char>(c) >> 4];
        o.out() += digits[static_cast<unsigned char>(c) & 0xf];
    }
    o.out() += '"';
}

constexpr bool is_mac(Column c) {
    return c == Column::in_src_mac || c == Column::out_dst_mac || c == Column::in_dst_mac || c == Column::out_src_mac;
}

// Told by other members, or of this process alone.
constexpr bool told_elsewhere(Column c) {
    switch (c) {
        case Column::first_ms:
        case Column::last_ms:
        case Column::in_bytes:
        case Column::in_packets:
        case Column::out_bytes:
        case Column::out_packets:
        case Column::flow_count:
        case Column::tcp_flags:
        case Column::present:
        case Column::exporter:
        case Column::source:
        case Column::family:
            return true;
        default:
            return false;
    }
}

template <Column C, class T>
void value(JsonObject& o, const Record& r, const T& v) {
    const std::string_view key = flow::column_name(C);
    if constexpr (std::is_same_v<T, flow::IpAddress>) {
        address(o, key, v, (C == Column::src_addr || C == Column::dst_addr || C == Column::next_hop) && r.is_v6());
    } else if constexpr (std::is_same_v<T, flow::MplsStack>) {
        labels(o, key, v);
    } else if constexpr (std::is_same_v<T, flow::AclId>) {
        o.name(key);
        JsonObject id(o.out(), JsonObject::Layout::one_line);
        id.number("acl", v.acl);
        id.number("ace", v.ace);
        id.number("xace", v.xace);
        id.close();
    } else if constexpr (std::is_same_v<T, flow::Text>) {
        if constexpr (C == Column::payload) {
            hexadecimal(o, key, r.batch.arena.view(v));
        } else {
            o.text(key, r.batch.arena.view(v));
        }
    } else if constexpr (is_mac(C)) {
        std::array<char, 17> text;
        Pen pen(text.data());
        mac_text(pen, v);
        o.text(key, {text.data(), text.size()});
    } else {
        o.number(key, v);
    }
}

void write_columns(JsonObject& o, const Record& r) {
#define X(name, type, what)                                                \
    if constexpr (!told_elsewhere(Column::name)) {                         \
        if (flow::present_bit(Column::name) == 0 || r.has(Column::name)) { \
            value<Column::name>(o, r, r.batch.name[r.row]);                \
        }                                                                  \
    }
    FLOW_COMMON_COLUMNS(X)
    FLOW_RARE_COLUMNS(X)
#undef X
}

void write_counters(JsonObject& o, const Record& r) {
    const store::query::Sums& s = r.sums;
    const std::uint64_t duration_ms = duration_of(s);
    json_utc(o, "first", s.first_ms);
    json_utc(o, "last", s.last_ms);
    if (r.received_ms() != 0) json_utc(o, "received", r.received_ms());
    o.number("duration_ms", duration_ms);
    o.number("flows", s.flows);
    o.number("packets", s.in_packets);
    o.number("bytes", s.in_bytes);
    o.number("out_packets", s.out_packets);
    o.number("out_bytes", s.out_bytes);
    o.number("pps", packets_per_second(s.in_packets, duration_ms));
    o.number("bps", bits_per_second(s.in_bytes, duration_ms));
    o.number("bpp", bytes_per_packet(s.in_bytes, s.in_packets));
    std::array<char, 8> flags;
    Pen pen(flags.data());
    flags_text(pen, s.tcp_flags);
    o.text("tcp_flags", {flags.data(), flags.size()});
}

void write_meaning(JsonObject& o, const Record& r) {
    const std::uint8_t proto = r.batch.proto[r.row];
    if (const std::string_view name = protocol_name(proto); !name.empty()) o.text("protocol", name);
    if (r.is_icmp()) {
        o.number("icmp_type", r.batch.dst_port[r.row] >> 8);
        o.number("icmp_code", r.batch.dst_port[r.row] & 0xff);
    }
    if (r.router() == flow::IpAddress{}) return;
    const flow::ExporterKey key = r.exporter();
    address(o, "exporter_address", r.router(), false);
    o.text("exporter_protocol", flow::protocol_name(key.protocol));
    o.number("exporter_domain", key.domain);
}

}  // namespace

void json_utc(JsonObject& object, std::string_view key, std::uint64_t ms) {
    const std::uint64_t second = ms / 1000;
    std::array<char, 40> text;
    const auto t = static_cast<std::time_t>(second);
    std::tm tm{};
    if (second > kLastSecond || gmtime_r(&t, &tm) == nullptr) return object.bare(key, "null");
    Pen pen(text.data());
    pen.moved_to(text.data() + std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.", &tm));
    pen.zero_padded(static_cast<std::uint32_t>(ms % 1000), 3);
    pen.put('Z');
    object.text(key, {text.data(), static_cast<std::size_t>(pen.at() - text.data())});
}

void ObjectPrinter::record(const flow::FlowBatch& batch, std::uint32_t row, const store::query::Sums& sums,
                           std::string& out) {
    const Record r{batch, row, sums, style_, times_, 0};
    JsonObject object(out, JsonObject::Layout::one_line);
    object.text("type", "record");
    write_counters(object, r);
    write_meaning(object, r);
    write_columns(object, r);
    object.close();
    out += '\n';
}

}  // namespace query
