// SPDX-License-Identifier: Apache-2.0
#include "control/http/guard.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "control/http/passwords.hpp"
#include "tests/control/temporary_directory.hpp"

namespace http {
namespace {

// A guard with users ann (admin) and vic (viewer), or with none, and a clock of its own.
class Guarded : public testing::Test {
  protected:
    void with_users() {
        static const std::string kHash = hash_password("right horse").value();
        ASSERT_TRUE(save_users(file(), {{"ann", {Role::admin, kHash}}, {"vic", {Role::viewer, kHash}}}).has_value());
        configure(file());
    }
    void configure(const std::string& users) {
        const auto ok =
            guard_.configure({.listen = {}, .certificate = {}, .key = {}, .hosts = {"box"}, .users = users});
        ASSERT_TRUE(ok.has_value()) << ok.error().text();
    }
    [[nodiscard]] std::string file() const { return (directory_.path() / "users").string(); }

    static Request make(const std::string& method, std::map<std::string, std::string> headers = {}) {
        headers.emplace("host", "127.0.0.1:8080");
        return {.method = method,
                .path = "/api/v1/x",
                .headers = std::move(headers),
                .at = {},
                .who = {.client = "192.0.2.1:99"}};
    }
    [[nodiscard]] Route route(Role needs) const { return {"GET", "/api/v1/x", Reach::anyone, {}, needs}; }
    // 200: admitted.
    unsigned ask(Request request, Role needs = Role::viewer) {
        const Route to = route(needs);
        const auto refused = guard_.admit(request, &to, true);
        who_ = request.who;
        return refused ? refused->status : 200;
    }
    Response session(const std::string& method, Request request) {
        for (const Route& r : guard_.routes()) {
            if (r.method != method) continue;
            const Response out = r.handler(request);
            return out.later ? out.later() : out;
        }
        return {};
    }
    Response log_in(const std::string& user, const std::string& password) {
        Request request = make("POST");
        request.body = nlohmann::json{{"user", user}, {"password", password}}.dump();
        return session("POST", request);
    }
    static std::string cookie_of(const Response& response) {
        const std::string text = response.headers.at(0).second;
        return text.substr(0, text.find(';'));
    }
    static std::string token_of(const Response& response) { return nlohmann::json::parse(response.body)["csrf"]; }
    std::string token() { return token_of(session("GET", make("GET"))); }

