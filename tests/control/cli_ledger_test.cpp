// SPDX-License-Identifier: Apache-2.0
// net-collector ledger, exporters and interfaces.
#include <gtest/gtest.h>

#include "control/cli/exporter_sums.hpp"
#include "control/cli/ledger_picture.hpp"
#include "tests/control/cli_rig.hpp"

namespace cli {
namespace {

using flow::Counter;
using flow::PacketFate;

TEST_F(OnData, LedgerAsJsonHasThePromisedPaths) {
    const Said said = run_cli({"ledger", "-o", "json", "--data", data()});
    ASSERT_EQ(said.code, 0) << said.err;
    const Json j = said.json();
    EXPECT_EQ(j.at("datagrams").at("received"), 30);
    EXPECT_EQ(j.at("datagrams").at("outcomes").at("accepted"), 30);
    EXPECT_EQ(j.at("records").at("decoded"), 30 * 2 + 435);
    EXPECT_EQ(j.at("records").at("options"), 0);
    EXPECT_EQ(j.at("records").at("skipped").at("no_template"), 0);
    EXPECT_EQ(j.at("flows").at("through"), 495);
    EXPECT_EQ(j.at("flows").at("lost_ring"), 0);
    EXPECT_EQ(j.at("balanced"), true);
    ASSERT_EQ(j.at("exporters").size(), 1u);
    const Json& e = j.at("exporters").at(0);
    EXPECT_EQ(e.at("address"), "192.0.2.1");
    EXPECT_EQ(e.at("source"), "edge");
    EXPECT_EQ(e.at("version"), "netflow9");
    EXPECT_EQ(e.at("domain"), 7);
    EXPECT_EQ(e.at("datagrams"), 30);
    EXPECT_EQ(e.at("records"), 495);
    EXPECT_EQ(e.at("lost"), 5);
}

TEST_F(OnData, LedgerForPeopleIsAPicture) {
    const Said said = run_cli({"ledger", "--data", data()});
    ASSERT_EQ(said.code, 0) << said.err;
    for (const char* part :
         {"    v\n                    30  datagrams at a decoder\n", "\n                   495  flows through",
          "balanced: everything that came in is accounted for\n",
          "exporters: 1; missing by sequence numbers: 5 datagrams\n"}) {
        EXPECT_NE(said.out.find(part), std::string::npos) << part << "\n" << said.out;
    }
    EXPECT_EQ(said.out.find('\x1b'), std::string::npos);
    EXPECT_NE(run_cli({"ledger", "--data", data()}, true).out.find('\x1b'), std::string::npos);
}

TEST_F(OnData, LedgerAsJsonHasTheLaws) {
    const Json j = run_cli({"ledger", "-o", "json", "--data", data()}).json();
    ASSERT_EQ(j.at("laws").size(), 11u);
    const Json& datagrams = j.at("laws").at(3);
    EXPECT_EQ(datagrams.at("law"), "datagrams");
    EXPECT_EQ(datagrams.at("left"), 30);
    EXPECT_EQ(datagrams.at("in_flight"), 0);
    EXPECT_EQ(datagrams.at("holds"), true);
    EXPECT_FALSE(j.at("laws").at(0).contains("in_flight")) << "nothing may be in flight there";
    EXPECT_EQ(j.at("missing").at("datagrams"), 5);
    EXPECT_EQ(j.at("missing").at("records"), 0);
    EXPECT_NEAR(j.at("completeness").get<double>(), 30.0 / 35, 1e-9) << "5 datagrams at the mean of 30";
    EXPECT_EQ(j.at("exporters").at(0).at("sampling"), 100);
}

TEST_F(OnData, LedgerOfAnExporter) {
    const Said said = run_cli({"ledger", "--data", data(), "--exporter", "192.0.2.1"});
    ASSERT_EQ(said.code, 0) << said.err;
    for (const char* part :
         {"192.0.2.1  netflow9       7", "85.71%", "1 in 100", "30  datagrams that came", "495  flows through"}) {
        EXPECT_NE(said.out.find(part), std::string::npos) << part << "\n" << said.out;
    }
    EXPECT_EQ(said.out.find("balanced"), std::string::npos) << "that is of all exporters";
    EXPECT_EQ(
        run_cli({"ledger", "--data", data(), "--exporter", "192.0.2.0/24", "-o", "json"}).json().at("exporters").size(),
        1u);
}

TEST_F(OnData, LedgerOfATime) {
    const Json j = run_cli({"ledger", "-d", data(), "-o", "json", "--since", "10m"}).json();
    EXPECT_EQ(j.at("from"), control::kDataStart_s - 300);
    ASSERT_EQ(j.at("books").size(), 1u);
    EXPECT_EQ(j.at("books").at(0).at("start"), control::kDataStart_s);
    EXPECT_EQ(j.at("books").at(0).at("datagrams"), 30);
    EXPECT_EQ(j.at("books").at(0).at("lost"), 5);
    EXPECT_NEAR(j.at("books").at(0).at("completeness").get<double>(), 30.0 / 35, 1e-9);
    EXPECT_EQ(j.at("missing").at("flows"), 83);
    EXPECT_EQ(j.at("ledger").at("flows").at("through"), 495);
    EXPECT_EQ(j.at("ledger").at("balanced"), true);
    EXPECT_EQ(j.at("exporters").at(0).at("datagrams"), 30);
    EXPECT_EQ(run_cli({"ledger", "-d", data(), "-o", "json", "--from", "2024-05-01T12:30", "--to", "2024-05-01T12:35"})
                  .json()
                  .at("books"),
              j.at("books"));

    const Said summed = run_cli({"ledger", "-d", data(), "--since", "10m"});
    EXPECT_EQ(summed.code, 0) << summed.err;
    for (const char* part : {"2024-05-01T12:25:00Z to ", "1 books of 5m", "30  datagrams at a decoder",
                             "least complete: 85.71% at 2024-05-01T12:30:00Z", "balanced"})
        EXPECT_NE(summed.out.find(part), std::string::npos) << part << "\n" << summed.out;
    const Said rows = run_cli({"ledger", "-d", data(), "--per-bucket", "--exporter", "192.0.2.1"});
    EXPECT_EQ(rows.code, 0) << rows.err;
    EXPECT_NE(rows.out.find("2024-05-01T12:30:00Z         30    495        5     0        0    85.71%  ██████████\n"),
              std::string::npos)
        << rows.out;
    const Said nothing = run_cli({"ledger", "-d", data(), "--from", "2024-04-01", "--to", "2024-04-02"});
    EXPECT_EQ(nothing.code, 0) << nothing.err;
    EXPECT_NE(nothing.out.find("0 books of 5m"), std::string::npos) << nothing.out;
}

TEST_F(OnData, LedgerWatched) {
    const Said said = run_cli({"ledger", "-d", data(), "--watch", "--times", "1"});
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_NE(said.out.find("                    30         0  datagrams at a decoder\n"), std::string::npos)
        << said.out;
    const Said drawn = run_cli({"ledger", "-d", data(), "--watch", "--times", "1", "--exporter", "192.0.2.1"}, true);
    EXPECT_TRUE(drawn.out.starts_with("\x1b[2J\x1b[H")) << "over what is there";
    EXPECT_TRUE(drawn.out.ends_with("\x1b[J"));
}

TEST_F(OnData, ExportersAndInterfaces) {
    const Said exporters = run_cli({"exporters", "-d", data()});
    for (const char* part : {"85.71%", "1 in 100", "495"})
        EXPECT_NE(exporters.out.find(part), std::string::npos) << part << "\n" << exporters.out;

    const Said options = run_cli({"exporters", "--options", "-d", data(), "--exporter", "192.0.2.1"});
    for (const char* part :
         {"sampler      every  1 in 100 ", "interface        7  ge-0/0/7 ", "vrf              1  customer-a",
          "application   13:5  dns ", "start               2024-05-01T12:30:00Z"})
        EXPECT_NE(options.out.find(part), std::string::npos) << part << "\n" << options.out;
    const Json told = run_cli({"exporters", "--options", "-o", "json", "-d", data()}).json();
    ASSERT_EQ(told.size(), 5u);
    EXPECT_TRUE(told.at(0).at("id").is_null()) << "every sampler";
    EXPECT_EQ(told.at(1).at("text"), "ge-0/0/7");

    const Said interfaces = run_cli({"interfaces", "-d", data()});
    ASSERT_EQ(interfaces.code, 0) << interfaces.err;
    for (const char* part : {"ge-0/0/7  up     100M     1.00M      2.00M     100      100    2%       9         0"})
        EXPECT_NE(interfaces.out.find(part), std::string::npos) << part << "\n" << interfaces.out;
    const Json counted = run_cli({"interfaces", "-o", "json", "-d", data(), "--since", "1h"}).json();
    ASSERT_EQ(counted.size(), 1u);
    EXPECT_EQ(counted.at(0).at("in_bit_s"), 1e6);
    EXPECT_EQ(counted.at(0).at("seconds"), 270);
    EXPECT_TRUE(counted.at(0).at("totals").at("in_broadcast").is_null());
}

TEST(Cli, LedgerThatDoesNotBalanceIsAFailure) {
    const control::TemporaryDirectory directory;
    const std::string where = (directory.path() / "data").string();
    flow::Ledger lost;
    lost[Counter::packets_received] = 1;
    ASSERT_TRUE(control::make_data(where, lost));
    const Said said = run_cli({"ledger", "-d", where});
    EXPECT_EQ(said.code, code_of(Exit::failed));
    EXPECT_NE(said.out.find("NOT BALANCED: packets received = sum of their fates: 31 against 30"), std::string::npos)
        << said.out;
    EXPECT_NE(said.err.find("please report it"), std::string::npos) << said.err;
    const Said json = run_cli({"ledger", "-o", "json", "-d", where});
    EXPECT_EQ(json.code, code_of(Exit::failed));
    EXPECT_EQ(json.json().at("balanced"), false);
    EXPECT_EQ(run_cli({"ledger", "-d", where, "--since", "1h"}).code, code_of(Exit::failed));
}

TEST_F(OnData, QuestionsThatMakeNoSense) {
    struct Case {
        std::vector<std::string> arguments;
        Exit exit;
        const char* says;
    };
    const Case cases[] = {
        {{"ledger", "--exporter", "router"}, Exit::usage, "is no address: write 192.0.2.1"},
        {{"ledger", "--exporter", "192.0.2.9"}, Exit::no_data, "no exporter 192.0.2.9 has sent anything"},
        {{"ledger", "--since", "soon"}, Exit::usage, "--since soon is no time"},
        {{"ledger", "--since", "1h", "--to", "now"}, Exit::usage, "give --from and --to instead"},
        {{"ledger", "--from", "now", "--to", "-1h"}, Exit::usage, "its beginning is not before its end"},
        {{"ledger", "--watch", "--since", "1h"}, Exit::usage, "--watch shows what happens now"},
        {{"ledger", "--watch", "-o", "json"}, Exit::usage, "--watch is for people"},
        {{"exporters", "--options", "--exporter", "x"}, Exit::usage, "is no address"},
        {{"interfaces", "--since", "yesterday"}, Exit::usage, "is no length of time"},
    };
    for (Case c : cases) {
        c.arguments.insert(c.arguments.end(), {"-d", data()});
        const Said said = run_cli(c.arguments);
        EXPECT_EQ(said.code, code_of(c.exit)) << c.says << said.err;
        EXPECT_NE(said.err.find(c.says), std::string::npos) << said.err;
    }
}

// Every term of every law is in it, and losses even when they are none.
TEST(LedgerPicture, OfALedgerWithEverything) {
    flow::Ledger l;
    l[Counter::port_missed] = 12;
    l[Counter::packets_received] = 1'234'567;
    l[PacketFate::not_ip] = 20;
    l[Counter::punted] = 15;
    l[Counter::punt_dropped] = 4;
    l[PacketFate::fragment] = 10;
    l[Counter::fragments_used] = 7;
    l[Counter::fragments_expired] = 2;
    l[PacketFate::whole] = 1'234'537;
    l[Counter::reassembled] = 3;
    l[Counter::datagrams_received] = 1'234'500;
    l[flow::Outcome::accepted] = 1'234'490;
    l[flow::Outcome::thinned] = 10;
    l[Counter::sets_held] = 9;
    l[Counter::held_replayed] = 5;
    l[Counter::held_expired] = 1;
    l.skip(flow::Skip::no_template, 1);
    l[Counter::records_flow] = 100;
    l[Counter::records_seen] += 100;
    l[Counter::flows_extra] = 5;
    l[Counter::flows_decoded] = 105;
    l[Counter::flows_through] = 106;
    l[Counter::flows_archived] = 80;
    l[Counter::archive_not_wanted] = 12;
    l[Counter::archive_shed_busy] = 4;
    std::ostringstream out;
    ledger_picture(l, {.missed = "af_packet:eth1", .no_buffer = "af_packet:eth1", .errors = {}}).print(out, {});
    EXPECT_EQ(out.str(), R"(             1,234,579  packets at the devices
    |-->            12  packets lost in devices that can tell (and more:
    |                   af_packet:eth1 cannot tell)
    |-->       unknown  packets lost for want of a buffer (af_packet:eth1 cannot
    |                   tell)
    |-->             0  packets that devices reported as broken
    v
             1,234,567  packets received
    |-->            20  neither IPv4 nor IPv6
    |               20    no exports to us in all; of these
    |               15    passed to the kernel
    |                4    dropped: beyond what the kernel is given
    |                1    on their way to the kernel
    |-->            10  IP fragment of a UDP datagram
    |                7    became datagrams
    |                2    fragments whose others did not come in time
    |                0    fragments dropped for want of room
    |                0    fragments of datagrams whose pieces overlap
    |                0    fragments whose lengths cannot be right
    |                0    fragments lost on the way to the owner
    |                1    waiting for the others of their datagram
    |-->             0  frame shorter than the IP length says: cut by device or
    |                   capture
    v
             1,234,537  datagrams in one packet
    |<--             3  datagrams put together from fragments
    |-->             0  datagrams lost on the way to the owner
    |-->             0  datagrams in flight when the collector died
    |-->            40  in flight between workers
    v
             1,234,500  datagrams at a decoder
    |-->            10  left out on purpose: its exporter exceeds its share
    |-->             0  left out on purpose: its exporter exceeds its fixed
    |                   limit
    v
             1,234,490  datagrams accepted
    |-->             9  data sets that came before their template
    |                5    decoded when their template came
    |                1    held sets whose template did not come in time
    |                0    held sets dropped for want of room
    |                3    still waiting for their template
    v
                   101  records in them
    |-->             1  data set whose template never came while it was held;
    |                   per set
    |<--             5  flows beyond one a record
    v
                   105  flows decoded
    |-->             0  flows lost because no batch slot was free
    |-->             0  flows in flight when the collector died
    |-->             1  counted ahead: an earlier stage has not told them yet
    v
                   106  flows through, matched and tallied
    |-->            12  flows that the archive's policy leaves out
    |-->             4  flows not archived: the writers were behind
    |-->             0  flows not archived: the disk was full or failed
    |-->             0  flows under way when the collector died
    |-->            10  on their way to the disk
    v
                    80  flows durable in the archive
)");
}

TEST(LedgerPicture, InBriefIsWhatThereIs) {
    flow::Ledger l;
    l[Counter::packets_received] = l[PacketFate::whole] = 5;
    std::ostringstream out;
    ledger_picture(l, {.missed = "tap:x", .no_buffer = {}, .errors = {}}).print(out, {}, {}, true);
    EXPECT_EQ(out.str().find("lost"), std::string::npos) << out.str();
    EXPECT_NE(out.str().find("|-->             5  in flight between workers"), std::string::npos) << out.str();
}

TEST(LedgerPicture, FitsEightyColumns) {
    flow::Ledger l;
    for (std::uint64_t& value : l.values) value = 12'345'678'901'234;
    std::ostringstream out;
    const Picture picture =
        ledger_picture(l, {.missed = "0000:3b:00.0, af_packet:eth1", .no_buffer = {}, .errors = {}});
    picture.print(out, {}, std::vector<double>(picture.lines().size(), 99'999'999));
    std::istringstream lines(out.str());
    for (std::string line; std::getline(lines, line);) EXPECT_LE(shown_width(line), 80u) << line;
}

TEST(ExporterText, PercentIsNeverRoundedUp) {
    EXPECT_EQ(complete_text(1), "100%");
    EXPECT_EQ(complete_text(0.999999), "99.99%");
    EXPECT_EQ(complete_text(0.5), "50.00%");
    EXPECT_EQ(complete_text(0), "0.00%");
}

}  // namespace
}  // namespace cli
