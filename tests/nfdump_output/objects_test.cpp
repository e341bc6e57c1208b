// SPDX-License-Identifier: Apache-2.0
// JSON of every set, read back by a parser that knows nothing of ours.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "control/query/print.hpp"
#include "tests/nfdump_output/flow_sets.hpp"

namespace nfdump_output {
namespace {

std::string printed(const std::string& set, const query::PrintOptions& wanted) {
    const support::DecodeRig& rig = rows_of(set);
    query::PrintOptions options = wanted;
    options.exporters = &rig.exporters();
    auto printer = query::RecordPrinter::make(options);
    std::string out;
    (*printer)->header(out);
    for (const flow::FlowBatch* batch : rig.writer().batches()) {
        for (std::uint32_t row = 0; row < batch->rows; ++row) {
            (*printer)->record(*batch, row, query::sums_of(*batch, row, false), out);
        }
    }
    (*printer)->footer(out);
    return out;
}

std::vector<nlohmann::json> lines_of(const std::string& text) {
    std::vector<nlohmann::json> out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) out.push_back(nlohmann::json::parse(line));
    return out;
}

constexpr std::array kSets = {"oracle", "oracle5", "numbers", "addresses", "protocols", "events", "rare"};

TEST(Objects, OfAllRecordsAreJson) {
    for (const char* set : kSets) {
        SCOPED_TRACE(set);
        const std::size_t rows = rows_of(set).writer().rows();
        EXPECT_EQ(lines_of(printed(set, {.objects = true})).size(), rows);
        const std::vector<nlohmann::json> lines = lines_of(printed(set, {.format = "ndjson"}));
        EXPECT_EQ(lines.size(), rows);
        // The same members, as an array.
        EXPECT_EQ(nlohmann::json(lines), nlohmann::json::parse(printed(set, {.format = "json"})));
    }
}

TEST(Objects, OfARecordHaveAllThatItBrought) {
    const nlohmann::json first = lines_of(printed("oracle", {.objects = true})).front();
    EXPECT_EQ(first["type"], "record");
    EXPECT_EQ(first["first"], "2026-01-15T11:50:00.000Z");
    EXPECT_EQ(first["last"], "2026-01-15T11:50:01.500Z");
    EXPECT_EQ(first["received"], "2030-01-02T03:04:05.678Z");
    EXPECT_EQ(first["duration_ms"], 1500);
    EXPECT_EQ(first["flows"], 3);
    EXPECT_EQ(first["packets"], 10);
    EXPECT_EQ(first["out_bytes"], 9000);
    EXPECT_EQ(first["bps"], 27733);
    EXPECT_EQ(first["tcp_flags"], "...AP.SF");
    EXPECT_EQ(first["protocol"], "TCP");
    EXPECT_EQ(first["proto"], 6);
    EXPECT_EQ(first["src_addr"], "10.1.0.1");
    EXPECT_EQ(first["src_port"], 40001);
    EXPECT_EQ(first["next_hop"], "10.255.0.1");
    EXPECT_EQ(first["in_src_mac"], "00:11:22:33:44:55");
    EXPECT_EQ(first["mpls"][2], nlohmann::json({{"label", 16003}, {"exp", 0}, {"bottom", true}}));
    EXPECT_EQ(first["exporter_address"], "127.0.0.1");
    EXPECT_EQ(first["exporter_protocol"], "netflow9");
    EXPECT_EQ(first["exporter_domain"], 42);
    EXPECT_FALSE(first.contains("firewall_event"));

    const nlohmann::json event = lines_of(printed("events", {.objects = true}))[2];
    EXPECT_EQ(event["firewall_event"], 2);
    EXPECT_EQ(event["ingress_acl"], nlohmann::json({{"acl", 1}, {"ace", 2}, {"xace", 3}}));
    EXPECT_EQ(event["user"], "user2");
}

TEST(Objects, OfStatisticsHaveTheirNumbers) {
    const support::DecodeRig& rig = rows_of("oracle");
    const auto request = store::query::parse_statistic("dstport:p/bytes");
    ASSERT_TRUE(request);
    store::query::Groups groups(store::query::grouping_of(*request));
    const flow::FlowBatch& batch = rig.batch();
    std::array<std::uint64_t, flow::kBatchRows / 64> rows{};
    rows[0] = (1ull << batch.rows) - 1;
    groups.add(batch, rows.data(), 0);
    for (const char* format : {"json", "ndjson", "line"}) {
        std::string out;
        query::print_statistic({request->element, true, store::query::Order::bytes, 1}, groups,
                               groups.top(store::query::Order::bytes, 1),
                               {.format = format, .objects = std::string_view(format) == "line"}, out);
        const nlohmann::json o = nlohmann::json::parse(out);
        EXPECT_EQ(o["type"], "statistic");
        EXPECT_EQ(o["element"], "dstport");
        EXPECT_EQ(o["title"], "Dst Port");
        EXPECT_EQ(o["order"], "bytes");
        EXPECT_EQ(o["total"]["flows"], 36);
        const nlohmann::json row = o["rows"][0];
        EXPECT_EQ(row["value"], "443");
        EXPECT_EQ(row["protocol"], "TCP");
        EXPECT_EQ(row["bytes"], 1620052000);
        EXPECT_EQ(row["bytes_percent"], 99.9);
        EXPECT_EQ(row["first"], "2026-01-15T11:50:00.300Z");
        EXPECT_EQ(row["duration_ms"], 60650);
    }
}

TEST(Objects, OfSummariesHaveTheirCoverage) {
    query::Summary summary{.processed = 10, .passed = 4};
    summary.total = {.flows = 4, .in_bytes = 1000, .out_bytes = 24, .first_ms = 1000, .last_ms = 2000};
    summary.coverage = "partial: 99.2 %";
    std::string out;
    query::print_summary(summary, {.objects = true, .quiet = true}, out);
    const nlohmann::json o = nlohmann::json::parse(out);
    EXPECT_EQ(o["type"], "summary");
    EXPECT_EQ(o["bytes"], 1024);
    EXPECT_EQ(o["bps"], 8192);
    EXPECT_EQ(o["coverage"], "partial: 99.2 %");
}

}  // namespace
}  // namespace nfdump_output
