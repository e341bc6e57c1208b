// SPDX-License-Identifier: Apache-2.0
#include "store/query/elements.hpp"

#include <algorithm>

#include "filters/language/lexer.hpp"

namespace store::query {

namespace {

using filters::language::Reading;
using filters::language::Subject;
using flow::Column;
using Kind = ElementKind;

constexpr Element one(std::string_view statistic, std::string_view aggregation, std::string_view title,
                      std::string_view tag, Kind kind, Subject subject) {
    return {statistic, aggregation, title, tag, kind, subject, subject, {}};
}
constexpr Element two(std::string_view statistic, std::string_view title, Kind kind, Subject first, Subject second) {
    return {statistic, "", title, "", kind, first, second, {}};
}
constexpr Subject label(std::uint8_t n) {
    return Subject(Reading::mpls_label, n);
}
constexpr Subject acl(Reading which, std::uint8_t n) {
    return Subject(which, n);
}

constexpr Element kElements[] = {
    one("srcip", "srcip", "Src IP Addr", "%sa", Kind::address, Column::src_addr),
    one("dstip", "dstip", "Dst IP Addr", "%da", Kind::address, Column::dst_addr),
    two("ip", "IP Addr", Kind::address, Column::src_addr, Column::dst_addr),
    one("", "srcip4", "Src IP Addr", "%sa", Kind::address, Column::src_addr),
    one("", "srcip6", "Src IP Addr", "%sa", Kind::address, Column::src_addr),
    one("", "dstip4", "Dst IP Addr", "%da", Kind::address, Column::dst_addr),
    one("", "dstip6", "Dst IP Addr", "%da", Kind::address, Column::dst_addr),
    one("", "srcnet", "Src IP Addr", "%sn", Kind::address, Column::src_addr),
    one("", "dstnet", "Dst IP Addr", "%dn", Kind::address, Column::dst_addr),
    one("nhip", "next", "Nexthop IP", "%nh", Kind::address, Column::next_hop),
    one("nhbip", "bgpnext", "Nexthop BGP IP", "%nhb", Kind::address, Column::bgp_next_hop),
    one("router", "router", "Router IP", "%ra", Kind::address, Subject(Reading::exporter_address)),
    one("srcport", "srcport", "Src Port", "%sp", Kind::port, Column::src_port),
    one("dstport", "dstport", "Dst Port", "%dp", Kind::port, Column::dst_port),
    two("port", "Port", Kind::port, Column::src_port, Column::dst_port),
    one("proto", "proto", "Protocol", "%pr", Kind::protocol, Column::proto),
    one("tos", "tos", "Tos", "%tos", Kind::number, Column::tos),
    one("srctos", "srctos", "Tos", "%stos", Kind::number, Column::tos),
    one("dsttos", "dsttos", "Dst Tos", "%dtos", Kind::number, Column::dst_tos),
    one("dir", "", "Dir", "", Kind::number, Column::direction),
    one("srcas", "srcas", "Src AS", "%sas", Kind::number, Column::src_as),
    one("dstas", "dstas", "Dst AS", "%das", Kind::number, Column::dst_as),
    one("prevas", "prevas", "Prev AS", "%pas", Kind::number, Column::prev_as),
    one("nextas", "nextas", "Next AS", "%nas", Kind::number, Column::next_as),
    two("as", "AS", Kind::number, Column::src_as, Column::dst_as),
    one("inif", "inif", "Input If", "%in", Kind::number, Column::input_if),
    one("outif", "outif", "Output If", "%out", Kind::number, Column::output_if),
    two("if", "In/Out If", Kind::number, Column::input_if, Column::output_if),
    one("srcmask", "srcmask", "Src Mask", "%smk", Kind::number, Column::src_mask),
    one("dstmask", "dstmask", "Dst Mask", "%dmk", Kind::number, Column::dst_mask),
    two("mask", "Mask", Kind::number, Column::src_mask, Column::dst_mask),
    one("srcvlan", "srcvlan", "Src Vlan", "%svln", Kind::number, Column::src_vlan),
    one("dstvlan", "dstvlan", "Dst Vlan", "%dvln", Kind::number, Column::dst_vlan),
    two("vlan", "Vlan", Kind::number, Column::src_vlan, Column::dst_vlan),
    one("insrcmac", "insrcmac", "In Src Mac", "%ismc", Kind::mac, Column::in_src_mac),
    one("outdstmac", "outdstmac", "Out Dst Mac", "%odmc", Kind::mac, Column::out_dst_mac),
    one("indstmac", "indstmac", "In Dst Mac", "%idmc", Kind::mac, Column::in_dst_mac),
    one("outsrcmac", "outsrcmac", "Out Src Mac", "%osmc", Kind::mac, Column::out_src_mac),
    two("srcmac", "Src Mac", Kind::mac, Column::in_src_mac, Column::out_src_mac),
    two("dstmac", "Dst Mac", Kind::mac, Column::out_dst_mac, Column::in_dst_mac),
    // 1.7.1 counts the first side alone here.
    one("inmac", "", "In Src Mac", "", Kind::mac, Column::in_src_mac),
    two("outmac", "Out Src Mac", Kind::mac, Column::out_src_mac, Column::out_dst_mac),
    one("mpls1", "mpls1", " MPLS lab 1", "%mpls1", Kind::mpls, label(1)),
    one("mpls2", "mpls2", " MPLS lab 2", "%mpls2", Kind::mpls, label(2)),
    one("mpls3", "mpls3", " MPLS lab 3", "%mpls3", Kind::mpls, label(3)),
    one("mpls4", "mpls4", " MPLS lab 4", "%mpls4", Kind::mpls, label(4)),
    one("mpls5", "mpls5", " MPLS lab 5", "%mpls5", Kind::mpls, label(5)),
    one("mpls6", "mpls6", " MPLS lab 6", "%mpls6", Kind::mpls, label(6)),
    one("mpls7", "mpls7", " MPLS lab 7", "%mpls7", Kind::mpls, label(7)),
    one("mpls8", "mpls8", " MPLS lab 8", "%mpls8", Kind::mpls, label(8)),
    one("mpls9", "mpls9", " MPLS lab 9", "%mpls9", Kind::mpls, label(9)),
    one("mpls10", "mpls10", "MPLS lab 10", "%mpls10", Kind::mpls, label(10)),
    one("cl", "", "Client Latency", "", Kind::latency, Column::client_latency_us),
    one("sl", "", "Server Latency", "", Kind::latency, Column::server_latency_us),
    one("al", "", "  Appl Latency", "", Kind::latency, Column::app_latency_us),
    one("nbar", "", "nbar", "", Kind::application, Column::application_id),
    one("ja3", "", "                             ja3", "", Kind::text, Subject(Reading::tls_ja3)),
    one("odid", "odid", "obs domainID", "%odid", Kind::hexadecimal, Column::observation_domain),
    one("opid", "opid", " obs PointID", "%opid", Kind::hexadecimal, Column::observation_point),
    one("event", "", " Event", "", Kind::event, Column::firewall_event),
    one("nevent", "", " Event", "", Kind::event, Column::nat_event),
    one("xevent", "", "X-Event", "", Kind::number, Column::firewall_xevent),
    one("xsrcip", "xsrcip", "X-Src IP Addr", "%xsa", Kind::address, Column::nat_src_addr),
    one("xdstip", "xdstip", "X-Dst IP Addr", "%xda", Kind::address, Column::nat_dst_addr),
    one("xsrcport", "xsrcport", " X-Src Port", "%xsp", Kind::port, Column::nat_src_port),
    one("xdstport", "xdstport", " X-Dst Port", "%xdp", Kind::port, Column::nat_dst_port),
    one("iacl", "", "Ingress ACL", "", Kind::hexadecimal, acl(Reading::ingress_acl, 0)),
    one("iace", "", "Ingress ACE", "", Kind::hexadecimal, acl(Reading::ingress_acl, 1)),
    one("ixace", "", "Ingress xACE", "", Kind::hexadecimal, acl(Reading::ingress_acl, 2)),
    one("eacl", "", "Egress ACL", "", Kind::hexadecimal, acl(Reading::egress_acl, 0)),
    one("eace", "", "Egress ACE", "", Kind::hexadecimal, acl(Reading::egress_acl, 1)),
    one("exace", "", "Egress xACE", "", Kind::hexadecimal, acl(Reading::egress_acl, 2)),
    one("ivrf", "", " I-vrf-ID", "", Kind::number, Column::ingress_vrf),
    one("evrf", "", " E-vrf-ID", "", Kind::number, Column::egress_vrf),
    one("nsrcip", "", "X-Src IP Addr", "", Kind::address, Column::nat_src_addr),
    one("ndstip", "", "X-Dst IP Addr", "", Kind::address, Column::nat_dst_addr),
    one("nsrcport", "", " X-Src Port", "", Kind::port, Column::nat_src_port),
    one("ndstport", "", " X-Dst Port", "", Kind::port, Column::nat_dst_port),
    // 1.7.1's manual has these, the program has not.
    one("vrf", "", " I-vrf-ID", "", Kind::number, Column::ingress_vrf),
    one("sysid", "exp", "Exporter ID", "%exp", Kind::number, Subject(Reading::exporter_id)),
    one("inam", "", "Input If Name", "", Kind::text, Column::input_if_name),
    one("onam", "", "Output If Name", "", Kind::text, Column::output_if_name),
    // 1.7.8's.
    one("flags", "flags", "TCPflags", "%flg", Kind::flags, Column::tcp_flags),
    one("tunproto", "", "Tun proto", "", Kind::number, Column::tunnel_proto),
    one("ethertype", "ethertype", "Ethertype", "%eth", Kind::number, Column::ethertype),
    one("minttl", "minttl", "minTTL", "%minttl", Kind::number, Column::min_ttl),
    one("maxttl", "maxttl", "maxTTL", "%maxttl", Kind::number, Column::max_ttl),
    {"mac",
     "",
     "Mac Addr",
     "",
     Kind::mac,
     Column::in_src_mac,
     Column::out_dst_mac,
     {Column::in_dst_mac, Column::out_src_mac}},
    one("nat", "", "NAT Event", "", Kind::event, Column::nat_event),
    one("natsrcip", "", "X-Src IP Addr", "", Kind::address, Column::nat_src_addr),
    one("natdstip", "", "X-Dst IP Addr", "", Kind::address, Column::nat_dst_addr),
    two("natip", "X-IP Addr", Kind::address, Column::nat_src_addr, Column::nat_dst_addr),
    one("natsrcport", "", "X-Src Port", "", Kind::port, Column::nat_src_port),
    one("natdstport", "", "X-Dst Port", "", Kind::port, Column::nat_dst_port),
    two("natport", "X-Port", Kind::port, Column::nat_src_port, Column::nat_dst_port),
    one("ja4", "", "                                ja4", "", Kind::text, Subject(Reading::tls_ja4)),
    // Ours: texts that records bring.
    one("sni", "", "Server Name", "", Kind::text, Subject(Reading::tls_server_name)),
    one("application", "", "Application", "", Kind::text, Column::application),
    one("user", "", "User", "", Kind::text, Column::user),
    one("host", "", "Host", "", Kind::text, Column::http_host),
};

}  // namespace

std::span<const Element> elements() noexcept {
    return kElements;
}

const Element* find_statistic(std::string_view name) noexcept {
    for (const Element& element : kElements) {
        if (!name.empty() && filters::language::same_word(element.statistic, name)) return &element;
    }
    return nullptr;
}

const Element* find_aggregation(std::string_view name) noexcept {
    for (const Element& element : kElements) {
        if (!name.empty() && filters::language::same_word(element.aggregation, name)) return &element;
    }
    return nullptr;
}

}  // namespace store::query
