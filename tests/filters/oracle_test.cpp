// SPDX-License-Identifier: Apache-2.0
// 310 filters whose answers nfdump 1.7.1 gave, over the same 34 flows, decoded by us from datagrams. Under the older rule
// for what a record lacks: it is 0. Where we answer otherwise the table says so, and why.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>

#include "filters/language/parser.hpp"
#include "filters/program/program.hpp"
#include "tests/support/decode_rig.hpp"
#include "tests/support/oracle_flows.hpp"
#include "tests/support/oracle_table.hpp"
#include "tests/support/reference_filter.hpp"

namespace {

namespace fs = std::filesystem;

using support::OracleAnswer;
using support::OracleCase;

constexpr std::uint64_t kReceived_ms = 1'768'478'400'500;  // 2026-01-15 12:00 UTC, when they were sent

const std::vector<OracleCase>& cases() {
    static const auto kCases = support::oracle_cases(std::string(TEST_DATA) + "/valid/nfdump_filters.tsv");
    return kCases;
}

// What nfdump answers of v9 files; DecodeRig's source has index 3.
filters::Environment environment(const flow::ExporterTable& exporters) {
    filters::Environment out;
    out.sources = {"none", "other", "third", "oracle9"};
    out.missing = filters::language::Missing::zero;
    out.exporters = &exporters;
    return out;
}

class OracleFlows : public testing::Test {
  protected:
    void take(const std::vector<support::Bytes>& datagrams) {
        for (const support::Bytes& datagram : datagrams) {
            ASSERT_EQ(rig_.send(datagram, "127.0.0.1", kReceived_ms), flow::Outcome::accepted);
        }
        rig_.settle();
        EXPECT_EQ(flow::broken_law(rig_.ledger()), "");
    }
    [[nodiscard]] const flow::FlowBatch& batch() const { return rig_.batch(); }

    // The records that a program of these filters takes, for each.
    std::vector<OracleAnswer> run(const std::vector<std::string>& list, const filters::Environment& env) {
        std::vector<filters::ChannelSpec> channels;
        for (const std::string& filter : list) channels.push_back({.name = "oracle/" + filter, .filter = filter});
        const auto program = filters::Program::compile(channels, env);
        if (!program) return {{.refused = true}};
        const auto matcher = filters::Matcher::make(**program).value();
        std::vector<OracleAnswer> out(list.size());
        for (const filters::ChannelRows& found : matcher->match(batch())) {
            for (std::uint32_t row = 0; row < batch().rows; ++row) {
                if ((found.rows[row / 64] >> (row % 64) & 1) != 0) add(out[found.channel], row);
            }
        }
        return out;
    }
    OracleAnswer run(const std::string& filter) { return run({filter}, environment(rig_.exporters())).front(); }

    void add(OracleAnswer& answer, std::uint32_t row) const {
        using filters::language::Reading;
        const auto number = [&](Reading reading) {
            return support::number_of(filters::language::Subject(reading), batch(), row, {}).value_or(0);
        };
        answer.records.push_back(row + 1);
        answer.flows += number(Reading::flows);
        answer.packets += number(Reading::packets) + number(Reading::out_packets);
        answer.bytes += number(Reading::bytes) + number(Reading::out_bytes);
    }

