// SPDX-License-Identifier: Apache-2.0
// What filters mean, row by row, on batches small enough to read.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "filters/program/program.hpp"
#include "tests/support/filter_batch.hpp"

namespace {

using filters::ChannelRows;
using filters::ChannelSpec;
using filters::Matcher;
using filters::Program;
using support::FilterBatch;

std::string rows_of(const ChannelRows& found) {
    std::string out;
    for (std::uint32_t r = 0; r < flow::kBatchRows; ++r) {
        if ((found.rows[r / 64] >> (r % 64) & 1) != 0) out += (out.empty() ? "" : " ") + std::to_string(r);
    }
    return out;
}

// Rows of `batch` that the filter takes, as "0 2 5".
std::string taken(const std::string& filter, const flow::FlowBatch& batch, std::vector<std::uint16_t> sources = {}) {
    const std::vector<ChannelSpec> channels{{.name = "t/c", .filter = filter, .sources = std::move(sources)}};
    const auto program = Program::compile(channels, filters::Environment::with_sources(8));
    if (!program) return program.error().text();
    const auto matcher = Matcher::make(**program);
    if (!matcher) return matcher.error().text();
    const auto found = (*matcher)->match(batch);
    return found.empty() ? "" : rows_of(found.front());
}

// Row numbers stand in the expectations below.
FilterBatch mixed() {
    return FilterBatch{
        {.src = "10.1.0.1", .dst = "192.168.1.20", .proto = 6, .src_port = 50000, .dst_port = 80},          // 0
        {.src = "192.168.1.20", .dst = "10.1.0.1", .proto = 6, .src_port = 80, .dst_port = 50000},          // 1
        {.src = "10.1.0.1", .dst = "8.8.8.8", .proto = 17, .src_port = 53, .dst_port = 53},                 // 2
        {.src = "172.16.5.1", .dst = "10.2.0.9", .proto = 1, .src_port = 0, .dst_port = 3 * 256 + 1},       // 3
        {.src = "2001:db8::1", .dst = "2001:db8:dead::2", .proto = 6, .src_port = 40000, .dst_port = 443},  // 4
        {.src = "fe80::1", .dst = "ff02::1", .proto = 58, .src_port = 0, .dst_port = 134 * 256},            // 5
        {.proto = 47},                                                                                      // 6
        {.src = "::", .dst = "::1", .proto = 6, .src_port = 65535, .dst_port = 769},                        // 7
        {.src = "10.0.5.77", .proto = 132, .src_port = 1024, .dst_port = 1025},                             // 8
    };
}

struct Case {
    std::string filter;
    std::string rows;
};

TEST(Matcher, TakesTheRowsTheFilterMeans) {
    FilterBatch batch = mixed();
    const Case cases[] = {
        {"any", "0 1 2 3 4 5 6 7 8"},
        {"", "0 1 2 3 4 5 6 7 8"},
        {"not any", ""},
        {"ipv4", "0 1 2 3 8"},
        {"ipv6", "4 5 7"},
        {"not ipv4 and not ipv6", "6"},
        {"ipv4 or ipv6", "0 1 2 3 4 5 7 8"},
        {"proto tcp", "0 1 4 7"},
        {"proto icmp", "3"},
        {"proto icmp6", "5"},
        {"proto gre", "6"},
        {"not proto tcp", "2 3 5 6 8"},
        {"port 80", "0 1"},
        {"src port 80", "1"},
        {"dst port 80", "0"},
        {"src and dst port 53", "2"},
        {"port 53", "2"},
        {"src and dst port 80", ""},
        {"not port 53", "0 1 3 4 5 6 7 8"},
        {"port 0", "3 5 6"},
        {"port > 1024", "0 1 4 5 7 8"},
        {"dst port > 1024", "1 5 8"},
        {"port < 20", "3 5 6"},
        {"port >= 65535", "7"},
        {"src port <= 1024", "1 2 3 5 6 8"},
        {"src and dst port >= 1024", "8"},
        {"port in [80, 443 53]", "0 1 2 4"},
        {"port < 0", ""},
        {"port >= 0", "0 1 2 3 4 5 6 7 8"},
        {"not port >= 0", ""},
        {"port 80 or port 53", "0 1 2"},
        {"src port 53 or dst port 80", "0 2"},
        {"src port 80 and dst port 50000", "1"},
        {"(port 80 or port 443) and proto tcp", "0 1 4"},
        {"proto tcp and not port 80", "4 7"},
        {"not (proto tcp or proto udp)", "3 5 6 8"},
        {"not (proto tcp and port 80)", "2 3 4 5 6 7 8"},
        {"port 80 or not proto tcp", "0 1 2 3 5 6 8"},
        {"not port 80 or not proto tcp", "2 3 4 5 6 7 8"},
        {"port 80 and not port 80", ""},
        {"port 80 or not port 80", "0 1 2 3 4 5 6 7 8"},
        {"ip 10.1.0.1", "0 1 2"},
        {"src ip 10.1.0.1", "0 2"},
        {"dst ip 10.1.0.1", "1"},
        {"src and dst ip 10.1.0.1", ""},
        {"ip in [8.8.8.8 2001:db8::1]", "2 4"},
        {"ip ::1", "7"},
        {"ip ::", "7"},
        {"not ip 10.1.0.1", "3 4 5 6 7 8"},
        {"net 10/8", "0 1 2 3 8"},
        {"src net 10/8", "0 2 8"},
        {"net 10.1/16", "0 1 2"},
        {"net 172.16/12", "3"},
        {"net 0.0.0.0/0", "0 1 2 3 8"},
        {"net ::/0", "4 5 7"},
        {"net ::/3", "7"},
        {"net ::/2", "4 7"},
        {"net 2001:db8::/32", "4"},
        {"dst net 2001:db8:dead::/48", "4"},
        {"src net 2001:db8:dead::/48", ""},
        {"net ::/127", "7"},
        {"net 10.0.5.0 255.0.255.0", "8"},
        {"src net 10.0.0.9 255.0.0.15", ""},
        {"dst net 10.0.0.9 255.0.0.15", "3"},
        {"ip in [10.0.0.0/8 10.1.0.0/16 10.1.0.1]", "0 1 2 3 8"},
        {"net 10/8 and not net 10.1/16", "3 8"},
        {"src net 10.1/16 and dst net 192.168/16", "0"},
        {"net 10.0.4.0/22 or ip 8.8.8.8 or dst net ff00::/8", "2 5 8"},
        {"icmp-type 3", "3"},
        {"icmp-code 1", "3"},
        {"icmp-type 134", "5"},
        {"icmp-code 0", "5"},
        {"icmp-type 3 and icmp-code 1", "3"},
        {"icmp-type 3 or icmp-type 134", "3 5"},
        {"not icmp-type 3", "0 1 2 4 5 6 7 8"},
        {"proto icmp and dst port 769", "3"},
    };
    for (const Case& c : cases) EXPECT_EQ(taken(c.filter, *batch), c.rows) << c.filter;
}

TEST(Matcher, FindsPayloadBehindTheHeaders) {
    FilterBatch batch{
        {.src = "10.0.0.1", .dst = "10.0.0.2", .proto = 99, .payload = "GET /index.html HTTP/1.1"},
        {.src = "10.0.0.1", .dst = "10.0.0.2", .proto = 99, .payload = "get nothing"},
        {.src = "10.0.0.1", .dst = "10.0.0.2", .proto = 99},
        {.src = "10.0.0.1", .dst = "10.0.0.2", .proto = 99, .payload = {"\x16\x03\x00\x00\x2e", 5}},
    };
    const Case cases[] = {
        {"payload content 'GET /'", "0"},
        {"payload content GET", "0"},
        {"payload regex '[Gg](ET|et) '", "0 1"},
        {"payload regex 'get .*' i", "0 1"},
        {"payload regex '^\\x16\\x03\\x00'", "3"},
        {"not payload content GET", "1 2 3"},
        {"payload content .", "0 3"},
        {"payload content GET and payload content '1.1'", "0"},
        {"payload content GET or payload content get", "0 1"},
        {"payload content '('", ""},
    };
    for (const Case& c : cases) EXPECT_EQ(taken(c.filter, *batch), c.rows) << c.filter;
}

TEST(Matcher, AppliesSourceLists) {
    FilterBatch batch{
        {.dst_port = 80, .source = 0}, {.dst_port = 80, .source = 1}, {.dst_port = 22, .source = 1},
        {.dst_port = 80, .source = 7}, {.dst_port = 80, .source = 9},  // 9: a source this Program does not
                                                                       // know
    };
    EXPECT_EQ(taken("any", *batch), "0 1 2 3 4");
    EXPECT_EQ(taken("any", *batch, {1}), "1 2");
    EXPECT_EQ(taken("any", *batch, {7, 0, 7}), "0 3");
    EXPECT_EQ(taken("any", *batch, {0, 1, 2, 3, 4, 5, 6, 7}), "0 1 2 3 4");
    EXPECT_EQ(taken("port 80", *batch, {1, 7}), "1 3");
    EXPECT_EQ(taken("not port 80", *batch, {1}), "2");
    EXPECT_EQ(taken("not port 80", *batch, {0}), "");
    EXPECT_EQ(taken("any", *batch, {6}), "");
}

TEST(Matcher, BitmapsEndWithTheBatchAndCountTheirRows) {
    const std::vector<ChannelSpec> channels{{.name = "t/all"},
                                            {.name = "t/not", .filter = "not port 7"},
                                            {.name = "t/tcp", .filter = "proto tcp"},
                                            {.name = "t/wide", .filter = "port < 60000"},
                                            {.name = "t/v6", .filter = "not ipv4"}};
    const auto program = Program::compile(channels, filters::Environment::with_sources(1));
    ASSERT_TRUE(program);
    const auto matcher = Matcher::make(**program);
    ASSERT_TRUE(matcher);
    for (const std::uint32_t rows : {1u, 63u, 64u, 65u, 1000u, flow::kBatchRows}) {
        FilterBatch batch;
        for (std::uint32_t r = 0; r < rows; ++r) batch.add({});
        const auto found = (*matcher)->match(*batch);
        ASSERT_EQ(found.size(), 5u);
        for (const ChannelRows& channel : found) {
            EXPECT_EQ(channel.count, rows);
            for (std::uint32_t r = 0; r < flow::kBatchRows; ++r) {
                ASSERT_EQ(channel.rows[r / 64] >> (r % 64) & 1, r < rows ? 1u : 0u) << r << " of " << rows;
            }
        }
    }
    FilterBatch empty;
    EXPECT_TRUE((*matcher)->match(*empty).empty());
}

TEST(Matcher, ForgetsTheBatchBefore) {
    const std::vector<ChannelSpec> channels{{.name = "t/a", .filter = "port 80"},
                                            {.name = "t/b", .filter = "port 80 and proto tcp or ip 1.1.1.1"}};
    const auto program = Program::compile(channels, filters::Environment::with_sources(1));
    ASSERT_TRUE(program);
    const auto matcher = Matcher::make(**program);
    ASSERT_TRUE(matcher);
    FilterBatch web{{.dst_port = 80}};
    FilterBatch other{{.dst_port = 81}};
    EXPECT_EQ((*matcher)->match(*web).size(), 2u);
    EXPECT_TRUE((*matcher)->match(*other).empty());
    EXPECT_EQ((*matcher)->match(*web).size(), 2u);
}

TEST(Matcher, TwoProgramsLiveSideBySide) {
    FilterBatch batch = mixed();
    const std::vector<ChannelSpec> before{{.name = "t/a", .filter = "port 80"}};
    const std::vector<ChannelSpec> after{{.name = "t/x", .filter = "proto udp"},
                                         {.name = "t/a", .filter = "payload content x or port 443"}};
    auto old_program = Program::compile(before, filters::Environment::with_sources(1));
    ASSERT_TRUE(old_program);
    auto old_matcher = Matcher::make(**old_program);
    ASSERT_TRUE(old_matcher);
    const auto new_program = Program::compile(after, filters::Environment::with_sources(1));
    ASSERT_TRUE(new_program);
    const auto new_matcher = Matcher::make(**new_program);
    ASSERT_TRUE(new_matcher);
    for (int i = 0; i < 3; ++i) {
        const auto old_found = (*old_matcher)->match(*batch);
        const auto new_found = (*new_matcher)->match(*batch);
        ASSERT_EQ(old_found.size(), 1u);
        EXPECT_EQ(rows_of(old_found[0]), "0 1");
        ASSERT_EQ(new_found.size(), 2u);
        EXPECT_EQ(rows_of(new_found[0]), "2");
        EXPECT_EQ(rows_of(new_found[1]), "4");
    }
    old_matcher->reset();
    old_program->reset();
    EXPECT_EQ((*new_matcher)->match(*batch).size(), 2u);
}

TEST(Matcher, TheDefaultChannelsEachTakeTheirRow) {
    const std::uint16_t ports[] = {19,  21,  22,  23,   53,   80,   110,  123,  135,  137,
                                   161, 443, 445, 8080, 1433, 3306, 3389, 5060, 6681, 6682};
    std::vector<ChannelSpec> channels{{.name = "zone1/icmp", .filter = "proto icmp"}};
    FilterBatch batch{{.src = "10.0.0.1", .dst = "10.0.0.2", .proto = 1, .dst_port = 2048}};
    std::uint32_t row = 1;
    for (const std::uint16_t port : ports) {
        channels.push_back({.name = "zone1/" + std::to_string(port), .filter = "port " + std::to_string(port)});
        const bool as_source = row++ % 2 != 0;
        batch.add(
            {.src_port = as_source ? port : std::uint16_t{33333}, .dst_port = as_source ? std::uint16_t{33333} : port});
    }
    batch.add({.src_port = 53, .dst_port = 123});
    const auto program = Program::compile(channels, filters::Environment::with_sources(5));
    ASSERT_TRUE(program);
    EXPECT_EQ((*program)->figures().predicates, 21u);
    EXPECT_EQ((*program)->figures().operations, 0u);
    EXPECT_EQ((*program)->figures().indexes, (std::vector<std::string>{"src_port+dst_port table", "proto 1 range compare"}));
    const auto matcher = Matcher::make(**program);
    ASSERT_TRUE(matcher);
    const auto found = (*matcher)->match(*batch);
    ASSERT_EQ(found.size(), 21u);
    for (std::uint32_t channel = 0; channel < 21; ++channel) {
        EXPECT_EQ(found[channel].channel, channel);
        const std::string own = std::to_string(channel);
        const bool twice = channels[channel].filter == "port 53" || channels[channel].filter == "port 123";
        EXPECT_EQ(rows_of(found[channel]), twice ? own + " 21" : own);
        EXPECT_EQ(found[channel].count, twice ? 2u : 1u);
    }
}

}  // namespace
