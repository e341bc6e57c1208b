// SPDX-License-Identifier: Apache-2.0
// `net-collector query` as from a shell, on an archive made for the purpose.
#include "tests/query_command/command_rig.hpp"

namespace query {
namespace {

TEST_F(Command, ListsFlowsAsNfdumpDoes) {
    const Said said = ask({"--source", "edge", "-N", "-o", "line", "port", "53"});
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_TRUE(said.out.starts_with(
        "Date first seen             Duration     Proto      Src IP Addr:Port          Dst IP Addr:Port   Packets    "
        "Bytes Flows\n"
        "2026-01-15 11:50:01.000            0.020 17            10.1.0.1:53001 ->          8.8.8.8:53           1      "
        " 70     1\n"
        "2026-01-15 11:50:01.010            0.025 17             8.8.8.8:53    ->         10.1.0.1:53001        1      "
        "150     1\n"))
        << said.out;
    EXPECT_NE(
        said.out.find("Summary: total flows: 4, total bytes: 450, total packets: 5, avg bps: 3272, avg pps: 4, avg "
                      "bpp: 90\n"),
        std::string::npos)
        << said.out;
    EXPECT_NE(said.out.find("Total flows processed: 34, passed: 4,"), std::string::npos) << said.out;
}

TEST_F(Command, TopOfAnElement) {
    const Said said = ask({"--source", "edge", "-q", "-N", "-n", "2", "-s", "srcip/bytes", "-s", "dstport:p/bytes"});
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_EQ(said.out,
              "2026-01-15 11:50:00.900           60.050 any          172.16.5.5        2( 5.6)  1100000(99.7) "
              "1620000000(99.9)    18318 215820149  1472\n"
              "2026-01-15 11:50:01.050            2.030 any            10.1.0.7        4(11.1)     3007( 0.3)  "
              "2004001( 0.1)     1481  7897540   666\n\n"
              "2026-01-15 11:50:00.300           60.650 6                   443        4(11.1)  1100045(99.7) "
              "1620052000(99.9)    18137 213691937  1472\n"
              "2026-01-15 11:50:01.070            1.000 17                 1025        1( 2.8)     1001( 0.1)  "
              "1000001( 0.1)     1001  8000008   999\n\n");
}

TEST_F(Command, GroupsAndOrders) {
    EXPECT_EQ(
        ask({"--source", "edge", "-q", "-N", "-O", "bytes", "-A", "srcip4/16,dstport", "-n", "1"}).out,
        "2026-01-15 11:50:00.900           60.050        172.16.0.0    443   1100000 1620000000 215820149   1472  "
        "   2\n");
    const Said sorted = ask({"--source", "edge", "-q", "-N", "-O", "duration", "-n", "2", "-o", "fmt:%sp %dp"});
    EXPECT_EQ(sorted.out, " 40009    443\n 40010    443\n") << sorted.err;
    EXPECT_EQ(ask({"-q", "-o", "fmt:%sp", "-O", "tend"}).lines(), 34u + kPeerFlows);
}

TEST_F(Command, CountEndsEarly) {
    const Said said = ask({"-q", "-c", "3", "-o", "line"});
    EXPECT_EQ(said.lines(), 3u);
    EXPECT_EQ(said.code, 0);
    EXPECT_EQ(ask({"-q", "-c", "3", "-a", "-o", "line"}).lines(), 3u);
}

TEST_F(Command, WindowsOfTime) {
    const auto rows = [](const std::string& window) { return ask({"-q", "-o", "fmt:%ts", "-t", window}).lines(); };
    EXPECT_EQ(rows("2026/01/15.11:50:00-2026/01/15.11:50:01"), 7u);
    EXPECT_EQ(rows("2026/01/15.11:50:01-2026/01/15.11:50:02"), 14u);
    EXPECT_EQ(rows("2026/01/15"), 34u + kPeerFlows);
    EXPECT_EQ(rows("2026/01/15.11:55:00-2026/01/15.11:55:09"), 10u);
    EXPECT_EQ(rows("+62"), 34u);
    EXPECT_EQ(rows("-10"), 11u);
    EXPECT_EQ(rows("-7200s-2026/01/15.11:52"), 34u);
    const Said later = ask({"-t", "2026/01/16"});
    EXPECT_EQ(later.code, 0);
    EXPECT_NE(later.out.find("No matching flows"), std::string::npos);
    EXPECT_NE(later.err.find("the archive ends 2026-01-15 13:01:39"), std::string::npos) << later.err;
    EXPECT_NE(ask({"-t", "2026/01/14-2026/01/15"}).err.find("the archive begins 2026-01-15 11:50:00"),
              std::string::npos);
}

TEST_F(Command, SourcesProfilesAndChannels) {
    const auto rows = [](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"-q", "-o", "fmt:%ts"});
        const Said said = ask(std::move(arguments));
        EXPECT_EQ(said.code, 0) << said.err;
        return said.lines();
    };
    EXPECT_EQ(rows({"--source", "peer"}), kPeerFlows);
    EXPECT_EQ(rows({"ident", "edge"}), 34u);
    EXPECT_EQ(rows({"--profile", "live", "--channel", "edge"}), 34u);
    EXPECT_EQ(rows({"--profile", "live"}), 34u + kPeerFlows);
    EXPECT_EQ(rows({"--profile", "zone", "--channel", "dns"}), 4u);
    EXPECT_EQ(rows({"--profile", "zone"}), 8u);
    EXPECT_EQ(rows({"--profile", "zone", "src", "ip", "10.1.0.1", "#", "comment"}), 3u);

