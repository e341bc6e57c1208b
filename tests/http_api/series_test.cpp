// SPDX-License-Identifier: Apache-2.0
// /series, /totals and /peak of the data of control/stored_data.hpp.
#include "tests/http_api/rig.hpp"

namespace api {
namespace {

using control::kDataStart_s;

class SeriesTest : public testing::Test {
  protected:
    void SetUp() override {
        configure_stored(rig.config);
        ASSERT_TRUE(control::make_data(rig.directory.path().string()));
    }
    static std::string window(std::uint32_t buckets = control::kDataBuckets) {
        return "from=" + std::to_string(kDataStart_s) + "&to=" + std::to_string(kDataStart_s + 10 * buckets);
    }

    Rig rig{};
};

TEST_F(SeriesTest, HasAValueForEachStepOfEachChannel) {
    const AnyJson out = rig.get("/series?profile=zone&unit=flows&resolution=10&" + window());
    EXPECT_EQ(out["from_s"], kDataStart_s);
    EXPECT_EQ(out["to_s"], kDataStart_s + 300);
    EXPECT_EQ(out["resolution_s"], 10);
    EXPECT_EQ(out["unit"], "flows");
    EXPECT_EQ(out["class"], "any");
    ASSERT_EQ(out["rows"].size(), 2u);
    EXPECT_EQ(out["rows"][0]["channel"], "web");
    for (const AnyJson& value : out["rows"][0]["values"]) EXPECT_TRUE(value.is_null());
    const AnyJson& dns = out["rows"][1];
    EXPECT_EQ(dns["colour"], "#333333");
    EXPECT_EQ(dns["sign"], "-");
    ASSERT_EQ(dns["values"].size(), 30u);
    for (std::size_t i = 0; i < 30; ++i) EXPECT_EQ(dns["values"][i], i + 1);
}

TEST_F(SeriesTest, ChannelsSourcesAndClassesCanBeChosen) {
    const AnyJson sources =
        rig.get("/series?profile=zone&channel=dns&per_source=true&unit=packets&resolution=10&" + window());
    ASSERT_EQ(sources["rows"].size(), 2u);
    EXPECT_EQ(sources["rows"][0]["source"], "edge");
    EXPECT_TRUE(sources["rows"][0]["values"][0].is_null());  // nothing came
    EXPECT_EQ(sources["rows"][1]["values"][29], 1);
    const AnyJson one = rig.get("/series?profile=zone&channel=dns&source=peer&resolution=10&" + window());
    EXPECT_EQ(one["rows"][0]["values"][29], 10);
    const AnyJson tcp = rig.get("/series?profile=zone&channel=dns&class=tcp&resolution=10&" + window());
    EXPECT_EQ(tcp["rows"][0]["values"][29], 0);
    EXPECT_EQ(rig.get("/series?resolution=10&" + window())["rows"].size(), 4u);  // all profiles
}

TEST_F(SeriesTest, TheResolutionIsTheCoarsestThatGivesHalfThePoints) {
    EXPECT_EQ(rig.get("/series?profile=zone&points=2&" + window())["resolution_s"], 300);
    EXPECT_EQ(rig.get("/series?profile=zone&points=1000&" + window())["resolution_s"], 10);
    EXPECT_EQ(rig.get("/series?profile=zone&points=1000&from=0&to=" + std::to_string(365 * 86400))["resolution_s"],
              7200);
    EXPECT_EQ(rig.get("/series?profile=zone&points=700&from=0&to=" + std::to_string(365 * 86400))["resolution_s"],
              86400);
}

TEST_F(SeriesTest, TellsWhereFlowsAreMissing) {
    const AnyJson out = rig.get("/series?profile=zone&resolution=10&" + window());
    ASSERT_EQ(out["completeness"].size(), 1u);
    const AnyJson& gap = out["completeness"][0];
    EXPECT_EQ(gap["from_s"], kDataStart_s);
    EXPECT_EQ(gap["to_s"], kDataStart_s + 300);
    EXPECT_EQ(gap["reason"], "lost before us");
    EXPECT_LT(gap["ratio"].get<double>(), 1);
    EXPECT_GT(gap["ratio"].get<double>(), 0.5);
    // The exporter sent to `edge`.
    EXPECT_TRUE(rig.get("/series?profile=zone&channel=dns&source=peer&" + window())["completeness"].empty());
}

TEST_F(SeriesTest, SumsAndPeak) {
    const AnyJson totals = rig.get("/totals?profile=zone&channel=dns&" + window());
    const AnyJson& cells = totals["rows"][0]["cells"];
    EXPECT_EQ(cells["any"]["flows"], 29 * 30 / 2 + 30);
    EXPECT_EQ(cells["udp"]["flows"], cells["any"]["flows"]);
    EXPECT_EQ(cells["tcp"]["bytes"], 0);
    const AnyJson peak = rig.get("/peak?profile=zone&unit=flows&" + window());
    EXPECT_EQ(peak["at_s"], kDataStart_s + 290);
    EXPECT_EQ(peak["value"], 30);
    EXPECT_EQ(peak["resolution_s"], 10);
    EXPECT_EQ(rig.get("/peak?profile=zone&from=100000&to=200000")["value"], 0);
}

TEST_F(SeriesTest, WrongQuestionsAreToldWhatIsWrong) {
    struct Case {
        const char* target;
        unsigned status;
        const char* detail;
    };
    const std::vector<Case> cases{
        {"/series?profile=zone&from=never", 422,
         "from never is no time: write -1h, 2024-05-01T12:30, seconds since 1970, or now"},
        {"/series?profile=zone&from=now&to=-1h", 422, "from now is not before to -1h"},
        {"/series?profile=zone&resolution=7", 422,
         "resolution 7 is none: write one of auto, 10s, 5m, 30m, 2h, 1d, or 1s for the last 15 minutes"},
        {"/series?profile=zone&unit=bits", 422, "unit=bits is none of flows, packets, bytes"},
        {"/series?profile=zone&class=sctp", 422, "class=sctp is none of any, tcp, udp, icmp, other"},
        {"/series?profile=zone&per_source=yes", 422, "per_source=yes is not true or false"},
        {"/series?profile=zone&points=-1", 422, "points=-1 is no number from 0 to 20000"},
        {"/series?profile=zon", 404, "there is no profile \"zon\": did you mean \"zone\"?"},
        {"/series?profile=zone&channel=dsn", 404, "there is no channel \"dsn\": did you mean \"dns\"?"},
        {"/totals?profile=zone&source=edgy", 404, "there is no source \"edgy\": did you mean \"edge\"?"},
        {"/peak?profile=nothing-like-it", 404,
         "there is no profile \"nothing-like-it\": GET /api/v1/profiles lists what there is"},
    };
    for (const Case& c : cases) EXPECT_EQ(rig.get(c.target, c.status)["detail"], c.detail) << c.target;
    EXPECT_EQ(rig.get("/series?profile=zone&resolution=10&from=0&to=300000000", 422)["error"], "too_large");
}

TEST(Series, WithoutDataSayWhy) {
    Rig rig;
    configure_stored(rig.config);
    EXPECT_EQ(rig.get("/series?profile=zone", 503)["error"], "no_data");
}

}  // namespace
}  // namespace api
