// SPDX-License-Identifier: Apache-2.0
// The life of a query: with commands that do what no command should.
#include "control/http/api/queries.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include "control/http/api/jobs.hpp"
#include "tests/control/temporary_directory.hpp"

namespace api {
namespace {

using std::chrono::milliseconds;

struct Said {
    unsigned status = 0;
    std::string text{};
    Json body{};
};

flow::Result<std::vector<Gap>> no_gaps(const control::TimeSpan&, std::uint32_t, const std::vector<std::string>&) {
    return {};
}

class QueriesTest : public testing::Test {
  protected:
    // The command is a script; $DIR is a directory of the test's.
    void start(const std::string& script, const JobLimits& limits = {}) {
        const std::string path = (directory_.path() / "command").string();
        std::ofstream(path) << "#!/bin/sh\nDIR='" << directory_.path().string() << "'\n" << script << "\n";
        chmod(path.c_str(), 0755);
        world_.command = path;
        world_.data_directory = "/nowhere";
        world_.config = [] { return control::Config{}; };
        world_.now_ms = [] { return 1'768'478'400'000; };
        queries_ = std::make_unique<Queries>(world_, no_gaps, limits);
        routes_ = queries_->routes();
    }

    Said call(const std::string& method, const std::string& end, const std::string& id, const std::string& body = {},
              std::map<std::string, std::string> query = {}) {
        http::Response got = raw(method, end, id, body, std::move(query));
        if (got.later) got = got.later();
        Said out{got.status, got.body, {}};
        if (got.stream) {
            std::array<char, 100'000> piece{};
            for (std::ptrdiff_t n = 0; (n = got.stream->read(piece.data(), piece.size())) > 0;)
                out.text.append(piece.data(), static_cast<std::size_t>(n));
        }
        out.body = Json::parse(out.text, nullptr, false);
        return out;
    }
    http::Response raw(const std::string& method, const std::string& end, const std::string& id,
                       const std::string& body = {}, std::map<std::string, std::string> query = {}) {
        const std::string path = std::string(kRoot) + "/queries" + end;
        for (const http::Route& route : routes_) {
            if (route.method != method || route.path != path) continue;
            return route.handler({.method = method,
                                  .path = path,
                                  .query = std::move(query),
                                  .at = {{"id", id}},
                                  .body = body,
                                  .who = who_});
        }
        ADD_FAILURE() << "no route " << method << " " << path;
        return {};
    }
    Said ask(const std::string& more = {}) {
        return call("POST", "", "", R"({"kind": "flows", "from": "-1h", "to": "now", "filter": "any")" + more + "}");
    }
    std::string id_of(const Said& said) {
        EXPECT_EQ(said.status, 202u) << said.text;
        return said.body.value("id", std::string());
    }
    Json job(const std::string& id) { return call("GET", "/{id}", id).body; }
    // Waits for the job to be in one of these states.
    Json wait(const std::string& id, const std::string& states = "done failed cancelled") {
        Json out;
        for (int i = 0; i < 2000; ++i) {
            out = job(id);
            if (!out.is_object() || states.find(out.value("state", "?")) != std::string::npos) return out;
            std::this_thread::sleep_for(milliseconds(10));
        }
        ADD_FAILURE() << "still " << out.dump();
        return out;
    }
    std::string file(const std::string& name) {
        for (int i = 0; i < 1000; ++i) {
            std::ifstream in(directory_.path() / name);
            std::string text;
            if (std::getline(in, text)) return text;
            std::this_thread::sleep_for(milliseconds(10));
        }
        return {};
    }
    void expect_dead(const std::string& pid) {
        ASSERT_FALSE(pid.empty());
        for (int i = 0; i < 1000 && kill(std::stoi(pid), 0) == 0; ++i) std::this_thread::sleep_for(milliseconds(10));
        EXPECT_NE(kill(std::stoi(pid), 0), 0) << pid << " lives, or nobody buried it";
    }