    const Said profile = ask({"--profile", "zon"});
    EXPECT_EQ(profile.code, 4);
    EXPECT_NE(profile.err.find("there is no profile \"zon\": did you mean \"zone\"?"), std::string::npos);
    const Said channel = ask({"--profile", "zone", "--channel", "wep"});
    EXPECT_EQ(channel.code, 4);
    EXPECT_NE(channel.err.find("did you mean \"web\"?"), std::string::npos);
    const Said source = ask({"--source", "egde"});
    EXPECT_EQ(source.code, 4);
    EXPECT_NE(source.err.find("did you mean \"edge\"?"), std::string::npos);
}

TEST_F(Command, SegmentFilesByName) {
    const auto rows = [](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"query", "-q", "-o", "fmt:%ts"});
        const Said said = run(std::move(arguments));
        EXPECT_EQ(said.code, 0) << said.err;
        return said.lines();
    };
    const std::string archive = archive_->archive();
    EXPECT_EQ(rows({"-r", archive}), 34u + kPeerFlows);
    EXPECT_EQ(rows({"-R", archive}), 34u + kPeerFlows);
    const std::string first = archive + "/" + archive_->segments().front().key.path();
    EXPECT_EQ(rows({"-r", first, "port", "53"}), 4u);
    EXPECT_EQ(rows({"-r", archive, "ident", "edge"}), 34u);
    EXPECT_EQ(rows({"-r", archive, "--source", "edge"}), 34u);
    const std::string second = archive + "/" + archive_->segments().at(1).key.path();
    EXPECT_EQ(rows({"-R", first + ":" + archive_->segments().at(1).key.path().substr(11)}), 34u + 300u);
    EXPECT_EQ(rows({"-R", second}), kPeerFlows);
    EXPECT_EQ(rows({"-M", archive + "/2026-01-15", "-r", archive_->segments().front().key.path().substr(11)}), 34u);

    const Said gone = run({"query", "-r", archive + "/nothing"});
    EXPECT_EQ(gone.code, 4);
    EXPECT_NE(gone.err.find("is not there"), std::string::npos) << gone.err;
}

