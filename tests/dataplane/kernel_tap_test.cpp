// SPDX-License-Identifier: Apache-2.0
// The kernel behind a TAP interface, in a network namespace of the test's own; skipped where none can be made.
#include "dataplane/kernel_tap.hpp"

#include <gtest/gtest.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "tests/support/frame_builder.hpp"

namespace {

using dataplane::InterfaceAddress;
using dataplane::KernelTap;
using flow::IpAddress;

constexpr dataplane::MacAddress kMac{0x02, 0x11, 0x22, 0x33, 0x44, 0x55};

class Tap : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        able_ = geteuid() == 0 && access("/dev/net/tun", R_OK | W_OK) == 0 && unshare(CLONE_NEWNET) == 0;
    }
    void SetUp() override {
        if (!able_) GTEST_SKIP() << "needs root, network namespaces and /dev/net/tun";
    }
    static std::unique_ptr<KernelTap> open(const std::vector<InterfaceAddress>& addresses) {
        auto tap = KernelTap::open("nctest0", kMac, 1400, addresses);
        EXPECT_TRUE(tap) << tap.error().text();
        return tap ? std::move(*tap) : nullptr;
    }
    static InterfaceAddress address(const char* text, std::uint8_t bits) { return {*IpAddress::parse(text), bits}; }
    // Until a frame of this EtherType comes that begins with `payload`; empty: none within five seconds.
    static std::vector<std::uint8_t> await(KernelTap& tap, std::uint16_t type, std::vector<std::uint8_t> payload) {
        std::vector<std::uint8_t> frame(2048);
        pollfd ready{.fd = tap.fd(), .events = POLLIN, .revents = 0};
        while (poll(&ready, 1, 5000) == 1) {
            const std::size_t size = tap.read(frame);
            if (size > 14 + payload.size() && flow::load_be16(frame.data() + 12) == type &&
                std::equal(payload.begin(), payload.end(), frame.begin() + 14)) {
                frame.resize(size);
                return frame;
            }
        }
        return {};
    }
    static inline bool able_ = false;
};

std::vector<std::uint8_t> arp_request(const char* from, const char* of) {
    std::vector<std::uint8_t> arp{0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 9};
    const auto put = [&](const char* text) {
        const auto bytes = IpAddress::parse(text)->bytes;
        arp.insert(arp.end(), bytes.begin() + 12, bytes.end());
    };
    put(from);
    arp.resize(arp.size() + 6);
    put(of);
    return support::Frame()
        .ethernet("02:00:00:00:00:09", "ff:ff:ff:ff:ff:ff", std::uint16_t{0x0806})
        .payload(arp)
        .build();
}

TEST_F(Tap, TheKernelAnswersArpWithThePortsMac) {
    const auto tap = open({address("10.99.0.2", 24)});
    ASSERT_NE(tap, nullptr);
    EXPECT_EQ(dataplane::kernel_mtu("nctest0"), 1400);
    ASSERT_TRUE(tap->write(arp_request("10.99.0.1", "10.99.0.2")));
    const auto answer = await(*tap, 0x0806, {0, 1, 8, 0, 6, 4, 0, 2});
    ASSERT_FALSE(answer.empty());
    EXPECT_TRUE(std::equal(kMac.begin(), kMac.end(), answer.begin() + 22));
}

TEST_F(Tap, AddressesOfBothFamiliesAreThereAtOnce) {
    const auto tap = open({address("10.99.0.2", 24), address("2001:db8::2", 64), address("10.98.0.2", 32)});
    ASSERT_NE(tap, nullptr);
    const auto has = [](const char* text) {
        const auto all = dataplane::kernel_addresses("nctest0");
        return std::any_of(all.begin(), all.end(),
                           [&](const auto& a) { return a.address == *IpAddress::parse(text) && !a.vlan; });
    };
    EXPECT_TRUE(has("10.99.0.2"));
    EXPECT_TRUE(has("10.98.0.2"));
    EXPECT_TRUE(has("2001:db8::2"));
}

TEST_F(Tap, SetsAnIpv6AddressWhereIpv6IsOffByDefault) {
    std::ofstream("/proc/sys/net/ipv6/conf/default/disable_ipv6") << '1';
    const auto tap = open({address("2001:db8::2", 64)});
    std::ofstream("/proc/sys/net/ipv6/conf/default/disable_ipv6") << '0';
    ASSERT_NE(tap, nullptr);
    EXPECT_FALSE(dataplane::kernel_addresses("nctest0").empty());
}

TEST_F(Tap, RefusesFramesWhileItIsDown) {
    const auto tap = open({});
    ASSERT_NE(tap, nullptr);
    EXPECT_TRUE(tap->write(arp_request("10.99.0.1", "10.99.0.2")));
    EXPECT_TRUE(dataplane::change_kernel_flags("nctest0", 0, IFF_UP));
    EXPECT_FALSE(tap->write(arp_request("10.99.0.1", "10.99.0.2")));
}

TEST_F(Tap, GoesWithItsOwner) {
    ASSERT_NE(open({}), nullptr);
    EXPECT_EQ(if_nametoindex("nctest0"), 0u);
}

struct Fault {
    const char* name;
    InterfaceAddress address;
    const char* says;
};

TEST_F(Tap, SaysWhatIsWrong) {
    for (const Fault& fault :
         {Fault{"", address("10.0.0.1", 24), "no name"}, Fault{"a-name-of-17-byte", address("10.0.0.1", 24), "no name"},
          Fault{"lo", address("10.0.0.1", 24), "already"},
          Fault{"bad/name", address("10.0.0.1", 24), "cannot make the interface"},
          Fault{"nctest1", address("10.0.0.1", 33), "cannot set the address 10.0.0.1/33"},
          Fault{"nctest1", address("2001:db8::1", 129), "cannot set the address"}}) {
        const auto tap = KernelTap::open(fault.name, kMac, 1500, {fault.address});
        ASSERT_FALSE(tap) << fault.name;
        EXPECT_NE(tap.error().text().find(fault.says), std::string::npos) << tap.error().text();
        EXPECT_EQ(if_nametoindex("nctest1"), 0u);
    }
}

TEST_F(Tap, WhatIsNotThere) {
    EXPECT_FALSE(dataplane::kernel_link_up("nctest9"));
    EXPECT_FALSE(dataplane::kernel_mtu("nctest9"));
    EXPECT_FALSE(dataplane::change_kernel_flags("nctest9", IFF_UP, 0));
    EXPECT_TRUE(dataplane::kernel_addresses("nctest9").empty());
}

}  // namespace
