// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/profile_edits.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "control/config_version.hpp"
#include "tests/http_api/rig.hpp"

namespace api {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMachine = R"(devices = ["loopback"]
[[source]]
name = "edge"
port = 2055
[[source]]
name = "core"
port = 2056
)";
constexpr const char* kServices = R"(# The services.
profile = "services"

[[channel]]
name = "web"   # and QUIC
filter = "port 443"
colour = "#48C6FF"

[[channel]]
name = "dns"
filter = "port 53"
)";

// A configuration on the disk, that is read again at each reload.
class ProfileEditsTest : public testing::Test {
  protected:
    ProfileEditsTest() {
        fs::create_directories(home() + "/profiles.d");
        write(home() + "/net-collector.toml", kMachine);
        write(services(), kServices);
        rig_.reload.ok = true;
        load();
        see();
    }

    [[nodiscard]] std::string home() const { return rig_.directory.path().string(); }
    [[nodiscard]] std::string services() const { return home() + "/profiles.d/services.toml"; }
    static void write(const std::string& path, const std::string& text) {
        std::ofstream(path, std::ios::binary) << text;
    }
    static std::string read(const std::string& path) {
        std::ifstream in(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void load() {
        auto config = control::load_config(home() + "/net-collector.toml");
        ASSERT_TRUE(config) << config.error().text();
        rig_.config = *std::move(config);
        rig_.tick();
    }
    // What was read last is what is changed.
    void see() { rig_.headers["if-match"] = "\"" + control::file_version(read(services())) + "\""; }

    AnyJson ask(const std::string& method, const std::string& target, const AnyJson& body, unsigned expected) {
        const http::Response answer = rig_.ask(method, target, body.is_null() ? "" : body.dump());
        EXPECT_EQ(answer.status, expected) << answer.body;
        return AnyJson::parse(answer.body.empty() ? "null" : answer.body, nullptr, false);
    }

    Rig rig_;
};

TEST_F(ProfileEditsTest, AddsAChannelAndLeavesTheRest) {
    const AnyJson profile =
        ask("POST", "/profiles/services/channels", {{"name", "ssh"}, {"filter", "port 22"}, {"sign", "-"}}, 201);
    EXPECT_EQ(read(services()),
              std::string(kServices) + "\n[[channel]]\nname = \"ssh\"\nfilter = \"port 22\"\nsign = \"-\"\n");
    ASSERT_EQ(profile["channels"].size(), 3u);
    EXPECT_EQ(profile["channels"][2]["name"], "ssh");
    EXPECT_EQ(profile["version"], control::file_version(read(services())));
    ASSERT_EQ(rig_.log.size(), 1u);
    EXPECT_NE(rig_.log[0].find("audit: "), std::string::npos);
    EXPECT_NE(rig_.log[0].find("added channel \"ssh\""), std::string::npos);
}

TEST_F(ProfileEditsTest, ChangesAndDeletesAChannel) {
    ask("PATCH", "/profiles/services/channels/web", {{"filter", "port 443 or port 80"}, {"colour", "#48c6ff"}}, 200);
    std::string wanted = kServices;
    wanted.replace(wanted.find("port 443"), 8, "port 443 or port 80");
    EXPECT_EQ(read(services()), wanted);
    see();
    ask("DELETE", "/profiles/services/channels/dns", nullptr, 200);
    EXPECT_EQ(read(services()), wanted.substr(0, wanted.find("\n[[channel]]\nname = \"dns\"")));
    see();
    ask("DELETE", "/profiles/services/channels/web", nullptr, 422);
    const AnyJson gone = ask("DELETE", "/profiles/services", nullptr, 200);
    EXPECT_EQ(gone["path"], services());
    EXPECT_EQ(gone["text"], "");
    EXPECT_FALSE(gone.contains("name"));
    EXPECT_FALSE(fs::exists(services()));
}

TEST_F(ProfileEditsTest, ANewProfileIsANewFile) {
    const AnyJson channel{{"name", "all"}, {"filter", "any"}};
    const AnyJson profile = ask("POST", "/profiles", {{"name", "zone"}, {"group", "g"}, {"channels", {channel}}}, 201);
    EXPECT_EQ(read(home() + "/profiles.d/zone.toml"),
              "profile = \"zone\"\ngroup = \"g\"\n\n[[channel]]\nname = \"all\"\nfilter = \"any\"\n");
    EXPECT_EQ(profile["file"], "zone.toml");
    ask("POST", "/profiles", {{"name", "zone"}, {"channels", {channel}}}, 409);
    ask("POST", "/profiles", {{"name", "live"}, {"channels", {channel}}}, 403);
    ask("POST", "/profiles", {{"name", "../zone"}, {"channels", {channel}}}, 422);
    ask("POST", "/profiles", {{"name", "empty"}}, 422);
    EXPECT_EQ(std::distance(fs::directory_iterator(home() + "/profiles.d"), {}), 2);
}

TEST_F(ProfileEditsTest, ARehearsalWritesNothing) {
    const AnyJson profile =
        ask("PATCH", "/profiles/services?dry_run=true", {{"name", "ports"}, {"order", {"dns", "web"}}}, 200);
    EXPECT_EQ(profile["name"], "ports");
    EXPECT_EQ(profile["channels"][0]["name"], "dns");
    EXPECT_NE(profile["text"].get<std::string>().find("profile = \"ports\""), std::string::npos);
    EXPECT_EQ(profile["before"], kServices);
    EXPECT_EQ(profile["changed"], true);
    EXPECT_EQ(ask("PATCH", "/profiles/services?dry_run=true", {{"order", {"web", "dns"}}}, 200)["changed"], false);
    ask("DELETE", "/profiles/services?dry_run=true", nullptr, 200);
    EXPECT_EQ(read(services()), kServices);
    EXPECT_TRUE(rig_.log.empty());
}

TEST_F(ProfileEditsTest, TheSecondEditorIsTold) {
    const auto seen = rig_.headers;
    ask("PATCH", "/profiles/services/channels/dns", {{"filter", "port 53 or port 853"}}, 200);
    rig_.headers = seen;
    const AnyJson told = ask("PATCH", "/profiles/services/channels/web", {{"filter", "port 80"}}, 412);
    EXPECT_EQ(told["error"], "conflict");
    EXPECT_NE(told["detail"].get<std::string>().find("channel \"dns\" has another filter"), std::string::npos) << told;
    EXPECT_NE(read(services()).find("port 443"), std::string::npos);
    rig_.headers.clear();
    ask("PATCH", "/profiles/services/channels/web", {{"filter", "port 80"}}, 428);
    rig_.headers["if-match"] = "*";
    ask("PATCH", "/profiles/services/channels/web", {{"filter", "port 80"}}, 200);
}

TEST_F(ProfileEditsTest, WhatTheDaemonRefusesIsPutBack) {
    rig_.reload.ok = false;
    rig_.reload.error = "the store is behind";
    const AnyJson told = ask("PATCH", "/profiles/services/channels/dns", {{"name", "names"}}, 409);
    EXPECT_NE(told["detail"].get<std::string>().find("the store is behind"), std::string::npos);
    EXPECT_EQ(read(services()), kServices);
    EXPECT_FALSE(fs::exists(home() + "/profiles.d/.renamed"));
    const AnyJson channel{{"name", "all"}, {"filter", "any"}};
    ask("POST", "/profiles", {{"name", "zone"}, {"channels", {channel}}}, 409);
    EXPECT_FALSE(fs::exists(home() + "/profiles.d/zone.toml"));
    ask("DELETE", "/profiles/services", nullptr, 409);
    EXPECT_EQ(read(services()), kServices);
}

TEST_F(ProfileEditsTest, LinksLeadNowhereElse) {
    const std::string outside = home() + "/elsewhere.toml";
    fs::rename(services(), outside);
    fs::create_symlink(outside, services());
    const AnyJson told = ask("PATCH", "/profiles/services/channels/dns", {{"filter", "port 1"}}, 500);
    EXPECT_NE(told["detail"].get<std::string>().find("outside of the profiles' directory"), std::string::npos);
    EXPECT_EQ(read(outside), kServices);
    fs::remove(services());
    fs::rename(outside, home() + "/profiles.d/.real");
    fs::create_symlink(".real", services());
    chmod(services().c_str(), 0604);
    ask("PATCH", "/profiles/services/channels/dns", {{"filter", "port 1"}}, 200);
    EXPECT_TRUE(fs::is_symlink(services()));
    struct stat found {};
    ASSERT_EQ(stat(services().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 07777, 0604u);
    EXPECT_NE(read(services()).find("port 1\""), std::string::npos);
}

struct Faulty {
    std::string name, method, target;
    AnyJson body;
    unsigned status;
    std::string says, field;
    std::size_t offset = 0, length = 0;
};
void PrintTo(const Faulty& f, std::ostream* out) {
    *out << f.name;
}
class FaultyEdit : public ProfileEditsTest, public testing::WithParamInterface<Faulty> {};

TEST_P(FaultyEdit, IsToldAsInTheFile) {
    const Faulty& faulty = GetParam();
    const AnyJson told = ask(faulty.method, faulty.target, faulty.body, faulty.status);
    EXPECT_NE(told["detail"].get<std::string>().find(faulty.says), std::string::npos) << told;
    if (faulty.field.empty()) {
        EXPECT_FALSE(told.contains("position")) << told;
    } else {
        ASSERT_TRUE(told.contains("position")) << told;
        EXPECT_EQ(told["position"]["field"], faulty.field);
        EXPECT_EQ(told["position"]["offset"], faulty.offset);
        EXPECT_EQ(told["position"]["length"], faulty.length);
    }
    EXPECT_EQ(read(services()), kServices);
}

constexpr const char* kWeb = "/profiles/services/channels/web";
constexpr const char* kChannels = "/profiles/services/channels";

INSTANTIATE_TEST_SUITE_P(
    Tables, FaultyEdit,
    testing::Values(
        Faulty{"filter",
               "PATCH",
               kWeb,
               {{"filter", "port 53 or prot tcp"}},
               422,
               "filter of channel \"web\": ",
               "filter",
               11,
               4},
        Faulty{"filter_in_units",
               "PATCH",
               kWeb,
               {{"filter", "# \U0001F600\nport x"}},
               422,
               "filter of channel",
               "filter",
               10,
               1},
        Faulty{"filter_outside",
               "PATCH",
               kWeb,
               {{"filter", "src ip in [@include '/etc/hostname']"}},
               422,
               "/etc/hostname",
               "filter",
               11,
               24},
        Faulty{"colour", "PATCH", kWeb, {{"colour", "red"}}, 422, "channel.colour is \"red\"", "colour", 0, 3},
        Faulty{"sign", "PATCH", kWeb, {{"sign", "*"}}, 422, "channel.sign is \"*\"", "sign", 0, 1},
        Faulty{"order", "PATCH", kWeb, {{"order", 0}}, 422, "channel.order is 0", "order", 0, 1},
        Faulty{"name", "PATCH", kWeb, {{"name", "a b"}}, 422, "channel.name is \"a b\"", "name", 0, 3},
        Faulty{"name_twice", "PATCH", kWeb, {{"name", "dns"}}, 422, "already defined", ""},
        Faulty{"source", "PATCH", kWeb, {{"sources", {"egde"}}}, 422, "did you mean \"edge\"?", ""},
        Faulty{"no_filter", "POST", kChannels, {{"name", "x"}}, 422, "channel.filter is missing", ""},
        Faulty{
            "profile_name", "PATCH", "/profiles/services", {{"name", "a b"}}, 422, "profile is \"a b\"", "name", 0, 3},
        Faulty{"profile_live", "PATCH", "/profiles/services", {{"name", "live"}}, 422, "exists already", "name", 0, 4},
        Faulty{"group", "PATCH", "/profiles/services", {{"group", "a b"}}, 422, "group is \"a b\"", "group", 0, 3},
        Faulty{"order_short", "PATCH", "/profiles/services", {{"order", {"web"}}}, 422, "order names 1 channels", ""},
        Faulty{"unknown_key", "PATCH", kWeb, {{"color", "#ffffff"}}, 400, "did you mean \"colour\"?", ""},
        Faulty{"wrong_type", "PATCH", kWeb, {{"filter", 5}}, 400, "\"filter\" is no text", ""},
        Faulty{"no_object", "PATCH", kWeb, AnyJson::array(), 400, "no JSON object", ""},
        Faulty{
            "no_channel", "PATCH", "/profiles/services/channels/x", {{"filter", "any"}}, 404, "no channel \"x\"", ""},
        Faulty{"no_profile", "PATCH", "/profiles/servces", {{"name", "x"}}, 404, "did you mean \"services\"?", ""},
        Faulty{"live", "PATCH", "/profiles/live/channels/edge", {{"colour", "#ffffff"}}, 403, "cannot be changed", ""}),
    testing::PrintToStringParamName());

}  // namespace
}  // namespace api