TEST_F(Command, AFileOfNfdumpsIsToldApart) {
    const std::string path = (directory_->path() / "nfcapd.1").string();
    std::ofstream(path, std::ios::binary) << "\x0c\xa5" << std::string(200, '\0');
    const Said said = run({"query", "-r", path});
    EXPECT_EQ(said.code, 2);
    EXPECT_NE(said.err.find("is a file of nfdump's"), std::string::npos) << said.err;
    EXPECT_NE(said.err.find("nfreplay"), std::string::npos) << said.err;
    std::ofstream(path, std::ios::binary) << "something else";
    EXPECT_EQ(run({"query", "-r", path}).code, 1);
}

TEST_F(Command, ExitCodes) {
    EXPECT_EQ(ask({"port", "nonsense"}).code, 5);
    EXPECT_NE(ask({"port", "nonsense"}).err.find("^"), std::string::npos);
    EXPECT_EQ(ask({"-Z", "port", "80"}).code, 0);
    EXPECT_EQ(ask({"-Z", "port", "80"}).out, "");
    EXPECT_EQ(ask({"-Z", "port", "x"}).code, 5);
    EXPECT_EQ(ask({"-X", "port", "80"}).out.substr(0, 8), "port 80\n");
    EXPECT_EQ(ask({"-w", "x"}).code, 2);
    EXPECT_EQ(ask({"-s", "nothing"}).code, 2);
    EXPECT_EQ(ask({"-A", "nothing"}).code, 2);
    EXPECT_EQ(ask({"-O", "nothing"}).code, 2);
    EXPECT_EQ(ask({"-o", "nothing"}).code, 2);
    EXPECT_EQ(ask({"-q", "port", "4444"}).code, 0);
    EXPECT_EQ(ask({"--data", (directory_->path() / "elsewhere").string()}).code, 4);
    EXPECT_EQ(run({"query", "--help"}).code, 0);
    EXPECT_EQ(run({"query", "-V"}).out, run({"--version"}).out);
}

TEST_F(Command, TotalsByClass) {
    const Said said = ask({"--source", "edge", "-I"});
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_NE(said.out.find("Ident: edge\n"), std::string::npos) << said.out;
    EXPECT_NE(said.out.find("Packets: 1103632\nPackets_tcp: 1100482\nPackets_udp: 3014\nPackets_icmp: 13\n"),
              std::string::npos)
        << said.out;
    EXPECT_NE(said.out.find("First: 1768477800\nLast: 1768477860\nmsec_first: 0\nmsec_last: 950\n"), std::string::npos)
        << said.out;
}

// Whole blocks counted by their headers and counted row by row are the same.
TEST_F(Command, NullCountsWithoutReading) {
    const auto summary = [](const Said& said) {
        const auto at = said.out.find("Summary:");
        return said.out.substr(at, said.out.find('\n', at) - at);
    };
    const std::string whole = summary(ask({"-o", "null", "--source", "peer"}));
    EXPECT_EQ(whole, summary(ask({"-o", "null", "--source", "peer", "port", "53"})));
    EXPECT_NE(whole.find("total flows: 4000, total bytes: 400000, total packets: 4000"), std::string::npos) << whole;
    EXPECT_NE(summary(ask({"-o", "null", "--source", "edge"})).find("total flows: 36, total bytes: 1.6 G"),
              std::string::npos);
}

TEST_F(Command, JsonTellsWhatItCovers) {
    const Said said = ask({"--json", "--source", "edge", "-c", "2"});
    ASSERT_EQ(said.code, 0) << said.err;
    std::istringstream lines(said.out);
    std::vector<Json> all;
    for (std::string line; std::getline(lines, line);) {
        all.push_back(Json::parse(line, nullptr, false));
        ASSERT_TRUE(all.back().is_object()) << line;
    }
    ASSERT_EQ(all.size(), 4u) << said.out;
    EXPECT_EQ(all[0]["type"], "record");
    EXPECT_EQ(all[2]["type"], "summary");
    EXPECT_EQ(all[3]["type"], "coverage");
    EXPECT_EQ(all[3]["coverage"]["partial"], false);
}

