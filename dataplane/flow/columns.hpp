// SPDX-License-Identifier: Apache-2.0
// Every column a flow can have, in one list: batch, element table, filter, archive and printer are made from it.
//
// Shape: host byte order; units stand in the names; counters are raw (not scaled by sampling, see scale.hpp).
// X(name, type, what it is). Order is not stored anywhere; names are.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "dataplane/flow/address.hpp"

namespace flow {

// Bytes in the batch's own arena; length 0 = empty.
struct Text {
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
};
// Label stack as read, top first: 20 bits label, 3 bits EXP, 1 bit bottom-of-stack in the low 24 bits. RFC 3032.
struct MplsStack {
    std::array<std::uint32_t, 10> labels{};
    std::uint32_t count = 0;
};
// Cisco ASA access-list id: ACL, ACE and extended ACE hash. (NSEL 33000, 33001)
struct AclId {
    std::uint32_t acl = 0, ace = 0, xace = 0;
};

// What a packet was wrapped in, as far as a sample or an element tells.
enum class Tunnel : std::uint8_t { none, gre, ipip, vxlan, geneve, lisp, stt, mpls, pppoe, other };

// Always there, 128 bytes a row together. What a template did not bring is zero and its presence bit clear.
#define FLOW_COMMON_COLUMNS(X)                                                            \
    X(src_addr, flow::IpAddress, "source address")                                        \
    X(dst_addr, flow::IpAddress, "destination address")                                   \
    X(next_hop, flow::IpAddress, "next hop router")                                       \
    X(first_ms, std::uint64_t, "first packet, milliseconds since 1970 UTC")               \
    X(last_ms, std::uint64_t, "last packet, milliseconds since 1970 UTC")                 \
    X(in_bytes, std::uint64_t, "bytes, as exported")                                      \
    X(in_packets, std::uint64_t, "packets, as exported")                                  \
    X(present, std::uint64_t, "a bit per Column that the record carried")                 \
    X(exporter, std::uint32_t, "index into ExporterTable")                                \
    X(sampling, std::uint32_t, "1 in n packets were looked at; 0 = unknown, counts as 1") \
    X(input_if, std::uint32_t, "input interface, SNMP index")                             \
    X(output_if, std::uint32_t, "output interface, SNMP index")                           \
    X(src_as, std::uint32_t, "source autonomous system")                                  \
    X(dst_as, std::uint32_t, "destination autonomous system")                             \
    X(src_port, std::uint16_t, "source port")                                             \
    X(dst_port, std::uint16_t, "destination port; type * 256 + code for ICMP and ICMPv6") \
    X(source, std::uint16_t, "index of the configured source, of the batch's generation") \
    X(thinning, std::uint16_t, "1 in n datagrams of the exporter were kept; at least 1")  \
    X(proto, std::uint8_t, "IP protocol")                                                 \
    X(tcp_flags, std::uint8_t, "TCP flags, or-ed")                                        \
    X(tos, std::uint8_t, "type of service, source side")                                  \
    X(src_mask, std::uint8_t, "source prefix length")                                     \
    X(dst_mask, std::uint8_t, "destination prefix length")                                \
    X(direction, std::uint8_t, "0 ingress, 1 egress")                                     \
    X(forwarding_status, std::uint8_t, "RFC 7270 section 4.12")                           \
    X(family, std::uint8_t, "4 or 6; 0 where the record named no address")

// Written only where a template or sample brings them; elsewhere undefined: look at the presence bit first.
#define FLOW_RARE_COLUMNS(X)                                                     \
    X(out_bytes, std::uint64_t, "bytes, output or reverse side")                 \
    X(out_packets, std::uint64_t, "packets, output or reverse side")             \
    X(dst_tos, std::uint8_t, "type of service, destination side")                \
    X(src_vlan, std::uint16_t, "VLAN, source side")                              \
    X(dst_vlan, std::uint16_t, "VLAN, destination side")                         \
    X(in_src_mac, std::uint64_t, "incoming source MAC, low 48 bits")             \
    X(out_dst_mac, std::uint64_t, "outgoing destination MAC")                    \
    X(in_dst_mac, std::uint64_t, "incoming destination MAC")                     \
    X(out_src_mac, std::uint64_t, "outgoing source MAC")                         \
    X(bgp_next_hop, flow::IpAddress, "BGP next hop")                             \
    X(prev_as, std::uint32_t, "BGP previous adjacent AS")                        \
    X(next_as, std::uint32_t, "BGP next adjacent AS")                            \
    X(mpls, flow::MplsStack, "MPLS label stack")                                 \
    X(nat_src_addr, flow::IpAddress, "translated source address")                \
    X(nat_dst_addr, flow::IpAddress, "translated destination address")           \
    X(nat_src_port, std::uint16_t, "translated source port")                     \
    X(nat_dst_port, std::uint16_t, "translated destination port")                \
    X(nat_event, std::uint8_t, "NAT event")                                      \
    X(port_block_start, std::uint16_t, "NAT port block, first port")             \
    X(port_block_end, std::uint16_t, "NAT port block, last port")                \
    X(port_block_step, std::uint16_t, "NAT port block, step")                    \
    X(port_block_size, std::uint16_t, "NAT port block, size")                    \
    X(firewall_event, std::uint8_t, "NSEL firewall event")                       \
    X(firewall_xevent, std::uint16_t, "NSEL extended firewall event")            \
    X(ingress_acl, flow::AclId, "NSEL ingress access list")                      \
    X(egress_acl, flow::AclId, "NSEL egress access list")                        \
    X(ingress_vrf, std::uint32_t, "ingress VRF id")                              \
    X(egress_vrf, std::uint32_t, "egress VRF id")                                \
    X(client_latency_us, std::uint32_t, "client network latency, microseconds")  \
    X(server_latency_us, std::uint32_t, "server network latency, microseconds")  \
    X(app_latency_us, std::uint32_t, "application latency, microseconds")        \
    X(observation_domain, std::uint32_t, "observation domain id (149)")          \
    X(observation_point, std::uint64_t, "observation point id (138)")            \
    X(min_ttl, std::uint8_t, "smallest TTL or hop limit")                        \
    X(max_ttl, std::uint8_t, "largest TTL or hop limit")                         \
    X(ethertype, std::uint16_t, "EtherType")                                     \
    X(flow_label, std::uint32_t, "IPv6 flow label")                              \
    X(end_reason, std::uint8_t, "flow end reason (136)")                         \
    X(sampler_id, std::uint32_t, "sampler or selector id")                       \
    X(tunnel_src_addr, flow::IpAddress, "tunnel source address")                 \
    X(tunnel_dst_addr, flow::IpAddress, "tunnel destination address")            \
    X(tunnel_proto, std::uint8_t, "tunnel's IP protocol")                        \
    X(tunnel_key, std::uint64_t, "tunnel key or VNI")                            \
    X(application_id, std::uint64_t, "application id (95): engine and selector") \
    X(application, flow::Text, "application name")                               \
    X(user, flow::Text, "user name")                                             \
    X(input_if_name, flow::Text, "input interface name")                         \
    X(output_if_name, flow::Text, "output interface name")                       \
    X(vrf_name, flow::Text, "VRF name")                                          \
    X(http_host, flow::Text, "HTTP host or TLS server name")                     \
    X(http_url, flow::Text, "HTTP target")                                       \
    X(payload, flow::Text, "sampled packet from its first header on")            \
    X(flow_count, std::uint32_t, "flows that the exporter put into this record") \
    X(flow_id, std::uint64_t, "flow or connection id (148)")                     \
    X(event_ms, std::uint64_t, "time of the event (323), ms since 1970 UTC")     \
    X(src_group, std::uint16_t, "security group tag, source side")               \
    X(dst_group, std::uint16_t, "security group tag, destination side")          \
    X(drop_reason, std::uint16_t, "why the packet was dropped, sFlow's numbers") \
    X(inner_vlan, std::uint16_t, "customer VLAN of a double tag")                \
    X(tunnel_type, std::uint8_t, "flow::Tunnel")                                 \
    X(tunnel_src_port, std::uint16_t, "tunnel's source port")                    \
    X(tunnel_dst_port, std::uint16_t, "tunnel's destination port")               \
    X(as_path, flow::Text, "AS path: numbers and {sets}, blanks between")        \
    X(communities, flow::Text, "BGP communities, as:value, blanks between")

enum class Column : std::uint8_t {
#define X(name, type, what) name,
    FLOW_COMMON_COLUMNS(X) FLOW_RARE_COLUMNS(X)
#undef X
        count_
};
inline constexpr std::size_t kColumns = static_cast<std::size_t>(Column::count_);

#define X(name, type, what) +1
inline constexpr std::size_t kCommonColumns = 0 FLOW_COMMON_COLUMNS(X);
#undef X

[[nodiscard]] std::string_view column_name(Column c) noexcept;

// `c` has no presence bit of its own but that of the column listed before it.
// Whoever writes one of a group writes all of it: the others with 0.
[[nodiscard]] constexpr bool shares_bit(Column c) noexcept {
    switch (c) {
        case Column::next_as:
        case Column::nat_dst_addr:
        case Column::nat_dst_port:
        case Column::port_block_end:
        case Column::port_block_step:
        case Column::port_block_size:
        case Column::egress_acl:
        case Column::egress_vrf:
        case Column::server_latency_us:
        case Column::app_latency_us:
        case Column::max_ttl:
        case Column::tunnel_dst_addr:
        case Column::output_if_name:
        case Column::http_url:
        case Column::dst_group:
        case Column::tunnel_src_port:
        case Column::tunnel_dst_port:
        case Column::communities:
            return true;
        default:
            return false;
    }
}

// Presence has room for 64 bits and there are more columns, so what always comes together shares one bit, and columns
// that no record can lack (times, exporter, source ...) have none.
[[nodiscard]] constexpr std::uint64_t make_present_bit(Column c) noexcept {
    constexpr auto first_rare = static_cast<unsigned>(kCommonColumns);
    constexpr unsigned rare_base = 16;
    switch (c) {
        case Column::src_addr:
            return 1ull << 0;
        case Column::dst_addr:
            return 1ull << 1;
        case Column::next_hop:
            return 1ull << 2;
        case Column::in_bytes:
            return 1ull << 3;
        case Column::in_packets:
            return 1ull << 4;
        case Column::input_if:
            return 1ull << 5;
        case Column::output_if:
            return 1ull << 6;
        case Column::src_as:
            return 1ull << 7;
        case Column::dst_as:
            return 1ull << 8;
        case Column::src_port:
        case Column::dst_port:
            return 1ull << 9;
        case Column::tcp_flags:
            return 1ull << 10;
        case Column::tos:
            return 1ull << 11;
        case Column::src_mask:
        case Column::dst_mask:
            return 1ull << 12;
        case Column::direction:
            return 1ull << 13;
        case Column::forwarding_status:
            return 1ull << 14;
        case Column::proto:
            return 1ull << 15;
        default:
            break;
    }
    const auto i = static_cast<unsigned>(c);
    if (i < first_rare) return 0;
    // Columns that share the bit of the one before them: what comes together, or reads as 0 where only its sibling came.
    unsigned shift = 0;
    for (unsigned other = 1; other <= i - first_rare; ++other) {
        if (shares_bit(static_cast<Column>(first_rare + other))) ++shift;
    }
    const unsigned rare = i - first_rare;
    return 1ull << (rare_base + rare - shift);
}
inline constexpr auto kPresentBits = [] {
    std::array<std::uint64_t, kColumns> bits{};
    for (std::size_t c = 0; c < kColumns; ++c) bits[c] = make_present_bit(static_cast<Column>(c));
    return bits;
}();
[[nodiscard]] constexpr std::uint64_t present_bit(Column c) noexcept {
    return kPresentBits[static_cast<std::size_t>(c)];
}
static_assert(present_bit(Column::communities) != 0 && present_bit(Column::communities) <= 1ull << 63);
static_assert(present_bit(Column::port_block_start) == present_bit(Column::port_block_size));

}  // namespace flow
