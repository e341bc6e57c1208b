// SPDX-License-Identifier: Apache-2.0
#include "control/query/print_json.hpp"

#include "control/query/address_text.hpp"
#include "control/query/names.hpp"
#include "control/query/numbers.hpp"
#include "control/query/sections.hpp"
#include "control/query/tags.hpp"

namespace query {

namespace {

using flow::Column;

constexpr std::size_t kLabels = 10;

// A value of at most kWidestField characters, written by `write(Pen&)`, in quotes.
template <class Write>
void quoted(JsonObject& o, std::string_view key, Write&& write) {
    std::array<char, kWidestField> text;
    Pen pen(text.data());
    pen.put('"');
    write(pen);
    pen.put('"');
    o.bare(key, {text.data(), static_cast<std::size_t>(pen.at() - text.data())});
}
void quoted_number(JsonObject& o, std::string_view key, std::uint64_t v) {
    quoted(o, key, [&](Pen& p) { p.number(v); });
}
void time(JsonObject& o, std::string_view key, const Record& r, std::uint64_t ms) {
    quoted(o, key, [&](Pen& p) { r.times.milliseconds(p, ms, 'T'); });
}
void mac(JsonObject& o, std::string_view key, std::uint64_t v) {
    quoted(o, key, [&](Pen& p) { mac_text(p, v); });
}
void address(JsonObject& o, std::string_view key4, std::string_view key6, const flow::IpAddress& a, bool v6) {
    quoted(o, reads_as_v6(a, v6) ? key6 : key4, [&](Pen& p) { address_text(p, a, v6); });
}
void network(JsonObject& o, std::string_view key, const Record& r, const flow::IpAddress& a, std::uint8_t bits) {
    quoted(o, key, [&](Pen& p) {
        if (bits != 0) address_text(p, network_of(a, r.is_v6(), bits), r.is_v6());
    });
}
// Six decimals, as printf's %f.
void milliseconds(JsonObject& o, std::string_view key, std::uint32_t us) {
    std::array<char, 32> text;
    Pen pen(text.data());
    latency(pen, us, 0);
    pen.text("000");
    o.bare(key, {text.data(), static_cast<std::size_t>(pen.at() - text.data())});
}

void write_generic(JsonObject& o, const Record& r) {
    const flow::FlowBatch& b = r.batch;
    o.text("type", r.is_event() ? "EVENT" : "FLOW");
    o.number("sampled", b.sampling[r.row] > 1 ? 1 : 0);
    o.number("export_sysid", r.exporter_number());
    time(o, "first", r, r.sums.first_ms);
    time(o, "last", r, r.sums.last_ms);
    time(o, "received", r, r.received_ms());
    o.number("in_packets", r.sums.in_packets);
    o.number("in_bytes", r.sums.in_bytes);
    o.number("proto", b.proto[r.row]);
    if (r.is_icmp()) {
        o.number("icmp_type", b.dst_port[r.row] >> 8);
        o.number("icmp_code", b.dst_port[r.row] & 0xff);
    } else {
        quoted(o, "tcp_flags", [&](Pen& p) { flags_text(p, r.sums.tcp_flags); });
        o.number("src_port", b.src_port[r.row]);
        o.number("dst_port", b.dst_port[r.row]);
    }
    o.number("src_tos", b.tos[r.row]);
    address(o, "src4_addr", "src6_addr", b.src_addr[r.row], r.is_v6());
    address(o, "dst4_addr", "dst6_addr", b.dst_addr[r.row], r.is_v6());
}

void write_misc(JsonObject& o, const Record& r) {
    const flow::FlowBatch& b = r.batch;
    o.number("input_snmp", b.input_if[r.row]);
    o.number("output_snmp", b.output_if[r.row]);
    o.number("src_mask", b.src_mask[r.row]);
    o.number("dst_mask", b.dst_mask[r.row]);
    network(o, "src_net", r, b.src_addr[r.row], b.src_mask[r.row]);
    network(o, "dst_net", r, b.dst_addr[r.row], b.dst_mask[r.row]);
    o.number("fwd_status", b.forwarding_status[r.row]);
    o.number("direction", b.direction[r.row]);
    o.number("dst_tos", r.rare(Column::dst_tos, b.dst_tos));
}

void write_counters(JsonObject& o, const Record& r) {
    o.number("out_packets", r.sums.out_packets);
    o.number("out_bytes", r.sums.out_bytes);
    o.number("aggr_flows", r.sums.flows);
}

void write_routing(JsonObject& o, const Record& r) {
    const flow::FlowBatch& b = r.batch;
    if (has_vlans(r)) {
        o.number("src_vlan", r.rare(Column::src_vlan, b.src_vlan));
        o.number("dst_vlan", r.rare(Column::dst_vlan, b.dst_vlan));
    }
    if (has_as(r)) {
        o.number("src_as", b.src_as[r.row]);
        o.number("dst_as", b.dst_as[r.row]);
    }
    if (r.has(Column::bgp_next_hop)) {
        address(o, "bgp4_next_hop", "bgp6_next_hop", b.bgp_next_hop[r.row], r.is_v6());
    }
    if (r.has(Column::next_hop)) address(o, "ip4_next_hop", "ip6_next_hop", b.next_hop[r.row], r.is_v6());
    if (has_router(r)) address(o, "ip4_router", "ip6_router", r.router(), false);
}

void write_link(JsonObject& o, const Record& r) {
    constexpr std::array<std::string_view, kLabels> keys = {"mpls_1", "mpls_2", "mpls_3", "mpls_4", "mpls_5",
                                                            "mpls_6", "mpls_7", "mpls_8", "mpls_9", "mpls_10"};
    const flow::FlowBatch& b = r.batch;
    if (r.has(Column::mpls)) {
        for (std::size_t i = 0; i < kLabels; ++i) {
            quoted(o, keys[i], [&](Pen& p) { write_mpls_label(p, b.mpls[r.row], i, 0); });
        }
    }
    if (has_macs(r)) {
        mac(o, "in_src_mac", r.rare(Column::in_src_mac, b.in_src_mac));
        mac(o, "out_dst_mac", r.rare(Column::out_dst_mac, b.out_dst_mac));
        mac(o, "in_dst_mac", r.rare(Column::in_dst_mac, b.in_dst_mac));
        mac(o, "out_src_mac", r.rare(Column::out_src_mac, b.out_src_mac));
    }
    if (has_neighbours(r)) {
        o.number("next_as", r.rare(Column::next_as, b.next_as));
        o.number("prev_as", r.rare(Column::prev_as, b.prev_as));
    }
    if (r.has(Column::client_latency_us)) {
        milliseconds(o, "cli_latency", b.client_latency_us[r.row]);
        milliseconds(o, "srv_latency", b.server_latency_us[r.row]);
        milliseconds(o, "app_latency", b.app_latency_us[r.row]);
    }
}

void write_acl(JsonObject& o, std::string_view key, const flow::AclId& id) {
    quoted(o, key, [&](Pen& p) { write_acl_text(p, id); });
}

void write_firewall(JsonObject& o, const Record& r) {
    const flow::FlowBatch& b = r.batch;
    quoted_number(o, "connect_id", r.rare(Column::flow_id, b.flow_id));
    quoted_number(o, "event_id", b.firewall_event[r.row]);
    o.text("event", firewall_event_title(b.firewall_event[r.row]));
    quoted_number(o, "xevent_id", r.rare(Column::firewall_xevent, b.firewall_xevent));
    time(o, "t_event", r, r.rare(Column::event_ms, b.event_ms));
}

void write_translation(JsonObject& o, const Record& r) {
    const flow::FlowBatch& b = r.batch;
    if (r.has(Column::nat_src_addr)) {
        address(o, "src4_xlt_ip", "src6_xlt_ip", b.nat_src_addr[r.row], false);
        address(o, "dst4_xlt_ip", "dst6_xlt_ip", b.nat_dst_addr[r.row], false);
    }
    if (r.has(Column::nat_src_port)) {
        quoted_number(o, "src_xlt_port", b.nat_src_port[r.row]);
        quoted_number(o, "dst_xlt_port", b.nat_dst_port[r.row]);
    }
    if (r.has(Column::ingress_acl)) {
        write_acl(o, "ingress_acl", b.ingress_acl[r.row]);
        write_acl(o, "egress_acl", b.egress_acl[r.row]);
    }
    if (r.has(Column::user)) o.text("user_name", b.arena.view(b.user[r.row]));
}

void write_vrfs(JsonObject& o, const Record& r) {
    quoted_number(o, "ingress_vrf", r.rare(Column::ingress_vrf, r.batch.ingress_vrf));
    quoted_number(o, "egress_vrf", r.rare(Column::egress_vrf, r.batch.egress_vrf));
}

void write_nat_event(JsonObject& o, const Record& r) {
    const flow::FlowBatch& b = r.batch;
    quoted_number(o, "nat_event_id", b.nat_event[r.row]);
    o.text("nat_event", nat_event_title(b.nat_event[r.row]));
    write_vrfs(o, r);
    time(o, "t_event", r, r.rare(Column::event_ms, b.event_ms));
}

void write_end(JsonObject& o, const Record& r) {
    const flow::FlowBatch& b = r.batch;
    if (r.has(Column::port_block_start)) {
        quoted_number(o, "pblock_start", b.port_block_start[r.row]);
        quoted_number(o, "pblock_end", b.port_block_end[r.row]);
        quoted_number(o, "pblock_step", b.port_block_step[r.row]);
        quoted_number(o, "pblock_size", b.port_block_size[r.row]);
    }
    // A translator's VRFs have been told with its event.
    if (r.has(Column::ingress_vrf) && !r.has(Column::nat_event)) write_vrfs(o, r);
    o.text("label", "<none>");
}

}  // namespace

void JsonPrinter::header(std::string& out) {
    if (!quiet_ && !lines_) out += "[\n";
}

void JsonPrinter::record(const flow::FlowBatch& batch, std::uint32_t row, const store::query::Sums& sums,
                         std::string& out) {
    const Record r{batch, row, sums, style_, times_, 0};
    if (!lines_ && !first_) out += ",\n";
    first_ = false;
    JsonObject object(out, lines_ ? JsonObject::Layout::one_line : JsonObject::Layout::nfdump);
    write_generic(object, r);
    if (has_misc(r)) write_misc(object, r);
    if (has_counters(r)) write_counters(object, r);
    write_routing(object, r);
    write_link(object, r);
    if (r.has(Column::firewall_event)) write_firewall(object, r);
    write_translation(object, r);
    if (r.has(Column::nat_event)) write_nat_event(object, r);
    write_end(object, r);
    object.close();
    if (lines_) out += '\n';
}

void JsonPrinter::footer(std::string& out) {
    if (quiet_ || lines_) return;
    out += "]\n";
}

}  // namespace query
