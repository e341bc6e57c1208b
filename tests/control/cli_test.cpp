// SPDX-License-Identifier: Apache-2.0
// net-collector against data directories, configurations and daemons made for the purpose.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "control/http/server.hpp"
#include "control/status_json.hpp"
#include "tests/control/cli_rig.hpp"

namespace cli {
namespace {

TEST_F(OnData, ExportersAndTemplates) {
    const Json exporters = run_cli({"exporters", "-o", "json", "-d", data()}).json();
    EXPECT_EQ(exporters.at(0).at("templates"), 1);
    EXPECT_NE(run_cli({"exporters", "-d", data()}).out.find("192.0.2.1"), std::string::npos);
    const Json templates = run_cli({"templates", "-o", "json", "-d", data()}).json();
    ASSERT_EQ(templates.size(), 1u);
    EXPECT_EQ(templates.at(0).at("id"), 256);
    EXPECT_EQ(templates.at(0).at("fields").at(0).at("id"), 8);
    EXPECT_NE(run_cli({"templates", "-d", data()}).out.find("256"), std::string::npos);
}

TEST_F(OnData, SeriesSumOverSourcesAndClasses) {
    const Said said = run_cli({"series", "-o", "json", "-d", data(), "--profile", "zone", "--from", "2024-05-01T12:30",
                               "--to", "2024-05-01T12:35"});
    ASSERT_EQ(said.code, 0) << said.err;
    const Json j = said.json();
    EXPECT_EQ(j.at("resolution_s"), 10);
    ASSERT_EQ(j.at("series").size(), 1u);
    const Json& dns = j.at("series").at(0);
    EXPECT_EQ(dns.at("channel"), "dns");
    EXPECT_EQ(dns.at("sources"), Json({"edge", "peer"}));
    EXPECT_EQ(dns.at("flows"), 435 + 30);
    EXPECT_EQ(dns.at("bytes"), 10 * (435 + 30));
    EXPECT_EQ(dns.at("classes").at("udp").at("flows"), 465);
    EXPECT_EQ(dns.at("classes").at("tcp").at("flows"), 0);
    ASSERT_EQ(dns.at("points").size(), 30u);
    EXPECT_EQ(dns.at("points").at(4).at("time"), control::kDataStart_s + 40);
    EXPECT_EQ(dns.at("points").at(4).at("flows"), 5);
}

TEST_F(OnData, SeriesPerSourceAndChosenResolution) {
    const Said said =
        run_cli({"series", "-o", "json", "-d", data(), "--per-source", "--resolution", "5m", "--from",
                 std::to_string(control::kDataStart_s), "--to", std::to_string(control::kDataStart_s + 300)});
    ASSERT_EQ(said.code, 0) << said.err;
    const Json j = said.json();
    ASSERT_EQ(j.at("series").size(), 3u);
    EXPECT_EQ(j.at("series").at(0).at("profile"), "live");
    EXPECT_EQ(j.at("series").at(1).at("points").size(), 1u);
    EXPECT_EQ(j.at("series").at(1).at("flows"), 435);
    EXPECT_EQ(j.at("series").at(2).at("sources"), Json({"peer"}));
}

// In the first second of a bucket, what was counted in it so far is there, too.
TEST_F(OnData, SeriesUpToNowEndWithTheSecondThatHasBegun) {
    std::ostringstream out, err;
    const std::string where = data();
    const std::vector<const char*> argv{"net-collector", "series",       "-o", "json", "-d",
                                        where.c_str(),   "--resolution", "10s"};
    ASSERT_EQ(run(static_cast<int>(argv.size()), argv.data(), out, err, false, control::kDataStart_s + 40), 0)
        << err.str();
    EXPECT_EQ(Json::parse(out.str()).at("series").at(0).at("points").size(), 5u);
}

TEST_F(OnData, SeriesForPeople) {
    const Said said = run_cli({"series", "-d", data(), "--from", "-5m"});
    ASSERT_EQ(said.code, 0) << said.err;
    for (const char* part : {"in steps of 10s", "live", "zone", "dns", "465", "4.65k", "█"})
        EXPECT_NE(said.out.find(part), std::string::npos) << part << "\n" << said.out;
}

TEST_F(OnData, SeriesOfATimeWithoutDataSayWhereThereIsSome) {
    const Said said = run_cli({"series", "-d", data(), "--from", "2024-04-01", "--to", "2024-04-02"});
    EXPECT_EQ(said.code, 0);
    EXPECT_NE(said.out.find("the newest data is of 2024-05-01: try --from 1714521600"), std::string::npos) << said.out;
}

TEST_F(OnData, NamesThatNothingHas) {
    const Said channel = run_cli({"series", "-d", data(), "--channel", "dnss"});
    EXPECT_EQ(channel.code, code_of(Exit::no_data));
    EXPECT_NE(channel.err.find("there is no channel \"dnss\": did you mean \"dns\"?"), std::string::npos)
        << channel.err;
    EXPECT_EQ(run_cli({"series", "-d", data(), "--profile", "live", "--channel", "dns"}).code, code_of(Exit::no_data));
}

TEST_F(OnData, BackupIsAnotherDataDirectory) {
    const std::string copy = (directory_->path() / "copy").string();
    const Said said = run_cli({"backup", copy, "-d", data()});
    ASSERT_EQ(said.code, 0) << said.err;
    EXPECT_EQ(run_cli({"ledger", "-o", "json", "-d", copy}).json(),
              run_cli({"ledger", "-o", "json", "-d", data()}).json());
    EXPECT_EQ(run_cli({"backup", copy, "-d", data()}).code, code_of(Exit::failed)) << "never over what is there";
}

TEST(Cli, ExitCodes) {
    const control::TemporaryDirectory directory;
    const std::string empty = directory.path().string();
    struct Case {
        std::vector<std::string> arguments;
        Exit exit;
        const char* says;
    };
    const Case cases[] = {
        {{}, Exit::usage, "subcommand"},
        {{"explode"}, Exit::usage, "there is no subcommand \"explode\": see --help"},
        {{"legder"}, Exit::usage, "did you mean \"ledger\"?"},
        {{"ledger", "--shiny"}, Exit::usage, "--shiny"},
        {{"ledger", "-o", "xml"}, Exit::usage, "xml"},
        {{"series", "-d", empty, "--from", "yesterday"}, Exit::usage, "--from yesterday is no time"},
        {{"series", "-d", empty, "--from", "-1h", "--to", "-2h"}, Exit::usage, "is not before"},
        {{"series", "-d", empty, "--resolution", "7s"}, Exit::usage, "auto, 10s, 5m, 30m, 2h, 1d"},
        {{"ledger", "-d", empty}, Exit::no_data, "start net-collectord, or name another directory"},
        {{"status", "-d", empty}, Exit::not_running, "systemctl start net-collector"},
        {{"reload", "-d", empty}, Exit::not_running, "net-collectord is not running"},
        {{"sources", "-c", empty + "/none.toml"}, Exit::failed, "No such file"},
        {{"check-config", empty + "/none.toml"}, Exit::failed, "No such file"},
    };
    for (const Case& c : cases) {
        const Said said = run_cli(c.arguments);
        EXPECT_EQ(said.code, code_of(c.exit)) << said.err;
        EXPECT_NE(said.err.find(c.says), std::string::npos) << said.err;
    }
    const Said help = run_cli({"--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_NE(help.out.find("3 net-collectord is not running"), std::string::npos);
}

// What an operator reads first.
TEST(Cli, EveryCommandHasHelpWithAnExample) {
    const std::string all = run_cli({"--help"}).out;
    for (const char* command : {"status", "ledger", "exporters", "interfaces", "templates", "series", "profiles",
                                "sources", "check-config", "reload", "backup", "capture"}) {
        EXPECT_NE(all.find(std::string("\n  ") + command + " "), std::string::npos) << command << "\n" << all;
        const Said help = run_cli({command, "--help"});
        EXPECT_EQ(help.code, 0) << command;
        EXPECT_NE(help.out.find("Example"), std::string::npos) << command;
        EXPECT_NE(help.out.find(std::string("net-collector ") + command), std::string::npos) << help.out;
        std::istringstream lines(help.out);
        for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 120u) << line;
    }
}

TEST(Cli, CheckConfig) {
    const std::string shipped = std::string(SOURCE_ROOT) + "/conf/net-collector.toml";
    const Said good = run_cli({"check-config", shipped});
    EXPECT_EQ(good.code, 0) << good.err;
    EXPECT_NE(good.out.find("is right (sources: 5, profiles: 1, channels: 21)"), std::string::npos) << good.out;

    const control::TemporaryDirectory directory;
    directory.write("c.toml", "devices = [\"loopback\"]\n[[source]]\nname = \"a\"\nport = 1\n");
    directory.write("profiles.d/p.toml",
                    "[[channel]]\nname = \"c\"\nfilter = \"port 53 adn proto udp\"\n[[channel]]\nname = "
                    "\"d\"\nfilter = \"net 10.0.0.0/99\"\n");
    const std::string file = (directory.path() / "c.toml").string();
    const Said bad = run_cli({"check-config", file});
    EXPECT_EQ(bad.code, code_of(Exit::failed));
    EXPECT_NE(bad.err.find("p.toml:3:19: filter of channel \"c\""), std::string::npos) << bad.err;
    EXPECT_NE(bad.err.find("p.toml:6:"), std::string::npos) << bad.err;
    const Said json = run_cli({"check-config", file, "-o", "json"});
    EXPECT_EQ(json.code, code_of(Exit::failed));
    EXPECT_EQ(json.json().at("ok"), false);
    EXPECT_EQ(json.json().at("errors").size(), 2u);
}

TEST(Cli, ProfilesAndSources) {
    const std::string shipped = std::string(SOURCE_ROOT) + "/conf/net-collector.toml";
    const Json profiles = run_cli({"profiles", "-o", "json", "-c", shipped}).json();
    ASSERT_EQ(profiles.size(), 2u);
    EXPECT_EQ(profiles.at(0).at("name"), "live");
    EXPECT_EQ(profiles.at(0).at("channels").size(), 5u);
    EXPECT_EQ(profiles.at(1).at("channels").at(7).at("name"), "pop3");
    EXPECT_NE(run_cli({"profiles", "-c", shipped}).out.find("microsoft-ds"), std::string::npos);
    const Json sources = run_cli({"sources", "-o", "json", "-c", shipped}).json();
    EXPECT_EQ(sources.at(3).at("addresses").at(0), "172.16.17.18/32");
    EXPECT_NE(run_cli({"sources", "-c", shipped}).out.find("all others on the port"), std::string::npos);
}

class OnDaemon : public testing::Test {
  protected:
    void SetUp() override {
        auto started = http::Server::start(
            {}, {(directory_.path() / "control.sock").string()},
            {{"GET", control::kStatusPath, http::Reach::unix_socket, [this](const http::Request&) { return status_; }},
             {"POST", control::kReloadPath, http::Reach::unix_socket,
              [this](const http::Request&) { return reload_; }}});
        ASSERT_TRUE(started.has_value()) << started.error().text();
        server_ = std::move(*started);
    }
    [[nodiscard]] std::string data() const { return directory_.path().string(); }

    control::TemporaryDirectory directory_;
    http::Response status_;
    http::Response reload_;
    std::unique_ptr<http::Server> server_;
};

TEST_F(OnDaemon, Status) {
    control::Status s;
    s.version = "1.2.3";
    s.reload.ok = false;
    s.reload.error = "a.toml:1:2: wrong";
    s.reload.restart_needed = {"cores"};
    s.devices.push_back({"loopback", "net_pcap", "", true, 0, "one queue", 1, {}, 4, {}});
    s.devices.back().tap = "nc0";
    s.devices.back().punted = 42;
    s.devices.back().punt_dropped_s = 7;
    s.queues.push_back({"loopback", 0, 2, 105'000, 0.875});
    s.queues.push_back({"loopback", 1, 2, 0, {}});
    s.workers.push_back({2, 3, 0.25, 0.5, 105'000, 21'000, 0, 3, 64});
    s.workers.back().text_failures = 6;
    s.filters = {21, 20, 3, 4, {"src_port+dst_port table"}, 150'000, 2'500};
    s.thinned.push_back({flow::IpAddress::v4(0xc0000201), 8, 2});
    s.process_ledger[flow::Counter::sets_held] = 5;
    s.store.failing_since_ms = 1;
    s.store.error = "disk full";
    s.geo = {{"/geo/as.mmdb", "GeoLite2-ASN", 1'700'000'000}};
    status_ = {200, control::kJsonContentType, control::status_json(s)};
    const Said said = run_cli({"status", "-d", data()});
    ASSERT_EQ(said.code, 0) << said.err;
    for (const char* part : {"net-collector 1.2.3", "a.toml:1:2: wrong", "`cores` changed", "net_pcap", "unknown", "25",
                             "105k", "3/64", "FAILING: disk full", "balanced", "loopback is spread by one queue",
                             "go to the kernel's nc0: 42 (0/s), 0 dropped (7/s)", "87.5%", "21.0k (20%)",
                             "GeoLite2-ASN of 2023-11-14T22:13:20Z, /geo/as.mmdb",
                             "21 channels ask 20 different things, 4 texts among them; 1 index, 3 ANDs and ORs; 150kB, "
                             "compiled in 2.50 ms",
                             "6 texts could not be scanned", "192.0.2.1: 1 in 8 datagrams is decoded, on core 2",
                             "held           5 data sets wait for their template"}) {
        EXPECT_NE(said.out.find(part), std::string::npos) << part << "\n" << said.out;
    }
    EXPECT_EQ(run_cli({"status", "-d", data(), "-o", "json"}).json().at("version"), "1.2.3");
}

TEST_F(OnDaemon, Reload) {
    control::ReloadStatus result;
    result.restart_needed = {"devices"};
    reload_ = {200, control::kJsonContentType, control::reload_json(result, 4)};
    const Said good = run_cli({"reload", "-d", data()});
    EXPECT_EQ(good.code, 0) << good.err;
    EXPECT_NE(good.out.find("generation 4\n`devices` changed too"), std::string::npos) << good.out;

    result.ok = false;
    result.error = "a.toml:1:2: wrong";
    reload_ = {422, control::kJsonContentType, control::reload_json(result, 4)};
    const Said bad = run_cli({"reload", "-d", data()});
    EXPECT_EQ(bad.code, code_of(Exit::failed));
    EXPECT_NE(bad.err.find("the old one stays:\na.toml:1:2: wrong"), std::string::npos) << bad.err;
}

TEST_F(OnDaemon, AnswersOfAnotherWorld) {
    for (const char* body :
         {"", "hello", "[]", "{\"store\":[1],\"workers\":3,\"devices\":[7,null],\"config\":\"x\"}"}) {
        status_ = {200, "text/plain", body};
        EXPECT_EQ(run_cli({"status", "-d", data()}).code, body[0] == '{' ? 0 : 1) << body;
    }
}

}  // namespace
}  // namespace cli
