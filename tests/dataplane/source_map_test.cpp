// SPDX-License-Identifier: Apache-2.0
#include "dataplane/source_map.hpp"

#include <gtest/gtest.h>

#include "dataplane/owners.hpp"

namespace {

using dataplane::SourceMap;
using dataplane::SourceRule;

std::vector<flow::Prefix> prefixes(std::initializer_list<const char*> texts) {
    std::vector<flow::Prefix> out;
    for (const char* text : texts) out.push_back(flow::Prefix::parse(text).value());
    return out;
}

TEST(SourceMap, LongestPrefixWinsAndTheRestGoesToTheOneWithoutAddress) {
    const std::vector<SourceRule> rules{
        {.port = 9996, .source_id = 10, .prefixes = prefixes({"172.16.17.18"})},
        {.port = 9996, .source_id = 11, .prefixes = prefixes({"172.16.0.0/12", "2001:db8::/32"})},
        {.port = 9996, .source_id = 12, .prefixes = {}},
        {.port = 2055, .source_id = 13, .prefixes = prefixes({"10.0.0.0/8"})},
    };
    const SourceMap map(rules);
    struct Case {
        std::uint16_t port;
        const char* exporter;
        int source;  // -1: none
    };
    for (const Case& c : {Case{9996, "172.16.17.18", 0}, Case{9996, "172.16.17.19", 1}, Case{9996, "172.32.0.1", 2},
                          Case{9996, "2001:db8:1::1", 1}, Case{9996, "2001:db9::1", 2}, Case{2055, "10.255.0.1", 3},
                          Case{2055, "11.0.0.1", -1}, Case{4739, "10.0.0.1", -1}}) {
        const auto found = map.find(c.port, flow::IpAddress::parse(c.exporter).value());
        EXPECT_EQ(found ? found->source : -1, c.source) << c.port << ' ' << c.exporter;
        if (found) {
            EXPECT_EQ(found->source_id, 10u + found->source);
        }
    }
    EXPECT_TRUE(map.has_port(2055));
    EXPECT_FALSE(map.has_port(4739));
}

TEST(OwnerTable, TheFirstQueueKeepsItWhereTheDeviceSpreadsByAddress) {
    dataplane::OwnerTable owners(4);
    const auto a = flow::IpAddress::parse("192.0.2.1").value();
    EXPECT_EQ(owners.owner(a, 3, true), 3u);
    EXPECT_EQ(owners.owner(a, 1, true), 3u) << "it is claimed";
    EXPECT_EQ(owners.owner(a, 0, false), 3u);
}

TEST(OwnerTable, ElseAHashOfTheAddressSpreadsThem) {
    dataplane::OwnerTable owners(4);
    std::array<int, 4> of{};
    for (std::uint32_t i = 0; i < 4000; ++i) {
        const auto a = flow::IpAddress::v4(0x0a000000 + i);
        const std::uint32_t owner = owners.owner(a, i % 4, false);
        EXPECT_EQ(owners.owner(a, (i + 1) % 4, false), owner) << "the same for every queue";
        ++of.at(owner);
    }
    for (const int n : of) EXPECT_GT(n, 700);
}

TEST(OwnerTable, MoreExportersThanItHoldsStillHaveOneOwnerEach) {
    dataplane::OwnerTable owners(3);
    for (std::uint32_t i = 0; i < 200'000; ++i) (void)owners.owner(flow::IpAddress::v4(i * 2654435761u), 0, false);
    for (std::uint32_t i = 0; i < 1'000; ++i) {
        const auto a = flow::IpAddress::v4(0xc0000000 + i);
        EXPECT_EQ(owners.owner(a, 0, false), owners.owner(a, 2, false));
    }
}

}  // namespace
