// SPDX-License-Identifier: Apache-2.0
// What each element fills: one record of a template with these fields, and the columns that come of it.
#include <gtest/gtest.h>

#include <bit>

#include "dataplane/decode/elements.hpp"
#include "tests/support/column_text.hpp"
#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

namespace {

using flow::Column;
using flow::Counter;
using flow::Protocol;
using support::DecodeRig;
using support::Field;
using support::Writer;

constexpr std::uint32_t kNow_s = DecodeRig::kNow_ms / 1000;
constexpr auto kV9 = Protocol::netflow9;
constexpr auto kIpfix = Protocol::ipfix;

void send_record(DecodeRig& rig, Protocol protocol, const std::vector<Field>& fields, const support::Bytes& record) {
    const support::Template t{300, fields};
    if (protocol == kV9) {
        rig.send(support::V9(1)
                     .unix_seconds(kNow_s)
                     .uptime_ms(100'000)
                     .template_set({t})
                     .data_set(300, {record}, 0)
                     .build());
    } else {
        rig.send(support::Ipfix(1).unix_seconds(kNow_s).template_set({t}).data_set(300, {record}).build());
    }
    EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
}

struct Expected {
    Column column;
    const char* text;  // nullptr: the row must not have it
};
struct Case {
    const char* what;
    Protocol protocol;
    std::vector<Field> fields;
    support::Bytes record;
    std::vector<Expected> expected;
    std::uint64_t unfit = 0;
};
void PrintTo(const Case& c, std::ostream* out) {
    *out << c.what;
}

class Elements : public testing::TestWithParam<Case> {};

TEST_P(Elements, Fill) {
    const Case& c = GetParam();
    DecodeRig rig;
    send_record(rig, c.protocol, c.fields, c.record);
    ASSERT_EQ(rig.batch().rows, 1u);
    for (const Expected& e : c.expected) {
        const auto text = support::column_text(rig.batch(), 0, e.column);
        if (e.text == nullptr) {
            EXPECT_EQ(text.value_or("nothing"), "nothing") << flow::column_name(e.column);
        } else {
            EXPECT_EQ(text.value_or("nothing"), e.text) << flow::column_name(e.column);
        }
    }
    EXPECT_EQ(rig.ledger()[Counter::fields_unfit], c.unfit);
    EXPECT_EQ(rig.ledger()[Counter::elements_unknown], 0u);
}

constexpr std::uint32_t kVariable = support::kVariableLength;
constexpr std::uint32_t kCisco = 9, kNokia = 637, kJuniper = 2636, kNetscaler = 5951, kVmware = 6876, kCert = 6871;
constexpr std::uint32_t kBarracuda = 10704, kNtop = 35632, kFlowmon = 39499, kViptela = 41916;

// ---- counters: one element of a template is taken, and never a sum

const std::vector<Case> kCounters{
    {"delta before total",
     kIpfix,
     {{85, 8}, {1, 8}, {86, 8}, {2, 8}},
     Writer().u64(900).u64(100).u64(9).u64(1),
     {{Column::in_bytes, "100"}, {Column::in_packets, "1"}}},
    {"a delta of 0 is not replaced by the total",
     kIpfix,
     {{1, 8}, {85, 8}},
     Writer().u64(0).u64(900),
     {{Column::in_bytes, "0"}}},
    {"totals alone",
     kIpfix,
     {{85, 8}, {86, 8}},
     Writer().u64(900).u64(9),
     {{Column::in_bytes, "900"}, {Column::in_packets, "9"}}},
    {"post counters beside the others are the output's",
     kV9,
     {{1, 4}, {2, 4}, {23, 4}, {24, 4}},
     Writer().u32(100).u32(1).u32(90).u32(2),
     {{Column::in_bytes, "100"}, {Column::in_packets, "1"}, {Column::out_bytes, "90"}, {Column::out_packets, "2"}}},
    {"post counters alone are the flow's",
     kV9,
     {{23, 4}, {24, 4}},
     Writer().u32(90).u32(2),
     {{Column::in_bytes, "90"},
      {Column::in_packets, "2"},
      {Column::out_bytes, nullptr},
      {Column::out_packets, nullptr}}},
    {"layer 2 octets where there are no others", kIpfix, {{352, 8}}, Writer().u64(77), {{Column::in_bytes, "77"}}},
    {"layer 2 octets beside others", kIpfix, {{352, 8}, {1, 8}}, Writer().u64(77).u64(63), {{Column::in_bytes, "63"}}},
    {"the same element twice: the first", kIpfix, {{1, 4}, {1, 8}}, Writer().u32(5).u64(6), {{Column::in_bytes, "5"}}},
    {"flows of the record", kIpfix, {{3, 8}}, Writer().u64(12), {{Column::flow_count, "12"}}},
    {"more flows than the column holds",
     kIpfix,
     {{3, 8}},
     Writer().u64(1ull << 40),
     {{Column::flow_count, "4294967295"}}},
    {"flows of an aggregated record", kIpfix, {{375, 8}}, Writer().u64(7), {{Column::flow_count, "7"}}},
};

// ---- addresses, ports, routing

const std::vector<Case> kRouting{
    {"prefixes stand in for addresses",
     kV9,
     {{44, 4}, {45, 4}},
     Writer().ip("10.0.0.0").ip("10.1.0.0"),
     {{Column::src_addr, "10.0.0.0"}, {Column::dst_addr, "10.1.0.0"}, {Column::family, "4"}}},
    {"next hops",
     kIpfix,
     {{62, 16}, {63, 16}},
     Writer().ip("2001:db8::1").ip("2001:db8::2"),
     {{Column::next_hop, "2001:db8::1"}, {Column::bgp_next_hop, "2001:db8::2"}}},
    {"BGP next hop of IPv4", kV9, {{18, 4}}, Writer().ip("192.0.2.3"), {{Column::bgp_next_hop, "192.0.2.3"}}},
    {"neighbours' AS",
     kIpfix,
     {{128, 4}, {129, 4}},
     Writer().u32(65001).u32(65002),
     {{Column::next_as, "65001"}, {Column::prev_as, "65002"}}},
    {"AS in two bytes",
     kV9,
     {{16, 2}, {17, 2}},
     Writer().u16(65001).u16(65002),
     {{Column::src_as, "65001"}, {Column::dst_as, "65002"}}},
    {"masks of either family",
     kV9,
     {{9, 1}, {13, 1}, {29, 1}, {30, 1}},
     Writer().u8(0).u8(0).u8(48).u8(64),
     {{Column::src_mask, "48"}, {Column::dst_mask, "64"}}},
    {"physical interfaces where there are no others",
     kIpfix,
     {{252, 4}, {253, 4}},
     Writer().u32(7).u32(8),
     {{Column::input_if, "7"}, {Column::output_if, "8"}}},
    {"physical interfaces only fill what is 0",
     kIpfix,
     {{252, 4}, {10, 4}, {14, 4}, {253, 4}},
     Writer().u32(7).u32(3).u32(0).u32(8),
     {{Column::input_if, "3"}, {Column::output_if, "8"}}},
    {"ports of UDP and TCP",
     kIpfix,
     {{180, 2}, {181, 2}, {182, 2}, {183, 2}},
     Writer().u16(0).u16(0).u16(99).u16(443),
     {{Column::src_port, "99"}, {Column::dst_port, "443"}}},
    {"forwarding status in four bytes", kIpfix, {{89, 4}}, Writer().u32(130), {{Column::forwarding_status, "130"}}},
    {"forwarding status in one", kV9, {{89, 1}}, Writer().u8(64), {{Column::forwarding_status, "64"}}},
    {"VRF",
     kV9,
     {{234, 4}, {235, 4}, {236, 32}},
     Writer().u32(3).u32(4).text("blue", 32),
     {{Column::ingress_vrf, "3"}, {Column::egress_vrf, "4"}, {Column::vrf_name, "blue"}}},
    {"one VRF only: the other of its group is 0",
     kV9,
     {{234, 4}},
     Writer().u32(3),
     {{Column::ingress_vrf, "3"}, {Column::egress_vrf, "0"}}},
    {"VPN of Viptela", kIpfix, {{4321, 8, kViptela}}, Writer().u64(100), {{Column::ingress_vrf, "100"}}},
    {"interface name",
     kIpfix,
     {{82, 16}},
     Writer().text("xe-0/0/1", 16),
     {{Column::input_if_name, "xe-0/0/1"}, {Column::output_if_name, ""}}},
    {"direction", kV9, {{61, 1}}, Writer().u8(1), {{Column::direction, "1"}}},
    {"DSCP where there is no type of service", kIpfix, {{195, 1}}, Writer().u8(46), {{Column::tos, "184"}}},
    {"DSCP beside it", kIpfix, {{195, 1}, {5, 1}}, Writer().u8(46).u8(3), {{Column::tos, "3"}}},
    {"type of service behind",
     kV9,
     {{5, 1}, {55, 1}},
     Writer().u8(8).u8(16),
     {{Column::tos, "8"}, {Column::dst_tos, "16"}}},
};

// ---- link, labels, tunnels

const std::vector<Case> kLink{
    {"MAC addresses of both sides",
     kV9,
     {{56, 6}, {57, 6}, {80, 6}, {81, 6}},
     Writer().mac("00:00:00:00:00:01").mac("00:00:00:00:00:02").mac("00:00:00:00:00:03").mac("00:00:00:00:00:04"),
     {{Column::in_src_mac, "1"}, {Column::out_dst_mac, "2"}, {Column::in_dst_mac, "3"}, {Column::out_src_mac, "4"}}},
    {"VLANs", kV9, {{58, 2}, {59, 2}}, Writer().u16(10).u16(20), {{Column::src_vlan, "10"}, {Column::dst_vlan, "20"}}},
    {"VLANs of 802.1Q",
     kIpfix,
     {{243, 2}, {245, 2}, {254, 2}},
     Writer().u16(10).u16(99).u16(20),
     {{Column::src_vlan, "10"}, {Column::inner_vlan, "99"}, {Column::dst_vlan, "20"}}},
    {"labels",
     kIpfix,
     {{70, 3}, {71, 3}, {72, 3}},
     Writer().number(0x1234a0, 3).number(0x0000f1, 3).number(0, 3),
     {{Column::mpls, "1193120 241"}}},
    {"a label with its TTL", kIpfix, {{70, 4}}, Writer().u32(0x1234a1ff), {{Column::mpls, "1193121"}}},
    {"stack as a section",
     kIpfix,
     {{316, static_cast<std::uint16_t>(kVariable)}},
     Writer().variable(Writer().u32(0x1234a0ff).u32(0x0000f1ff).u32(~0u).bytes()),
     {{Column::mpls, "1193120 241"}}},
    {"EtherType and flow label",
     kIpfix,
     {{256, 2}, {31, 4}},
     Writer().u16(0x86dd).u32(0xabcde),
     {{Column::ethertype, "34525"}, {Column::flow_label, "703710"}}},
    {"TTLs", kIpfix, {{52, 1}, {53, 1}}, Writer().u8(1).u8(64), {{Column::min_ttl, "1"}, {Column::max_ttl, "64"}}},
    {"largest TTL alone", kIpfix, {{53, 1}}, Writer().u8(64), {{Column::min_ttl, "64"}, {Column::max_ttl, "64"}}},
    {"the TTL", kIpfix, {{192, 1}}, Writer().u8(9), {{Column::min_ttl, "9"}, {Column::max_ttl, "9"}}},
    {"VNI",
     kIpfix,
     {{351, 8}},
     Writer().u64(0x0100000000001389),
     {{Column::tunnel_key, "5001"}, {Column::tunnel_type, "3"}}},
    {"NVGRE",
     kIpfix,
     {{351, 8}},
     Writer().u64(0x0200000000001389),
     {{Column::tunnel_key, "5001"}, {Column::tunnel_type, "1"}}},
    {"GRE key", kIpfix, {{296, 4}}, Writer().u32(77), {{Column::tunnel_key, "77"}}},
    {"Open vSwitch's tunnel",
     kIpfix,
     {{891, 1, kVmware},
      {892, static_cast<std::uint16_t>(kVariable), kVmware},
      {893, 4, kVmware},
      {894, 4, kVmware},
      {895, 1, kVmware},
      {896, 2, kVmware},
      {897, 2, kVmware}},
     Writer()
         .u8(7)
         .variable(Writer().number(5001, 3).bytes())
         .ip("192.0.2.1")
         .ip("192.0.2.2")
         .u8(17)
         .u16(50000)
         .u16(6081),
     {{Column::tunnel_type, "4"},
      {Column::tunnel_key, "5001"},
      {Column::tunnel_src_addr, "192.0.2.1"},
      {Column::tunnel_dst_addr, "192.0.2.2"},
      {Column::tunnel_proto, "17"},
      {Column::tunnel_src_port, "50000"},
      {Column::tunnel_dst_port, "6081"}}},
    {"VMware's tenant is the flow, the rest the tunnel",
     kIpfix,
     {{8, 4},
      {12, 4},
      {7, 2},
      {11, 2},
      {4, 1},
      {881, 4, kVmware},
      {882, 4, kVmware},
      {886, 2, kVmware},
      {887, 2, kVmware},
      {880, 1, kVmware}},
     Writer()
         .ip("192.0.2.1")
         .ip("192.0.2.2")
         .u16(50000)
         .u16(4789)
         .u8(17)
         .ip("10.0.0.1")
         .ip("10.0.0.2")
         .u16(1)
         .u16(443)
         .u8(6),
     {{Column::src_addr, "10.0.0.1"},
      {Column::dst_addr, "10.0.0.2"},
      {Column::src_port, "1"},
      {Column::dst_port, "443"},
      {Column::proto, "6"},
      {Column::tunnel_src_addr, "192.0.2.1"},
      {Column::tunnel_dst_addr, "192.0.2.2"},
      {Column::tunnel_src_port, "50000"},
      {Column::tunnel_dst_port, "4789"},
      {Column::tunnel_proto, "17"},
      {Column::family, "4"}}},
};

// ---- NAT, firewalls, users, applications

const std::vector<Case> kServices{
    {"NAT",
     kV9,
     {{225, 4}, {226, 4}, {227, 2}, {228, 2}, {230, 1}},
     Writer().ip("192.0.2.1").ip("192.0.2.2").u16(1024).u16(80).u8(4),
     {{Column::nat_src_addr, "192.0.2.1"},
      {Column::nat_dst_addr, "192.0.2.2"},
      {Column::nat_src_port, "1024"},
      {Column::nat_dst_port, "80"},
      {Column::nat_event, "4"}}},
    {"one side of NAT only: the other is zero",
     kV9,
     {{225, 4}},
     Writer().ip("192.0.2.1"),
     {{Column::nat_src_addr, "192.0.2.1"}, {Column::nat_dst_addr, "::"}, {Column::nat_src_port, nullptr}}},
    {"NAT64",
     kIpfix,
     {{281, 16}, {282, 16}},
     Writer().ip("64:ff9b::1").ip("64:ff9b::2"),
     {{Column::nat_src_addr, "64:ff9b::1"}, {Column::nat_dst_addr, "64:ff9b::2"}}},
    {"port block",
     kIpfix,
     {{361, 2}, {362, 2}, {363, 2}, {364, 2}},
     Writer().u16(1024).u16(2047).u16(1).u16(1024),
     {{Column::port_block_start, "1024"},
      {Column::port_block_end, "2047"},
      {Column::port_block_step, "1"},
      {Column::port_block_size, "1024"}}},
    {"part of a port block: the rest is 0",
     kIpfix,
     {{361, 2}},
     Writer().u16(1024),
     {{Column::port_block_start, "1024"}, {Column::port_block_end, "0"}, {Column::port_block_size, "0"}}},
    {"ASA",
     kV9,
     {{233, 1}, {33002, 2}, {33000, 12}, {33001, 12}, {40000, 20}, {148, 4}},
     Writer().u8(2).u16(2030).u32(1).u32(2).u32(3).u32(4).u32(5).u32(6).text("alice", 20).u32(77),
     {{Column::firewall_event, "2"},
      {Column::firewall_xevent, "2030"},
      {Column::ingress_acl, "00000001-00000002-00000003"},
      {Column::egress_acl, "00000004-00000005-00000006"},
      {Column::user, "alice"},
      {Column::flow_id, "77"}}},
    {"old ASA",
     kV9,
     {{40001, 4}, {40002, 4}, {40003, 2}, {40004, 2}, {40005, 1}},
     Writer().ip("192.0.2.1").ip("192.0.2.2").u16(1).u16(2).u8(3),
     {{Column::nat_src_addr, "192.0.2.1"},
      {Column::nat_dst_addr, "192.0.2.2"},
      {Column::nat_src_port, "1"},
      {Column::nat_dst_port, "2"},
      {Column::firewall_event, "3"}}},
    {"ASA by IPFIX",
     kIpfix,
     {{234, 2, kCisco}, {7232, 8, kCisco}},
     Writer().u16(1003).text("bob", 8),
     {{Column::firewall_xevent, "1003"}, {Column::user, "bob"}}},
    {"security group tags",
     kV9,
     {{34000, 2}, {34001, 2}},
     Writer().u16(10).u16(11),
     {{Column::src_group, "10"}, {Column::dst_group, "11"}}},
    {"AVC by client and server",
     kIpfix,
     {{12236, 4, kCisco}, {12237, 4, kCisco}, {12240, 2, kCisco}, {12241, 2, kCisco}, {8338, 8, kCisco}},
     Writer().ip("10.0.0.1").ip("10.0.0.2").u16(50000).u16(443).u64(99),
     {{Column::src_addr, "10.0.0.1"},
      {Column::dst_addr, "10.0.0.2"},
      {Column::src_port, "50000"},
      {Column::dst_port, "443"},
      {Column::in_bytes, "99"}}},
    {"NBAR's host behind its ids",
     kIpfix,
     {{12235, static_cast<std::uint16_t>(kVariable), kCisco}},
     Writer().variable(std::string("\x03\x00\x00\x50\x34\x02www.example.org", 21)),
     {{Column::http_host, "www.example.org"}}},
    {"application",
     kIpfix,
     {{95, 4}, {96, 24}},
     Writer().u32(0x0d000001).text("ssh", 24),
     {{Column::application_id, "218103809"}, {Column::application, "ssh"}}},
    {"user, host, target",
     kIpfix,
     {{371, 8}, {460, 16}, {461, 16}},
     Writer().text("carol", 8).text("example.org", 16).text("/index.html", 16),
     {{Column::user, "carol"}, {Column::http_host, "example.org"}, {Column::http_url, "/index.html"}}},
    {"Palo Alto",
     kV9,
     {{56701, 32}, {56702, 64}},
     Writer().text("web-browsing", 32).text("corp\\dave", 64),
     {{Column::application, "web-browsing"}, {Column::user, "corp\\dave"}}},
    {"ntop in v9",
     kV9,
     {{57590, 2}, {57591, 16}, {57595, 4}, {57596, 4}, {57597, 4}},
     Writer().u16(91).text("TLS", 16).u32(3).u32(4).u32(5),
     {{Column::application_id, "91"},
      {Column::application, "TLS"},
      {Column::client_latency_us, "3000"},
      {Column::server_latency_us, "4000"},
      {Column::app_latency_us, "5000"}}},
    {"ntop in IPFIX",
     kIpfix,
     {{187, 16, kNtop}, {180, 8, kNtop}},
     Writer().text("example.org", 16).text("/a", 8),
     {{Column::http_host, "example.org"}, {Column::http_url, "/a"}}},
    {"old ntop: seconds and microseconds",
     kV9,
     {{57554, 4}, {57555, 4}},
     Writer().u32(2).u32(345),
     {{Column::client_latency_us, "2000345"}, {Column::server_latency_us, "0"}, {Column::app_latency_us, "0"}}},
    {"latency beyond the column",
     kV9,
     {{57554, 4}, {57555, 4}},
     Writer().u32(~0u).u32(~0u),
     {{Column::client_latency_us, "4294967295"}}},
    {"NetScaler",
     kIpfix,
     {{128, 4, kNetscaler}, {130, 8, kNetscaler}, {142, 16, kNetscaler}, {205, 8, kNetscaler}},
     Writer().u32(12).text("/x", 8).text("example.org", 16).text("eve", 8),
     {{Column::client_latency_us, "12000"},
      {Column::http_url, "/x"},
      {Column::http_host, "example.org"},
      {Column::user, "eve"}}},
    {"Nokia's NAT",
     kIpfix,
     {{91, 2, kNokia}, {92, 2, kNokia}, {93, static_cast<std::uint16_t>(kVariable), kNokia}},
     Writer().u16(100).u16(7).variable("USER1@10.10.0.123"),
     {{Column::ingress_vrf, "100"}, {Column::egress_vrf, "7"}, {Column::user, "USER1@10.10.0.123"}}},
    {"Barracuda",
     kIpfix,
     {{8, 4, kBarracuda}, {9, 2, kBarracuda}, {5, 8, kBarracuda}},
     Writer().ip("192.0.2.1").u16(64238).text("https", 8),
     {{Column::nat_src_addr, "192.0.2.1"}, {Column::nat_src_port, "64238"}, {Column::application, "https"}}},
    {"Flowmon",
     kIpfix,
     {{338, 16, kFlowmon}, {70, 4, kFlowmon}},
     Writer().text("example.org", 16).u32(250),
     {{Column::http_host, "example.org"}, {Column::app_latency_us, "250"}}},
    {"CERT's flags add up",
     kIpfix,
     {{14, 1, kCert}, {15, 1, kCert}, {33, 2, kCert}},
     Writer().u8(2).u8(0x18).u16(443),
     {{Column::tcp_flags, "26"}, {Column::application_id, "443"}}},
    {"Juniper's forwarding exception",
     kIpfix,
     {{137, 4, kJuniper}, {137, 2, kJuniper}, {137, 4, kJuniper}},
     Writer().u32(0x08000001).u16(0x0800 | 194).u32(5),
     {{Column::forwarding_status, "128"}}},
    {"Juniper, no exception", kIpfix, {{137, 2, kJuniper}}, Writer().u16(0x0800), {{Column::forwarding_status, "0"}}},
    {"one community",
     kIpfix,
     {{483, 4}},
     Writer().u32(65001u << 16 | 666),
     {{Column::communities, "65001:666"}, {Column::as_path, ""}}},
    {"observation",
     kIpfix,
     {{149, 4}, {138, 8}, {136, 1}},
     Writer().u32(5).u64(1ull << 40).u8(3),
     {{Column::observation_domain, "5"}, {Column::observation_point, "1099511627776"}, {Column::end_reason, "3"}}},
};

// ---- widths: RFC 7011 section 6.2, and what cannot be

const std::vector<Case> kWidths{
    {"counters of three and five bytes",
     kIpfix,
     {{1, 3}, {2, 5}},
     Writer().number(0x010203, 3).number(0x0102030405, 5),
     {{Column::in_bytes, "66051"}, {Column::in_packets, "4328719365"}}},
    {"flags in two bytes", kIpfix, {{6, 2}}, Writer().u16(0x0112), {{Column::tcp_flags, "18"}}},
    {"numbers of variable length",
     kIpfix,
     {{1, static_cast<std::uint16_t>(kVariable)}, {4, 1}},
     Writer().variable(Writer().u16(700).bytes()).u8(6),
     {{Column::in_bytes, "700"}, {Column::proto, "6"}}},
    {"an address of variable length",
     kIpfix,
     {{8, static_cast<std::uint16_t>(kVariable)}, {12, 4}},
     Writer().variable(support::ip_bytes("10.0.0.1")).ip("10.0.0.2"),
     {{Column::src_addr, "10.0.0.1"}}},
    {"an address of variable length that is none",
     kIpfix,
     {{8, static_cast<std::uint16_t>(kVariable)}, {12, 4}},
     Writer().variable("abc").ip("10.0.0.2"),
     {{Column::src_addr, "::"}, {Column::dst_addr, "10.0.0.2"}},
     1},
    {"a time of variable length that is none",
     kIpfix,
     {{152, static_cast<std::uint16_t>(kVariable)}, {153, 8}},
     Writer().variable("").u64(DecodeRig::kNow_ms - 5),
     {{Column::first_ms, "1699999999995"}},
     1},
    // pmacct 934: a template said 50 bytes for a field of 4, and they were copied.
    {"an address of 50 bytes",
     kV9,
     {{8, 50}, {12, 4}},
     Writer().zeros(50).ip("10.0.0.2"),
     {{Column::src_addr, nullptr}, {Column::dst_addr, "10.0.0.2"}},
     1},
    {"a counter of 16 bytes",
     kV9,
     {{1, 16}, {4, 1}},
     Writer().zeros(16).u8(6),
     {{Column::in_bytes, nullptr}, {Column::proto, "6"}},
     1},
    {"a port of 4 bytes", kV9, {{7, 4}, {4, 1}}, Writer().u32(80).u8(6), {{Column::src_port, nullptr}}, 1},
    {"a MAC of 8 bytes", kV9, {{56, 8}, {4, 1}}, Writer().u64(1).u8(6), {{Column::in_src_mac, nullptr}}, 1},
    {"text is cut at its padding", kIpfix, {{96, 8}}, Writer().text("a b \0 ", 8), {{Column::application, "a b"}}},
    {"a text of padding only", kIpfix, {{96, 8}}, Writer().zeros(8), {{Column::application, ""}}},
    {"H3C: variable length in v9",
     kV9,
     {{96, static_cast<std::uint16_t>(kVariable)}, {4, 1}},
     Writer().variable("http").u8(6),
     {{Column::application, "http"}, {Column::proto, "6"}}},
};

// ---- sampling in the record

const std::vector<Case> kSampling{
    {"interval", kV9, {{34, 4}}, Writer().u32(512), {{Column::sampling, "512"}}},
    {"random interval", kV9, {{50, 2}}, Writer().u16(256), {{Column::sampling, "256"}}},
    {"interval and space", kIpfix, {{305, 4}, {306, 4}}, Writer().u32(1).u32(999), {{Column::sampling, "1000"}}},
    {"size of a population", kIpfix, {{309, 4}, {310, 4}}, Writer().u32(2).u32(4096), {{Column::sampling, "2048"}}},
    {"probability", kIpfix, {{311, 8}}, Writer().u64(std::bit_cast<std::uint64_t>(0.01)), {{Column::sampling, "100"}}},
    {"probability as float32",
     kIpfix,
     {{311, 4}},
     Writer().u32(std::bit_cast<std::uint32_t>(0.5f)),
     {{Column::sampling, "2"}}},
    {"a probability of 0", kIpfix, {{311, 8}}, Writer().u64(0), {{Column::sampling, "0"}}},
    {"no number", kIpfix, {{311, 8}}, Writer().u64(~0ull), {{Column::sampling, "0"}}},
    {"size without population", kIpfix, {{309, 4}, {310, 4}}, Writer().u32(2).u32(1), {{Column::sampling, "0"}}},
    {"an interval and a space that overflow",
     kIpfix,
     {{305, 8}, {306, 8}},
     Writer().u64(1).u64(~0ull),
     {{Column::sampling, "4294967295"}}},
};

// ---- times

const std::vector<Case> kTimes{
    {"event time alone",
     kV9,
     {{323, 8}},
     Writer().u64(DecodeRig::kNow_ms - 9),
     {{Column::first_ms, "1699999999991"}, {Column::last_ms, "1699999999991"}, {Column::event_ms, "1699999999991"}}},
    {"event time and start",
     kV9,
     {{323, 8}, {152, 8}},
     Writer().u64(DecodeRig::kNow_ms - 9).u64(DecodeRig::kNow_ms - 99),
     {{Column::first_ms, "1699999999901"}, {Column::last_ms, "1699999999991"}}},
    {"event time beside both",
     kV9,
     {{323, 8}, {152, 8}, {153, 8}},
     Writer().u64(DecodeRig::kNow_ms).u64(DecodeRig::kNow_ms - 99).u64(DecodeRig::kNow_ms - 50),
     {{Column::first_ms, "1699999999901"}, {Column::last_ms, "1699999999950"}, {Column::event_ms, "1700000000000"}}},
    {"start and duration",
     kIpfix,
     {{152, 8}, {161, 4}},
     Writer().u64(DecodeRig::kNow_ms - 1000).u32(250),
     {{Column::first_ms, "1699999999000"}, {Column::last_ms, "1699999999250"}}},
    {"end and duration in microseconds",
     kIpfix,
     {{153, 8}, {162, 4}},
     Writer().u64(DecodeRig::kNow_ms).u32(250'000),
     {{Column::first_ms, "1699999999750"}, {Column::last_ms, "1700000000000"}}},
    {"collection time where nothing else is told",
     kIpfix,
     {{258, 8}},
     Writer().u64(DecodeRig::kNow_ms - 3),
     {{Column::first_ms, "1699999999997"}, {Column::last_ms, "1699999999997"}}},
    {"start alone",
     kIpfix,
     {{150, 4}},
     Writer().u32(kNow_s - 10),
     {{Column::first_ms, "1699999990000"}, {Column::last_ms, "1699999990000"}}},
};

INSTANTIATE_TEST_SUITE_P(Counters, Elements, testing::ValuesIn(kCounters));
INSTANTIATE_TEST_SUITE_P(Routing, Elements, testing::ValuesIn(kRouting));
INSTANTIATE_TEST_SUITE_P(Link, Elements, testing::ValuesIn(kLink));
INSTANTIATE_TEST_SUITE_P(Services, Elements, testing::ValuesIn(kServices));
INSTANTIATE_TEST_SUITE_P(Widths, Elements, testing::ValuesIn(kWidths));
INSTANTIATE_TEST_SUITE_P(Sampling, Elements, testing::ValuesIn(kSampling));
INSTANTIATE_TEST_SUITE_P(Times, Elements, testing::ValuesIn(kTimes));

// ---- ICMP, whichever way it is told

struct Icmp {
    const char* what;
    Protocol protocol;
    std::vector<Field> fields;
    support::Bytes record;
    std::uint16_t dst_port;
};

TEST(ElementsTogether, IcmpWhicheverWayItIsTold) {
    const std::vector<Icmp> cases{
        {"32", kV9, {{4, 1}, {7, 2}, {11, 2}, {32, 2}}, Writer().u8(1).u16(9).u16(8).u16(769), 769},
        {"139", kIpfix, {{4, 1}, {139, 2}}, Writer().u8(58).u16(0x8700), 0x8700},
        {"32 and 139", kIpfix, {{4, 1}, {32, 2}, {139, 2}}, Writer().u8(58).u16(0).u16(0x8700), 0x8700},
        {"176 and 177", kIpfix, {{176, 1}, {177, 1}, {4, 1}}, Writer().u8(3).u8(1).u8(1), 769},
        {"178 and 179", kIpfix, {{178, 1}, {179, 1}, {4, 1}}, Writer().u8(1).u8(4).u8(58), 260},
        {"in no element: 0, whatever the ports say", kV9, {{4, 1}, {7, 2}, {11, 2}}, Writer().u8(1).u16(9).u16(769), 0},
    };
    for (const Icmp& c : cases) {
        DecodeRig rig;
        send_record(rig, c.protocol, c.fields, c.record);
        EXPECT_EQ(rig.batch().dst_port[0], c.dst_port) << c.what;
        EXPECT_EQ(rig.batch().src_port[0], 0) << c.what;
    }
}

// Some routers put ICMP type and code of v5 into the source port, code first.
TEST(ElementsTogether, IcmpOfVersion5InTheSourcePort) {
    DecodeRig rig;
    rig.send(support::V5().unix_time(kNow_s).record({.src_port = 0x0103, .dst_port = 0, .protocol = 1}).build());
    EXPECT_EQ(rig.batch().dst_port[0], 0x0301);
    EXPECT_EQ(rig.batch().src_port[0], 0);
}

// ---- rules of the table and of the plan

TEST(ElementsTogether, AGroupThatSharesAPresenceBitIsWrittenWhole) {
    for (std::size_t i = flow::kCommonColumns; i < flow::kColumns; ++i) {
        const auto column = static_cast<Column>(i);
        if (!flow::shares_bit(column) && (i + 1 == flow::kColumns || !flow::shares_bit(static_cast<Column>(i + 1))))
            continue;
        // Every element that fills a column of a group: the group's other columns read as zero, whatever lay there.
        for (std::uint16_t id = 1; id < 512; ++id) {
            for (const decode::Element& e : decode::find_elements(kIpfix, 0, id)) {
                if (e.column != column || e.conversion != decode::Conversion::number) continue;
                DecodeRig rig;
                send_record(rig, kIpfix, {{id, 1}}, Writer().u8(1));
                std::size_t first = i, last = i;
                while (flow::shares_bit(static_cast<Column>(first))) --first;
                while (last + 1 < flow::kColumns && flow::shares_bit(static_cast<Column>(last + 1))) ++last;
                for (std::size_t other = first; other <= last; ++other) {
                    const auto text =
                        support::column_text(rig.batch(), 0, static_cast<Column>(other)).value_or("nothing");
                    EXPECT_TRUE(text == "0" || text == "1" || text.empty())
                        << "element " << id << ": " << flow::column_name(static_cast<Column>(other)) << " is " << text;
                }
            }
        }
    }
}

TEST(ElementsTogether, AnElementMayFillTwoColumns) {
    EXPECT_EQ(decode::find_elements(kIpfix, 0, 323).size(), 2u);
    EXPECT_EQ(decode::find_elements(kIpfix, 0, 1).size(), 1u);
    EXPECT_TRUE(decode::find_elements(kIpfix, 12345, 1).empty());
    EXPECT_EQ(decode::find_element(kIpfix, 12345, 1), nullptr);
    EXPECT_STREQ(decode::find_element(kIpfix, 0, 8)->name, "sourceIPv4Address");
}

TEST(ElementsTogether, VendorsOfVersion9AreFoundWhereIpfixHasThem) {
    EXPECT_EQ(decode::find_element(kV9, 0, 33002), decode::find_element(kIpfix, 9, 234));
    EXPECT_EQ(decode::find_element(kV9, 0, 57591), decode::find_element(kIpfix, 35632, 119));
    EXPECT_STREQ(decode::find_element(kV9, 0, 56701)->name, "paloAltoApplication");
    EXPECT_EQ(decode::find_element(kIpfix, 0, 56701), nullptr);
    EXPECT_EQ(decode::find_element(kV9, 0xffffffff, 33002), nullptr) << "a scope of v9";
}

TEST(ElementsTogether, UnknownElementsAreCountedOncePerRecord) {
    DecodeRig rig;
    send_record(rig, kIpfix, {{1, 4}, {999, 4, 4711}, {32000, 2}}, Writer().u32(1).u32(2).u16(3));
    EXPECT_EQ(rig.ledger()[Counter::elements_unknown], 2u);
    EXPECT_EQ(rig.batch().in_bytes[0], 1u);
}

TEST(ElementsTogether, MoreKnownFieldsThanAPlanHolds) {
    DecodeRig rig;
    std::vector<Field> fields(decode::CopyPlan::kMaxSteps + 40, {6, 1});
    fields.push_back({11, 2});
    send_record(rig, kIpfix, fields, Writer().zeros(fields.size() - 1).u16(7));
    EXPECT_EQ(rig.batch().rows, 1u);
    EXPECT_EQ(rig.ledger()[Counter::fields_unfit], 41u);
}

}  // namespace