    support::DecodeRig rig_;
};

void expect_answer(const OracleCase& wanted, const OracleAnswer& found) {
    SCOPED_TRACE(wanted.filter + (wanted.ours ? " (" + wanted.why + ")" : ""));
    const OracleAnswer& answer = wanted.ours.value_or(wanted.nfdump);
    EXPECT_EQ(found.refused, answer.refused);
    EXPECT_EQ(support::record_text(found.records), support::record_text(answer.records));
    if (wanted.ours) return;
    EXPECT_EQ(found.flows, answer.flows);
    EXPECT_EQ(found.bytes, answer.bytes);
    EXPECT_EQ(found.packets, answer.packets);
}

class OracleV9 : public OracleFlows {
  protected:
    void SetUp() override {
        take(support::oracle_v9());
        ASSERT_EQ(batch().rows, support::kOracleFlows);
    }
};

TEST_F(OracleV9, TheTableIsWhole) {
    EXPECT_EQ(cases().size(), 310u);
    for (const OracleCase& c : cases()) {
        EXPECT_TRUE(!c.ours || !c.why.empty()) << c.filter;
    }
}

TEST_F(OracleV9, EachFilterAlone) {
    for (const OracleCase& c : cases()) expect_answer(c, run(c.filter));
}

TEST_F(OracleV9, AllFiltersTogether) {
    std::vector<OracleCase> accepted;
    std::vector<std::string> list;
    for (const OracleCase& c : cases()) {
        if (c.ours.value_or(c.nfdump).refused) continue;
        accepted.push_back(c);
        list.push_back(c.filter);
    }
    const auto answers = run(list, environment(rig_.exporters()));
    ASSERT_EQ(answers.size(), list.size());
    for (std::size_t i = 0; i < list.size(); ++i) expect_answer(accepted[i], answers[i]);
}

TEST_F(OracleV9, RefusedFiltersSayWhere) {
    for (const OracleCase& c : cases()) {
        if (!c.ours.value_or(c.nfdump).refused) continue;
        const filters::ChannelSpec channel{.name = "oracle/refused", .filter = c.filter, .place = {"oracle", 1, 1}};
        const auto program = filters::Program::compile(std::span(&channel, 1), environment(rig_.exporters()));
        ASSERT_FALSE(program) << c.filter;
        EXPECT_EQ(program.error().place.line, 1u) << c.filter;
        EXPECT_NE(program.error().place.column, 0u) << c.filter;
    }
}

// The reference evaluator has learnt its meanings from the same words; it is held to the same answers.
TEST_F(OracleV9, TheReferenceAgrees) {
    support::FilterWorld world;
    world.missing = filters::language::Missing::zero;
    world.sources = environment(rig_.exporters()).sources;
    world.exporters = &rig_.exporters();
    for (const OracleCase& c : cases()) {
        const auto ast = filters::language::parse(c.filter);
        if (!ast) continue;  // EachFilterAlone looks at those
        OracleAnswer found{.refused = c.ours.value_or(c.nfdump).refused};
        const support::ReferenceFilter reference(*ast, batch(), world);
        for (std::uint32_t row = 0; row < batch().rows && !found.refused; ++row) {
            if (reference.holds(row)) add(found, row);
        }
        expect_answer(c, found);
    }
}

// nfdump takes no record of a source it does not know; here that is a mistyped name.
TEST_F(OracleV9, SourcesNobodyConfiguredAreRefused) {
    EXPECT_TRUE(run("ident elsewhere").refused);
    EXPECT_FALSE(run("ident none").refused);
}

struct ByHand {
    const char* filter;
    const char* records;
};

// What Debian's nfdump cannot be asked, worked out by hand from the flows.
TEST_F(OracleV9, CasesByHand) {
    static constexpr ByHand kCases[] = {
        {"as 65001", "1,3"},
        {"src as 65001", "1"},
        {"dst as 64512", "1"},
        {"as in [65001 559]", "1,3"},
        {"as in [65001,64512]", "1,3"},
        {"src as 4200000001", "30"},
        {"dst as 65536", "30"},
        {"src as > 65000", "1,30"},
        {"prev as 559", "1"},
        {"next as 3303", "1"},
        {"src as 0", "2,4-29,31-34"},
        {"proto udp\nand\nport 53", "12-14,31"},
        {"proto udp # all of it\n# and then\n and port 53\n", "12-14,31"},
        {"ident oracle9 and port 53", "12-14,31"},
        {"ident other or port 53", "12-14,31"},
        {"not ident oracle9", "-"},
    };
    for (const ByHand& c : kCases) EXPECT_EQ(support::record_text(run(c.filter).records), c.records) << c.filter;
}

TEST_F(OracleV9, IncludedFiles) {
    static const std::map<std::string, std::string, std::less<>> kFiles = {
        {"inc.txt", "# included part\nport 53\n"},
        {"outer.txt", "@include inc.txt\nand proto udp"},
    };
    filters::Environment env = environment(rig_.exporters());
    env.context.include = [](std::string_view path,
                             std::string_view) -> flow::Result<filters::language::Context::Included> {
        const auto file = kFiles.find(path);
        if (file == kFiles.end()) return flow::fail("there is no such file");
        return filters::language::Context::Included{file->first, file->second};
    };
    const std::string nfdump_file =
        "# filter file with comment\n( @include inc.txt\n)   # trailing\nand\nnot src ip 8.8.8.8\n";
    const auto found =
        run({"( @include inc.txt )", nfdump_file, "not (@include outer.txt\n) and port 53", "@include outer.txt"}, env);
    ASSERT_EQ(found.size(), 4u);
    EXPECT_EQ(support::record_text(found[0].records), "12-14,31");
    EXPECT_EQ(support::record_text(found[1].records), "12,14,31");
    EXPECT_EQ(support::record_text(found[2].records), "-");
    EXPECT_EQ(support::record_text(found[3].records), "12-14,31");
    EXPECT_TRUE(run({"@include missing.txt"}, env).front().refused);
}

// Sources are told apart: v5 datagrams beside, from another source. (29 of 63 records are its.)
TEST_F(OracleV9, IdentOverTwoSources) {
    for (support::Bytes& datagram : support::oracle_v5()) {
        ASSERT_EQ(rig_.take({.payload = datagram,
                             .exporter = flow::IpAddress::parse("127.0.0.1").value(),
                             .received_ms = kReceived_ms,
                             .source_id = 2,
                             .source = 2}),
                  flow::Outcome::accepted);
    }
    ASSERT_EQ(batch().rows, 63u);
    EXPECT_EQ(support::record_text(run("ident third").records), "35-63");
    EXPECT_EQ(support::record_text(run("ident oracle9").records), "1-34");
    EXPECT_EQ(support::record_text(run("nfversion 5").records), "35-63");
    EXPECT_EQ(support::record_text(run("engine-type 3 and engine-id 7").records), "35-63");
    EXPECT_EQ(support::record_text(run("sysid 2").records), "35-63");
}

class OracleV5 : public OracleFlows {
  protected:
    void SetUp() override { take(support::oracle_v5()); }
};

TEST_F(OracleV5, Totals) {
    const OracleAnswer all = run("any");
    EXPECT_EQ(all.records.size(), 29u);
    EXPECT_EQ(all.flows, 29u);
    EXPECT_EQ(all.packets, 1103595u);
    EXPECT_EQ(all.bytes, 1622262197u);
}

TEST_F(OracleV5, WhatTheProtocolCarries) {
    static constexpr ByHand kCases[] = {
        {"nfversion 5", "1-29"},
        {"engine-type 3", "1-29"},
        {"engine-id 7", "1-29"},
        {"src as 65001", "1"},
        {"icmp-type 3", "23-24"},
        {"icmp-code 1", "23"},
        {"flags S", "1-4,6-7,10"},
        {"tos 184", "4"},
        {"next ip 10.255.0.1", "1"},
        {"src mask 24", "1"},
        {"out packets > 0", "-"},
        {"duration > 1000", "1,5,10-11,20"},
        {"ipv6", "-"},
    };
    for (const ByHand& c : kCases) EXPECT_EQ(support::record_text(run(c.filter).records), c.records) << c.filter;
}

// The table says what nfdump said: compared with its output where that is at hand.
TEST(OracleTable, IsWhatNfdumpSaid) {
    if (!fs::exists(fs::path(ORACLE) / "filters.out")) GTEST_SKIP() << "no ../shared/oracle here";
    std::map<std::string, OracleAnswer> table;
    for (const OracleCase& c : cases()) table[c.filter] = c.nfdump;
    const std::regex answer(R"(^(.*?) +n=(\d+) +sum\(flows bytes pkts\)=(\d+) (\d+) (\d+) rec=(.*)$)");
    const std::regex refusal(R"(^(.*?) +ERR rc=.*$)");
    std::size_t lines = 0;
    for (const char* name : {"filters.out", "filters2.out"}) {
        std::ifstream file(fs::path(ORACLE) / name);
        for (std::string line; std::getline(file, line); ++lines) {
            std::smatch part;
            if (std::regex_match(line, part, refusal)) {
                ASSERT_TRUE(table.count(part[1])) << line;
                EXPECT_TRUE(table[part[1]].refused) << line;
                continue;
            }
            ASSERT_TRUE(std::regex_match(line, part, answer)) << line;
            ASSERT_TRUE(table.count(part[1])) << line;
            const OracleAnswer& ours = table[part[1]];
            EXPECT_EQ(std::to_string(ours.records.size()), part[2]) << line;
            EXPECT_EQ(std::to_string(ours.flows), part[3]) << line;
            EXPECT_EQ(std::to_string(ours.bytes), part[4]) << line;
            EXPECT_EQ(std::to_string(ours.packets), part[5]) << line;
            std::string records;  // nfdump's list is cut after some characters
            for (const std::uint32_t n : ours.records) records += "," + std::to_string(n);
            EXPECT_TRUE(records.empty() || records.starts_with(std::string(part[6]))) << line;
        }
    }
    EXPECT_EQ(lines, table.size());
}

}  // namespace
