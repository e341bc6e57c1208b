// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/filter_check.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/control/temporary_directory.hpp"

namespace api {
namespace {

using Json = nlohmann::ordered_json;

struct Asked {
    unsigned status = 0;
    Json body{};
};

class FilterChecksTest : public testing::Test {
  protected:
    FilterChecksTest() {
        control::SourceConfig source;
        source.name = "backbone";
        config_.sources.push_back(source);
        config_.profiles_dir = directory_.path();
        world_.config = [this] { return config_; };
        world_.now_ms = [] { return 1'000'000; };
        routes_ = checks_.routes();
    }

    Asked post(const std::string& body) {
        http::Response response = routes_[0].handler({.method = "POST", .path = routes_[0].path, .body = body});
        if (response.later) {
            ++later_;
            response = response.later();
        }
        return {response.status, Json::parse(response.body)};
    }
    Asked check(const std::string& filter) { return post(Json{{"filter", filter}}.dump()); }

    control::TemporaryDirectory directory_;
    control::Config config_;
    World world_{};
    FilterChecks checks_{world_};
    std::vector<http::Route> routes_;
    int later_ = 0;
};

TEST_F(FilterChecksTest, SaysHowARightFilterIsUnderstood) {
    const Asked a = check("src net 10/8 AND proto TCP");
    EXPECT_EQ(a.status, 200u);
    EXPECT_EQ(a.body["ok"], true);
    EXPECT_EQ(a.body["detail"], "");
    EXPECT_EQ(a.body["normal"], "src net 10.0.0.0/8 and proto tcp");
    EXPECT_FALSE(a.body.contains("position"));
    EXPECT_EQ(a.body["tokens"].size(), 6u);
    EXPECT_EQ(later_, 0);
}

TEST_F(FilterChecksTest, TellsTheParsersSentenceItsPlaceAndWhatWasMeant) {
    const Asked a = check("# \U0001F600\nproto tcp and prot 443");
    EXPECT_EQ(a.body["ok"], false);
    EXPECT_EQ(a.body["detail"],
              "expected a test such as proto tcp, port 80 or ip 10.0.0.1, found 'prot'; did you mean proto or port?");
    EXPECT_EQ(a.body["position"], (Json{{"line", 2}, {"column", 15}, {"offset", 19}, {"length", 4}}));
    EXPECT_EQ(a.body["meant"], "# \U0001F600\nproto tcp and port 443");
}

TEST_F(FilterChecksTest, PlacesAreThoseOfBrowsers) {
    const Asked a = check("proto");
    EXPECT_EQ(a.body["position"]["offset"], 5);
    EXPECT_EQ(a.body["position"]["length"], 1);
}

TEST_F(FilterChecksTest, CompletesAtTheCursor) {
    const Asked a = post(R"({"filter": "ident ", "cursor": 6})");
    EXPECT_EQ(a.body["completions"][0], (Json{{"text", "backbone"}, {"kind", "source"}, {"help", "source"}}));
    EXPECT_EQ(a.body["replaces"], (Json{{"offset", 6}, {"length", 0}}));
}

TEST_F(FilterChecksTest, FindsFaultsThatShowWhenCompiled) {
    EXPECT_EQ(check("ident elsewhere").body["ok"], false);
    const Asked a = check("any and url matches /(/");
    EXPECT_EQ(a.body["ok"], false);
    EXPECT_EQ(a.body["position"]["offset"], 20);
    EXPECT_EQ(later_, 1);
}

TEST_F(FilterChecksTest, HostNamesAreTakenWithoutLookingThemUp) {
    const Asked a = check("host www.example.com and not src ip www.example.com");
    EXPECT_EQ(a.body["ok"], true);
    EXPECT_EQ(a.body["notes"], Json::array({"the host name www.example.com is looked up when the filter is used"}));
}

TEST_F(FilterChecksTest, NotesWhatIsHardlyMeant) {
    EXPECT_EQ(check("proto tcp and proto udp").body["notes"], Json::array({"it takes no flow at all"}));
    EXPECT_EQ(check("port >= 0").body["notes"], Json::array({"it takes every flow"}));
}

TEST_F(FilterChecksTest, IncludesFilesOfTheProfilesDirectoryAlone) {
    std::ofstream(directory_.path() / "web.nf") << "port 80 or prot 443";
    const Asked a = check("proto tcp and (@include web.nf)");
    EXPECT_EQ(a.body["ok"], false);
    EXPECT_EQ(a.body["position"]["offset"], 15);
    EXPECT_EQ(a.body["position"]["length"], 15);
    EXPECT_EQ(a.body["position"]["column"], 12);
    std::filesystem::create_symlink("/etc/passwd", directory_.path() / "link");
    for (const std::string name : {"/etc/passwd", "../../../../etc/passwd", "link", ".", ""}) {
        const std::string text = check("@include '" + name + "'").body["detail"];
        EXPECT_EQ(text.find("root"), std::string::npos) << text;
        EXPECT_NE(text, "") << name;
    }
}

TEST_F(FilterChecksTest, RefusesWhatIsNoQuestion) {
    EXPECT_EQ(post("").status, 400u);
    EXPECT_EQ(post("[]").status, 400u);
    EXPECT_EQ(post("{}").status, 400u);
    EXPECT_EQ(post(R"({"filter": 1})").status, 400u);
    EXPECT_EQ(post(R"({"filter": "any", "cursor": -1})").status, 400u);
    EXPECT_EQ(check(std::string(kMostFilterUnits + 1, ' ')).status, 413u);
    EXPECT_EQ(check(std::string(kMostFilterUnits, '(')).status, 200u);
}

TEST_F(FilterChecksTest, ListsAllFields) {
    const Json all = Json::parse(routes_[1].handler({.method = "GET", .path = routes_[1].path}).body);
    EXPECT_GT(all.size(), 100u);
    EXPECT_EQ(all[0]["example"], "proto tcp");
    EXPECT_EQ(all[0]["group"], "PROTOCOLS, ADDRESSES, PORTS");
}

}  // namespace
}  // namespace api
