// SPDX-License-Identifier: Apache-2.0
#include "control/metrics.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "control/json_parts.hpp"
#include "control/status_json.hpp"
#include "tests/control/temporary_directory.hpp"

namespace control {
namespace {

using flow::Counter;
using flow::Outcome;
using flow::PacketFate;
using flow::Skip;

// Numbers that obey the laws of the ledger.
flow::Ledger balanced_ledger() {
    flow::Ledger l;
    l[PacketFate::whole] = 100;
    l[PacketFate::not_udp] = 5;
    l[Counter::packets_received] = 105;
    l[Counter::datagrams_received] = 100;
    l[Outcome::accepted] = 97;
    l[Outcome::no_source] = 3;
    l[Counter::records_flow] = 1000;
    l[Counter::records_option] = 7;
    l[Counter::records_seen] = 1007;
    l.skip(Skip::no_template, 2);
    l[Counter::flows_decoded] = 1000;
    l[Counter::flows_through] = 990;
    l[Counter::flows_archived] = 980;
    l[Counter::archive_shed_busy] = 10;
    l[Counter::flows_lost_ring] = 10;
    return l;
}

Status example() {
    Status s;
    s.version = "1.2.3";
    s.pid = 77;
    s.now_ms = 1'700'000'100'000;
    s.started_ms = 1'700'000'000'000;
    s.config_file = "/etc/\"odd\\name\".toml";
    s.generation = 3;
    s.reload = {1'700'000'050'000, 1'700'000'000'000, false, "a.toml:1:2: wrong", {"cores"}};
    s.devices.push_back(
        {"loopback", "net_pcap", "02:00:00:00:00:01", true, 0, "one queue", 1, std::nullopt, 4, std::nullopt});
    s.workers.push_back({2, 3, 0.25, 0.5, 105, 1, 0, 3, 64});
    s.process_ledger = balanced_ledger();
    s.total_ledger = balanced_ledger();
    s.workers.back().text_failures = 6;
    s.filters = {21, 20, 3, 4, {"src_port+dst_port table"}, 150'000, 2'500};
    s.series = {{0, "live", "netflow-global", "netflow-global"},
                {1, "zone1_profile", "dns", "netflow-global"},
                {2, "zone1_profile", "dns", "peer1"}};
    s.series_totals.resize(3);
    s.series_totals[0][0] = {10, 20, 30};
    s.series_totals[1][1] = {1, 2, 3};
    s.series_totals[2][1] = {4, 5, 6};
    ExporterStatus exporter;
    exporter.key.address = flow::IpAddress::v4(0xc0000201);
    exporter.key.domain = 9;
    exporter.key.protocol = flow::Protocol::netflow9;
    exporter.source = "netflow-global";
    exporter.counts.datagrams = 100;
    exporter.counts.lost = 11;
    exporter.counts.last_seen_ms = 1'700'000'099'500;
    s.exporters.push_back(exporter);
    s.store.commits = 12;
    s.store.commit_median_s = 0.003;
    s.store.disk_free_bytes = 1'000'000'000'000;
    s.archive_policy = "all flows";
    s.archive.emplace();
    s.archive->rows = 980;
    s.archive->bytes = 19'600;
    s.archive->failing_since_ms = 5;
    s.archive->error = "no room";
    s.archive->sync_max_s = 0.25;
    s.archive->oldest_slot_s = 1'699'999'800;
    return s;
}

bool has_line(const std::string& text, const std::string& line) {
    return text.starts_with(line + "\n") || text.find("\n" + line + "\n") != std::string::npos;
}

std::string render(const Status& status) {
    ExporterLabels labels;
    return render_metrics(status, labels);
}

TEST(Metrics, NamesAndValues) {
    const std::string text = render(example());
    for (const char* line :
         {"net_collector_build_info{version=\"1.2.3\"} 1",
          "net_collector_packets_total{fate=\"not_udp\"} 5",
          "net_collector_datagrams_total{outcome=\"accepted\"} 97",
          "net_collector_records_total{kind=\"option\"} 7",
          "net_collector_records_skipped_total{reason=\"no_template\"} 2",
          "net_collector_flows_lost_ring_total 10",
          "net_collector_flows_total{source=\"netflow-global\",class=\"tcp\"} 10",
          "net_collector_channel_flows_total{profile=\"zone1_profile\",channel=\"dns\",class=\"udp\"} 5",
          "net_collector_channel_bytes_total{profile=\"zone1_profile\",channel=\"dns\",class=\"udp\"} 9",
          "net_collector_exporter_lost_total{exporter=\"192.0.2.1\",domain=\"9\",protocol=\"netflow9\"} 11",
          "net_collector_exporter_last_seen_timestamp_seconds{exporter=\"192.0.2.1\",domain=\"9\",protocol="
          "\"netflow9\"} 1700000099.5",
          "net_collector_worker_busy_ratio{core=\"2\"} 0.25",
          "net_collector_worker_busy_ratio{core=\"3\"} 0.5",
          "net_collector_port_no_buffer_total{device=\"loopback\"} 4",
          "net_collector_store_failing 0",
          "net_collector_store_commit_seconds{stat=\"median\"} 0.003",
          "net_collector_disk_free_bytes 1000000000000",
          "net_collector_clock_leap 0",
          "net_collector_archive_archived_total 980",
          "net_collector_archive_shed_busy_total 10",
          "net_collector_archive_rows 980",
          "net_collector_archive_bytes 19600",
          "net_collector_archive_failing 1",
          "net_collector_archive_oldest_timestamp_seconds 1699999800",
          "net_collector_archive_sync_seconds{stat=\"max\"} 0.25",
          "net_collector_archive_enabled 1",
          "net_collector_ledger_in_flight{law=\"archive\"} 0",
          "net_collector_config_last_reload_success 0",
          "net_collector_config_last_reload_timestamp_seconds 1700000050",
          "net_collector_ledger_balanced 1",
          "net_collector_filter_predicates 20",
          "net_collector_filter_indexes 1",
          "net_collector_filter_compile_seconds 0.0025",
          "net_collector_text_scan_failures_total{core=\"2\"} 6",
          "# TYPE net_collector_datagrams_total counter"}) {
        EXPECT_TRUE(has_line(text, line)) << line << "\nin\n" << text;
    }
    EXPECT_EQ(text.find("net_collector_port_missed_total"), std::string::npos) << "unknown is not zero";
}

TEST(Metrics, WithoutAnArchiveNothingIsSaidOfIt) {
    Status s = example();
    s.archive.reset();
    const std::string text = render(s);
    EXPECT_TRUE(has_line(text, "net_collector_archive_enabled 0"));
    EXPECT_EQ(text.find("net_collector_archive_rows"), std::string::npos);
    s.archive_policy = "off";
    const auto json = nlohmann::json::parse(status_json(s))["archive"];
    EXPECT_EQ(json, (nlohmann::json{{"enabled", false}, {"policy", "off"}}));
}

TEST(Metrics, ABrokenLawShows) {
    Status s = example();
    ++s.process_ledger[Outcome::accepted];
    EXPECT_TRUE(has_line(render(s), "net_collector_ledger_balanced 0"));
}

ExporterStatus exporter_of(std::uint32_t address, std::uint64_t datagrams) {
    ExporterStatus e;
    e.key.address = flow::IpAddress::v4(address);
    e.counts.datagrams = datagrams;
    e.counts.last_seen_ms = datagrams == 0 ? 0 : 1;
    return e;
}

std::string datagrams_line(const char* exporter, std::uint64_t value) {
    const bool other = std::string_view(exporter) == "other";
    return std::string("net_collector_exporter_datagrams_total{exporter=\"") + exporter + "\",domain=\"" +
           (other ? "" : "0") + "\",protocol=\"" + (other ? "" : "netflow5") + "\"} " + std::to_string(value);
}

TEST(Metrics, TheBusiestExportersKeepTheirLabels) {
    Status s = example();
    s.metrics_exporters = 2;
    s.exporters = {exporter_of(0x0a000001, 5), exporter_of(0x0a000002, 70), exporter_of(0x0a000003, 0),
                   exporter_of(0x0a000004, 60), exporter_of(0x0a000005, 1)};
    ExporterLabels labels;
    const std::string first = render_metrics(s, labels);
    for (const std::string& line : {datagrams_line("10.0.0.2", 70), datagrams_line("10.0.0.4", 60),
                                    datagrams_line("other", 6), std::string("net_collector_exporters 4")})
        EXPECT_TRUE(has_line(first, line)) << line << "\nin\n" << first;
    EXPECT_EQ(first.find("10.0.0.3"), std::string::npos) << "silent since the start";

    // Another has become the busiest: who has a label keeps it, or a counter of "other" would fall.
    s.exporters[0] = exporter_of(0x0a000001, 1000);
    const std::string second = render_metrics(s, labels);
    EXPECT_TRUE(has_line(second, datagrams_line("10.0.0.2", 70)));
    EXPECT_TRUE(has_line(second, datagrams_line("other", 1001)));

    s.metrics_exporters = 3;
    EXPECT_TRUE(has_line(render_metrics(s, labels), datagrams_line("10.0.0.1", 1000)));
    s.metrics_exporters = 0;
    EXPECT_TRUE(has_line(render_metrics(s, labels), datagrams_line("10.0.0.1", 1000))) << "given is given";
    ExporterLabels none;
    EXPECT_TRUE(has_line(render_metrics(s, none), datagrams_line("other", 1131)));
}

TEST(Metrics, LabelsAreBounded) {
    Status s = example();
    s.exporters.clear();
    for (std::uint32_t i = 0; i < s.metrics_exporters + 7; ++i) s.exporters.push_back(exporter_of(0x0a000000 + i, 1));
    s.series.clear();
    s.series_totals.assign(1, {});
    s.series_totals[0][0].flows = 1;
    for (std::size_t i = 0; i < kMetricsChannels + 5; ++i) s.series.push_back({0, "p", "c" + std::to_string(i), "s"});
    const std::string text = render(s);
    EXPECT_TRUE(has_line(text, datagrams_line("other", 7)));
    EXPECT_TRUE(
        has_line(text, "net_collector_channel_flows_total{profile=\"other\",channel=\"other\",class=\"tcp\"} 5"));
    EXPECT_NE(text.find("exporter=\"10.0.0.255\""), std::string::npos);
    EXPECT_EQ(text.find("exporter=\"10.0.1.0\""), std::string::npos) << "of equals the first";
    EXPECT_TRUE(has_line(text, "net_collector_exporters 263"));
}

// Entries that a label cannot tell apart are one series, or Prometheus refuses the page.
TEST(Metrics, EntriesOfSeveralPortsAndSourcesAreOneExporter) {
    Status s = example();
    s.exporters = {exporter_of(0x0a000001, 5), exporter_of(0x0a000001, 6), exporter_of(0x0a000001, 7)};
    s.exporters[1].key.port = 4000;
    s.exporters[2].key.source_id = 9;
    EXPECT_TRUE(has_line(render(s), datagrams_line("10.0.0.1", 18)));
}

TEST(Metrics, CompletenessAndSamplingOfTheLastMinutes) {
    Status s = example();
    s.exporters = {exporter_of(0x0a000001, 100), exporter_of(0x0a000002, 100)};
    s.exporters[0].counts.lost = 1000;  // long ago
    s.exporters[0].counts.sampling = 100;
    s.exporters[1].recent.datagrams = 9;
    s.exporters[1].recent.flows = s.exporters[1].recent.flows_through = 90;
    s.exporters[1].recent.lost = 10;  // netflow5 numbers flows
    s.exporters[1].recent.flows_unknown_rate = 1;
    const std::string text = render(s);
    const std::string first = "{exporter=\"10.0.0.1\",domain=\"0\",protocol=\"netflow5\"} ";
    const std::string second = "{exporter=\"10.0.0.2\",domain=\"0\",protocol=\"netflow5\"} ";
    for (const std::string& line :
         {"net_collector_exporter_completeness_ratio" + first + "1",
          "net_collector_exporter_completeness_ratio" + second + "0.9",
          "net_collector_exporter_sampling_interval" + first + "100",
          "net_collector_exporter_sampling_interval" + second + "0",
          "net_collector_sampling_rate_missing" + first + "0", "net_collector_sampling_rate_missing" + second + "1"})
        EXPECT_TRUE(has_line(text, line)) << line << "\nin\n" << text;
}

TEST(Metrics, EveryLawAndWhatIsInFlight) {
    Status s = example();
    s.process_ledger[PacketFate::whole] += 3;
    s.process_ledger[Counter::packets_received] += 3;
    ++s.process_ledger[Counter::records_seen];
    const std::string text = render(s);
    for (const char* line :
         {"net_collector_ledger_in_flight{law=\"datagrams\"} 3", "net_collector_ledger_in_flight{law=\"through\"} 0",
          "net_collector_ledger_in_flight{law=\"held\"} 0", "net_collector_ledger_law_difference{law=\"packets\"} 0",
          "net_collector_ledger_law_difference{law=\"records\"} 1",
          "net_collector_ledger_law_difference{law=\"no_template\"} 0", "net_collector_ledger_balanced 0"})
        EXPECT_TRUE(has_line(text, line)) << line << "\nin\n" << text;
}

TEST(Metrics, OfAnEmptyStatusAreWellFormedToo) {
    EXPECT_TRUE(has_line(render(Status{}), "net_collector_ledger_balanced 1"));
}

TEST(Metrics, PromtoolFindsNothingWrong) {
    if (std::system("promtool --version >/dev/null 2>&1") != 0)
        GTEST_SKIP() << "promtool (package prometheus) is not installed";
    const TemporaryDirectory directory;
    directory.write("metrics", render(example()));
    const std::string command = "promtool check metrics < " + (directory.path() / "metrics").string() + " > " +
                                (directory.path() / "said").string() + " 2>&1";
    const int code = std::system(command.c_str());
    std::ifstream said(directory.path() / "said");
    EXPECT_EQ(code, 0) << std::string(std::istreambuf_iterator<char>(said), {});
}

TEST(StatusJson, HasTheLedgersPathsAndNullForUnknown) {
    const auto json = nlohmann::json::parse(status_json(example()));
    EXPECT_EQ(json["ledger"]["process"]["datagrams"]["outcomes"]["accepted"], 97);
    EXPECT_EQ(json["ledger"]["total"]["flows"]["through"], 990);
    EXPECT_EQ(json["ledger"]["total"]["balanced"], true);
    EXPECT_TRUE(json["devices"][0]["missed"].is_null());
    EXPECT_EQ(json["devices"][0]["no_buffer"], 4);
    EXPECT_EQ(json["config"]["error"], "a.toml:1:2: wrong");
    EXPECT_EQ(json["exporters"][0]["version"], "netflow9");
    EXPECT_EQ(json["series"][2]["bytes"], 6);
    EXPECT_EQ(json["archive"]["rows"], 980);
    EXPECT_EQ(json["archive"]["error"], "no room");
}

TEST(StatusJson, EveryLedgerValueStandsAtItsPath) {
    flow::Ledger ledger;
    for (std::size_t i = 0; i < flow::Ledger::kSize; ++i) ledger.values[i] = i + 1;
    const auto json = ledger_json(ledger);
    for (std::size_t i = 0; i < flow::Ledger::kSize; ++i) {
        std::string pointer = "/" + std::string(flow::ledger_name(i).path);
        for (char& c : pointer) c = c == '.' ? '/' : c;
        EXPECT_EQ(json.at(nlohmann::ordered_json::json_pointer(pointer)), i + 1) << pointer;
    }
    EXPECT_EQ(json["balanced"], false);
    EXPECT_TRUE(json["broken_law"].is_string());
}

TEST(StatusJson, BytesThatAreNoUtf8AreReplaced) {
    Status s = example();
    s.reload.error = "bad \xff byte";
    EXPECT_FALSE(nlohmann::json::parse(status_json(s), nullptr, false).is_discarded());
    EXPECT_FALSE(nlohmann::json::parse(reload_json(s.reload, 1), nullptr, false).is_discarded());
}

}  // namespace
}  // namespace control
