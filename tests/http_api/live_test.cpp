// SPDX-License-Identifier: Apache-2.0
// The moving edge, the event streams, who sends, the ledger and what is wrong.
#include <cmath>

#include "control/http/api/edge.hpp"
#include "control/http/api/events.hpp"
#include "control/http/api/troubles.hpp"
#include "tests/http_api/rig.hpp"

namespace api {
namespace {

using control::kDataStart_s;

store::SeriesCells cells(std::uint64_t flows) {
    store::SeriesCells out{};
    out[1] = {flows, 2 * flows, 100 * flows};
    return out;
}

TEST(EdgeTest, KeepsWhatEachSecondBrought) {
    Edge edge;
    edge.take(1000, {cells(5)});  // where counting begins
    EXPECT_EQ(edge.from_s(), 0u);
    edge.take(1001, {cells(7)});
    edge.take(1002, {cells(7), cells(3)});  // the first brought nothing, the second is new
    std::vector<std::pair<std::uint32_t, std::uint64_t>> seen;
    edge.visit(0, 2000, [&](std::uint32_t at_s, const Edge::Entry& entry) {
        EXPECT_EQ(entry.traffic_class, 1u);
        seen.emplace_back(at_s * 10 + entry.series, entry.cell.flows);
    });
    EXPECT_EQ(seen, (std::vector<std::pair<std::uint32_t, std::uint64_t>>{{10010, 2}, {10021, 3}}));
    EXPECT_EQ(edge.from_s(), 1001u);
    EXPECT_EQ(edge.to_s(), 1003u);
}

TEST(EdgeTest, ForgetsWhatIsOldAndBearsClocksThatLeap) {
    Edge edge;
    for (std::uint32_t i = 0; i < 2000; ++i) edge.take(1000 + i, {cells(i)});
    EXPECT_EQ(edge.to_s() - edge.from_s(), Edge::kSeconds);
    edge.take(3010, {cells(9000)});  // late: the seconds between are empty
    EXPECT_EQ(edge.to_s(), 3011u);
    edge.take(500, {cells(9001)});
    EXPECT_EQ(edge.from_s(), 500u);
    edge.take(4'000'000'000, {cells(9002)});
    EXPECT_EQ(edge.from_s(), 4'000'000'000u);
    EXPECT_EQ(edge.to_s(), 4'000'000'001u);
}

std::string all_of(const http::Response& response, std::size_t at_once = 4096) {
    std::string out, buffer(at_once, ' ');
    for (std::ptrdiff_t n = 0; (n = response.stream->read(buffer.data(), buffer.size())) > 0;)
        out.append(buffer.data(), static_cast<std::size_t>(n));
    return out;
}

TEST(EventsTest, AreSentToThoseWhomTheyConcern) {
    Events events;
    events.greet_with("configuration", "{\"generation\":3}");
    const http::Response a = events.open("a", {}), b = events.open("b", {});
    EXPECT_NE(all_of(a).find("event: configuration\ndata: {\"generation\":3}\n\n"), std::string::npos);
    all_of(b);
    events.publish_to("a", "second", "1");
    events.publish("problems", "[]");
    EXPECT_EQ(events.profiles(), (std::vector<std::string>{"a", "b"}));
    EXPECT_NE(all_of(a, 3).find("event: second\ndata: 1\n\n"), std::string::npos);
    const std::string of_b = all_of(b);
    EXPECT_EQ(of_b.find("second"), std::string::npos);
    EXPECT_NE(of_b.find("event: problems\ndata: []\n\n"), std::string::npos);
}

TEST(EventsTest, GoOnWhereAPageWasCutOff) {
    Events events;
    const http::Response first = events.open("", {});
    all_of(first);
    events.publish("problems", "[1]");
    const std::string seen = all_of(first);
    const std::string id = seen.substr(4, seen.find('\n') - 4);
    events.publish("problems", "[2]");
    const std::string behind = all_of(events.open("", id));
    EXPECT_EQ(behind.find("[1]"), std::string::npos);
    EXPECT_NE(behind.find("[2]"), std::string::npos);
    EXPECT_EQ(behind.find("configuration"), std::string::npos);
    // Of another run of the daemon, or nonsense.
    for (const char* other : {"1-1", "x", "-", "1-"})
        EXPECT_NE(all_of(events.open("", other)).find("configuration"), std::string::npos) << other;
}

TEST(EventsTest, WhoIsTooSlowIsToldToAskAgain) {
    Events events;
    const http::Response slow = events.open("", {});
    all_of(slow);
    for (std::size_t i = 0; i < 10 * Events::kKept; ++i) events.publish("second", std::to_string(i));
    const std::string text = all_of(slow);
    EXPECT_NE(text.find("event: configuration"), std::string::npos);
    EXPECT_LT(text.size(), 200u);
}

TEST(EventsTest, ThereIsRoomForSoManyOnly) {
    Events events;
    {
        std::vector<http::Response> open;
        for (std::size_t i = 0; i < Events::kMostStreams; ++i) open.push_back(events.open("", {}));
        EXPECT_EQ(events.open("", {}).status, 503u);
    }
    EXPECT_EQ(events.open("", {}).status, 200u);
}

class LiveTest : public testing::Test {
  protected:
    void SetUp() override {
        configure_stored(rig.config);
        ASSERT_TRUE(control::make_data(rig.directory.path().string()));
        rig.status.generation = 1;
        rig.status.series = {{0, "live", "edge", "edge"}, {1, "zone", "dns", "edge"}, {2, "zone", "dns", "peer"}};
        rig.status.series_totals.resize(3);
        rig.tick();
    }
    void second(std::uint64_t flows) {
        rig.now_ms += 1000;
        rig.status.now_ms = rig.now_ms;
        rig.status.process_ledger[flow::Counter::packets_received] += 1;
        rig.status.process_ledger[flow::PacketFate::not_ours] += 1;
        for (const flow::Counter c :
             {flow::Counter::records_seen, flow::Counter::records_flow, flow::Counter::flows_decoded})
            rig.status.process_ledger[c] += flows;
        for (std::uint32_t id : {1u, 2u}) rig.status.series_totals[id][1].flows += flows;
        rig.tick();
    }

    Rig rig{};
};

TEST_F(LiveTest, ASecondTellsWhatItBrought) {
    const http::Response zone = rig.ask("GET", "/events?profile=zone");
    ASSERT_EQ(zone.status, 200u);
    EXPECT_EQ(zone.content_type, "text/event-stream");
    second(1);
    all_of(zone);
    second(4);
    const std::string text = all_of(zone);
    const std::size_t at = text.find("event: second\ndata: ");
    ASSERT_NE(at, std::string::npos) << text;
    const std::string data = text.substr(at + 20, text.find('\n', at + 20) - at - 20);
    const AnyJson json = AnyJson::parse(data);
    ASSERT_EQ(json["rows"].size(), 1u);
    EXPECT_EQ(json["rows"][0]["channel"], "dns");
    EXPECT_EQ(json["rows"][0]["cells"][3], 8);  // UDP flows of both sources
    EXPECT_EQ(json["flows"], 4);
    EXPECT_EQ(json["at_s"], rig.now_ms / 1000 - 1);
    EXPECT_EQ(rig.ask("GET", "/events?profile=zoo").status, 404u);
}

TEST_F(LiveTest, TheLastSecondsAreSeries) {
    second(2);
    second(3);
    const std::uint64_t now_s = rig.now_ms / 1000;
    const std::string window = "&from=" + std::to_string(now_s - 2) + "&to=" + std::to_string(now_s);
    const AnyJson out = rig.get("/series?profile=zone&channel=dns&unit=flows&resolution=1" + window);
    EXPECT_EQ(out["resolution_s"], 1);
    EXPECT_EQ(out["rows"][0]["values"], AnyJson({4, 6}));
    EXPECT_EQ(out["newest_s"], now_s);
    // Where the picture has room, they are taken without being asked for.
    EXPECT_EQ(rig.get("/series?profile=zone&points=100" + window)["resolution_s"], 1);
    EXPECT_EQ(rig.get("/totals?profile=zone&resolution=1" + window, 422)["error"], "bad_argument");
}

TEST_F(LiveTest, ANewConfigurationIsTold) {
    const http::Response page = rig.ask("GET", "/events");
    second(1);
    all_of(page);
    rig.status.generation = 2;
    second(1);
    EXPECT_NE(all_of(page).find("event: configuration\ndata: {\"generation\":2}"), std::string::npos);
}

class ExportersTest : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(control::make_data(rig.directory.path().string()));
        for (std::uint32_t i = 0; i < 5; ++i) {
            control::ExporterStatus& e = rig.status.exporters.emplace_back();
            e.key.address = flow::IpAddress::v4(0xc0000201 + i);
            e.key.protocol = i == 0 ? flow::Protocol::netflow9 : flow::Protocol::ipfix;
            e.source = i < 3 ? "edge" : "peer";
            e.counts.datagrams = 10 * i;
            e.counts.flows = e.counts.flows_through = 100 * i;
            e.counts.last_seen_ms = rig.now_ms;
        }
    }
    Rig rig{};
};

TEST_F(ExportersTest, ComeInPagesInOrder) {
    const AnyJson first = rig.get("/exporters?limit=2&order=flows");
    EXPECT_EQ(first["total"], 5);
    ASSERT_EQ(first["items"].size(), 2u);
    EXPECT_EQ(first["items"][0]["address"], "192.0.2.5");
    EXPECT_EQ(rig.get("/exporters?offset=4&order=flows")["items"][0]["address"], "192.0.2.1");
    EXPECT_EQ(rig.get("/exporters?offset=9")["items"].size(), 0u);
    EXPECT_EQ(rig.get("/exporters?source=peer")["total"], 2);
    EXPECT_EQ(rig.get("/exporters?prefix=192.0.2.0/30")["total"], 3);
    for (const char* bad : {"limit=0x", "limit=1001", "offset=-1", "order=size", "prefix=a"})
        EXPECT_EQ(rig.get(std::string("/exporters?") + bad, 422)["error"], "bad_argument") << bad;
}

TEST_F(ExportersTest, RatesAreOfTheLastMinute) {
    rig.tick();
    rig.now_ms += 20'000;
    rig.status.now_ms = rig.now_ms;
    rig.status.exporters[4].counts.flows += 200;
    rig.tick();
    EXPECT_EQ(rig.get("/exporters/4")["rates"]["flows"], 10);
}

TEST_F(ExportersTest, LossesAreToldApart) {
    flow::ExporterCounts& c = rig.status.exporters[4].counts;
    c.lost = 30;  // records: IPFIX
    c.flows_lost = 12;
    const AnyJson out = rig.get("/exporters/4");
    EXPECT_EQ(out["missing"], 30);
    EXPECT_EQ(out["lost_before_us"], 30);
    EXPECT_EQ(out["lost_in_us"], 12);
    EXPECT_LT(out["completeness"].get<double>(), 1);
}

TEST_F(ExportersTest, TellTheirTemplatesAndOptions) {
    const AnyJson out = rig.get("/exporters/0");
    EXPECT_EQ(out["templates"], 1);
    ASSERT_EQ(out["template_list"].size(), 1u);
    EXPECT_EQ(out["template_list"][0]["id"], 256);
    EXPECT_EQ(out["template_list"][0]["fields"][0]["bytes"], 4);
    EXPECT_EQ(out["options"][0]["kind"], "sampler");
    EXPECT_EQ(out["options"][0]["text"], "every: 1 in 100");
    for (const char* none : {"5", "x", "-1", "1x", "99999999999999999999"})
        EXPECT_EQ(rig.get(std::string("/exporters/") + none, 404)["error"], "not_found") << none;
}

// Of made_data: a datagram each 10 s with 2, 3, 4 ... flows; in the fourth of them 5 datagrams are missing.
TEST_F(ExportersTest, BooksTellWhatCameAndWhatWasLostOverTime) {
    const std::string at = "&from=" + std::to_string(control::kDataStart_s) +
                           "&to=" + std::to_string(control::kDataStart_s + 10 * control::kDataBuckets);
    const AnyJson out = rig.get("/exporters/0/books?resolution=300" + at);
    const std::uint32_t begin_s = control::kDataStart_s - control::kDataStart_s % 300;
    EXPECT_EQ(out["from_s"], begin_s);
    EXPECT_EQ(out["resolution_s"], 300);
    const AnyJson& values = out["values"];
    EXPECT_EQ(values["datagrams"].size(), (out["to_s"].get<std::uint32_t>() - begin_s) / 300);
    const auto sum = [&](const AnyJson& of, const char* name) {
        double all = 0;
        for (const AnyJson& value : of[name]) all += value.is_null() ? 0 : value.get<double>();
        return all;
    };
    const double flows = 30 * 2 + 29 * 30 / 2;
    EXPECT_EQ(sum(values, "flows_through"), flows);
    EXPECT_EQ(sum(values, "lost"), 5);
    EXPECT_EQ(sum(values, "lost_in_us"), 0);
    EXPECT_EQ(values["lost_before_us"][0],
              std::llround(5 * values["flows"][0].get<double>() / values["datagrams"][0].get<double>()));
    EXPECT_LT(values["completeness"][0], 1);

    const AnyJson long_ago = rig.get("/exporters/0/books?resolution=1d" + at);
    EXPECT_EQ(sum(long_ago["values"], "flows_through"), flows);
    const AnyJson other = rig.get("/exporters/1/books?resolution=300" + at);
    for (const auto& [name, list] : other["values"].items()) EXPECT_TRUE(list[0].is_null()) << name;
    EXPECT_EQ(rig.get("/exporters/5/books", 404)["error"], "not_found");
    for (const char* bad : {"resolution=10", "resolution=7", "from=never", "points=x", "from=now&to=-1h"})
        EXPECT_EQ(rig.get(std::string("/exporters/0/books?") + bad, 422)["error"], "bad_argument") << bad;
    EXPECT_EQ(rig.get("/exporters/0/books?resolution=300&from=0", 422)["error"], "too_large");
}

TEST_F(LiveTest, TheLedgerShowsItsLaws) {
    rig.status.process_ledger = {};
    rig.status.process_ledger[flow::Counter::packets_received] = 3;
    rig.status.process_ledger[flow::PacketFate::whole] = 3;
    rig.status.process_ledger[flow::Counter::datagrams_received] = 1;
    rig.status.process_ledger[flow::Outcome::accepted] = 1;
    rig.tick();
    const AnyJson out = rig.get("/ledger");
    EXPECT_EQ(out["process"]["packets"]["fates"]["whole"], 3);
    const auto law =
        std::find_if(out["laws"].begin(), out["laws"].end(), [](const AnyJson& l) { return l["name"] == "datagrams"; });
    ASSERT_NE(law, out["laws"].end());
    EXPECT_EQ((*law)["in_flight"], 2);
    EXPECT_TRUE((*law)["balanced"].get<bool>());
    EXPECT_EQ((*law)["left"][0]["value"], 3);
    const AnyJson books =
        rig.get("/ledger?from=" + std::to_string(kDataStart_s) + "&to=" + std::to_string(kDataStart_s + 300));
    EXPECT_FALSE(books.contains("process"));
    EXPECT_EQ(books["total"]["datagrams"]["outcomes"]["accepted"], 30);
    EXPECT_EQ(rig.get("/ledger?from=x", 422)["error"], "bad_argument");
}

std::vector<std::string> keys(const control::Status& status, const LedgerGrowth& growth = {}) {
    std::vector<std::string> out;
    for (const Trouble& t : find_troubles(status, growth)) out.push_back(t.key);
    return out;
}

TEST(Troubles, AreFoundAtTheThresholdsOfTheAlerts) {
    control::Status status;
    status.now_ms = 10'000'000;
    EXPECT_TRUE(keys(status).empty());
    status.workers.emplace_back().busy_ratio = 0.851;
    EXPECT_EQ(keys(status), std::vector<std::string>{"busy 0"});
    status.workers.clear();

    LedgerGrowth growth;
    growth.seconds = 300;
    growth.ledger[flow::Counter::port_missed] = 1;
    growth.ledger[flow::Outcome::no_source] = 1;
    EXPECT_EQ(keys(status, growth), (std::vector<std::string>{"device", "no_source"}));  // worst first

    status.store.failing_since_ms = 5;
    status.store.disk_free_bytes = 999'999'999;
    status.reload.ok = false;
    status.reload.restart_needed = {"cores"};
    EXPECT_EQ(keys(status), (std::vector<std::string>{"store", "disk", "reload", "restart"}));
    EXPECT_EQ(find_troubles(status, {})[0].since_ms, 5u);
}

TEST(Troubles, OfExportersNameThem) {
    control::Status status;
    status.now_ms = 10'000'000;
    control::ExporterStatus& e = status.exporters.emplace_back();
    e.key.address = flow::IpAddress::v4(0xc0000201);
    EXPECT_TRUE(keys(status).empty());  // never heard of
    e.counts.last_seen_ms = status.now_ms - 600'001;
    EXPECT_EQ(find_troubles(status, {})[0].what, "Exporter 192.0.2.1 sent nothing for more than 10 minutes");
    for (int i = 0; i < 4; ++i) status.exporters.push_back(status.exporters[0]);
    EXPECT_EQ(find_troubles(status, {})[0].what,
              "5 exporters sent nothing for more than 10 minutes: 192.0.2.1, 192.0.2.1, 192.0.2.1 ...");
}

TEST_F(LiveTest, ProblemsKeepTheirBeginning) {
    rig.status.reload.ok = false;
    rig.status.reload.error = "x.toml:1:1: no";
    rig.status.store.disk_free_bytes = 1;
    second(0);
    const AnyJson first = rig.get("/problems");
    ASSERT_EQ(first.size(), 2u);
    second(0);
    EXPECT_EQ(rig.get("/problems")[0]["since_ms"], first[0]["since_ms"]);
}

}  // namespace
}  // namespace api
