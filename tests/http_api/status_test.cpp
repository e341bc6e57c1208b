// SPDX-License-Identifier: Apache-2.0
// What the daemon is, and what is configured.
#include <cctype>
#include <set>

#include "tests/http_api/rig.hpp"

namespace api {
namespace {

TEST(Status, GivesThePartsThatAreAskedFor) {
    Rig rig;
    rig.status.version = "1.2.3";
    const AnyJson some = rig.get("/status?parts=workers,store");
    EXPECT_EQ(some["version"], "1.2.3");
    EXPECT_TRUE(some.contains("workers") && some.contains("store"));
    EXPECT_FALSE(some.contains("exporters"));
    EXPECT_TRUE(rig.get("/status").contains("exporters"));
    EXPECT_EQ(rig.get("/status?parts=wokers", 422)["error"], "bad_argument");
}

TEST(Status, TheDaemonIsAskedOnceBetweenTicks) {
    Rig rig;
    for (int i = 0; i < 5; ++i) rig.get("/status");
    EXPECT_EQ(rig.asked, 1u);
    rig.tick();
    rig.get("/devices");
    EXPECT_EQ(rig.asked, 2u);
}

TEST(Status, AReloadIsSeenAtOnce) {
    Rig rig;
    rig.get("/status");
    rig.status.generation = 7;
    EXPECT_EQ(AnyJson::parse(rig.ask("POST", "/reload").body)["generation"], 7);
    EXPECT_EQ(rig.get("/status")["config"]["generation"], 7);
    rig.reload.ok = false;
    rig.reload.error = "x.toml:1:1: no";
    const http::Response refused = rig.ask("POST", "/reload");
    EXPECT_EQ(refused.status, 422u);
    EXPECT_EQ(AnyJson::parse(refused.body)["error"], "x.toml:1:1: no");
}

TEST(Devices, QueuesNameTheirDeviceByItsPlace) {
    Rig rig;
    for (const char* name : {"a", "b"}) rig.status.devices.emplace_back().name = name;
    rig.status.queues.emplace_back().device = "b";
    const AnyJson out = rig.get("/devices");
    EXPECT_EQ(out["queues"][0]["device"], 1);
    EXPECT_EQ(out["devices"].size(), 2u);
    EXPECT_TRUE(out["devices"][0]["missed"].is_null());  // unknown is not zero
}

TEST(Profiles, ComeInTheOrderInWhichTheyAreDrawn) {
    Rig rig;
    configure_stored(rig.config);
    ASSERT_TRUE(control::make_data(rig.directory.path().string()));
    const AnyJson all = rig.get("/profiles");
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0]["name"], "live");
    EXPECT_EQ(all[0]["channels"][1]["name"], "peer");
    EXPECT_EQ(all[0]["channels"][1]["colour"], "#222222");
    EXPECT_FALSE(all[0]["editable"].get<bool>());
    const AnyJson zone = rig.get("/profiles/zone");
    EXPECT_EQ(zone["channels"][0]["name"], "web");  // above the axis
    EXPECT_EQ(zone["channels"][0]["since_ms"], 0);
    EXPECT_EQ(zone["channels"][1]["sign"], "-");
    EXPECT_NE(zone["channels"][1]["since_ms"], 0);
    EXPECT_EQ(zone["version"], "v1");
    EXPECT_EQ(zone["file"], "zone.toml");
    const AnyJson wrong = rig.get("/profiles/zoe", 404);
    EXPECT_EQ(wrong["error"], "not_found");
    EXPECT_EQ(wrong["detail"], "there is no profile \"zoe\": did you mean \"zone\"?");
}

TEST(Document, HasEveryRouteAndNoOther) {
    Rig rig;
    const AnyJson document = rig.get("/openapi.json");
    std::set<std::string> described, routed;
    for (const auto& [path, operations] : document["paths"].items()) {
        for (const auto& [method, operation] : operations.items()) {
            if (method != "parameters") described.insert(method + " " + path);
        }
    }
    const std::size_t root = std::string_view(kRoot).size();
    for (const http::Route& route : rig.routes()) {
        std::string method = route.method;
        for (char& c : method) c = static_cast<char>(std::tolower(c));
        routed.insert(method + " " + route.path.substr(root));
    }
    for (const std::string& route : routed) EXPECT_TRUE(described.contains(route)) << route;
    for (const std::string& route : described) {
        // Those of the server itself, of the daemon's devices, and of jobs.
        const std::string path = route.substr(route.find('/'));
        const bool elsewhere = path.starts_with("/session") || path.starts_with("/capture") ||
                               path.starts_with("/queries") || path.starts_with("/fills");
        EXPECT_TRUE(elsewhere || routed.contains(route)) << route;
    }
}

TEST(Profiles, AreThereBeforeAnythingWasCounted) {
    Rig rig;
    configure_stored(rig.config);
    EXPECT_EQ(rig.get("/profiles").size(), 2u);
    EXPECT_EQ(rig.get("/sources").size(), rig.status.sources.size());
}

}  // namespace
}  // namespace api
