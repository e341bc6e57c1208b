// SPDX-License-Identifier: Apache-2.0
#include "dataplane/flow/layers.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/frame_builder.hpp"

namespace {

using flow::FirstHeader;
using flow::Headers;
using flow::Layers;
using flow::Nesting;
using flow::parse_layers;
using flow::Tunnel;
using support::Bytes;
using support::Frame;
using support::Ipv4;
using support::Writer;

constexpr const char* kMac = "02:00:00:00:00:01";
constexpr const char* kOtherMac = "02:00:00:00:00:02";

// The packet that stands inside all of the tunnels of this test.
Frame& customer(Frame& frame) {
    return frame.ipv4({.src = "192.168.1.1", .dst = "192.168.1.2", .ttl = 9}).tcp({.src = 1234, .dst = 443});
}
Frame& customer_frame(Frame& frame) {
    return customer(frame.ethernet("0a:00:00:00:00:01", "0a:00:00:00:00:02").vlan(77));
}
Frame provider() {
    return Frame().ethernet().vlan(5).ipv4({.src = "10.0.0.1", .dst = "10.0.0.2"});
}

Bytes gre(std::uint16_t flags, std::uint16_t type, std::initializer_list<std::uint32_t> words = {}) {
    Writer out;
    out.u16(flags).u16(type);
    for (const std::uint32_t word : words) out.u32(word);
    return out;
}
Bytes vxlan(std::uint32_t vni, std::uint8_t flags = 8) {
    return Writer().u8(flags).zeros(3).u32(vni << 8);
}
Bytes geneve(std::uint32_t vni, std::uint16_t type, std::size_t options = 0) {
    return Writer().u8(static_cast<std::uint8_t>(options / 4)).u8(0).u16(type).u32(vni << 8).zeros(options);
}

struct Wrapped {
    const char* what;
    Bytes packet;
    Tunnel tunnel;
    std::uint64_t key;
    std::uint8_t proto;  // of the packet around
    bool frame;          // the inner packet has a frame of its own
};

std::vector<Wrapped> tunnels_over_ip() {
    std::vector<Wrapped> cases;
    const auto add = [&](const char* what, Frame frame, Tunnel tunnel, std::uint64_t key, std::uint8_t proto,
                         bool with_frame) {
        if (with_frame) {
            customer_frame(frame);
        } else {
            customer(frame);
        }
        cases.push_back({what, frame.payload(40).build(), tunnel, key, proto, with_frame});
    };
    const auto over = [](std::uint8_t proto, const Bytes& header) {
        return provider().protocol(proto).payload(header);
    };
    const auto udp = [](std::uint16_t port, const Bytes& header) {
        return provider().udp({.src = 50'000, .dst = port}).payload(header);
    };
    add("GRE", over(47, gre(0, 0x0800)), Tunnel::gre, 0, 47, false);
    add("GRE with checksum, key and sequence", over(47, gre(0xb000, 0x0800, {0, 0x1234, 7})), Tunnel::gre, 0x1234, 47,
        false);
    add("GRE, transparent Ethernet", over(47, gre(0x2000, 0x6558, {99})), Tunnel::gre, 99, 47, true);
    add("GRE, MPLS", over(47, gre(0, 0x8847, {17u << 12 | 0x140})), Tunnel::gre, 0, 47, false);
    add("GRE of PPTP", over(47, Writer().raw(gre(0x3081, 0x880b, {0x00400005, 1, 2})).raw({0xff, 0x03, 0x00, 0x21})),
        Tunnel::gre, 5, 47, false);
    add("ERSPAN I", over(47, gre(0, 0x88be)), Tunnel::gre, 0, 47, true);
    add("ERSPAN II", over(47, gre(0x1000, 0x88be, {1, 0x10000011, 0})), Tunnel::gre, 0x11, 47, true);
    add("ERSPAN III", over(47, gre(0x1000, 0x22eb, {1, 0x20000012, 0, 0})), Tunnel::gre, 0x12, 47, true);
    add("ERSPAN III with a platform's header", over(47, gre(0x1000, 0x22eb, {1, 0x20000013, 0, 1, 0, 0})), Tunnel::gre,
        0x13, 47, true);
    add("IP in IP", provider(), Tunnel::ipip, 0, 4, false);
    add("VXLAN", udp(4789, vxlan(70'000)), Tunnel::vxlan, 70'000, 17, true);
    add("VXLAN on Linux's port", udp(8472, vxlan(3)), Tunnel::vxlan, 3, 17, true);
    add("GENEVE, Ethernet, options", udp(6081, geneve(4711, 0x6558, 12)), Tunnel::geneve, 4711, 17, true);
    add("GENEVE, IP", udp(6081, geneve(5, 0x0800)), Tunnel::geneve, 5, 17, false);
    add("EtherIP", over(97, {0x30, 0x00}), Tunnel::other, 0, 97, true);
    add("MPLS in IP", over(137, Writer().u32(16u << 12 | 0x140)), Tunnel::mpls, 0, 137, false);
    return cases;
}

TEST(Layers, OuterIsThePacketAround) {
    for (const Wrapped& c : tunnels_over_ip()) {
        const Layers p = parse_layers(c.packet, FirstHeader::ethernet, Nesting::outer);
        SCOPED_TRACE(c.what);
        EXPECT_EQ(p.headers.src.text(), "10.0.0.1");
        EXPECT_EQ(p.headers.proto, c.proto);
        EXPECT_EQ(p.headers.vlan, 5);
        EXPECT_EQ(p.headers.src_mac, 0x020000000001u);
        EXPECT_EQ(p.tunnel, c.tunnel);
        EXPECT_EQ(p.tunnel_key, c.key);
        EXPECT_EQ(p.tunnel_proto, 6) << "the inner protocol";
        EXPECT_FALSE(p.has_tunnel_addresses);
    }
}

TEST(Layers, InnerIsThePacketInside) {
    for (const Wrapped& c : tunnels_over_ip()) {
        const Layers p = parse_layers(c.packet, FirstHeader::ethernet, Nesting::inner);
        SCOPED_TRACE(c.what);
        EXPECT_EQ(p.headers.src.text(), "192.168.1.1");
        EXPECT_EQ(p.headers.dst_port, 443);
        EXPECT_EQ(p.headers.ttl, 9);
        EXPECT_EQ(p.headers.vlan, c.frame ? 77 : 5);
        EXPECT_EQ(p.headers.src_mac, c.frame ? 0x0a0000000001u : 0x020000000001u);
        EXPECT_EQ(p.tunnel, c.tunnel);
        EXPECT_EQ(p.tunnel_key, c.key);
        EXPECT_EQ(p.tunnel_proto, c.proto);
        ASSERT_TRUE(p.has_tunnel_addresses);
        EXPECT_EQ(p.tunnel_src.text(), "10.0.0.1");
        EXPECT_EQ(p.tunnel_dst.text(), "10.0.0.2");
        EXPECT_EQ(p.tunnel_src_port, c.proto == 17 ? 50'000 : 0);
    }
}

TEST(Layers, AllFourWaysOfIpInIp) {
    for (const bool outer_v6 : {false, true}) {
        for (const bool inner_v6 : {false, true}) {
            Frame frame;
            frame.ethernet();
            outer_v6 ? frame.ipv6({.src = "2001:db8::a"}) : frame.ipv4({.src = "10.0.0.1"});
            inner_v6 ? frame.ipv6({.src = "2001:db8::b"}) : frame.ipv4({.src = "192.168.1.1"});
            const Layers p = parse_layers(frame.udp({.dst = 53}).build(), FirstHeader::ethernet, Nesting::inner);
            EXPECT_EQ(p.headers.family, inner_v6 ? 6 : 4);
            EXPECT_EQ(p.headers.src.text(), inner_v6 ? "2001:db8::b" : "192.168.1.1");
            EXPECT_EQ(p.tunnel_src.text(), outer_v6 ? "2001:db8::a" : "10.0.0.1");
            EXPECT_EQ(p.headers.dst_port, 53);
        }
    }
}

TEST(Layers, OfTunnelsInTunnelsTheOutermostIsTold) {
    Frame frame = provider().udp({.dst = 4789}).payload(vxlan(1));
    frame.ethernet().ipv4({.src = "172.16.0.1", .dst = "172.16.0.2"}).protocol(47).payload(gre(0x2000, 0x0800, {2}));
    const Layers p = parse_layers(customer(frame).build(), FirstHeader::ethernet, Nesting::inner);
    EXPECT_EQ(p.headers.src.text(), "192.168.1.1");
    EXPECT_EQ(p.tunnel, Tunnel::vxlan);
    EXPECT_EQ(p.tunnel_key, 1u);
    EXPECT_EQ(p.tunnel_src.text(), "10.0.0.1");
}

TEST(Layers, NestingEndsSomewhere) {
    Frame frame;
    frame.ethernet();
    for (int i = 0; i < 12; ++i) frame.ipv4({.src = "10.0.0." + std::to_string(i)});
    const Layers p = parse_layers(frame.udp().build(), FirstHeader::ethernet, Nesting::inner);
    EXPECT_EQ(p.headers.src.text(), "10.0.0." + std::to_string(flow::kMaxTunnels));
}

TEST(Layers, WhatOnlyLooksLikeATunnelIsNone) {
    const std::pair<const char*, Bytes> cases[] = {
        {"VXLAN without the flag", customer_frame(provider().udp({.dst = 4789}).payload(vxlan(3, 0))).build()},
        {"GRE version 2", customer(provider().protocol(47).payload(gre(2, 0x0800))).build()},
        {"GRE with source routes", customer(provider().protocol(47).payload(gre(0x4000, 0x0800))).build()},
        {"GRE of another protocol", customer(provider().protocol(47).payload(gre(0, 0x809b))).build()},
        {"GENEVE version 1", provider().udp({.dst = 6081}).payload(Bytes{0x40, 0, 0x65, 0x58, 0, 0, 1, 0}).build()},
        {"GENEVE with options beyond the packet", provider().udp({.dst = 6081}).payload(Bytes{63, 0, 8, 0}).build()},
        {"a later fragment", Frame().ethernet().ipv4({.src = "10.0.0.1", .fragment_offset = 8, .protocol = 4}).build()},
        {"port 53", customer_frame(provider().udp({.dst = 53}).payload(vxlan(3))).build()},
    };
    for (const auto& [what, packet] : cases) {
        const Layers p = parse_layers(packet, FirstHeader::ethernet, Nesting::inner);
        EXPECT_EQ(p.tunnel, Tunnel::none) << what;
        EXPECT_EQ(p.headers.src.text(), "10.0.0.1") << what;
    }
}

TEST(Layers, TunnelWhoseInsideIsCutKeepsThePacketAround) {
    Bytes packet = provider().udp({.dst = 4789}).payload(vxlan(9)).ethernet().build();
    const Layers p = parse_layers(packet, FirstHeader::ethernet, Nesting::inner);
    EXPECT_EQ(p.headers.src.text(), "10.0.0.1");
    EXPECT_EQ(p.headers.dst_port, 4789);
    EXPECT_EQ(p.tunnel, Tunnel::vxlan);
    EXPECT_EQ(p.tunnel_key, 9u);
    EXPECT_FALSE(p.has_tunnel_addresses);
}

TEST(Layers, VlanStacks) {
    Frame frame;
    frame.ethernet().vlan(100, 0, 0x88a8).vlan(200, 0, 0x9100).vlan(300);
    const Layers p = parse_layers(customer(frame).build(), FirstHeader::ethernet, Nesting::outer);
    EXPECT_EQ(p.headers.vlan, 100);
    EXPECT_TRUE(p.headers.has_inner_vlan);
    EXPECT_EQ(p.headers.inner_vlan, 300);
    EXPECT_EQ(p.headers.ethertype, 0x0800);
    EXPECT_EQ(p.headers.dst_port, 443);
    const Layers one = parse_layers(provider().udp().build(), FirstHeader::ethernet, Nesting::outer);
    EXPECT_FALSE(one.headers.has_inner_vlan);
}

TEST(Layers, MplsStacks) {
    Frame frame;
    frame.ethernet().mpls(16, false).mpls(17, false).mpls(1'000'000);
    const Layers p = parse_layers(customer(frame).build(), FirstHeader::ethernet, Nesting::outer);
    ASSERT_EQ(p.mpls.count, 3u);
    EXPECT_EQ(p.mpls.labels[0] >> 4, 16u);
    EXPECT_EQ(p.mpls.labels[2] >> 4, 1'000'000u);
    EXPECT_EQ(p.mpls.labels[2] & 1, 1u) << "bottom of stack";
    EXPECT_EQ(p.headers.ethertype, 0x8847);
    EXPECT_EQ(p.headers.src.text(), "192.168.1.1");
    EXPECT_EQ(p.tunnel, Tunnel::none);
    Frame v6;
    v6.ethernet().mpls(2).ipv6().udp({.dst = 53});
    EXPECT_EQ(parse_layers(v6.build(), FirstHeader::ethernet, Nesting::outer).headers.dst_port, 53);
    Frame endless;
    endless.ethernet();
    for (unsigned i = 0; i < 40; ++i) endless.mpls(i, false);
    const Layers e = parse_layers(customer(endless).build(), FirstHeader::ethernet, Nesting::outer);
    EXPECT_EQ(e.mpls.count, 10u);
    EXPECT_EQ(e.headers.family, 0);
}

TEST(Layers, EthernetOverMpls) {
    for (const bool control_word : {false, true}) {
        for (const Nesting nesting : {Nesting::outer, Nesting::inner}) {
            Frame frame;
            frame.ethernet().mpls(16, false).mpls(500);
            if (control_word) frame.payload(4);
            const Layers p = parse_layers(customer_frame(frame).build(), FirstHeader::ethernet, nesting);
            SCOPED_TRACE(control_word);
            EXPECT_EQ(p.tunnel, Tunnel::mpls);
            EXPECT_EQ(p.tunnel_key, 500u);
            EXPECT_EQ(p.headers.src.text(), "192.168.1.1") << "there is no IP around it";
            EXPECT_EQ(p.headers.src_mac, nesting == Nesting::inner ? 0x0a0000000001u : 0x020000000001u);
            EXPECT_EQ(p.headers.has_vlan, nesting == Nesting::inner);
            EXPECT_FALSE(p.has_tunnel_addresses);
        }
    }
}

TEST(Layers, PppoeSessions) {
    Frame frame;
    frame.ethernet(kMac, kOtherMac, 0x8864).payload(Bytes{0x11, 0, 0x12, 0x34, 0, 42, 0x00, 0x21});
    const Layers p = parse_layers(customer(frame).build(), FirstHeader::ethernet, Nesting::outer);
    EXPECT_EQ(p.headers.src.text(), "192.168.1.1");
    EXPECT_EQ(p.tunnel, Tunnel::pppoe);
    EXPECT_EQ(p.tunnel_key, 0x1234u);
    Frame control;
    control.ethernet(kMac, kOtherMac, 0x8864).payload(Bytes{0x11, 0, 0x12, 0x34, 0, 6, 0xc0, 0x21, 1, 1, 0, 4});
    EXPECT_EQ(parse_layers(control.build(), FirstHeader::ethernet, Nesting::outer).headers.family, 0) << "LCP";
}

struct Link {
    const char* what;
    FirstHeader first;
    Bytes header;
};

TEST(Layers, OtherLinks) {
    const Bytes snap{0xaa, 0xaa, 0x03, 0, 0, 0, 0x08, 0x00};
    const auto macs = Writer().mac(kOtherMac).mac(kMac).bytes();
    const auto routed = Writer().mac(kOtherMac).mac("82:00:00:00:00:01").u8(4).zeros(3).bytes();
    const std::vector<Link> cases{
        {"802.3 and SNAP", FirstHeader::ethernet, Writer().raw(macs).u16(60).raw(snap)},
        {"802.3, VLAN and SNAP", FirstHeader::ethernet, Writer().raw(macs).u16(0x8100).u16(3).u16(60).raw(snap)},
        {"802.3 and IP's own LLC", FirstHeader::ethernet, Writer().raw(macs).u16(60).raw({6, 6, 3})},
        {"bare IP", FirstHeader::ip, {}},
        {"bare MPLS", FirstHeader::mpls, Writer().u32(16u << 12).u32(17u << 12 | 0x140)},
        {"PPP", FirstHeader::ppp, {0xff, 0x03, 0x00, 0x21}},
        {"PPP without address", FirstHeader::ppp, {0x00, 0x21}},
        {"PPP with a short protocol", FirstHeader::ppp, {0x21}},
        {"PPP and MPLS", FirstHeader::ppp, {0xff, 0x03, 0x02, 0x81, 0, 1, 1, 64}},
        {"Cisco HDLC", FirstHeader::ppp, {0x0f, 0x00, 0x08, 0x00}},
        {"token ring", FirstHeader::token_ring, Writer().u16(0).raw(macs).raw(snap)},
        {"token ring with a route", FirstHeader::token_ring, Writer().u16(0).raw(routed).raw(snap)},
        {"FDDI", FirstHeader::fddi, Writer().u8(0x50).raw(macs).raw(snap)},
        {"frame relay", FirstHeader::frame_relay, {0x18, 0x41, 0x03, 0xcc}},
        {"frame relay, SNAP", FirstHeader::frame_relay, {0x18, 0x41, 0x03, 0x00, 0x80, 0, 0, 0, 0x08, 0x00}},
        {"frame relay, Cisco", FirstHeader::frame_relay, {0x18, 0x41, 0x08, 0x00}},
        {"ATM", FirstHeader::llc, snap},
        {"802.11 to the access point", FirstHeader::ieee80211,
         Writer().raw({0x08, 0x01}).u16(0).zeros(6).mac(kMac).mac(kOtherMac).u16(0).raw(snap)},
        {"802.11 from the access point, with quality", FirstHeader::ieee80211,
         Writer().raw({0x88, 0x02}).u16(0).mac(kOtherMac).zeros(6).mac(kMac).u16(0).u16(0).raw(snap)},
    };
    for (const Link& c : cases) {
        Frame frame;
        frame.payload(c.header);
        const Bytes packet = customer(frame).build();
        const Layers p = parse_layers(packet, c.first, Nesting::outer);
        EXPECT_EQ(p.headers.src.text(), "192.168.1.1") << c.what;
        EXPECT_EQ(p.headers.dst_port, 443) << c.what;
        EXPECT_EQ(p.headers.network_offset, c.header.size()) << c.what;
        const bool with_macs = c.header.size() > 12;
        EXPECT_EQ(p.headers.src_mac, with_macs ? 0x020000000001u : 0u) << c.what;
        EXPECT_EQ(p.headers.dst_mac, with_macs ? 0x020000000002u : 0u) << c.what;
    }
}

TEST(Layers, FramesThatAreNotIpAreLinkOnly) {
    const Bytes arp = Frame().ethernet(kMac, kOtherMac, 0x0806).payload(28).build();
    const Layers p = parse_layers(arp, FirstHeader::ethernet, Nesting::inner);
    EXPECT_EQ(p.headers.depth, Headers::Depth::link);
    EXPECT_EQ(p.headers.ethertype, 0x0806);
    const Bytes bridge = Writer().mac(kMac).mac(kOtherMac).u16(38).raw({0x42, 0x42, 3}).zeros(35);
    EXPECT_EQ(parse_layers(bridge, FirstHeader::ethernet, Nesting::inner).headers.ethertype, 0) << "no EtherType";
    const Bytes encrypted = Writer().raw({0x08, 0x41}).u16(0).zeros(6).mac(kMac).mac(kOtherMac).u16(0).zeros(40);
    const Layers w = parse_layers(encrypted, FirstHeader::ieee80211, Nesting::inner);
    EXPECT_EQ(w.headers.family, 0);
    EXPECT_EQ(w.headers.src_mac, 0x020000000001u);
}

TEST(Layers, EveryPrefixOfEveryTunnelIsReadInside) {
    for (const Wrapped& c : tunnels_over_ip()) {
        for (std::size_t n = 0; n <= c.packet.size(); ++n) {
            const Bytes cut(c.packet.begin(), c.packet.begin() + static_cast<std::ptrdiff_t>(n));
            for (const Nesting nesting : {Nesting::outer, Nesting::inner}) {
                const Layers p = parse_layers(cut, FirstHeader::ethernet, nesting);
                ASSERT_LE(p.headers.network_offset, n) << c.what;
                ASSERT_LE(p.headers.transport_offset, n) << c.what;
            }
        }
    }
}

}  // namespace
