// SPDX-License-Identifier: Apache-2.0
// The builders against datagrams written out by hand from the documents that define them.
#include "tests/support/packet_builder.hpp"

#include <gtest/gtest.h>

namespace generator_tests {

using support::from_hex;
using support::to_hex;
using support::Writer;

namespace {

void expect_bytes(const support::Bytes& built, std::string_view hex) {
    EXPECT_EQ(to_hex(built), to_hex(from_hex(hex)));
}

}  // namespace

TEST(PacketBuilder, HexBothWays) {
    EXPECT_EQ(to_hex(from_hex("00 fF\n7a")), "00ff7a");
    EXPECT_DEATH(static_cast<void>(from_hex("0g")), "not a hex string");
    EXPECT_DEATH(static_cast<void>(from_hex("012")), "whole bytes");
    EXPECT_DEATH(static_cast<void>(support::ip_bytes("10.0.0")), "not an IP address");
}

TEST(PacketBuilder, WriterFields) {
    expect_bytes(Writer().u8(1).u16(0x0203).u32(0x04050607).u64(0x08090a0b0c0d0e0f),
                 "01 0203 04050607 08090a0b0c0d0e0f");
    expect_bytes(Writer().number(0x0102, 3).number(5, 10), "000102 00000000000000000005");
    expect_bytes(Writer().text("ab", 4).text("abcdef", 3).text("xy"), "61620000 616263 7879");
    expect_bytes(Writer().ip("10.0.0.1").ip("2001:db8::1").mac("00:11:22:33:44:55"),
                 "0a000001 20010db8000000000000000000000001 001122334455");
    expect_bytes(Writer().opaque(from_hex("0102030405")), "00000005 0102030405 000000");
}

TEST(PacketBuilder, VariableLengthTakesOneOrThreeBytes) {
    expect_bytes(Writer().variable("abc"), "03 616263");
    expect_bytes(Writer().variable_long(from_hex("616263")), "ff 0003 616263");
    EXPECT_EQ(Writer().variable(std::string(254, 'x')).size(), 255u);
    const support::Bytes long_form = Writer().variable(std::string(255, 'x'));
    EXPECT_EQ(long_form.size(), 258u);
    EXPECT_EQ(to_hex(std::span(long_form).first(3)), "ff00ff");
}

TEST(PacketBuilder, NetflowV5) {
    support::V5 v5;
    v5.uptime_ms(0x01020304).unix_time(0x69691e68, 0x000f4240).sequence(77).engine(1, 2).sampling(1, 100);
    v5.record({.src = "10.1.2.3",
               .dst = "192.0.2.4",
               .next_hop = "10.0.0.254",
               .input = 3,
               .output = 4,
               .packets = 5,
               .bytes = 600,
               .first_uptime_ms = 0x01020000,
               .last_uptime_ms = 0x01020100,
               .src_port = 40000,
               .dst_port = 443,
               .tcp_flags = 0x1b,
               .protocol = 6,
               .tos = 0xb8,
               .src_as = 64512,
               .dst_as = 65000,
               .src_mask = 24,
               .dst_mask = 16});
    expect_bytes(v5.build(), R"(
        0005 0001 01020304 69691e68 000f4240 0000004d 01 02 4064
        0a010203 c0000204 0a0000fe 0003 0004 00000005 00000258 01020000 01020100
        9c40 01bb 00 1b 06 b8 fc00 fde8 18 10 0000)");
    EXPECT_EQ(to_hex(v5.count(30).version(7).build()).substr(0, 8), "0007001e");
}

TEST(PacketBuilder, NetflowV9) {
    support::V9 v9(7);
    v9.uptime_ms(1000).unix_seconds(0x69691e68).sequence(3);
    v9.template_set({{256, {{8, 4}, {12, 4}, {1, 3}}}});
    v9.options_template_set({{512, {{1, 4}}, {{34, 4}, {35, 1}}}});
    v9.data_set(256, {Writer().ip("10.0.0.1").ip("10.0.0.2").number(1500, 3)});
    v9.data_set(512, {Writer().u32(7).u32(100).u8(2)});
    // RFC 3954: count of templates and records, lengths in the options template in bytes, sets padded to 4
    // bytes.
    expect_bytes(v9.build(), R"(
        0009 0004 000003e8 69691e68 00000003 00000007
        0000 0014 0100 0003 0008 0004 000c 0004 0001 0003
        0001 0018 0200 0004 0008 0001 0004 0022 0004 0023 0001 0000
        0100 0010 0a000001 0a000002 0005dc 00
        0200 0010 00000007 00000064 02 000000)");
}

TEST(PacketBuilder, Ipfix) {
    support::Ipfix ipfix(9);
    ipfix.unix_seconds(0x69691e68).sequence(41);
    ipfix.template_set({{300, {{8, 4}, {96, support::kVariableLength}, {130, 2, 29305}}}}, 2);
    ipfix.options_template_set({{301, {{149, 4}}, {{41, 8}}}});
    ipfix.data_set(300, {Writer().ip("10.0.0.1").variable("http").u16(5)});
    ipfix.data_set(301, {Writer().u32(9).u64(2)}, 3);
    ipfix.withdrawal(300);
    // RFC 7011: the enterprise bit and number, counts in the options template, no padding unless asked for.
    expect_bytes(ipfix.build(), R"(
        000a 0066 69691e68 00000029 00000009
        0002 001a 012c 0003 0008 0004 0060 ffff 8082 0002 00007279 0000
        0003 0012 012d 0002 0001 0095 0004 0029 0008
        012c 000f 0a000001 04 68747470 0005
        012d 0013 00000009 0000000000000002 000000
        0002 0008 012c 0000)");
}

TEST(PacketBuilder, WhatIsWrongOnPurpose) {
    EXPECT_EQ(to_hex(support::V9().set(256, from_hex("01"), 3).build()).substr(40), "0100000301");
    EXPECT_EQ(to_hex(support::Ipfix().length(9).build()).substr(0, 8), "000a0009");
    EXPECT_EQ(to_hex(support::V9().template_set({{256, {}, 500}}).build()).substr(40), "00000008010001f4");
    EXPECT_EQ(to_hex(support::Sflow().count(9).version(4).build()),
              "00000004"
              "00000001"
              "c0000201"
              "00000000"
              "00000000"
              "00000000"
              "00000009");
}

TEST(PacketBuilder, SflowFlowSamples) {
    const support::Bytes header = from_hex("0102030405");
    support::Sflow sflow("192.0.2.7", 3);
    sflow.sequence(11).uptime_ms(12);
    sflow.flow_sample({.sequence = 1,
                       .source_class = 0,
                       .source_index = 5,
                       .rate = 400,
                       .pool = 800,
                       .drops = 2,
                       .input = {0, 5},
                       .output = {2, 6},
                       .records = {support::sflow_raw_header({.header = header})}});
    sflow.expanded_flow_sample({.sequence = 2,
                                .source_class = 1,
                                .source_index = 5,
                                .rate = 400,
                                .pool = 1200,
                                .drops = 2,
                                .input = {0, 5},
                                .output = {1, 256},
                                .records = {support::sflow_switch(10, 20), support::sflow_record(0x7ff001, header)}});
    expect_bytes(sflow.build(), R"(
        00000005 00000001 c0000207 00000003 0000000b 0000000c 00000002
        00000001 00000040 00000001 00000005 00000190 00000320 00000002 00000005 80000006 00000001
            00000001 00000018 00000001 00000009 00000004 00000005 0102030405 000000
        00000003 00000054 00000002 00000001 00000005 00000190 000004b0 00000002
            00000000 00000005 00000001 00000100 00000002
            000003e9 00000010 0000000a 00000000 00000014 00000000
            007ff001 00000008 0102030405 000000)");
}

TEST(PacketBuilder, SflowOtherRecords) {
    expect_bytes(support::sflow_sampled_ip({.length = 100,
                                            .protocol = 17,
                                            .src = "10.0.0.1",
                                            .dst = "10.0.0.2",
                                            .src_port = 1,
                                            .dst_port = 53,
                                            .tcp_flags = 0,
                                            .tos = 4}),
                 "00000003 00000020 00000064 00000011 0a000001 0a000002 00000001 00000035 00000000 00000004");
    const support::Bytes ipv6 = support::sflow_sampled_ip({.src = "2001:db8::1", .dst = "2001:db8::2"});
    EXPECT_EQ(to_hex(std::span(ipv6).first(8)), "0000000400000038");
    expect_bytes(support::sflow_sampled_ethernet(64, "00:11:22:33:44:55", "66:77:88:99:aa:bb", 0x0800),
                 "00000002 00000018 00000040 001122334455 0000 66778899aabb 0000 00000800");
    expect_bytes(support::sflow_router("10.0.0.9", 24, 16), "000003ea 00000010 00000001 0a000009 00000018 00000010");
    EXPECT_EQ(support::sflow_interface_counters(1, 2, 3).size(), 8u + 88u);
    support::Sflow counters("2001:db8::9");
    counters.counter_sample({.records = {support::sflow_interface_counters(1, 2, 3)}});
    EXPECT_EQ(to_hex(counters.build()).substr(0, 128),
              "0000000500000002"
              "20010db8000000000000000000000009"
              "00000000"
              "00000000"
              "00000000"
              "00000001"
              "00000002"
              "0000006c"
              "00000001"
              "00000001"
              "00000001"
              "00000001");
}

TEST(FrameBuilder, Ipv4AndItsChecksum) {
    // A header whose checksum is worked out in many text books: b861.
    const support::Bytes packet =
        support::Frame()
            .ipv4({.src = "192.168.0.1", .dst = "192.168.0.199", .dont_fragment = true, .protocol = 17})
            .payload(95)
            .build();
    EXPECT_EQ(to_hex(std::span(packet).first(20)),
              "4500007300004000"
              "4011b861"
              "c0a80001"
              "c0a800c7");
}

TEST(FrameBuilder, UdpUnderTwoTags) {
    const support::Bytes frame = support::Frame()
                                     .ethernet("02:00:00:00:00:01", "02:00:00:00:00:02")
                                     .vlan(100, 0, 0x88a8)
                                     .vlan(200, 5)
                                     .ipv4({.src = "10.0.0.1", .dst = "10.0.0.2"})
                                     .udp({.src = 1, .dst = 2})
                                     .payload(from_hex("abcd"))
                                     .build();
    // Sum of pseudo header, UDP header and payload: 0a00+0001+0a00+0002+0011+000a + 0001+0002+000a + abcd =
    // bff8.
    expect_bytes(frame, R"(
        020000000002 020000000001 88a8 0064 8100 a0c8 0800
        45 00 001e 0000 0000 40 11 66cd 0a000001 0a000002
        0001 0002 000a 4007 abcd)");
}

TEST(FrameBuilder, Ipv6ExtensionsAndFragments) {
    const support::Bytes packet =
        support::Frame()
            .ipv6({.src = "2001:db8::1", .dst = "2001:db8::2", .traffic_class = 0xb8, .flow_label = 0x12345})
            .extension(0, from_hex("010400000000"))
            .fragment_header(0, false, 9)
            .udp({.src = 1, .dst = 2, .checksum = 0x1234})
            .build();
    expect_bytes(packet, R"(
        6b812345 0018 00 40 20010db8000000000000000000000001 20010db8000000000000000000000002
        2c 00 010400000000
        11 00 0000 00000009
        0001 0002 0008 1234)");
}

TEST(FrameBuilder, ChecksumsAddUpToAllOnes) {
    // Seen by the receiver: pseudo header and segment, checksum included, add up to ffff (RFC 1071).
    const auto sum = [](std::span<const std::uint8_t> bytes) {
        std::uint32_t total = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i) total += i % 2 == 0 ? bytes[i] * 256u : bytes[i];
        while (total >> 16 != 0) total = (total & 0xffff) + (total >> 16);
        return total;
    };
    const support::Bytes tcp = support::Frame()
                                   .ipv4({.options = from_hex("94040000"), .total_length = std::nullopt})
                                   .tcp({.options = from_hex("020405b4")})
                                   .payload(from_hex("010203"))
                                   .build();
    const std::span<const std::uint8_t> segment = std::span(tcp).subspan(24);
    EXPECT_EQ(tcp[0], 0x46);
    EXPECT_EQ(sum(std::span(tcp).first(24)), 0xffffu);
    const support::Bytes pseudo4 = Writer().raw(std::span(tcp).subspan(12, 8)).u16(6).u16(27).raw(segment);
    EXPECT_EQ(sum(pseudo4), 0xffffu);
    const support::Bytes icmp6 = support::Frame().ipv6().icmp({.type = 128, .rest = 0x00010002}).payload(5).build();
    EXPECT_EQ(icmp6[6], 58);
    const support::Bytes pseudo6 =
        Writer().raw(std::span(icmp6).subspan(8, 32)).u32(13).u32(58).raw(std::span(icmp6).subspan(40));
    EXPECT_EQ(sum(pseudo6), 0xffffu);
    const support::Bytes icmp = support::Frame().ipv4().icmp({.type = 8}).build();
    EXPECT_EQ(sum(std::span(icmp).subspan(20)), 0xffffu);
}

