// SPDX-License-Identifier: Apache-2.0
// Tags of what firewalls (NSEL) and address translators (NEL) report.
#include "control/query/address_text.hpp"
#include "control/query/names.hpp"
#include "control/query/tags.hpp"

namespace query {

namespace {

using flow::Column;
using P = Pen;
using R = Record;

void connection(P& p, const R& r) {
    p.number(r.rare(Column::flow_id, r.batch.flow_id), 10);
}
void event_time(P& p, const R& r) {
    r.times.milliseconds(p, r.rare(Column::event_ms, r.batch.event_ms));
}
void event_ms(P& p, const R& r) {
    p.number(r.rare(Column::event_ms, r.batch.event_ms), 13);
}
void event(P& p, const R& r) {
    if (r.has(Column::firewall_event)) return p.right(firewall_event_label(r.batch.firewall_event[r.row]), 7);
    p.right(nat_event_label(r.rare(Column::nat_event, r.batch.nat_event)), 7);
}
void extended_event(P& p, const R& r) {
    const std::uint16_t e = r.rare(Column::firewall_xevent, r.batch.firewall_xevent);
    const std::string_view label = extended_event_label(e);
    if (label.empty()) return p.number(e, 7);
    p.right(label, 7);
}
void security_group(P& p, const R& r) {
    p.number(r.rare(Column::src_group, r.batch.src_group), 5);
}

void in_hexadecimal(P& p, std::uint32_t v) {
    const char* begin = p.at();
    p.text("0x");
    p.hexadecimal(v);
    p.fill(begin, 10);
}
void ingress_acl(P& p, const R& r) {
    const flow::AclId id = r.rare(Column::ingress_acl, r.batch.ingress_acl);
    in_hexadecimal(p, id.acl);
    p.put(' ');
    in_hexadecimal(p, id.ace);
    p.put(' ');
    in_hexadecimal(p, id.xace);
}
void egress_acl(P& p, const R& r) {
    const flow::AclId id = r.rare(Column::egress_acl, r.batch.egress_acl);
    p.number(id.acl, 10);
    p.put(' ');
    p.number(id.ace, 10);
    p.put(' ');
    p.number(id.xace, 10);
}

flow::IpAddress source(const R& r) {
    return r.rare(Column::nat_src_addr, r.batch.nat_src_addr);
}
flow::IpAddress destination(const R& r) {
    return r.rare(Column::nat_dst_addr, r.batch.nat_dst_addr);
}
std::uint16_t source_port_of(const R& r) {
    return r.rare(Column::nat_src_port, r.batch.nat_src_port);
}
std::uint16_t destination_port_of(const R& r) {
    return r.rare(Column::nat_dst_port, r.batch.nat_dst_port);
}
void translated_source(P& p, const R& r) {
    write_address(p, r, source(r), false);
}
void translated_destination(P& p, const R& r) {
    write_address(p, r, destination(r), false);
}
void translated_source_port(P& p, const R& r) {
    p.number(source_port_of(r), 6);
}
void translated_destination_port(P& p, const R& r) {
    p.number(destination_port_of(r), 6);
}
void translated_source_and_port(P& p, const R& r) {
    write_address_port(p, r, source(r), false, source_port_of(r));
}
void translated_destination_and_port(P& p, const R& r) {
    write_address_port(p, r, destination(r), false, destination_port_of(r));
}

void user(P& p, const R& r) {
    const std::string_view name = r.text(Column::user, r.batch.user);
    write_text(p, name.empty() ? "<empty>" : name);
}
void ingress_vrf(P& p, const R& r) {
    p.number(r.rare(Column::ingress_vrf, r.batch.ingress_vrf), 10);
}
void egress_vrf(P& p, const R& r) {
    p.number(r.rare(Column::egress_vrf, r.batch.egress_vrf), 10);
}
void ingress_vrf_name(P& p, const R& r) {
    write_text(p, r.text(Column::vrf_name, r.batch.vrf_name));
}
// Exporters tell the name of one of the two; it is kept as the ingress one's.
void egress_vrf_name(P&, const R&) {}
void block_start(P& p, const R& r) {
    p.number(r.rare(Column::port_block_start, r.batch.port_block_start), 7);
}
void block_end(P& p, const R& r) {
    p.number(r.rare(Column::port_block_end, r.batch.port_block_end), 7);
}
void block_step(P& p, const R& r) {
    p.number(r.rare(Column::port_block_step, r.batch.port_block_step), 7);
}
void block_size(P& p, const R& r) {
    p.number(r.rare(Column::port_block_size, r.batch.port_block_size), 7);
}

constexpr Needs kSource{Column::nat_src_addr};
constexpr Needs kDestination{Column::nat_dst_addr};
constexpr Needs kSourceAndPort{Column::nat_src_addr, Column::nat_src_port};
constexpr Needs kDestinationAndPort{Column::nat_dst_addr, Column::nat_dst_port};
constexpr Needs kEvent{Column::firewall_event, Column::nat_event};

constexpr std::array kTags = {
    Tag{"nfc", "   Conn-ID", connection, Shape::field, {Column::flow_id}},
    Tag{"tevt", "Event time             ", event_time, Shape::field, {Column::event_ms}},
    Tag{"msec", "   Event Time", event_ms, Shape::field, {Column::event_ms}},
    Tag{"evt", " Event", event, Shape::field, kEvent},
    Tag{"nevt", " Event", event, Shape::field, kEvent},
    Tag{"xevt", " XEvent", extended_event, Shape::field, {Column::firewall_xevent}},
    Tag{"sgt", "  SGT  ", security_group, Shape::field, {Column::src_group}},
    Tag{"iacl", "Ingress ACL                     ", ingress_acl, Shape::field, {Column::ingress_acl}},
    Tag{"eacl", "Egress ACL                      ", egress_acl, Shape::field, {Column::egress_acl}},
    Tag{"xsa", "   X-late Src IP", translated_source, Shape::address, kSource},
    Tag{"xda", "   X-late Dst IP", translated_destination, Shape::address, kDestination},
    Tag{"nsa", "   X-late Src IP", translated_source, Shape::field, kSource},
    Tag{"nda", "   X-late Dst IP", translated_destination, Shape::field, kDestination},
    Tag{"xsp", "XsPort", translated_source_port, Shape::field, {Column::nat_src_port}},
    Tag{"nsp", "XsPort", translated_source_port, Shape::field, {Column::nat_src_port}},
    Tag{"xdp", "XdPort", translated_destination_port, Shape::field, {Column::nat_dst_port}},
    Tag{"ndp", "XdPort", translated_destination_port, Shape::field, {Column::nat_dst_port}},
    Tag{"xsap", "   X-Src IP Addr:Port ", translated_source_and_port, Shape::address, kSourceAndPort},
    Tag{"nsap", "   X-Src IP Addr:Port ", translated_source_and_port, Shape::address, kSourceAndPort},
    Tag{"xdap", "   X-Dst IP Addr:Port ", translated_destination_and_port, Shape::address, kDestinationAndPort},
    Tag{"ndap", "   X-Dst IP Addr:Port ", translated_destination_and_port, Shape::address, kDestinationAndPort},
    Tag{"uname", "UserName", user, Shape::text, {Column::user}},
    Tag{"vrf", "  I-VRF-ID", ingress_vrf, Shape::field, {Column::ingress_vrf}},
    Tag{"ivrf", "  I-VRF-ID", ingress_vrf, Shape::field, {Column::ingress_vrf}},
    Tag{"ivrfnam", "  I-VRF-Name", ingress_vrf_name, Shape::text, {Column::vrf_name}},
    Tag{"evrf", "  E-VRF-ID", egress_vrf, Shape::field, {Column::egress_vrf}},
    Tag{"evrfnam", "  E-VRF-Name", egress_vrf_name},
    Tag{"pbstart", "Pb-Start", block_start, Shape::field, {Column::port_block_start}},
    Tag{"pbend", "Pb-End", block_end, Shape::field, {Column::port_block_end}},
    Tag{"pbstep", "Pb-Step", block_step, Shape::field, {Column::port_block_step}},
    Tag{"pbsize", "Pb-Size", block_size, Shape::field, {Column::port_block_size}},
};

}  // namespace

std::span<const Tag> event_tags() noexcept {
    return kTags;
}

}  // namespace query
