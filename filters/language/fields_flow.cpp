// SPDX-License-Identifier: Apache-2.0
#include "filters/language/field_rows.hpp"
#include "filters/language/times.hpp"

namespace filters::language {

namespace {

using flow::Column;

constexpr std::string_view kPort = "a port number from 0 to 65535";
constexpr std::string_view kAs = "an AS number from 0 to 4294967295";
constexpr std::string_view kInterface = "an interface number from 0 to 4294967295";
constexpr std::string_view kPackets = "a number of packets";
constexpr std::string_view kBytes = "a number of bytes";
constexpr std::string_view kTtl = "a TTL from 0 to 255";
constexpr std::string_view kTime = "a time such as 2026-01-31T23:59:59";
constexpr std::string_view kCountry = "a country of two letters";

constexpr std::array kDirections = {NamedValue{"ingress", 0}, NamedValue{"egress", 1}};

// RFC 7270 section 4.12, with nfdump's names.
constexpr std::array kForwarding = {
    NamedValue{"Ukwn", 0},     NamedValue{"Forw", 1},      NamedValue{"Frag", 2},      NamedValue{"Drop", 16},
    NamedValue{"DaclD", 17},   NamedValue{"Daclp", 18},    NamedValue{"Noroute", 19},  NamedValue{"Dadj", 20},
    NamedValue{"Dfrag", 21},   NamedValue{"Dbadh", 22},    NamedValue{"Dbadtlen", 23}, NamedValue{"Dbadhlen", 24},
    NamedValue{"DbadTTL", 25}, NamedValue{"Dpolicy", 26},  NamedValue{"Dwred", 27},    NamedValue{"Drpf", 28},
    NamedValue{"Dforus", 29},  NamedValue{"DbadOf", 30},   NamedValue{"Dhw", 31},      NamedValue{"Term", 128},
    NamedValue{"Tadj", 129},   NamedValue{"TincAdj", 130}, NamedValue{"Tforus", 131},
};

constexpr Field host_field(std::string_view words, Subjects subjects) {
    Field f = sided(address_field(words, subjects));
    f.value = "a complete IPv4 or IPv6 address or a host name";
    f.resolves = true;
    return f;
}
constexpr Field port_block_field(std::string_view words) {
    return sided(fixed_field(words, kOf<Subject(Reading::in_port_block, 0), Subject(Reading::in_port_block, 1)>, 1));
}
constexpr Field flags_field() {
    Field f = number_field("flags", "upper-case letters out of U A P R S F C E X, or a number from 0 to 255",
                           kOf<Column::tcp_flags>, 255);
    f.operand = Operand::flags;
    f.needs = Requires::tcp;
    return f;
}
constexpr Field tos_field() {
    Field f = sided(number_field("tos", "a type of service from 0 to 255", kOf<Column::tos, Column::dst_tos>, 255));
    f.source_unsaid = true;
    return f;
}
constexpr Field icmp_field(std::string_view words, std::string_view value, Subjects subjects) {
    return requiring(Requires::icmp, number_field(words, value, subjects, 255));
}
constexpr Field time_field(std::string_view words, Subjects subjects) {
    Field f = with_operand(words, kTime, Operand::time, subjects);
    f.most = kMostTime;
    f.compares = true;
    return f;
}
constexpr Field country_field(std::string_view words, Subjects subjects) {
    return sided(with_operand(words, kCountry, Operand::country, subjects));
}

constexpr std::array kFields = {
    protocol_field("proto", kOf<Column::proto>),
    sided(number_field("port", kPort, kOf<Column::src_port, Column::dst_port>, kMost16)),
    port_block_field("port in pblock|port in nat pblock"),
    host_field("ip|host", kOf<Column::src_addr, Column::dst_addr>),
    sided(prefix_field("net", kOf<Column::src_addr, Column::dst_addr>)),
    fixed_field("ipv4|inet", kOf<Column::family>, 4),
    fixed_field("ipv6|inet6", kOf<Column::family>, 6),
    icmp_field("icmp-type|icmp type", "an ICMP type from 0 to 255", kOf<Subject(Reading::icmp_type)>),
    icmp_field("icmp-code|icmp code", "an ICMP code from 0 to 255", kOf<Subject(Reading::icmp_code)>),
    flags_field(),
    tos_field(),
    number_field("packets|in packets", kPackets, kOf<Subject(Reading::packets)>, kMost64),
    number_field("out packets", kPackets, kOf<Subject(Reading::out_packets)>, kMost64),
    number_field("bytes|in bytes", kBytes, kOf<Subject(Reading::bytes)>, kMost64),
    number_field("out bytes", kBytes, kOf<Subject(Reading::out_bytes)>, kMost64),
    number_field("flows", "a number of flows", kOf<Subject(Reading::flows)>, kMost64),
    number_field("duration", "a number of milliseconds", kOf<Subject(Reading::duration_ms)>, kMost64),
    number_field("pps", "a number of packets per second", kOf<Subject(Reading::pps)>, kMost64),
    number_field("bps", "a number of bits per second", kOf<Subject(Reading::bps)>, kMost64),
    number_field("bpp", "a number of bytes per packet", kOf<Subject(Reading::bpp)>, kMost64),
    time_field("first seen", kOf<Column::first_ms>),
    time_field("last seen", kOf<Column::last_ms>),
    number_field("if", kInterface, kOf<Column::input_if, Column::output_if>, kMost32),
    number_field("in if", kInterface, kOf<Column::input_if>, kMost32),
    number_field("out if", kInterface, kOf<Column::output_if>, kMost32),
    sided(number_field("as", kAs, kOf<Column::src_as, Column::dst_as>, kMost32)),
    number_field("prev as|previous as", kAs, kOf<Column::prev_as>, kMost32),
    number_field("next as", kAs, kOf<Column::next_as>, kMost32),
    sided(number_field("mask", "a prefix length from 0 to 255", kOf<Column::src_mask, Column::dst_mask>, 255)),
    sided(number_field("vlan", "a VLAN from 0 to 65535", kOf<Column::src_vlan, Column::dst_vlan>, kMost16)),
    address_field("next ip", kOf<Column::next_hop>),
    prefix_field("next net", kOf<Column::next_hop>),
    address_field("bgpnext ip|bgp next ip", kOf<Column::bgp_next_hop>),
    prefix_field("bgpnext net|bgp next net", kOf<Column::bgp_next_hop>),
    sided(address_field("tun ip|tunip", kOf<Column::tunnel_src_addr, Column::tunnel_dst_addr>)),
    sided(prefix_field("tun net", kOf<Column::tunnel_src_addr, Column::tunnel_dst_addr>)),
    protocol_field("tun proto", kOf<Column::tunnel_proto>),
    country_field("geo", kOf<Column::src_addr, Column::dst_addr>),
    country_field("nat geo|xlate geo", kOf<Column::nat_src_addr, Column::nat_dst_addr>),
    country_field("tun geo", kOf<Column::tunnel_src_addr, Column::tunnel_dst_addr>),
    number_field("fwdstat", "a forwarding status: a number from 0 to 255, or a name such as Forw or Drop",
                 kOf<Column::forwarding_status>, 255, kForwarding),
    number_field("flowdir|dir", "ingress, egress, or a number from 0 to 255", kOf<Column::direction>, 255, kDirections),
    number_field("ttl", kTtl, kOf<Column::min_ttl, Column::max_ttl>, 255),
    number_field("min ttl", kTtl, kOf<Column::min_ttl>, 255),
    number_field("max ttl", kTtl, kOf<Column::max_ttl>, 255),
    fixed_field("ttl equal", kOf<Subject(Reading::same_ttl)>, 1),
    number_field("ethertype", "an EtherType from 0 to 0xffff", kOf<Column::ethertype>, kMost16),
    number_field("flowlabel", "an IPv6 flow label: a number, of 20 bits usually", kOf<Column::flow_label>, kMost32),
};

}  // namespace

std::span<const Field> flow_fields() noexcept {
    return kFields;
}

}  // namespace filters::language
