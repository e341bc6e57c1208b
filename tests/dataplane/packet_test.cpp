// SPDX-License-Identifier: Apache-2.0
#include "dataplane/packet.hpp"

#include <gtest/gtest.h>

#include "tests/support/frame_builder.hpp"
#include "tests/support/small_generation.hpp"

namespace {

using flow::LinkType;
using flow::PacketFate;
using support::Bytes;
using support::Frame;

const Bytes kPayload(100, 7);

class PacketTest : public ::testing::Test {
  protected:
    std::unique_ptr<dataplane::Generation> generation =
        support::make_generation(1, {{.port = 2055, .prefixes = {}}}, {{"any"}});
};

TEST_F(PacketTest, FindsTheDatagram) {
    const std::vector<std::pair<const char*, Bytes>> frames{
        {"plain", Frame().ethernet().ipv4().udp().payload(kPayload).build()},
        {"VLAN", Frame().ethernet().vlan(7).ipv4().udp().payload(kPayload).build()},
        {"QinQ", Frame().ethernet().vlan(7, 0, 0x88a8).vlan(8).ipv4().udp().payload(kPayload).build()},
        {"IPv4 options", Frame().ethernet().ipv4({.options = {1, 1, 1, 1, 1}}).udp().payload(kPayload).build()},
        {"IPv6", Frame().ethernet().ipv6().udp().payload(kPayload).build()},
        {"IPv6 extensions", Frame().ethernet().ipv6().extension(0).extension(60).udp().payload(kPayload).build()},
    };
    for (const auto& [what, frame] : frames) {
        const auto packet = dataplane::read_packet(frame, LinkType::ethernet, *generation);
        EXPECT_EQ(packet.fate, PacketFate::whole) << what;
        EXPECT_EQ(packet.port, 2055) << what;
        EXPECT_TRUE(std::equal(packet.payload.begin(), packet.payload.end(), kPayload.begin(), kPayload.end())) << what;
    }
    EXPECT_EQ(dataplane::read_packet(frames[0].second, LinkType::ethernet, *generation).exporter.text(), "10.0.0.1");
}

TEST_F(PacketTest, EthernetPaddingIsNotPayload) {
    Bytes frame = Frame().ethernet().ipv4().udp().payload(Bytes{1, 2, 3}).build();
    frame.resize(60);
    EXPECT_EQ(dataplane::read_packet(frame, LinkType::ethernet, *generation).payload.size(), 3u);
}

struct Case {
    const char* what;
    Bytes frame;
    PacketFate fate;
};

TEST_F(PacketTest, WhatIsNotOursIsNamed) {
    Bytes cut = Frame().ethernet().ipv4().udp().payload(kPayload).build();
    cut.resize(cut.size() - 1);
    Bytes cut_fragment = Frame().ethernet().ipv4({.more_fragments = true}).udp().payload(kPayload).build();
    cut_fragment.resize(cut_fragment.size() - 1);
    Bytes half = Frame().ethernet().ipv4().build();
    half.resize(24);
    const std::vector<Case> cases{
        {"nothing", {}, PacketFate::short_frame},
        {"half an IPv4 header", half, PacketFate::short_frame},
        {"ARP", Frame().ethernet("02:00:00:00:00:01", "ff:ff:ff:ff:ff:ff", 0x0806).payload(28).build(),
         PacketFate::not_ip},
        {"TCP", Frame().ethernet().ipv4().tcp().build(), PacketFate::not_udp},
        {"ping", Frame().ethernet().ipv6().icmp({.type = 128}).build(), PacketFate::not_udp},
        {"another port", Frame().ethernet().ipv4().udp({.dst = 53}).payload(kPayload).build(), PacketFate::other_port},
        {"first fragment", Frame().ethernet().ipv4({.more_fragments = true}).udp().payload(kPayload).build(),
         PacketFate::fragment},
        {"later fragment", Frame().ethernet().ipv4({.fragment_offset = 10, .protocol = 17}).payload(kPayload).build(),
         PacketFate::fragment},
        {"first fragment of TCP", Frame().ethernet().ipv4({.more_fragments = true}).tcp().build(), PacketFate::not_udp},
        {"later fragment of TCP", Frame().ethernet().ipv4({.fragment_offset = 10, .protocol = 6}).payload(8).build(),
         PacketFate::not_udp},
        {"later IPv6 fragment of ICMP",
         Frame().ethernet().ipv6().fragment_header(5, true).protocol(58).payload(8).build(), PacketFate::not_udp},
        {"later IPv6 fragment of what has more headers",
         Frame().ethernet().ipv6().extension(0).fragment_header(5, true).protocol(60).payload(8).build(),
         PacketFate::fragment},
        {"fragment cut by the device", cut_fragment, PacketFate::cut_short},
        {"IPv6 fragment", Frame().ethernet().ipv6().fragment_header(0, true).udp().payload(kPayload).build(),
         PacketFate::fragment},
        {"cut by the device", cut, PacketFate::cut_short},
        {"bad header length", Frame().ethernet().ipv4({.version_and_length = 0x41}).udp().build(),
         PacketFate::bad_ip_header},
        {"UDP longer than IP", Frame().ethernet().ipv4().udp({.length = 900}).payload(kPayload).build(),
         PacketFate::bad_udp_length},
        {"UDP shorter than its header", Frame().ethernet().ipv4().udp({.length = 7}).payload(kPayload).build(),
         PacketFate::bad_udp_length},
    };
    for (const Case& c : cases)
        EXPECT_EQ(dataplane::read_packet(c.frame, LinkType::ethernet, *generation).fate, c.fate) << c.what;
}

TEST_F(PacketTest, OnlyConfiguredAddressesAreOurs) {
    generation->addresses = {flow::IpAddress::parse("10.0.0.2").value()};
    const auto ours = Frame().ethernet().ipv4({.dst = "10.0.0.2"}).udp().payload(kPayload).build();
    const auto others = Frame().ethernet().ipv4({.dst = "10.0.0.3"}).udp().payload(kPayload).build();
    EXPECT_EQ(dataplane::read_packet(ours, LinkType::ethernet, *generation).fate, PacketFate::whole);
    EXPECT_EQ(dataplane::read_packet(others, LinkType::ethernet, *generation).fate, PacketFate::not_ours);
    const auto part = Frame().ethernet().ipv4({.dst = "10.0.0.3", .more_fragments = true}).udp().payload(kPayload);
    EXPECT_EQ(dataplane::read_packet(part.build(), LinkType::ethernet, *generation).fate, PacketFate::not_ours);
}

TEST_F(PacketTest, EveryCutOfAFrameEndsInAFate) {
    const auto frame = Frame().ethernet().vlan(1).ipv6().extension(0).udp().payload(kPayload).build();
    for (std::size_t n = 0; n < frame.size(); ++n) {
        const Bytes cut(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(n));
        EXPECT_NE(dataplane::read_packet(cut, LinkType::ethernet, *generation).fate, PacketFate::whole) << n;
    }
}

}  // namespace
