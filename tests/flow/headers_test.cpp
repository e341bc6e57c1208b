// SPDX-License-Identifier: Apache-2.0
#include "dataplane/flow/headers.hpp"

#include <gtest/gtest.h>

#include "tests/support/frame_builder.hpp"

namespace {

using flow::Headers;
using flow::LinkType;
using flow::parse_headers;
using support::Frame;

TEST(Headers, EthernetIpv4Udp) {
    const auto frame = Frame()
                           .ethernet("02:00:00:00:00:0a", "02:00:00:00:00:0b")
                           .ipv4({.src = "10.1.1.1", .dst = "10.2.2.2", .tos = 8, .ttl = 7})
                           .udp({.src = 111, .dst = 222})
                           .payload(5)
                           .build();
    const Headers h = parse_headers(frame, LinkType::ethernet);
    EXPECT_EQ(h.depth, Headers::Depth::transport);
    EXPECT_EQ(h.src_mac, 0x02000000000au);
    EXPECT_EQ(h.dst_mac, 0x02000000000bu);
    EXPECT_EQ(h.family, 4);
    EXPECT_EQ(h.src.text(), "10.1.1.1");
    EXPECT_EQ(h.dst.text(), "10.2.2.2");
    EXPECT_EQ(h.proto, 17);
    EXPECT_EQ(h.tos, 8);
    EXPECT_EQ(h.ttl, 7);
    EXPECT_EQ(h.src_port, 111);
    EXPECT_EQ(h.dst_port, 222);
    EXPECT_EQ(h.transport_offset, 34u);
    EXPECT_EQ(h.network_bytes, 33u);
    EXPECT_FALSE(h.has_vlan);
}

TEST(Headers, VlanStackIpv6ExtensionsTcp) {
    const auto frame = Frame()
                           .ethernet()
                           .vlan(100, 3, 0x88a8)
                           .vlan(200)
                           .ipv6({.src = "2001:db8::1", .traffic_class = 0x12, .flow_label = 0xabcde})
                           .extension(0)
                           .extension(43)
                           .extension(60)
                           .tcp({.src = 5, .dst = 6, .flags = 0x12})
                           .build();
    const Headers h = parse_headers(frame, LinkType::ethernet);
    EXPECT_EQ(h.depth, Headers::Depth::transport);
    EXPECT_TRUE(h.has_vlan);
    EXPECT_EQ(h.vlan, 100);
    EXPECT_EQ(h.ethertype, 0x86dd);
    EXPECT_EQ(h.family, 6);
    EXPECT_EQ(h.proto, 6);
    EXPECT_EQ(h.tcp_flags, 0x12);
    EXPECT_EQ(h.tos, 0x12);
    EXPECT_EQ(h.flow_label, 0xabcdeu);
    EXPECT_EQ(h.dst_port, 6);
}

TEST(Headers, IcmpTypeAndCode) {
    EXPECT_EQ(
        parse_headers(Frame().ethernet().ipv4().icmp({.type = 3, .code = 1}).build(), LinkType::ethernet).dst_port,
        769);
    EXPECT_EQ(
        parse_headers(Frame().ethernet().ipv6().icmp({.type = 128, .code = 0}).build(), LinkType::ethernet).dst_port,
        128 * 256);
}

TEST(Headers, OptionsAndFragments) {
    const auto options = Frame().ethernet().ipv4({.options = {1, 1, 1, 1}}).udp({.src = 9, .dst = 10}).build();
    EXPECT_EQ(parse_headers(options, LinkType::ethernet).dst_port, 10);
    const auto first =
        parse_headers(Frame().ethernet().ipv4({.more_fragments = true}).udp().payload(16).build(), LinkType::ethernet);
    EXPECT_TRUE(first.fragment);
    EXPECT_FALSE(first.later_fragment);
    EXPECT_EQ(first.dst_port, 2055);
    const auto later = parse_headers(Frame().ethernet().ipv4({.fragment_offset = 2}).udp().build(), LinkType::ethernet);
    EXPECT_TRUE(later.later_fragment);
    EXPECT_EQ(later.dst_port, 0) << "no transport header in it";
    const auto v6 = parse_headers(Frame().ethernet().ipv6().fragment_header(3, true).udp().build(), LinkType::ethernet);
    EXPECT_TRUE(v6.later_fragment);
    EXPECT_EQ(v6.proto, 17);
}

TEST(Headers, OtherLinkTypes) {
    const auto ip = Frame().ipv4().udp({.dst = 77}).build();
    EXPECT_EQ(parse_headers(ip, LinkType::raw_ip).dst_port, 77);
    auto sll = support::Bytes(14);
    sll.insert(sll.end(), {0x08, 0x00});
    sll.insert(sll.end(), ip.begin(), ip.end());
    EXPECT_EQ(parse_headers(sll, LinkType::linux_sll).dst_port, 77);
    support::Bytes sll2{0x08, 0x00};
    sll2.resize(20);
    sll2.insert(sll2.end(), ip.begin(), ip.end());
    EXPECT_EQ(parse_headers(sll2, LinkType::linux_sll2).dst_port, 77);
    support::Bytes null{2, 0, 0, 0};
    null.insert(null.end(), ip.begin(), ip.end());
    EXPECT_EQ(parse_headers(null, LinkType::null).dst_port, 77);
}

struct Bad {
    const char* what;
    support::Bytes frame;
    Headers::Depth depth;
    Headers::Fault fault;
};

TEST(Headers, FaultsAreNamed) {
    Frame chain;
    chain.ethernet().ipv6();
    for (int i = 0; i < 12; ++i) chain.extension(60);
    const std::vector<Bad> cases{
        {"empty", {}, Headers::Depth::nothing, Headers::Fault::short_frame},
        {"13 bytes", support::Bytes(13), Headers::Depth::nothing, Headers::Fault::short_frame},
        {"ARP", Frame().ethernet("02:00:00:00:00:01", "ff:ff:ff:ff:ff:ff", 0x0806).payload(28).build(),
         Headers::Depth::link, Headers::Fault::none},
        {"IPv4 header length 16", Frame().ethernet().ipv4({.version_and_length = 0x44}).udp().build(),
         Headers::Depth::link, Headers::Fault::bad_ip},
        {"IPv4 that is version 5", Frame().ethernet().ipv4({.version_and_length = 0x55}).udp().build(),
         Headers::Depth::link, Headers::Fault::bad_ip},
        {"IPv4 total length below its header", Frame().ethernet().ipv4({.total_length = 10}).udp().build(),
         Headers::Depth::link, Headers::Fault::bad_ip},
        {"IPv6 that is version 4", Frame().ethernet().ipv6({.version = 4}).udp().build(), Headers::Depth::link,
         Headers::Fault::bad_ip},
        {"twelve extension headers", chain.udp().build(), Headers::Depth::network, Headers::Fault::bad_ip},
    };
    for (const Bad& c : cases) {
        const Headers h = parse_headers(c.frame, LinkType::ethernet);
        EXPECT_EQ(h.depth, c.depth) << c.what;
        EXPECT_EQ(h.fault, c.fault) << c.what;
    }
}

TEST(Headers, EveryPrefixOfAFrameIsReadWithoutFault) {
    const auto frame =
        Frame().ethernet().vlan(5).ipv6().extension(0).fragment_header(0, true).tcp().payload(20).build();
    for (std::size_t n = 0; n <= frame.size(); ++n) {
        const support::Bytes cut(frame.begin(),
                                 frame.begin() + static_cast<std::ptrdiff_t>(n));  // on the heap: ASan sees the end
        EXPECT_LE(parse_headers(cut, LinkType::ethernet).network_offset, n);
    }
}

}  // namespace