TEST(FrameBuilder, TunnelsAndMpls) {
    const support::Bytes inner = support::Frame().ethernet().mpls(16, false).mpls(17).ipv4().ipv6().udp().build();
    EXPECT_EQ(to_hex(std::span(inner).subspan(12, 10)),
              "8847"
              "00010040"
              "00011140");
    EXPECT_EQ(inner[22 + 9], 41);  // IPv6 in IPv4
    EXPECT_EQ(inner[42 + 6], 17);
    const support::Bytes gre = support::Frame().ipv4().protocol(47).payload(from_hex("00000800")).build();
    EXPECT_EQ(gre[9], 47);
    EXPECT_EQ(gre.size(), 24u);
}

TEST(FrameBuilder, BrokenHeaders) {
    const support::Bytes ip = support::Frame()
                                  .ipv4({.more_fragments = true,
                                         .fragment_offset = 185,
                                         .protocol = 6,
                                         .version_and_length = 0x44,
                                         .total_length = 9,
                                         .checksum = 0xdead})
                                  .build();
    EXPECT_EQ(to_hex(std::span(ip).first(12)),
              "4400"
              "0009"
              "0000"
              "20b9"
              "4006"
              "dead");
    const support::Bytes type =
        support::Frame().ethernet("02:00:00:00:00:01", "02:00:00:00:00:02", 0x0806).ipv4().build();
    EXPECT_EQ(to_hex(std::span(type).subspan(12, 2)), "0806");
}

TEST(FrameBuilder, UdpFrameTakesTheFamilyOfItsSource) {
    const support::Bytes v4 = support::udp_frame("192.0.2.1", "192.0.2.2", 1000, 2055, from_hex("00"));
    const support::Bytes v6 = support::udp_frame("2001:db8::1", "2001:db8::2", 1000, 2055, from_hex("00"));
    EXPECT_EQ(v4.size(), 14u + 20 + 8 + 1);
    EXPECT_EQ(v6.size(), 14u + 40 + 8 + 1);
    EXPECT_EQ(to_hex(std::span(v6).subspan(12, 2)), "86dd");
}

}  // namespace generator_tests