    control::TemporaryDirectory directory_;
    World world_{};
    http::Principal who_{.client = "127.0.0.1:1"};
    std::unique_ptr<Queries> queries_;
    std::vector<http::Route> routes_;
};

constexpr const char* kTwoRows =
    R"(echo '{"type":"record","first":"2026-01-15T11:50:00.123Z","packets":3,"bytes":40,"tcp_flags":"...AP.SF","protocol":"TCP","src_addr":"10.0.0.1","src_port":5,"proto":6}'
echo '{"type":"record","first":"2026-01-15T11:50:01.000Z","packets":1,"bytes":7,"tcp_flags":"........","protocol":"ICMP","icmp_type":8,"icmp_code":0,"src_port":0,"proto":1}'
echo '{"type":"summary","flows":2,"packets":4,"bytes":47,"coverage":"complete"}'
echo '{"type":"coverage","coverage":{"partial":false}}')";

TEST_F(QueriesTest, AnswersWithATable) {
    start(kTwoRows);
    const Said asked = ask();
    const std::string id = id_of(asked);
    const Json done = wait(id);
    EXPECT_EQ(done["state"], "done") << done.dump();
    EXPECT_EQ(done["covers"], "Coverage: complete.");
    EXPECT_EQ(done["partial"], false);
    EXPECT_EQ(done["progress"]["ratio"], 1);
    const Json result = call("GET", "/{id}/result", id).body;
    EXPECT_EQ(result["total"], 2);
    EXPECT_EQ(result["sums"], (Json{{"flows", 2}, {"packets", 4}, {"bytes", 47}}));
    Json names = Json::array();
    for (const Json& column : result["columns"]) names.push_back(column["name"]);
    EXPECT_EQ(names, Json::array({"first", "proto", "src_addr", "src_port", "icmp_type", "icmp_code", "tcp_flags",
                                  "packets", "bytes"}));
    EXPECT_EQ(result["columns"][1],
              (Json{{"name", "proto"}, {"title", "Protocol"}, {"unit", "proto"}, {"filter", "proto {}"}}));
    EXPECT_EQ(result["columns"][2]["filter"], "src ip {}");
    EXPECT_EQ(result["columns"][4]["filter"], "icmp-type {}");
    EXPECT_EQ(result["rows"][0],
              Json::array({1'768'477'800'123, "TCP", "10.0.0.1", 5, nullptr, nullptr, "APSF", 3, 40}));
    EXPECT_EQ(result["rows"][1][3], nullptr);
    const Json second = call("GET", "/{id}/result", id, "", {{"offset", "1"}, {"limit", "1"}}).body;
    EXPECT_EQ(second["rows"].size(), 1u);
    EXPECT_EQ(second["offset"], 1);
    EXPECT_EQ(call("GET", "/{id}/text", id).status, 409u);
    EXPECT_EQ(call("GET", "", "").body["total"], 1);
}

TEST_F(QueriesTest, TheCommandGetsArgumentsAndNothingElse) {
    setenv("SECRET_OF_THE_DAEMON", "1", 1);
    const int leaked = dup(0);
    start(
        R"(for word in "$@"; do echo "[$word]"; done; env | grep -c SECRET; ls /proc/$$/fd | wc -l; id -u >/dev/null)");
    const std::string id = id_of(ask(R"(, "text": "line", "sources": ["a'b; touch /tmp/x"], "count": 5)"));
    EXPECT_EQ(wait(id)["state"], "done");
    const std::string text = call("GET", "/{id}/text", id).text;
    EXPECT_NE(text.find("[query]\n[--confined]\n[--progress]\n[3]\n"), std::string::npos) << text;
    EXPECT_NE(text.find("[--source]\n[a'b; touch /tmp/x]\n"), std::string::npos) << text;
    EXPECT_NE(text.find("[-c]\n[5]\n[-o]\n[line]\n[--]\n[any]\n0\n"), std::string::npos) << text;
    EXPECT_EQ(call("GET", "/{id}/result", id).status, 409u);
    close(leaked);
}

TEST_F(QueriesTest, TellsProgressWhileItRuns) {
    start(R"(echo '{"rows":100,"rows_done":25,"rows_passed":1,"blocks":0,"skipped":0}' >&3
while [ ! -e "$DIR/go" ]; do sleep 0.05; done)");
    const std::string id = id_of(ask());
    const http::Response events = raw("GET", "/{id}/events", id);
    ASSERT_TRUE(events.stream);
    std::string got;
    std::array<char, 7> piece{};
    bool went = false;
    for (int i = 0; i < 5000; ++i) {
        const std::ptrdiff_t n = events.stream->read(piece.data(), piece.size());
        if (n < 0) break;
        if (n == 0) std::this_thread::sleep_for(milliseconds(5));
        got.append(piece.data(), static_cast<std::size_t>(n));
        if (!went && got.find(R"("ratio":0.25)") != std::string::npos) {
            std::ofstream(directory_.path() / "go") << "1";
            went = true;
        }
    }
    EXPECT_TRUE(went) << got;
    EXPECT_TRUE(got.starts_with("event: job\ndata: {")) << got;
    EXPECT_NE(got.find(R"("state":"done")"), std::string::npos);
    EXPECT_TRUE(got.ends_with("}\n\n"));
}

TEST_F(QueriesTest, FailsWithTheCommandsOwnWords) {
    start(
        "echo 'note: something' >&2; echo 'net-collector: filter:1:5: expected a test' >&2; echo '    any x' >&2; exit "
        "5");
    const Json failed = wait(id_of(ask()));
    EXPECT_EQ(failed["state"], "failed");
    EXPECT_EQ(failed["detail"], "filter:1:5: expected a test");
    EXPECT_EQ(call("GET", "/{id}/result", failed["id"]).status, 409u);
}

TEST_F(QueriesTest, DiesBySignal) {
    start("kill -ABRT $$");
    const Json failed = wait(id_of(ask()));
    EXPECT_EQ(failed["state"], "failed");
    EXPECT_NE(failed["detail"].get<std::string>().find("memory"), std::string::npos);
}

TEST_F(QueriesTest, ACommandThatIsNotThereFails) {
    start("");
    world_.command = "/nowhere/net-collector";
    queries_ = std::make_unique<Queries>(world_, no_gaps);
    routes_ = queries_->routes();
    EXPECT_EQ(wait(id_of(ask()))["state"], "failed");
}

TEST_F(QueriesTest, CancelledItEndsWithWhatThereIs) {
    start(std::string("trap '") + "echo done; exit 1' TERM\necho $$ > $DIR/pid\n" + "while true; do sleep 0.05; done");
    const std::string id = id_of(ask(R"(, "text": "line")"));
    const std::string pid = file("pid");
    EXPECT_EQ(call("DELETE", "/{id}", id).status, 204u);
    const Json cancelled = wait(id);
    EXPECT_EQ(cancelled["state"], "cancelled");
    EXPECT_EQ(cancelled["partial"], true);
    EXPECT_EQ(call("GET", "/{id}/text", id).text, "done\n");
    expect_dead(pid);
    EXPECT_EQ(call("DELETE", "/{id}", id).status, 204u);
    EXPECT_EQ(call("GET", "/{id}", id).status, 404u);
}

TEST_F(QueriesTest, KilledWithItsChildrenWhenItDoesNotListen) {
    start("trap '' TERM\nsleep 1000 &\necho $! > $DIR/other\necho $$ > $DIR/pid\nwhile true; do sleep 0.05; done",
          {.grace = milliseconds(100)});
    const std::string id = id_of(ask());
    const std::string pid = file("pid");
    EXPECT_EQ(call("DELETE", "/{id}", id).status, 204u);
    EXPECT_EQ(wait(id)["state"], "cancelled");
    expect_dead(pid);
}

TEST_F(QueriesTest, CancelledWhenNobodyWatches) {
    start("echo $$ > $DIR/pid\nexec sleep 1000", {.alone = milliseconds(200)});
    const std::string id = id_of(ask());
    const std::string pid = file("pid");
    expect_dead(pid);
    const Json cancelled = wait(id);
    EXPECT_EQ(cancelled["state"], "cancelled");
    EXPECT_EQ(cancelled["detail"], "its page was closed");
}

TEST_F(QueriesTest, AStreamOrKeepHoldsIt) {
    start("while [ ! -e $DIR/go ]; do sleep 0.05; done", {.alone = milliseconds(150)});
    const std::string watched = id_of(ask());
    const std::string kept = id_of(ask(R"(, "keep": true)"));
    {
        const http::Response events = raw("GET", "/{id}/events", watched);
        std::this_thread::sleep_for(milliseconds(600));
        std::ofstream(directory_.path() / "go") << "1";
        std::this_thread::sleep_for(milliseconds(300));
    }
    EXPECT_EQ(wait(watched)["state"], "done");
    EXPECT_EQ(wait(kept)["state"], "done");
}

TEST_F(QueriesTest, WhatTakesTooLongEnds) {
    start("exec sleep 1000", {.longest = milliseconds(200)});
    const Json ended = wait(id_of(ask()));
    EXPECT_EQ(ended["state"], "cancelled");
    EXPECT_NE(ended["detail"].get<std::string>().find("too long"), std::string::npos);
}

TEST_F(QueriesTest, AFloodIsCutOffAndSaidSo) {
    start("exec yes 'a line of text that goes on and on and on and on and on and on'");
    const Json ended = wait(id_of(ask(R"(, "text": "line")")));
    EXPECT_EQ(ended["state"], "done");
    EXPECT_EQ(ended["partial"], true);
    EXPECT_NE(ended["detail"].get<std::string>().find("64 MB"), std::string::npos);
    EXPECT_EQ(call("GET", "/{id}/text", ended["id"]).text.size(), kMostResultBytes);
}

TEST_F(QueriesTest, ALineWithoutEndAndRubbishHarmNobody) {
    start(
        "head -c 1000000 /dev/zero; echo; echo '{\"type\":\"record\"'; echo '{\"type\":7}'; echo '[[[['; head -c "
        "100000 "
        "/dev/urandom >&3; head -c 100000 /dev/urandom >&2");
    const std::string id = id_of(ask());
    EXPECT_EQ(wait(id)["state"], "done");
    EXPECT_EQ(call("GET", "/{id}/result", id).status, 200u);
}

TEST_F(QueriesTest, AClosedStreamIsNotItsEnd) {
    start("exec 1>&- 2>&- 3>&-; while [ ! -e $DIR/go ]; do sleep 0.05; done");
    const std::string id = id_of(ask());
    wait(id, "running");
    std::this_thread::sleep_for(milliseconds(200));
    EXPECT_EQ(job(id)["state"], "running");
    std::ofstream(directory_.path() / "go") << "1";
    EXPECT_EQ(wait(id)["state"], "done");
}

TEST_F(QueriesTest, OnlySoManyRunAndWait) {
    start("exec sleep 1000", {.running = 1, .waiting = 2, .of_client = 3});
    const std::string first = id_of(ask());
    wait(first, "running");
    const std::string second = id_of(ask());
    id_of(ask());
    EXPECT_EQ(job(second)["state"], "waiting");
    EXPECT_EQ(ask().status, 429u);
    who_.client = "192.0.2.1:9";
    EXPECT_EQ(ask().status, 429u);
    EXPECT_EQ(call("DELETE", "/{id}", second).status, 204u);
    EXPECT_EQ(wait(second)["state"], "cancelled");
    EXPECT_EQ(ask().status, 202u);
}

TEST_F(QueriesTest, ResultsGoWhenTheyAreOldOrTooMany) {
    start("true", {.results = 2, .kept = milliseconds(400)});
    std::vector<std::string> ids;
    for (int i = 0; i < 4; ++i) {
        ids.push_back(id_of(ask()));
        wait(ids.back());
    }
    wait(id_of(ask()));
    EXPECT_EQ(call("GET", "/{id}", ids[0]).status, 404u);
    for (int i = 0; i < 1000 && call("GET", "", "").body["total"] != 0; ++i)
        std::this_thread::sleep_for(milliseconds(10));
    EXPECT_EQ(call("GET", "", "").body["total"], 0);
}

TEST_F(QueriesTest, OthersDoNotSeeThem) {
    start("true");
    who_ = {.user = "anna", .role = http::Role::viewer, .client = "192.0.2.1:9"};
    const std::string id = id_of(ask());
    who_.user = "bert";
    EXPECT_EQ(call("GET", "/{id}", id).status, 404u);
    EXPECT_EQ(call("DELETE", "/{id}", id).status, 404u);
    EXPECT_EQ(call("GET", "/{id}/events", id).status, 404u);
    EXPECT_EQ(call("GET", "", "").body["total"], 0);
    who_ = {.user = "root", .role = http::Role::admin, .client = "192.0.2.1:9"};
    EXPECT_EQ(call("GET", "/{id}", id).status, 200u);
}

TEST_F(QueriesTest, AtTheEndNoChildIsLeft) {
    start("trap '' TERM\necho $$ > $DIR/pid\nwhile true; do sleep 0.05; done");
    id_of(ask());
    const std::string pid = file("pid");
    routes_.clear();
    queries_.reset();
    expect_dead(pid);
}

TEST_F(QueriesTest, RefusesWhatIsNoQuestion) {
    start("true");
    const char* wrong[] = {
        "",
        "[]",
        "{}",
        R"({"kind": "flows"})",
        R"({"kind": "flows", "from": "now", "to": "-1h"})",
        R"({"kind": "flows", "from": "yesterday", "to": "now"})",
        R"({"kind": "flows", "from": -1, "to": "now"})",
        R"({"kind": "flows", "from": 0, "to": 1e300})",
        R"({"kind": "drop", "from": 0, "to": "now"})",
        R"({"kind": "statistic", "from": 0, "to": "now"})",
        R"({"kind": "flows", "from": 0, "to": "now", "statistic": "srcip"})",
        R"({"kind": "flows", "from": 0, "to": "now", "filter": 7})",
        R"({"kind": "flows", "from": 0, "to": "now", "filter": "a\u0000b"})",
        R"({"kind": "flows", "from": 0, "to": "now", "count": 1000000000})",
        R"({"kind": "flows", "from": 0, "to": "now", "channels": ["web"]})",
        R"({"kind": "flows", "from": 0, "to": "now", "sources": "edge"})",
        R"({"kind": "flows", "from": 0, "to": "now", "sources": [""]})",
        R"({"kind": "flows", "from": 0, "to": "now", "packet_limit": "x", "aggregate": "srcip"})",
        R"({"kind": "flows", "from": 0, "to": "now", "keep": 1})",
        R"({"kind": "series", "from": 0, "to": "now", "resolution": 7})",
        R"({"kind": "series", "from": 0, "to": "now", "resolution": 10})",
    };
    for (const char* body : wrong) {
        const Said said = call("POST", "", "", body);
        EXPECT_EQ(said.status, 400u) << body << said.text;
        EXPECT_NE(said.body.value("detail", ""), "") << body;
    }
    EXPECT_EQ(call("POST", "", "",
                   Json{{"kind", "flows"}, {"from", 0}, {"to", "now"}, {"filter", std::string(50'000, 'x')}}.dump())
                  .status,
              400u);
    EXPECT_EQ(call("GET", "/{id}", "nothing").status, 404u);
    EXPECT_EQ(call("GET", "/{id}/result", "nothing", "", {{"limit", "1001"}}).status, 400u);
}

}  // namespace
}  // namespace api
