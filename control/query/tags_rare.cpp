// SPDX-License-Identifier: Apache-2.0
// Tags of what only some exporters tell.
#include "control/query/address_text.hpp"
#include "control/query/numbers.hpp"
#include "control/query/tags.hpp"

namespace query {

namespace {

using flow::Column;
using P = Pen;
using R = Record;

constexpr std::size_t kLabels = 10;

void destination_tos(P& p, const R& r) {
    p.number(r.rare(Column::dst_tos, r.batch.dst_tos), 4);
}
void bgp_next_hop(P& p, const R& r) {
    write_address(p, r, r.rare(Column::bgp_next_hop, r.batch.bgp_next_hop), r.is_v6() && r.has(Column::bgp_next_hop));
}
void next_as(P& p, const R& r) {
    p.number(r.rare(Column::next_as, r.batch.next_as), 7);
}
void previous_as(P& p, const R& r) {
    p.number(r.rare(Column::prev_as, r.batch.prev_as), 7);
}
void source_vlan(P& p, const R& r) {
    p.number(r.rare(Column::src_vlan, r.batch.src_vlan), 5);
}
void destination_vlan(P& p, const R& r) {
    p.number(r.rare(Column::dst_vlan, r.batch.dst_vlan), 5);
}
void in_source_mac(P& p, const R& r) {
    mac_text(p, r.rare(Column::in_src_mac, r.batch.in_src_mac));
}
void out_destination_mac(P& p, const R& r) {
    mac_text(p, r.rare(Column::out_dst_mac, r.batch.out_dst_mac));
}
void in_destination_mac(P& p, const R& r) {
    mac_text(p, r.rare(Column::in_dst_mac, r.batch.in_dst_mac));
}
void out_source_mac(P& p, const R& r) {
    mac_text(p, r.rare(Column::out_src_mac, r.batch.out_src_mac));
}

template <std::size_t I>
void mpls_label(P& p, const R& r) {
    write_mpls_label(p, r.rare(Column::mpls, r.batch.mpls), I, 8);
}
void mpls_labels(P& p, const R& r) {
    const flow::MplsStack stack = r.rare(Column::mpls, r.batch.mpls);
    for (std::size_t i = 0; i < kLabels; ++i) {
        write_mpls_label(p, stack, i, 8);
        p.put(' ');
    }
}

// Which way a biflow was told is not kept: its two directions are two columns.
void biflow_direction(P& p, const R&) {
    p.number(0, 3);
}
void end_reason(P& p, const R& r) {
    p.number(r.rare(Column::end_reason, r.batch.end_reason), 3);
}
void domain(P& p, const R& r) {
    p.text("0x");
    p.hexadecimal_padded(r.rare(Column::observation_domain, r.batch.observation_domain), 9);
}
void point(P& p, const R& r) {
    p.text("0x");
    p.hexadecimal_padded(r.rare(Column::observation_point, r.batch.observation_point), 10);
}

void application(P& p, const R& r) {
    write_application_id(p, r.rare(Column::application_id, r.batch.application_id));
}
void application_name(P& p, const R& r) {
    const std::string_view name = r.text(Column::application, r.batch.application);
    write_text(p, name.empty() ? "<no info>" : name);
}
void input_name(P& p, const R& r) {
    write_text(p, r.text(Column::input_if_name, r.batch.input_if_name));
}
void output_name(P& p, const R& r) {
    write_text(p, r.text(Column::output_if_name, r.batch.output_if_name));
}
void host(P& p, const R& r) {
    const std::string_view name = r.text(Column::http_host, r.batch.http_host);
    if (name.empty()) return p.blanks(6);
    write_text(p, name);
}
// What can be printed of the packet; nfdump decodes some protocols here.
void payload(P& p, const R& r) {
    for (const char c : r.text(Column::payload, r.batch.payload).substr(0, kWidestText)) {
        p.put(c >= ' ' && c <= '~' ? c : '.');
    }
}
void no_payload(P&, const R&) {}
void no_digest(P& p, const R&) {
    p.blanks(32);
}

void client_latency(P& p, const R& r) {
    latency(p, r.rare(Column::client_latency_us, r.batch.client_latency_us), 9);
}
void server_latency(P& p, const R& r) {
    latency(p, r.rare(Column::server_latency_us, r.batch.server_latency_us), 9);
}
void app_latency(P& p, const R& r) {
    latency(p, r.rare(Column::app_latency_us, r.batch.app_latency_us), 9);
}

constexpr std::array kTags = {
    Tag{"dtos", "DTos", destination_tos, Shape::field, {Column::dst_tos}},
    Tag{"nhb", " BGP next-hop IP", bgp_next_hop, Shape::address, {Column::bgp_next_hop, Column::family}},
    Tag{"nas", "Next AS", next_as, Shape::field, {Column::next_as}},
    Tag{"pas", "Prev AS", previous_as, Shape::field, {Column::prev_as}},
    Tag{"svln", "SVlan", source_vlan, Shape::field, {Column::src_vlan}},
    Tag{"dvln", "DVlan", destination_vlan, Shape::field, {Column::dst_vlan}},
    Tag{"ismc", "  In src MAC Addr", in_source_mac, Shape::field, {Column::in_src_mac}},
    Tag{"odmc", " Out dst MAC Addr", out_destination_mac, Shape::field, {Column::out_dst_mac}},
    Tag{"idmc", "  In dst MAC Addr", in_destination_mac, Shape::field, {Column::in_dst_mac}},
    Tag{"osmc", " Out src MAC Addr", out_source_mac, Shape::field, {Column::out_src_mac}},
    Tag{"mpls1", " MPLS lbl 1 ", mpls_label<0>, Shape::field, {Column::mpls}},
    Tag{"mpls2", " MPLS lbl 2 ", mpls_label<1>, Shape::field, {Column::mpls}},
    Tag{"mpls3", " MPLS lbl 3 ", mpls_label<2>, Shape::field, {Column::mpls}},
    Tag{"mpls4", " MPLS lbl 4 ", mpls_label<3>, Shape::field, {Column::mpls}},
    Tag{"mpls5", " MPLS lbl 5 ", mpls_label<4>, Shape::field, {Column::mpls}},
    Tag{"mpls6", " MPLS lbl 6 ", mpls_label<5>, Shape::field, {Column::mpls}},
    Tag{"mpls7", " MPLS lbl 7 ", mpls_label<6>, Shape::field, {Column::mpls}},
    Tag{"mpls8", " MPLS lbl 8 ", mpls_label<7>, Shape::field, {Column::mpls}},
    Tag{"mpls9", " MPLS lbl 9 ", mpls_label<8>, Shape::field, {Column::mpls}},
    Tag{"mpls10", " MPLS lbl 10", mpls_label<9>, Shape::field, {Column::mpls}},
    Tag{"mpls",
        "                                               MPLS labels 1-10"
        "                                                                   ",
        mpls_labels,
        Shape::field,
        {Column::mpls}},
    Tag{"bfd", "Bfd", biflow_direction},
    Tag{"end", "End", end_reason, Shape::field, {Column::end_reason}},
    Tag{"odid", "obsDomainID", domain, Shape::field, {Column::observation_domain}},
    Tag{"opid", "  obsPointID", point, Shape::field, {Column::observation_point}},
    Tag{"nbid", "nbar ID", application, Shape::field, {Column::application_id}},
    Tag{"nbnam", "nbar name", application_name, Shape::text, {Column::application}},
    Tag{"inam", " Input interface name", input_name, Shape::text, {Column::input_if_name}},
    Tag{"onam", "Output interface name", output_name, Shape::text, {Column::output_if_name}},
    Tag{"sni", "sni name", host, Shape::text, {Column::http_host}},
    Tag{"ja3", "                             ja3", no_digest},
    Tag{"ipl", "", payload, Shape::text, {Column::payload}},
    Tag{"opl", "", no_payload},
    Tag{"cl", "C Latency", client_latency, Shape::field, {Column::client_latency_us}},
    Tag{"sl", "S latency", server_latency, Shape::field, {Column::server_latency_us}},
    Tag{"al", "A latency", app_latency, Shape::field, {Column::app_latency_us}},
};

}  // namespace

std::span<const Tag> rare_tags() noexcept {
    return kTags;
}

}  // namespace query
