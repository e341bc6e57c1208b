// SPDX-License-Identifier: Apache-2.0
#include "dataplane/announce.hpp"

#include <gtest/gtest.h>

#include "dataplane/flow/headers.hpp"
#include "tests/support/frame_builder.hpp"

namespace {

using dataplane::announcement;
using flow::IpAddress;

constexpr dataplane::MacAddress kMac{0x02, 0x11, 0x22, 0x33, 0x44, 0x55};

std::string hex(const std::vector<std::uint8_t>& bytes, std::size_t from, std::size_t count) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    for (std::size_t i = from; i < from + count && i < bytes.size(); ++i) {
        out += kDigits[bytes[i] >> 4];
        out += kDigits[bytes[i] & 15];
    }
    return out;
}

TEST(Announce, Ipv4IsARequestForItself) {
    const auto frame = announcement(kMac, *IpAddress::parse("192.0.2.10"));
    ASSERT_EQ(frame.size(), 60u);
    EXPECT_EQ(hex(frame, 0, 14), "ffffffffffff0211223344550806");
    EXPECT_EQ(hex(frame, 14, 28), "0001080006040001021122334455c000020a000000000000c000020a");
}

TEST(Announce, Ipv6IsAnUnsolicitedAdvertisement) {
    const auto frame = announcement(kMac, *IpAddress::parse("2001:db8::10"));
    const flow::Headers h = flow::parse_headers(frame, flow::LinkType::ethernet);
    EXPECT_EQ(hex(frame, 0, 14), "33330000000102112233445586dd");
    EXPECT_EQ(h.src, *IpAddress::parse("2001:db8::10"));
    EXPECT_EQ(h.dst, *IpAddress::parse("ff02::1"));
    EXPECT_EQ(h.proto, 58);
    EXPECT_EQ(h.ttl, 255);
    EXPECT_EQ(h.network_bytes, 72u);
    EXPECT_EQ(hex(frame, 54, 2), "8800");
    EXPECT_EQ(hex(frame, 58, 4), "20000000");
    EXPECT_EQ(hex(frame, 62, 24), "20010db80000000000000000000000100201021122334455");
    // The sum over pseudo-header and message, checksum included, is all ones (RFC 1071).
    std::uint32_t sum = 58 + 32;
    for (std::size_t i = 22; i < frame.size(); i += 2) sum += flow::load_be16(frame.data() + i);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
    EXPECT_EQ(sum, 0xffffu);
}

TEST(Announce, CarriesTheTagOfItsNetwork) {
    for (const char* address : {"192.0.2.10", "2001:db8::10"}) {
        const auto frame = announcement(kMac, *IpAddress::parse(address), std::uint16_t{100});
        const flow::Headers h = flow::parse_headers(frame, flow::LinkType::ethernet);
        EXPECT_TRUE(h.has_vlan);
        EXPECT_EQ(h.vlan, 100);
        EXPECT_EQ(h.src_mac, 0x021122334455u);
    }
}

TEST(Announce, WithoutAddressABroadcastThatNobodyMinds) {
    const auto frame = dataplane::sign_of_life(kMac);
    ASSERT_EQ(frame.size(), 60u);
    EXPECT_EQ(hex(frame, 0, 14), "ffffffffffff02112233445588b5");
}

}  // namespace
