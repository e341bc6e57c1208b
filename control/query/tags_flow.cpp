// SPDX-License-Identifier: Apache-2.0
// Tags of what every flow has.
#include "control/query/address_text.hpp"
#include "control/query/names.hpp"
#include "control/query/numbers.hpp"
#include "control/query/tags.hpp"

namespace query {

namespace {

using flow::Column;
using P = Pen;
using R = Record;

void version(P& p, const R& r) {
    if (r.is_event()) {
        p.text("EVT");
    } else {
        p.text(r.exporter().protocol == flow::Protocol::sflow5 ? "Sv" : "Nv");
    }
    p.number(static_cast<unsigned>(r.exporter().protocol) % 100);
}
void count(P& p, const R& r) {
    p.number(r.number, 5);
}

void first(P& p, const R& r) {
    r.times.milliseconds(p, r.sums.first_ms);
}
void last(P& p, const R& r) {
    r.times.milliseconds(p, r.sums.last_ms);
}
void received(P& p, const R& r) {
    r.times.milliseconds(p, r.received_ms());
}
void first_raw(P& p, const R& r) {
    duration_seconds(p, r.sums.first_ms, 0);
}
void last_raw(P& p, const R& r) {
    duration_seconds(p, r.sums.last_ms, 0);
}
void received_raw(P& p, const R& r) {
    duration_seconds(p, r.received_ms(), 0);
}
void duration_in_seconds(P& p, const R& r) {
    duration_seconds(p, duration_of(r.sums), 16);
}
void duration(P& p, const R& r) {
    if (r.style.plain) return duration_in_seconds(p, r);
    duration_days(p, duration_of(r.sums));
}

void exporter(P& p, const R& r) {
    p.number(r.exporter_number(), 6);
}
void engine(P& p, const R& r) {
    const std::uint32_t domain = r.exporter().domain;
    p.number(domain >> 8 & 0xff, 3);
    p.put('/');
    p.number_left(domain & 0xff, 3);
}
void router(P& p, const R& r) {
    write_address(p, r, r.router(), false);
}
void label(P& p, const R&) {
    p.right("<none>", 16);
}

void protocol(P& p, const R& r) {
    const std::uint8_t proto = r.batch.proto[r.row];
    const std::string_view name = r.style.plain ? std::string_view{} : protocol_name(proto);
    if (name.empty()) return p.number_left(proto, 5);
    p.left(name, 5);
}

void source(P& p, const R& r) {
    write_address(p, r, r.batch.src_addr[r.row], r.is_v6());
}
void destination(P& p, const R& r) {
    write_address(p, r, r.batch.dst_addr[r.row], r.is_v6());
}
// Without a database nfdump knows no country and no place.
void country(P& p, const R&) {
    p.text("..");
}
void source_country(P& p, const R& r) {
    source(p, r);
    p.text("(..)");
}
void destination_country(P& p, const R& r) {
    destination(p, r);
    p.text("(..)");
}
void place(P&, const R&) {}

void source_port_behind(P& p, const R& r, bool v6) {
    p.put(v6 ? '.' : ':');
    p.number_left(r.batch.src_port[r.row], 5);
}
void type_and_code(P& p, std::uint16_t port) {
    p.number(port >> 8);
    p.put('.');
    p.number(port & 0xff);
}
// Of ICMP, type and code.
void destination_port_behind(P& p, const R& r, bool v6) {
    const std::uint16_t port = r.batch.dst_port[r.row];
    p.put(v6 ? '.' : ':');
    if (!r.is_icmp()) return p.number_left(port, 5);
    const char* begin = p.at();
    type_and_code(p, port);
    p.fill(begin, 5);
}
bool source_is_v6(const R& r) {
    return reads_as_v6(r.batch.src_addr[r.row], r.is_v6());
}
bool destination_is_v6(const R& r) {
    return reads_as_v6(r.batch.dst_addr[r.row], r.is_v6());
}
void source_and_port(P& p, const R& r) {
    source(p, r);
    source_port_behind(p, r, source_is_v6(r));
}
void destination_and_port(P& p, const R& r) {
    destination(p, r);
    destination_port_behind(p, r, destination_is_v6(r));
}
void source_country_and_port(P& p, const R& r) {
    source_country(p, r);
    source_port_behind(p, r, source_is_v6(r));
}
void destination_country_and_port(P& p, const R& r) {
    destination_country(p, r);
    destination_port_behind(p, r, destination_is_v6(r));
}

void network(P& p, const R& r, const flow::IpAddress& address, std::uint8_t bits) {
    // Where no length is known nfdump shows an IPv4 address whole and of IPv6 its first half.
    const bool v6 = reads_as_v6(address, r.is_v6());
    const unsigned shown = bits == 0 && v6 ? 64 : bits;
    write_address(p, r, network_of(address, v6, shown), v6);
    p.put('/');
    p.number_left(bits, 2);
}
void source_network(P& p, const R& r) {
    network(p, r, r.batch.src_addr[r.row], r.batch.src_mask[r.row]);
}
void destination_network(P& p, const R& r) {
    network(p, r, r.batch.dst_addr[r.row], r.batch.dst_mask[r.row]);
}
void next_hop(P& p, const R& r) {
    write_address(p, r, r.batch.next_hop[r.row], r.is_v6() && r.has(Column::next_hop));
}

void source_port(P& p, const R& r) {
    p.number(r.batch.src_port[r.row], 6);
}
void destination_port(P& p, const R& r) {
    const std::uint16_t port = r.batch.dst_port[r.row];
    if (!r.is_icmp()) return p.number(port, 6);
    std::array<char, 8> text;
    Pen inner(text.data());
    type_and_code(inner, port);
    p.right({text.data(), static_cast<std::size_t>(inner.at() - text.data())}, 6);
}
void icmp_type(P& p, const R& r) {
    p.number(r.is_icmp() ? r.batch.dst_port[r.row] >> 8 : 0, 6);
}
void icmp_code(P& p, const R& r) {
    p.number(r.is_icmp() ? r.batch.dst_port[r.row] & 0xff : 0, 6);
}
void input(P& p, const R& r) {
    p.number(r.batch.input_if[r.row], 6);
}
void output(P& p, const R& r) {
    p.number(r.batch.output_if[r.row], 6);
}
void source_as(P& p, const R& r) {
    p.number(r.batch.src_as[r.row], 6);
}
void destination_as(P& p, const R& r) {
    p.number(r.batch.dst_as[r.row], 6);
}

void in_packets(P& p, const R& r) {
    scaled(p, r.sums.in_packets, r.style.plain, 8);
}
void out_packets(P& p, const R& r) {
    scaled(p, r.sums.out_packets, r.style.plain, 8);
}
void in_bytes(P& p, const R& r) {
    scaled(p, r.sums.in_bytes, r.style.plain, 8);
}
void out_bytes(P& p, const R& r) {
    scaled(p, r.sums.out_bytes, r.style.plain, 8);
}
void flows(P& p, const R& r) {
    p.number(r.sums.flows, 5);
}
void bps(P& p, const R& r) {
    scaled(p, bits_per_second(r.sums.in_bytes, duration_of(r.sums)), r.style.plain, 8);
}
void pps(P& p, const R& r) {
    scaled(p, packets_per_second(r.sums.in_packets, duration_of(r.sums)), r.style.plain, 8);
}
void bpp(P& p, const R& r) {
    p.number(bytes_per_packet(r.sums.in_bytes, r.sums.in_packets), 6);
}

void flags(P& p, const R& r) {
    flags_text(p, r.sums.tcp_flags);
}
void tos(P& p, const R& r) {
    p.number(r.batch.tos[r.row], 3);
}
void source_tos(P& p, const R& r) {
    p.number(r.batch.tos[r.row], 4);
}
void direction(P& p, const R& r) {
    p.text(r.batch.direction[r.row] != 0 ? "  E" : "  I");
}
void source_mask(P& p, const R& r) {
    p.number(r.batch.src_mask[r.row], 5);
}
void destination_mask(P& p, const R& r) {
    p.number(r.batch.dst_mask[r.row], 5);
}
void forwarding(P& p, const R& r) {
    p.number(r.batch.forwarding_status[r.row], 3);
}
void new_line(P& p, const R&) {
    p.put('\n');
}

constexpr std::array kTags = {
    Tag{"nfv", "Ver", version, Shape::field, {Column::firewall_event, Column::nat_event, Column::exporter}},
    Tag{"cnt", "Count", count},
    Tag{"tfs", "Date first seen        ", first},
    Tag{"ts", "Date first seen        ", first},
    Tag{"tsr", "Date first seen (raw)    ", first_raw},
    Tag{"te", "Date last seen         ", last},
    Tag{"ter", "Date last seen (raw)     ", last_raw},
    Tag{"tr", "Date flow received     ", received, Shape::times},
    Tag{"trr", "Date flow received (raw)  ", received_raw, Shape::times},
    Tag{"td", "    Duration    ", duration},
    Tag{"tds", "    Duration    ", duration_in_seconds},
    Tag{"exp", "Exp ID", exporter, Shape::field, {Column::exporter}},
    Tag{"eng", " engine", engine, Shape::field, {Column::exporter}},
    Tag{"lbl", "           label", label},
    Tag{"pr", "Proto", protocol, Shape::field, {Column::proto}},
    Tag{"sa", "     Src IP Addr", source, Shape::address, {Column::src_addr, Column::family}},
    Tag{"da", "     Dst IP Addr", destination, Shape::address, {Column::dst_addr, Column::family}},
    Tag{"gsa", "     Src IP Addr(..)", source_country, Shape::address, {Column::src_addr, Column::family}},
    Tag{"gda", "     Dst IP Addr(..)", destination_country, Shape::address, {Column::dst_addr, Column::family}},
    Tag{"sn",
        "        Src Network",
        source_network,
        Shape::address,
        {Column::src_addr, Column::family, Column::src_mask}},
    Tag{"dn",
        "        Dst Network",
        destination_network,
        Shape::address,
        {Column::dst_addr, Column::family, Column::dst_mask}},
    Tag{"nh", "     Next-hop IP", next_hop, Shape::address, {Column::next_hop, Column::family}},
    Tag{"ra", "       Router IP", router, Shape::address, {Column::exporter}},
    Tag{"sap",
        "     Src IP Addr:Port ",
        source_and_port,
        Shape::address,
        {Column::src_addr, Column::family, Column::src_port}},
    Tag{"dap",
        "     Dst IP Addr:Port ",
        destination_and_port,
        Shape::address,
        {Column::dst_addr, Column::family, Column::dst_port, Column::proto}},
    Tag{"gsap",
        "     Src IP Addr(..):Port ",
        source_country_and_port,
        Shape::address,
        {Column::src_addr, Column::family, Column::src_port}},
    Tag{"gdap",
        "     Dst IP Addr(..):Port ",
        destination_country_and_port,
        Shape::address,
        {Column::dst_addr, Column::family, Column::dst_port, Column::proto}},
    Tag{"sp", "Src Pt", source_port, Shape::field, {Column::src_port}},
    Tag{"dp", "Dst Pt", destination_port, Shape::field, {Column::dst_port, Column::proto}},
    Tag{"it", "ICMP-T", icmp_type, Shape::field, {Column::dst_port, Column::proto}},
    Tag{"ic", "ICMP-C", icmp_code, Shape::field, {Column::dst_port, Column::proto}},
    Tag{"in", " Input", input, Shape::field, {Column::input_if}},
    Tag{"out", "Output", output, Shape::field, {Column::output_if}},
    Tag{"sas", "Src AS", source_as, Shape::field, {Column::src_as}},
    Tag{"das", "Dst AS", destination_as, Shape::field, {Column::dst_as}},
    Tag{"pkt", " Packets", in_packets},
    Tag{"ipkt", "  In Pkt", in_packets},
    Tag{"opkt", " Out Pkt", out_packets},
    Tag{"byt", "   Bytes", in_bytes},
    Tag{"ibyt", " In Byte", in_bytes},
    Tag{"obyt", "Out Byte", out_bytes},
    Tag{"fl", "Flows", flows},
    Tag{"flg", "   Flags", flags},
    Tag{"tos", "Tos", tos, Shape::field, {Column::tos}},
    Tag{"stos", "STos", source_tos, Shape::field, {Column::tos}},
    Tag{"dir", "Dir", direction, Shape::field, {Column::direction}},
    Tag{"smk", "SMask", source_mask, Shape::field, {Column::src_mask}},
    Tag{"dmk", "DMask", destination_mask, Shape::field, {Column::dst_mask}},
    Tag{"fwd", "Fwd", forwarding, Shape::field, {Column::forwarding_status}},
    Tag{"bps", "     bps", bps},
    Tag{"pps", "     pps", pps},
    Tag{"bpp", "   Bpp", bpp},
    Tag{"sc", "SC", country},
    Tag{"dc", "DC", country},
    Tag{"sloc", "Src IP location info", place},
    Tag{"dloc", "Src IP location info", place},
    Tag{"n", "", new_line},
};

}  // namespace

std::span<const Tag> flow_tags() noexcept {
    return kTags;
}

}  // namespace query
