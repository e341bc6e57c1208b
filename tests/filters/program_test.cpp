// SPDX-License-Identifier: Apache-2.0
// What the compiler makes of many filters: what is shared, what is refused, how much it holds.
#include "filters/program/program.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "filters/program/number_index.hpp"

namespace {

using filters::ChannelSpec;
using filters::Program;

ChannelSpec spec(std::string name, std::string filter, flow::Place place = {},
                 std::vector<std::uint16_t> sources = {}) {
    return {std::move(name), std::move(filter), std::move(place), std::move(sources)};
}

std::vector<ChannelSpec> specs(const std::vector<std::string>& list) {
    std::vector<ChannelSpec> out;
    for (const auto& filter : list) out.push_back(spec("p/c" + std::to_string(out.size()), filter));
    return out;
}

struct Shape {
    std::vector<std::string> list;
    std::size_t predicates;
    std::size_t operations;
};

TEST(Program, SharesWhatIsEqual) {
    const Shape cases[] = {
        {{"any", "any", "not any"}, 0, 0},
        {{"port 80", "src or dst port 80", "port = 80", "src port 80 or dst port 80", "dst port 80 or src port 80"},
         1,
         0},
        {{"port 80 or port 443", "port in [443 80]", "(src port 80 or port 443) or dst port 80"}, 1, 0},
        {{"port 80", "src port 80", "dst port 80"}, 3, 0},
        {{"ip 10.0.0.1 or net 10.1/16", "ip in [10.0.0.1 10.1.0.0/16]"}, 1, 0},
        {{"proto tcp", "proto 6", "proto tcp or proto udp"}, 2, 0},
        {{"proto tcp and port 80", "port 80 and proto tcp", "not (proto tcp and port 80)"},
         2,
         2},  // the NOT is the second
        {{"proto tcp and (port 80 or ip 1.1.1.1)", "proto udp and (port 80 or ip 1.1.1.1)"}, 4, 3},
        {{"not port 80", "!port 80"}, 1, 1},
        {{"port 80 and not port 80", "port 80 or not port 80", "port >= 0", "port < 0"}, 1, 0},
        {{"icmp-type 3", "icmp-type 3 and icmp-code 1"}, 3, 3},
        {{"payload content abc", "payload content 'abc'", "payload regex 'abc'"}, 2, 0},
    };
    for (const Shape& c : cases) {
        const auto program = Program::compile(specs(c.list), filters::Environment::with_sources(4));
        ASSERT_TRUE(program) << program.error().text();
        EXPECT_EQ((*program)->channels(), c.list.size());
        EXPECT_EQ((*program)->figures().predicates, c.predicates) << c.list.front();
        EXPECT_EQ((*program)->figures().operations, c.operations) << c.list.front();
    }
}

TEST(Program, SourceListsAreSharedPredicates) {
    const std::vector<ChannelSpec> channels{spec("live/a", "", {}, {0}), spec("live/b", "", {}, {1}),
                                            spec("p/x", "port 80", {}, {1, 0}), spec("p/y", "port 81", {}, {0, 1}),
                                            spec("p/z", "", {}, {2, 1, 0})};
    const auto program = Program::compile(channels, filters::Environment::with_sources(3));
    ASSERT_TRUE(program);
    EXPECT_EQ((*program)->figures().predicates, 5u);  // two single sources, one pair, two ports
    EXPECT_EQ((*program)->figures().operations, 2u);
}

TEST(Program, NoChannelsAreAProgramToo) {
    const auto program = Program::compile({}, filters::Environment::with_sources(0));
    ASSERT_TRUE(program);
    EXPECT_EQ((*program)->channels(), 0u);
    EXPECT_TRUE(filters::Matcher::make(**program));
}

struct Refused {
    ChannelSpec channel;
    std::string error;
};

TEST(Program, ErrorsNameTheChannelAndThePlace) {
    const std::vector<Refused> cases{
        {spec("zone1/dns", "port\nhttp", {"zone1.toml", 7, 11}),
         "zone1.toml:8:1: channel 'zone1/dns': expected a port number from 0 to 65535, found 'http'"},
        {spec("zone1/dns", "port http", {"zone1.toml", 7, 11}),
         "zone1.toml:7:16: channel 'zone1/dns': expected a port number from 0 to 65535, found 'http'"},
        {spec("zone1/dns", "port http"),
         "channel 'zone1/dns': expected a port number from 0 to 65535, found 'http' (line 1, column 6 of its "
         "filter)"},
        {spec("zone1/dns", "port 53", {"zone1.toml", 7, 11}, {3}),
         "zone1.toml:7:11: channel 'zone1/dns': source index 3 does not exist; there are 3 sources"},
        {spec("zone1/x", "any and payload regex 'a(b'", {"zone1.toml", 7, 1}),
         "zone1.toml:7:23: channel 'zone1/x': the pattern 'a(b' is not accepted: Missing close "
         "parenthesis for "
         "group started at index 1"},
    };
    for (const Refused& c : cases) {
        const auto program = Program::compile(std::span(&c.channel, 1), filters::Environment::with_sources(3));
        ASSERT_FALSE(program);
        EXPECT_EQ(program.error().text(), c.error);
    }
}

TEST(Program, TooManyChannelsAreRefused) {
    const auto program =
        Program::compile(std::vector<ChannelSpec>(filters::kMostChannels + 1), filters::Environment::with_sources(1));
    ASSERT_FALSE(program);
    EXPECT_NE(program.error().message.find("at most 100000"), std::string::npos);
}

// Feeds of `count` predicates with the same ranges.
filters::program::NumberFeeds feeds(std::uint32_t count, std::span<const filters::language::Range> ranges) {
    filters::program::NumberFeeds out;
    for (std::uint32_t p = 0; p < count; ++p) out.emplace_back(p, ranges);
    return out;
}

TEST(ValueTable, RefusesWhatWouldFillMemory) {
    using filters::program::ValueTable;
    std::vector<filters::language::Range> every_second;
    for (std::uint64_t port = 0; port < 65536; port += 2) every_second.push_back({port, port});
    EXPECT_TRUE(ValueTable::build(flow::Column::dst_port, feeds(20, every_second)));
    const auto many_ranges = ValueTable::build(flow::Column::dst_port, feeds(200, every_second));
    ASSERT_FALSE(many_ranges);
    EXPECT_NE(many_ranges.error().message.find("combinations of dst_port"), std::string::npos);
    // Few ranges, but each of many ports has all of them: the product counts.
    auto product = feeds(3'000, std::span(every_second).first(1));
    const filters::language::Range all{0, 65535};
    for (auto& [predicate, ranges] : product) ranges = std::span(&all, 1);
    product.emplace_back(3'000, std::span(every_second).first(2'000));
    EXPECT_FALSE(ValueTable::build(flow::Column::dst_port, product));
}

TEST(ValueTable, HoldsASetOfItsOwnForAlmostEveryPort) {
    std::vector<filters::language::Range> single;
    for (std::uint64_t port = 0; port < 65536; ++port) single.push_back({port, port});
    filters::program::NumberFeeds list;
    for (std::uint32_t p = 0; p < 65535; ++p) list.emplace_back(p, std::span(single).subspan(p, 1));
    EXPECT_TRUE(filters::program::ValueTable::build(flow::Column::dst_port, list));
    list.emplace_back(65535, std::span(single).subspan(65535, 1));  // one set more than 16 bits number
    EXPECT_FALSE(filters::program::ValueTable::build(flow::Column::dst_port, list));
}

TEST(Program, TenThousandChannelsStaySmall) {
    std::vector<std::string> list;
    for (int i = 0; i < 10'000; ++i) {
        const std::string a = std::to_string(i / 250 % 256) + "." + std::to_string(i % 250);
        list.push_back(i % 2 != 0 ? "port " + std::to_string(i) : "net 10." + a + ".0/24 and not proto icmp");
    }
    const auto program = Program::compile(specs(list), filters::Environment::with_sources(8));
    ASSERT_TRUE(program) << program.error().text();
    EXPECT_EQ((*program)->figures().predicates, 10'001u);
    EXPECT_LT((*program)->figures().bytes, 4u << 20);
}

}  // namespace
