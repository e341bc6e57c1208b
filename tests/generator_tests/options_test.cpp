// SPDX-License-Identifier: Apache-2.0
#include "tests/generator/options.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/generator/run.hpp"
#include "tests/generator_tests/reader.hpp"
#include "tests/support/pcap.hpp"

namespace generator_tests {

namespace {

std::variant<generator::Options, int> parse(std::vector<const char*> words) {
    words.insert(words.begin(), "flow-generator");
    return generator::parse_options(static_cast<int>(words.size()), words.data());
}

std::string temporary(const std::string& name) {
    return (std::filesystem::path(testing::TempDir()) / ("flow_generator_" + name)).string();
}

}  // namespace

TEST(Options, Defaults) {
    const auto parsed = parse({});
    const auto& o = std::get<generator::Options>(parsed);
    EXPECT_EQ(o.protocol, generator::Protocol::v5);
    EXPECT_EQ(o.rate, 10'000u);
    EXPECT_EQ(o.exporters, 1u);
    EXPECT_EQ(o.host, "127.0.0.1");
    EXPECT_FALSE(o.for_seconds);
    EXPECT_FALSE(o.json);
}

TEST(Options, AllOfThem) {
    const auto parsed =
        parse({"-t",     "192.0.2.9", "-p",    "9995", "--protocol", "ipfix", "--rate", "500",  "--exporters", "7",
               "--seed", "9",         "--for", "5m",   "--count",    "123",   "--ipv6", "0.25", "-o",          "json"});
    const auto& o = std::get<generator::Options>(parsed);
    EXPECT_EQ(o.host, "192.0.2.9");
    EXPECT_EQ(o.port, 9995);
    EXPECT_EQ(o.protocol, generator::Protocol::ipfix);
    EXPECT_EQ(o.rate, 500u);
    EXPECT_EQ(o.exporters, 7u);
    EXPECT_EQ(o.seed, 9u);
    EXPECT_EQ(o.for_seconds, 300.0);
    EXPECT_EQ(o.count, 123u);
    EXPECT_EQ(o.ipv6_share, 0.25);
    EXPECT_TRUE(o.json);
}

TEST(Options, HelpEndsWithZero) {
    EXPECT_EQ(std::get<int>(parse({"--help"})), 0);
}

TEST(Options, WrongUseEndsWithTwo) {
    const std::vector<std::vector<const char*>> wrong = {
        {"--protocol", "v7"},
        {"-p", "0"},
        {"-p", "65536"},
        {"--for", "ten"},
        {"--for", "-3s"},
        {"--for", "10d"},
        {"--ipv6", "1.5"},
        {"--exporters", "0"},
        {"--sampling", "0"},
        {"--no-such-option"},
        {"--write", "x.pcap"},
        {"--write", "x.pcap", "--count", "5", "--rate", "0"},
        {"--start", "2026-01-15T11:50:00"},
        {"--write", "x.pcap", "--count", "5", "--start", "yesterday"},
        {"--model", "typical"},
        {"--span", "1h"},
        {"--write", "x.pcap", "--span", "1h"},
        {"--write", "x.pcap", "--count", "5", "--span", "1h", "--for", "1h"},
        {"--write", "x.pcap", "--count", "5", "--span", "a day"},
    };
    for (const auto& words : wrong) {
        const auto parsed = parse(words);
        ASSERT_TRUE(std::holds_alternative<int>(parsed)) << words[0];
        EXPECT_EQ(std::get<int>(parsed), 2) << words[0];
    }
}

TEST(Options, Durations) {
    EXPECT_EQ(*generator::parse_duration("10s"), 10.0);
    EXPECT_EQ(*generator::parse_duration("10"), 10.0);
    EXPECT_EQ(*generator::parse_duration("500ms"), 0.5);
    EXPECT_EQ(*generator::parse_duration("1.5h"), 5400.0);
    for (const char* bad : {"", "s", "0s", "10 s", "1e300h", "nan", "inf", "5x"}) {
        EXPECT_FALSE(generator::parse_duration(bad)) << bad;
    }
}

TEST(Options, Times) {
    EXPECT_EQ(*generator::parse_time("2026-01-15T11:50:00"), 1'768'477'800'000u);
    EXPECT_EQ(*generator::parse_time("2026-01-15T11:50:00Z"), 1'768'477'800'000u);
    EXPECT_EQ(*generator::parse_time("1768477800"), 1'768'477'800'000u);
    for (const char* bad : {"", "2026-01-15", "2026-13-15T11:50:00", "1900-01-01T00:00:00", "12:00", "99999999999"}) {
        EXPECT_FALSE(generator::parse_time(bad)) << bad;
    }
}

TEST(Run, SpanSpreadsRecordsOverTheFile) {
    generator::Options o;
    o.file = temporary("span.pcap");
    o.count = 3000;
    o.span_seconds = 86'400;
    o.model = generator::Model::realistic;
    o.start_ms = 1'768'435'200'000;
    const std::atomic<bool> stop{false};
    const auto report = generator::run(o, stop);
    ASSERT_TRUE(report) << report.error().text();
    const auto capture = support::read_pcap(o.file);
    ASSERT_TRUE(capture) << capture.error().text();
    ASSERT_EQ(capture->packets.size(), 100u);
    EXPECT_EQ(capture->packets[0].time_us, 1'768'435'200'000'000u);
    EXPECT_EQ(capture->packets[50].time_us, 1'768'435'200'000'000u + 43'200'000'000u);
}

TEST(Run, FileHoldsWhatTheReportSays) {
    const std::string path = temporary("report.pcap");
    generator::Options o;
    o.protocol = generator::Protocol::ipfix;
    o.file = path;
    o.count = 12'345;
    o.exporters = 4;
    o.json = true;
    o.start_ms = 1'768'477'800'000;
    const std::atomic<bool> stop{false};
    const auto report = generator::run(o, stop);
    ASSERT_TRUE(report) << report.error().text();
    const auto json = nlohmann::json::parse(*report);
    const auto capture = support::read_pcap(path);
    ASSERT_TRUE(capture) << capture.error().text();
    EXPECT_EQ(capture->packets.size(), json["datagrams"]);
    EXPECT_EQ(capture->packets.front().time_us, 1'768'477'800'000'000u);
    Reader reader;
    std::uint64_t records = 0;
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    std::uint64_t dns = 0;
    std::uint64_t last_us = 0;
    for (const support::Captured& p : capture->packets) {
        EXPECT_GE(p.time_us, last_us);
        last_us = p.time_us;
        for (const SeenFlow& f : reader.frame(p.bytes).flows) {
            ++records;
            packets += f.packets;
            bytes += f.bytes;
            if (f.src_port == 53 || f.dst_port == 53) ++dns;
        }
    }
    EXPECT_EQ(records, 12'345u);
    EXPECT_EQ(json["records"], records);
    EXPECT_EQ(json["packets"], packets);
    EXPECT_EQ(json["bytes"], bytes);
    EXPECT_EQ(json["channels"]["dns"]["flows"], dns);
    EXPECT_EQ(json["exporters"].size(), 4u);
    EXPECT_EQ(json["exporters"][3]["address"], "127.0.0.4");
    // 12,345 records at 10,000 a second: the last datagram is due after 1.23 s.
    EXPECT_NEAR(static_cast<double>(last_us - 1'768'477'800'000'000u), 1.23e6, 0.01e6);
    std::filesystem::remove(path);
}

TEST(Run, SaysWhyItCannot) {
    const std::atomic<bool> stop{false};
    generator::Options o;
    o.count = 1;
    o.file = "/no/such/folder/x.pcap";
    const auto no_folder = generator::run(o, stop);
    ASSERT_FALSE(no_folder);
    EXPECT_NE(no_folder.error().message.find("/no/such/folder/x.pcap: No such file"), std::string::npos);
    o.file.clear();
    o.source = "2001:db8::1";
    const auto family = generator::run(o, stop);
    ASSERT_FALSE(family);
    EXPECT_NE(family.error().message.find("family"), std::string::npos);
    o.source = "192.0.2.77";
    const auto foreign = generator::run(o, stop);
    ASSERT_FALSE(foreign);
    EXPECT_NE(foreign.error().message.find("cannot send from 192.0.2.77"), std::string::npos);
}

TEST(Run, StopEndsAnEndlessRun) {
    const std::atomic<bool> stop{true};
    const auto report = generator::run({}, stop);
    ASSERT_TRUE(report);
    EXPECT_NE(report->find("0 records"), std::string::npos);
}

}  // namespace generator_tests