    control::TemporaryDirectory directory_;
    std::uint64_t now_s_ = 1'000'000;
    std::vector<std::string> said_;
    Guard guard_{[this](const std::string& text) { said_.push_back(text); }, [this] { return now_s_; }};
    Principal who_;
};

TEST_F(Guarded, LooksAtHostsOnLoopback) {
    configure("");
    for (const char* host :
         {"127.0.0.1", "127.0.0.1:8080", "[::1]:8080", "localhost:8080", "LocalHost", "box", "Box:80", "192.0.2.7"})
        EXPECT_EQ(ask(make("GET", {{"host", host}})), 200u) << host;
    for (const char* host :
         {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8080", "[", "[]", "box, evil", ":80"})
        EXPECT_EQ(ask(make("GET", {{"host", host}})), 403u) << host;
    EXPECT_EQ(ask(make("GET", {{"host", ""}})), 400u);
    Request request = make("GET", {{"host", "evil.example"}});
    EXPECT_TRUE(guard_.admit(request, nullptr, true).has_value()) << "for pages, too";
    EXPECT_FALSE(guard_.admit(request, nullptr, false).has_value()) << "elsewhere there is TLS";
}

TEST_F(Guarded, WantsChangesFromItsOwnPagesAlone) {
    configure("");
    const std::string t = token();
    using Headers = std::map<std::string, std::string>;
    const std::vector<std::pair<Headers, unsigned>> cases{
        {{}, 403},
        {{{"x-csrf-token", ""}}, 403},
        {{{"x-csrf-token", std::string(64, '0')}}, 403},
        {{{"x-csrf-token", t}}, 200},
        {{{"x-csrf-token", t}, {"origin", "http://127.0.0.1:8080"}}, 200},
        {{{"x-csrf-token", t}, {"origin", "https://127.0.0.1:8080"}}, 403},
        {{{"x-csrf-token", t}, {"origin", "http://127.0.0.1"}}, 403},
        {{{"x-csrf-token", t}, {"origin", "null"}}, 403},
        {{{"x-csrf-token", t}, {"sec-fetch-site", "same-origin"}}, 200},
        {{{"x-csrf-token", t}, {"sec-fetch-site", "same-site"}}, 403},
        {{{"x-csrf-token", t}, {"sec-fetch-site", "cross-site"}}, 403},
        {{{"x-csrf-token", t}, {"content-length", "2"}, {"content-type", "application/json; charset=utf-8"}}, 200},
        {{{"x-csrf-token", t}, {"content-length", "2"}, {"content-type", "text/plain"}}, 415},
        {{{"x-csrf-token", t}, {"content-length", "2"}}, 415},
        {{{"x-csrf-token", t}, {"transfer-encoding", "chunked"}}, 415},
        {{{"x-csrf-token", t}, {"content-length", "0"}}, 200}};
    for (std::size_t i = 0; i < cases.size(); ++i)
        EXPECT_EQ(ask(make("POST", cases[i].first), Role::admin), cases[i].second) << i;
    EXPECT_EQ(ask(make("GET", {{"sec-fetch-site", "cross-site"}})), 403u);
    EXPECT_EQ(ask(make("GET", {{"sec-fetch-site", "none"}})), 200u);
}

TEST_F(Guarded, LetsEverybodyOfTheUnixSocket) {
    with_users();
    Request request = make("POST");
    request.who.unix_socket = true;
    const Route to = route(Role::admin);
    EXPECT_FALSE(guard_.admit(request, &to, false).has_value());
    EXPECT_EQ(request.who.role, Role::admin);
}

TEST_F(Guarded, KnowsRoles) {
    with_users();
    EXPECT_EQ(ask(make("GET"), Role::none), 200u);
    EXPECT_EQ(ask(make("GET"), Role::viewer), 401u);
    const Response viewer = log_in("vic", "right horse"), admin = log_in("ann", "right horse");
    ASSERT_EQ(viewer.status, 200u) << viewer.body;
    EXPECT_NE(viewer.headers.at(0).second.find("; HttpOnly; SameSite=Strict"), std::string::npos);
    EXPECT_EQ(ask(make("GET", {{"cookie", cookie_of(viewer)}})), 200u);
    EXPECT_EQ(who_.user, "vic");
    EXPECT_EQ(ask(make("GET", {{"cookie", "a=b; " + cookie_of(admin) + "; c=d"}}), Role::admin), 200u);
    EXPECT_EQ(ask(make("GET", {{"cookie", cookie_of(viewer)}}), Role::admin), 403u);
    EXPECT_EQ(ask(make("GET", {{"cookie", "x" + cookie_of(viewer)}})), 401u);
    EXPECT_EQ(ask(make("GET", {{"cookie", cookie_of(viewer) + "0"}})), 401u);
    // The token of one session is none of another, nor that of strangers.
    EXPECT_EQ(ask(make("POST", {{"cookie", cookie_of(admin)}, {"x-csrf-token", token_of(admin)}}), Role::admin), 200u);
    EXPECT_EQ(ask(make("POST", {{"cookie", cookie_of(admin)}, {"x-csrf-token", token_of(viewer)}}), Role::admin), 403u);
    EXPECT_EQ(ask(make("POST", {{"cookie", cookie_of(admin)}, {"x-csrf-token", token()}}), Role::admin), 403u);
}

TEST_F(Guarded, EndsSessions) {
    with_users();
    const auto opened = [&] { return make("GET", {{"cookie", cookie_of(log_in("ann", "right horse"))}}); };
    Request request = opened();
    now_s_ += kIdle_s - 1;
    EXPECT_EQ(ask(request), 200u);
    now_s_ += kIdle_s;
    EXPECT_EQ(ask(request), 401u) << "idle";
    request = opened();
    for (std::uint64_t s = 0; s < kLongest_s; s += kIdle_s / 2, now_s_ += kIdle_s / 2) ask(request);
    EXPECT_EQ(ask(request), 401u) << "too old";
    request = opened();
    EXPECT_EQ(session("DELETE", request).status, 204u);
    EXPECT_EQ(ask(request), 401u) << "logged out";
    request = opened();
    ASSERT_TRUE(save_users(file(), {{"ann", {Role::admin, hash_password("other horse").value()}}}).has_value());
    configure(file());
    EXPECT_EQ(ask(request), 401u) << "another password";
}

TEST_F(Guarded, MakesTriesRareAndWritesThemDown) {
    with_users();
    for (unsigned i = 0; i < Attempts::kFree; ++i) EXPECT_EQ(log_in("ann", "wrong").status, 401u);
    EXPECT_EQ(log_in("ann", "right horse").status, 429u);
    now_s_ += 1;
    EXPECT_EQ(log_in("nobody", "right horse").status, 401u) << "of an address, whoever it says it is";
    EXPECT_EQ(log_in("ann", "right horse").status, 429u);
    now_s_ += 2;
    EXPECT_EQ(log_in("ann", "right horse").status, 200u);
    EXPECT_EQ(said_.back(), "audit: login of ann from 192.0.2.1:99");
    EXPECT_EQ(said_.front(), "audit: login of ann from 192.0.2.1:99: wrong user or password");
    Request odd = make("POST");
    for (const char* body : {"", "[]", "{}", R"({"user":1,"password":"x"})", R"({"user":"a\nb","password":"x"})"}) {
        odd.body = body;
        EXPECT_EQ(session("POST", odd).status, 400u) << body;
    }
    odd.body = std::string(5000, ' ');
    EXPECT_EQ(session("POST", odd).status, 413u);
}

TEST_F(Guarded, WritesChangesDown) {
    Request request = make("POST");
    request.who.user = "ann";
    guard_.audit(request, route(Role::admin), 201);
    guard_.audit(request, route(Role::viewer), 201);
    guard_.audit(make("GET"), route(Role::admin), 200);
    EXPECT_EQ(said_, std::vector<std::string>{"audit: ann from 192.0.2.1:99: POST /api/v1/x: 201"});
}

TEST(Sessions, AreBounded) {
    Sessions sessions;
    const std::string first = sessions.begin("ann", "", 1);
    for (std::size_t i = 0; i < kMaxSessionsOfUser; ++i) static_cast<void>(sessions.begin("ann", "", 2));
    EXPECT_EQ(sessions.size(), kMaxSessionsOfUser);
    EXPECT_EQ(sessions.find(first, 2), nullptr);
    for (std::size_t i = 0; i < 2 * kMaxSessions; ++i)
        static_cast<void>(sessions.begin("u" + std::to_string(i), "", 3));
    EXPECT_EQ(sessions.size(), kMaxSessions);
}

TEST(Attempts, WaitLongerEachTimeAndAreBounded) {
    Attempts attempts(8);
    std::uint64_t now_s = 10'000;
    for (unsigned i = 0; i < Attempts::kFree; ++i) EXPECT_EQ(attempts.begin("a", now_s), 0u);
    for (const std::uint64_t wait_s : {1u, 2u, 4u, 8u, 8u}) {
        EXPECT_EQ(attempts.begin("a", now_s), wait_s);
        EXPECT_EQ(attempts.begin("b" + std::to_string(wait_s), now_s), 0u);
        now_s += wait_s;
        EXPECT_EQ(attempts.begin("a", now_s), 0u);
    }
    now_s += Attempts::kForget_s;
    for (unsigned i = 0; i < Attempts::kFree; ++i) EXPECT_EQ(attempts.begin("a", now_s), 0u);
    for (std::size_t i = 0; i < 2 * kMaxAttempts; ++i) static_cast<void>(attempts.begin(std::to_string(i), now_s + i));
    EXPECT_LE(attempts.size(), kMaxAttempts);
}

TEST(Users, AreReadAndWritten) {
    const control::TemporaryDirectory directory;
    const std::string file = (directory.path() / "users").string();
    const std::string hash = hash_password("12345678").value();
    ASSERT_TRUE(save_users(file, {{"a.b@c-d_1", {Role::admin, hash}}, {"v", {Role::viewer, hash}}}).has_value());
    struct stat about {};
    ASSERT_EQ(stat(file.c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777, 0640u);
    const auto users = load_users(file);
    ASSERT_TRUE(users.has_value()) << users.error().text();
    EXPECT_EQ(users->at("a.b@c-d_1").role, Role::admin);
    EXPECT_TRUE(verify_password(users->at("v").hash, "12345678"));
    EXPECT_FALSE(verify_password(users->at("v").hash, "12345679"));
    ASSERT_EQ(chmod(file.c_str(), 0644), 0);
    EXPECT_NE(load_users(file).error().message.find("chmod 0640"), std::string::npos);
    EXPECT_FALSE(load_users(file + "2").has_value());
    EXPECT_FALSE(load_users(directory.path().string()).has_value());
}

TEST(Users, OfFaultyFilesAreRefusedWithTheLine) {
    const std::string hash = "$argon2id$v=19$x";
    for (const std::string& line :
         {std::string("ann"), std::string("ann:admin"), "ann:root:" + hash, "a n:admin:" + hash, ":admin:" + hash,
          std::string("ann:admin:$1$x"), "ann:admin:" + hash + std::string(200, 'x')}) {
        const auto users = parse_users("f", "# comment\n\n" + line);
        ASSERT_FALSE(users.has_value()) << line;
        EXPECT_NE(users.error().message.find("line 3 "), std::string::npos) << users.error().message;
    }
    EXPECT_FALSE(parse_users("f", "a:admin:" + hash + "\na:viewer:" + hash).has_value());
    EXPECT_TRUE(parse_users("f", "").value().empty());
}

}  // namespace
}  // namespace http