TEST_F(Command, ExplainTellsWhatWasSkipped) {
    const Said said = ask({"--explain", "-q", "-o", "null", "host 10.9.0.5"});
    EXPECT_EQ(said.code, 0);
    for (const char* part :
         {"filter      ip 10.9.0.5", "segments", "blocks", "skipped", "by addresses", "threads", "time"})
        EXPECT_NE(said.err.find(part), std::string::npos) << part << " in\n" << said.err;
}

// A segment that retention took between catalogue and reading is no error, but the answer says so.
TEST_F(Command, ExpiredSegmentsMakeTheAnswerPartial) {
    control::TemporaryDirectory other;
    ArchiveData archive((other.path() / "data").string());
    ASSERT_TRUE(archive.make());
    std::filesystem::remove(archive.archive() + "/" + archive.segments().front().key.path());
    const Said said = run({"query", "--data", archive.directory(), "-o", "null"});
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_NE(said.out.find("partial: yes (segments expired meanwhile: 1)"), std::string::npos) << said.out;
    EXPECT_NE(said.err.find("partial: yes"), std::string::npos) << said.err;
}

TEST_F(Command, MemoryThatIsTooSmallIsSaid) {
    const Said said = ask({"-O", "bytes", "--memory", "16M", "-o", "line"});
    EXPECT_EQ(said.code, 0);
    EXPECT_EQ(said.out.find("partial"), std::string::npos);
}

// Takes some bytes, then nothing any more: as a pipe into `head`.
class BrokenPipe : public std::streambuf {
  public:
    explicit BrokenPipe(std::streamsize room) : room_(room) {}
    [[nodiscard]] std::streamsize taken() const { return taken_; }

  protected:
    std::streamsize xsputn(const char* /*text*/, std::streamsize size) override {
        const std::streamsize fits = std::min(size, room_ - taken_);
        taken_ += fits;
        return fits;
    }
    int_type overflow(int_type c) override {
        return xsputn(nullptr, 1) == 1 ? traits_type::not_eof(c) : traits_type::eof();
    }

  private:
    std::streamsize room_, taken_ = 0;
};

TEST_F(Command, EndsQuietlyWhenNobodyReads) {
    for (const std::vector<std::string>& what :
         {std::vector<std::string>{"-o", "long"}, {"-o", "json", "-O", "bytes"}, {"-a"}, {"-s", "srcip", "-n", "0"}}) {
        std::vector<std::string> arguments{"net-collector", "query", "--config", config()};
        arguments.insert(arguments.end(), what.begin(), what.end());
        std::vector<const char*> argv;
        for (const std::string& a : arguments) argv.push_back(a.c_str());
        BrokenPipe pipe(1000);
        std::ostream out(&pipe);
        std::ostringstream err;
        EXPECT_EQ(cli::run(static_cast<int>(argv.size()), argv.data(), out, err, false, kSlot_s + 7200), 0);
        EXPECT_EQ(pipe.taken(), 1000);
        EXPECT_EQ(err.str(), "");
    }
}

TEST_F(Command, SeriesOfAnyFilter) {
    const Said said = run({"series", "--config", config(), "--filter", "port 53", "--from", std::to_string(kSlot_s),
                           "--to", std::to_string(kSlot_s + 900), "--resolution", "5m", "-o", "json"});
    ASSERT_EQ(said.code, 0) << said.err;
    const Json json = Json::parse(said.out);
    EXPECT_EQ(json["filter"], "port 53");
    EXPECT_EQ(json["coverage"]["complete"], true);
    const Json& points = json["series"][0]["points"];
    ASSERT_EQ(points.size(), 3u) << said.out;
    EXPECT_EQ(points[0]["flows"], 4);
    EXPECT_EQ(points[1]["time"], kSlot_s + 300);
    EXPECT_EQ(points[1]["flows"], 300);
    EXPECT_EQ(points[1]["bytes"], 30'000);
    EXPECT_EQ(points[1]["classes"]["udp"]["flows"], 300);
    EXPECT_EQ(json["series"][0]["flows"], 604);
    EXPECT_EQ(run({"series", "--config", config(), "--filter", "port x"}).code, 5);
}

}  // namespace
}  // namespace query
