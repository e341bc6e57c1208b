// SPDX-License-Identifier: Apache-2.0
// Numbers of every width and every worked-out number, rows that lack them under both rules, exporters, sources.
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "dataplane/flow/exporter.hpp"
#include "filters/program/graph.hpp"
#include "filters/program/number_index.hpp"
#include "filters/program/program.hpp"
#include "filters/program/range_index.hpp"
#include "tests/support/filter_batch.hpp"

namespace {

using filters::ChannelSpec;
using filters::Environment;
using filters::Matcher;
using filters::Program;
using filters::language::Missing;
using flow::Column;
using support::FilterBatch;
using support::FilterRow;

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

std::string rows_of(const filters::ChannelRows& found) {
    std::string out;
    for (std::uint32_t r = 0; r < flow::kBatchRows; ++r) {
        if ((found.rows[r / 64] >> (r % 64) & 1) != 0) out += (out.empty() ? "" : " ") + std::to_string(r);
    }
    return out;
}

Environment with(Missing missing) {
    Environment out = Environment::with_sources(4);
    out.missing = missing;
    return out;
}

std::string taken(const std::string& filter, const flow::FlowBatch& batch, const Environment& environment) {
    const ChannelSpec channel{.name = "", .filter = filter};
    const auto program = Program::compile(std::span(&channel, 1), environment);
    if (!program) return program.error().text();
    const auto matcher = Matcher::make(**program);
    if (!matcher) return matcher.error().text();
    const auto found = (*matcher)->match(batch);
    return found.empty() ? "" : rows_of(found.front());
}

// What a filter takes under each rule, of rows of which one lacks what is asked.
struct Case {
    std::string filter;
    std::string no_match;
    std::string zero;
};

void check(const FilterBatch& rows, std::span<const Case> cases) {
    auto& batch = const_cast<FilterBatch&>(rows);
    for (const Case& c : cases) {
        EXPECT_EQ(taken(c.filter, *batch, with(Missing::no_match)), c.no_match) << c.filter;
        EXPECT_EQ(taken(c.filter, *batch, with(Missing::zero)), c.zero) << c.filter << " (zero)";
        EXPECT_EQ(taken("not not (" + c.filter + ")", *batch, with(Missing::no_match)), c.no_match) << c.filter;
    }
}

FilterBatch scribbled(const std::vector<FilterRow>& rows) {
    FilterBatch batch;
    batch.scribble();
    for (const FilterRow& row : rows) batch.add(row);
    return batch;
}

TEST(EngineNumbers, ColumnsOfEveryWidth) {
    const FilterBatch batch = scribbled({
        {.more = {{Column::tos, 0x10}, {Column::src_vlan, 100}, {Column::src_as, 65001}, {Column::input_if, 7}}},
        {.more = {{Column::src_as, 4200000000u}, {Column::dst_as, 70000}, {Column::in_src_mac, 0x0000c0ffee112233ull}}},
        {.more = {{Column::src_vlan, 4095}, {Column::input_if, 0}, {Column::observation_point, 1ull << 40}}},
        {},
    });
    const Case cases[] = {
        {"tos 16", "0", "0"},
        {"tos 0", "1 2 3", "1 2 3"},  // of nfdump's basic block: never missing
        {"tos > 0", "0", "0"},
        {"src vlan 100", "0", "0"},
        {"src vlan 0", "", "1 3"},
        {"not src vlan 100", "1 2 3", "1 2 3"},
        {"vlan 4095", "2", "2"},
        {"src vlan in [100 4095 7]", "0 2", "0 2"},
        {"src as 65001", "0", "0"},
        {"src as 4200000000", "1", "1"},
        {"src as in [1 2 3 70000 4200000000 65001]", "0 1", "0 1"},
        {"as in [1 2 3 70000 65001]", "0 1", "0 1"},
        {"dst as 0", "", "0 2 3"},
        {"src as > 65001", "1", "1"},
        {"src as >= 0", "0 1", "0 1 2 3"},
        {"not src as > 65001", "0 2 3", "0 2 3"},
        {"in if 7", "0", "0"},
        {"in if 0", "2", "1 2 3"},
        {"in src mac 00:c0:ff:ee:11:22", "", ""},
        {"in src mac 0:c0:ff:ee:11:22 or in src mac c0:ff:ee:11:22:33", "1", "1"},
        {"mac c0:ff:ee:11:22:33", "1", "1"},
        {"observation point id 1099511627776", "2", "2"},
        {"observation point id 0", "", "0 1 3"},
    };
    check(batch, cases);
}

TEST(EngineNumbers, CountersAreScaledAndRatesAreOfScaledCounters) {
    const FilterBatch batch = scribbled({
        {.more =
             {{Column::in_packets, 10}, {Column::in_bytes, 1000}, {Column::first_ms, 1000}, {Column::last_ms, 3000}}},
        {.more = {{Column::in_packets, 10},
                  {Column::in_bytes, 1000},
                  {Column::sampling, 100},
                  {Column::thinning, 2},
                  {Column::first_ms, 1000},
                  {Column::last_ms, 1500}}},
        {.more = {{Column::in_packets, 1ull << 60},
                  {Column::in_bytes, 1ull << 62},
                  {Column::sampling, 1000},
                  {Column::first_ms, 0},
                  {Column::last_ms, 1}}},
        {.more = {{Column::in_bytes, 77},
                  {Column::first_ms, 5000},
                  {Column::last_ms, 1000},
                  {Column::out_bytes, 9},
                  {Column::out_packets, 3},
                  {Column::flow_count, 12}}},
    });
    const std::string most = std::to_string(kMost);
    const Case cases[] = {
        {"packets 10", "0", "0"},
        {"packets 2000", "1", "1"},
        {"bytes 200k", "1", "1"},
        {"bytes = " + most, "2", "2"},
        {"packets > 0", "0 1 2", "0 1 2"},
        {"packets 0", "3", "3"},
        {"duration 2000", "0", "0"},
        {"duration 500", "1", "1"},
        {"duration 0", "3", "3"},  // ends before it begins
        {"pps 5", "0", "0"},
        {"pps 4000", "1", "1"},
        {"bps 4000", "0", "0"},
        {"bps 3200000", "1", "1"},
        {"bps = " + most, "2", "2"},
        {"bps 0", "3", "3"},
        {"bpp 100", "0 1", "0 1"},
        {"bpp 1", "2", "2"},  // both at the largest number
        {"bpp 0", "3", "3"},
        {"out bytes 9", "3", "3"},
        {"out bytes 0", "", "0 1 2"},
        {"out packets < 100", "3", "0 1 2 3"},
        {"flows 1", "0 2", "0 2"},
        {"flows 2", "1", "1"},
        {"flows 12", "3", "3"},
        {"bytes in [1000 77]", "0 3", "0 3"},
        {"bytes > 77 and bytes < 1001", "0", "0"},
        {"bytes > 77 and bytes < 1001 and bytes in [77 1000 200k]", "0", "0"},
        {"bytes > 1000 and bytes < 1000", "", ""},
        {"out bytes < 10 and out bytes >= 0", "3", "0 1 2 3"},
        {"bytes in [1000 77 5 200000]", "0 1 3", "0 1 3"},
        {"first seen 1970-01-01T00:00:05", "3", "3"},
    };
    check(batch, cases);
}

TEST(EngineNumbers, LabelsAccessListsLifetimesAndPortBlocks) {
    flow::MplsStack cut = support::mpls_stack({16, 17});
    cut.labels[1] &= ~1u;      // nobody saw the bottom
    cut.labels[0] |= 5u << 1;  // EXP
    const FilterBatch batch = scribbled({
        {.src_port = 1030,
         .dst_port = 80,
         .more = {{Column::mpls, support::mpls_stack({100, 200, 300})},
                  {Column::min_ttl, 64},
                  {Column::max_ttl, 64},
                  {Column::port_block_start, 1024},
                  {Column::port_block_end, 1087}}},
        {.src_port = 1030,
         .dst_port = 2000,
         .more = {{Column::mpls, cut},
                  {Column::min_ttl, 3},
                  {Column::max_ttl, 64},
                  {Column::port_block_start, 2000},
                  {Column::port_block_size, 1}}},
        {.more = {{Column::ingress_acl, flow::AclId{1, 2, 3000000000u}}}},
        {.more = {{Column::mpls, flow::MplsStack{}}}},
    });
    const Case cases[] = {
        {"mpls label1 100", "0", "0"},
        {"mpls label2 > 16", "0 1", "0 1"},
        {"mpls label3 300", "0", "0"},
        {"mpls label3 0", "", "1 2 3"},
        {"mpls label10 < 5", "", "0 1 2 3"},
        {"mpls exp1 5", "1", "1"},
        {"mpls exp1 0", "0", "0 2 3"},
        {"mpls eos 300", "0", "0"},
        {"mpls eos 17", "", ""},
        {"mpls eos 0", "", "1 2 3"},
        {"mpls any 200", "0", "0"},
        {"mpls any 17", "1", "1"},
        {"not mpls any 17", "0 2 3", "0 2 3"},
        {"ingress acl 1", "2", "2"},
        {"ingress ace 2", "2", "2"},
        {"ingress xace 3000000000", "2", "2"},
        {"egress acl 0", "2", "0 1 2 3"},  // shares its bit with the ingress list
        {"min ttl 3", "1", "1"},
        {"max ttl 64", "0 1", "0 1"},
        {"ttl equal", "0", "0"},
        {"src port in pblock", "0", "0"},
        {"dst port in pblock", "1", "1"},
        {"port in pblock", "0 1", "0 1"},
        {"pblock start > 1500", "1", "1"},
    };
    check(batch, cases);
}

TEST(EngineNumbers, AddressesOfRareColumns) {
    const FilterBatch batch = scribbled({
        {.src = "10.0.0.1", .more = {{Column::next_hop, "192.0.2.1"}, {Column::nat_src_addr, "198.51.100.7"}}},
        {.src = "10.0.0.2", .more = {{Column::bgp_next_hop, "2001:db8::1"}, {Column::tunnel_dst_addr, "10.9.9.9"}}},
        {.src = "10.0.0.3"},
    });
    const Case cases[] = {
        {"next ip 192.0.2.1", "0", "0"},
        {"not next ip 192.0.2.1", "1 2", "1 2"},
        {"bgpnext ip 2001:db8::1", "1", "1"},
        {"nat ip 198.51.100.7", "0", "0"},
        {"src nat net 198.51.100.0/24", "0", "0"},
        {"nat net 198.51.100.0 255.0.255.0", "0", "0"},
        {"nat net 198.51.100.0 255.0.255.0 or nat net 198.0.0.7 255.0.0.255 or next ip 192.0.2.9", "0", "0"},
        {"net 10.0.0.1 255.0.0.255 or net 10.0.0.2 255.0.0.255", "0 1", "0 1"},
        {"nat net ::/0", "0", "0"},  // the other side came as ::
        {"tun ip 10.9.9.9", "1", "1"},
        // what garbage holds
        {"bgpnext ip a5a5:a5a5:a5a5:a5a5:a5a5:a5a5:a5a5:a5a5", "", ""},
    };
    check(batch, cases);
}

TEST(EngineNumbers, WhatNoRowBringsIsNeverRead) {
    const FilterBatch batch = scribbled({{.src = "10.0.0.1"}, {.src = "10.0.0.2"}});
    const Case cases[] = {
        {"src vlan 42405", "", ""},  // 0xa5a5
        {"src vlan > 0", "", ""},      {"src vlan 0", "", "0 1"},
        {"not src vlan 0", "0 1", ""}, {"prev as 2779096485", "", ""},
        {"prev as < 10", "", "0 1"},   {"mpls label1 > 0", "", ""},
        {"out bytes > 0", "", ""},     {"nat port 42405 or vlan 42405 or dst tos 165", "", ""},
    };
    check(batch, cases);
}

flow::ExporterTable& exporters() {
    static flow::ExporterTable table;
    return table;
}

TEST(EngineNumbers, ExportersAreAskedLate) {
    Environment environment = Environment::with_sources(4);
    const std::string unknown = taken("exporter id 1 or not exporter id 1", *FilterBatch{{.proto = 6}}, environment);
    EXPECT_EQ(unknown, "0");
    environment.exporters = &exporters();
    FilterBatch batch{{.proto = 6}, {.proto = 6}, {.proto = 6}, {.proto = 6}, {.proto = 6}};
    for (std::uint32_t row = 0; row < 5; ++row) batch->exporter[row] = row < 2 ? 0 : row < 4 ? 1 : 2;
    const ChannelSpec channels[] = {
        {.name = "a", .filter = "router ip 192.0.2.1"},
        {.name = "b", .filter = "exporter id 2"},
        {.name = "c", .filter = "engine-type 3 and engine-id 4"},
        {.name = "d", .filter = "nfversion 5"},
        {.name = "e", .filter = "not router ip 192.0.2.1"},
        {.name = "f", .filter = "router ip in [192.0.2.0/24 2001:db8::9]"},
    };
    const auto program = Program::compile(channels, environment);
    ASSERT_TRUE(program) << program.error().text();
    const auto matcher = Matcher::make(**program);
    ASSERT_TRUE(matcher);
    const auto rows = [&] {
        std::vector<std::string> out(std::size(channels));
        for (const auto& found : (*matcher)->match(*batch)) out[found.channel] = rows_of(found);
        return out;
    };
    using Rows = std::vector<std::string>;
    EXPECT_EQ(rows(), (Rows{"", "", "", "", "0 1 2 3 4", ""}));  // nobody exported yet
    const auto address = [](const char* text) { return flow::IpAddress::parse(text).value(); };
    ASSERT_EQ(exporters().find_or_add({.address = address("192.0.2.1"), .domain = 0x304}), 0u);
    ASSERT_EQ(
        exporters().find_or_add(
            {.address = address("192.0.2.1"), .agent = address("2001:db8::9"), .protocol = flow::Protocol::sflow5}),
        1u);
    EXPECT_EQ(rows(), (Rows{"0 1", "2 3", "0 1", "0 1 2 3", "2 3 4", "0 1 2 3"}));
}

// 20 bits by RFC 6437; what an exporter tells beyond them is larger than what it is compared with all the same.
TEST(EngineNumbers, FlowLabelsMayBeLargerThanTheyShould) {
    FilterBatch batch{{}, {}};
    batch.set(1, {Column::flow_label, 0x1f0000});
    EXPECT_EQ(taken("flowlabel > 5", *batch, Environment{}), "1");
    EXPECT_EQ(taken("flowlabel 0x1f0000", *batch, Environment{}), "1");
}

TEST(EngineNumbers, NetsOfDatabasesAreBounded) {
    filters::program::GraphBuilder graph;
    EXPECT_TRUE(graph.take_located(filters::program::kMostLocatedNets));
    EXPECT_FALSE(graph.take_located(1));
}

TEST(EngineNumbers, IdentIsTheNameOfASource) {
    FilterBatch batch{{.source = 0}, {.source = 1}, {.source = 1}};
    Environment environment;
    EXPECT_EQ(taken("ident zone1", *batch, environment), "");
    environment.sources = {"zone1", "zone2"};
    EXPECT_EQ(taken("ident zone2", *batch, environment), "1 2");
    EXPECT_EQ(taken("not ident zone2", *batch, environment), "0");
    EXPECT_EQ(taken("ident zone3", *batch, environment),
              "there is no source 'zone3'; the sources are 'zone1', 'zone2' (line 1, column 7 of its filter)");
}

TEST(EngineNumbers, RowsAreCountedFromTheFirstBatchOn) {
    const ChannelSpec channel{.name = "c", .filter = "count > 2 and count < 6"};
    const auto program = Program::compile(std::span(&channel, 1), Environment::with_sources(1));
    ASSERT_TRUE(program);
    const auto matcher = Matcher::make(**program);
    FilterBatch batch{{.proto = 6}, {.proto = 6}, {.proto = 6}, {.proto = 6}};
    EXPECT_EQ(rows_of((*matcher)->match(*batch)[0]), "2 3");
    EXPECT_EQ(rows_of((*matcher)->match(*batch)[0]), "0");
    EXPECT_TRUE((*matcher)->match(*batch).empty());
}

TEST(EngineNumbers, AThousandThresholdsStandOnALadder) {
    FilterBatch batch;
    for (std::uint32_t row = 0; row < flow::kBatchRows; ++row) {
        batch.add({.src_port = static_cast<std::uint16_t>(row * 31),
                   .more = {{Column::in_bytes, row * 100ull}, {Column::tos, row % 256}}});
    }
    std::vector<ChannelSpec> channels;
    for (std::uint64_t i = 0; i < 1000; ++i) {
        const std::string n = std::to_string(i * 199);
        channels.push_back({.name = "b", .filter = "bytes > " + n});
        channels.push_back({.name = "p", .filter = "src port < " + std::to_string(i * 65)});
        channels.push_back({.name = "t", .filter = "tos >= " + std::to_string(i % 240)});
    }
    const auto program = Program::compile(channels, Environment::with_sources(1));
    ASSERT_TRUE(program) << program.error().text();
    const auto matcher = Matcher::make(**program);
    std::vector<std::uint32_t> counts(channels.size());
    for (const auto& found : (*matcher)->match(*batch)) counts[found.channel] = found.count;
    for (std::uint32_t i = 0; i < 1000; ++i) {
        std::uint32_t bytes = 0;
        std::uint32_t ports = 0;
        std::uint32_t services = 0;
        for (std::uint32_t row = 0; row < flow::kBatchRows; ++row) {
            bytes += row * 100 > i * 199;
            ports += row * 31 < i * 65;
            services += row % 256 >= i % 240;
        }
        ASSERT_EQ(counts[i * 3], bytes) << i;
        ASSERT_EQ(counts[i * 3 + 1], ports) << i;
        ASSERT_EQ(counts[i * 3 + 2], services) << i;
    }
}

TEST(EngineNumbers, SmallAndLargeNumbersMeetWithoutAGap) {
    using filters::program::WideTable;
    const std::vector<filters::language::Range> ranges{
        {7, 7}, {65535, 65537}, {70000, 70000}, {80000, 90000}, {kMost, kMost}};
    const filters::program::NumberFeeds feeds{{3, ranges}};
    const auto table = WideTable::build(Column::src_as, feeds);
    ASSERT_TRUE(table);
    for (const std::uint64_t in :
         {7ull, 65535ull, 65536ull, 65537ull, 70000ull, 80000ull, 85000ull, 90000ull, 0ull - 1}) {
        EXPECT_NE(table->find(in), 0u) << in;
    }
    for (const std::uint64_t out : {0ull, 6ull, 8ull, 65534ull, 65538ull, 69999ull, 79999ull, 90001ull, 0ull - 2}) {
        EXPECT_EQ(table->find(out), 0u) << out;
    }
}

TEST(EngineNumbers, WhatWouldFillMemoryIsRefused) {
    std::vector<filters::program::WideRange> limits;
    for (std::uint32_t i = 0; i <= filters::program::kMostRungs; ++i) limits.push_back({{i + 1ull, kMost}, i});
    const auto ladder = filters::program::Ladder::build(filters::language::Subject(Column::in_bytes), limits);
    ASSERT_FALSE(ladder);
    EXPECT_NE(ladder.error().message.find("65537 different limits of in_bytes"), std::string::npos);
    // Nested intervals: each of n values has up to n predicates.
    std::vector<filters::language::Range> ranges;
    for (std::uint64_t i = 0; i < 4000; ++i) ranges.push_back({i, 8000 - i});
    filters::program::NumberFeeds nested;
    for (std::uint32_t i = 0; i < ranges.size(); ++i) nested.emplace_back(i, std::span(ranges).subspan(i, 1));
    EXPECT_FALSE(filters::program::WideTable::build(Column::src_as, nested));
}

TEST(EngineNumbers, SignsAreCarried) {
    const ChannelSpec channels[] = {{.name = "up", .filter = ""}, {.name = "down", .filter = "", .above_axis = false}};
    const auto program = Program::compile(channels, Environment::with_sources(1));
    ASSERT_TRUE(program);
    EXPECT_TRUE((*program)->above_axis(0));
    EXPECT_FALSE((*program)->above_axis(1));
}

}  // namespace
