// SPDX-License-Identifier: Apache-2.0
// Queries by the command itself, on an archive made for the purpose.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "control/http/api/queries.hpp"
#include "control/http/api/reply.hpp"
#include "nlohmann/json.hpp"
#include "tests/control/temporary_directory.hpp"
#include "tests/query_command/archive_data.hpp"

namespace api {
namespace {

class RealQueriesTest : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        setenv("TZ", "UTC", 1);
        directory_ = new control::TemporaryDirectory;
        archive_ = new query::ArchiveData((directory_->path() / "data").string());
        ASSERT_TRUE(archive_->make());
    }
    static void TearDownTestSuite() {
        delete archive_;
        delete directory_;
    }
    RealQueriesTest() {
        world_.command = COMMAND;
        world_.data_directory = archive_->directory();
        world_.config = [] { return control::Config{}; };
        world_.now_ms = [] { return (query::kSlot_s + 3600ull) * 1000; };
        queries_ = std::make_unique<Queries>(
            world_, [](const control::TimeSpan& span, std::uint32_t step_s, const std::vector<std::string>& sources) {
                EXPECT_EQ(step_s, 300u);
                EXPECT_EQ(sources, std::vector<std::string>{"edge"});
                return std::vector<Gap>{{span.from_s, span.from_s + step_s, 0.5, "lost in us"}};
            });
        routes_ = queries_->routes();
    }

    http::Response call(const std::string& method, const std::string& end, const std::string& id,
                        const std::string& body) {
        for (const http::Route& route : routes_) {
            if (route.method != method || route.path != std::string(kRoot) + "/queries" + end) continue;
            http::Response out =
                route.handler({.method = method, .path = route.path, .at = {{"id", id}}, .body = body});
            return out.later ? out.later() : out;
        }
        return {};
    }
    // The job when it has ended.
    Json ask(Json question) {
        question["from"] = query::kSlot_s - 86400;
        question["to"] = query::kSlot_s + 1800;
        Json job = Json::parse(call("POST", "", "", question.dump()).body);
        const std::string id = job.value("id", "");
        for (int i = 0; i < 3000; ++i) {
            const std::string state = job.value("state", "?");
            if (state != "waiting" && state != "running") break;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            job = Json::parse(call("GET", "/{id}", id, "").body);
        }
        return job;
    }
    Json result(const Json& job) { return Json::parse(call("GET", "/{id}/result", job.value("id", ""), "").body); }
    std::string text(const Json& job) {
        const http::Response got = call("GET", "/{id}/text", job.value("id", ""), "");
        std::string out;
        std::array<char, 1000> piece{};
        for (std::ptrdiff_t n = 0; got.stream && (n = got.stream->read(piece.data(), piece.size())) > 0;)
            out.append(piece.data(), static_cast<std::size_t>(n));
        return out;
    }
    // Its command line, pasted into a shell.
    std::string pasted(const Json& job) {
        std::string line;
        for (const auto& word : job["command"]) {
            std::string quoted;
            for (const char c : word.get<std::string>()) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
            line += line.empty() ? COMMAND : " '" + quoted + "'";
        }
        FILE* pipe = popen(line.c_str(), "r");
        std::string out;
        std::array<char, 4096> piece{};
        for (std::size_t n = 0; (n = fread(piece.data(), 1, piece.size(), pipe)) > 0;) out.append(piece.data(), n);
        EXPECT_EQ(pclose(pipe), 0) << line;
        return out;
    }
    // All but what every run tells anew.
    static std::string timeless(const std::string& text) {
        std::string out;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = std::min(text.find('\n', at), text.size());
            if (text.compare(at, 5, "Sys: ") != 0) out += text.substr(at, end - at) + "\n";
            at = end + 1;
        }
        return out;
    }

    static inline control::TemporaryDirectory* directory_ = nullptr;
    static inline query::ArchiveData* archive_ = nullptr;
    World world_{};
    std::unique_ptr<Queries> queries_;
    std::vector<http::Route> routes_;
};

TEST_F(RealQueriesTest, AListOfFlows) {
    const Json job = ask({{"kind", "flows"}, {"filter", "ident edge and proto udp"}, {"count", 3}});
    ASSERT_EQ(job["state"], "done") << job.dump();
    const Json table = result(job);
    EXPECT_EQ(table["total"], 3);
    for (const Json& row : table["rows"]) EXPECT_EQ(row.size(), table["columns"].size());
}

TEST_F(RealQueriesTest, AStatistic) {
    const Json job = ask({{"kind", "statistic"}, {"statistic", "srcport:p/bytes"}, {"top", 5}});
    ASSERT_EQ(job["state"], "done") << job.dump();
    const Json table = result(job);
    EXPECT_EQ(table["total"], 5);
    EXPECT_EQ(table["columns"][0]["filter"], "src port {}");
    EXPECT_EQ(table["columns"][1]["name"], "proto");
    EXPECT_TRUE(table["rows"][0][0].is_number());
    EXPECT_GT(table["sums"]["flows"], 1000);
    EXPECT_NE(job["covers"], "");
}

TEST_F(RealQueriesTest, TheCommandShownGivesTheSameText) {
    for (const Json& question :
         {Json{{"kind", "flows"}, {"filter", "ident edge"}, {"text", "extended"}},
          Json{{"kind", "statistic"}, {"statistic", "ip/flows"}, {"text", "line"}, {"sources", {"peer"}}},
          Json{{"kind", "flows"}, {"aggregate", "proto"}, {"order", "bytes"}, {"text", "fmt:%pr %byt '%fl'"}}}) {
        const Json job = ask(question);
        ASSERT_EQ(job["state"], "done") << job.dump();
        EXPECT_EQ(timeless(text(job)), timeless(pasted(job))) << job["command"].dump();
        EXPECT_NE(text(job), "");
    }
}

TEST_F(RealQueriesTest, ASeries) {
    const Json job = ask({{"kind", "series"}, {"sources", {"edge"}}, {"filter", "ident edge"}, {"resolution", 300}});
    ASSERT_EQ(job["state"], "done") << job.dump();
    const Json answer = result(job);
    const Json& series = answer["series"];
    EXPECT_EQ(series["resolution_s"], 300);
    EXPECT_EQ(series["unit"], "bytes");
    ASSERT_EQ(series["rows"].size(), 1u);
    std::uint64_t sum = 0;
    for (const Json& value : series["rows"][0]["values"]) sum += value.is_null() ? 0 : value.get<std::uint64_t>();
    EXPECT_EQ(sum, answer["sums"]["bytes"].get<std::uint64_t>());
    EXPECT_GT(sum, 0u);
    ASSERT_EQ(series["completeness"].size(), 1u);
    EXPECT_EQ(series["completeness"][0]["from_s"], series["from_s"]);
    EXPECT_EQ(series["completeness"][0]["reason"], "lost in us");
}

TEST_F(RealQueriesTest, FaultsAreTheCommands) {
    const Json filter = ask({{"kind", "flows"}, {"filter", "prot tcp"}});
    EXPECT_EQ(filter["state"], "failed");
    EXPECT_NE(filter["detail"].get<std::string>().find("did you mean proto"), std::string::npos) << filter.dump();
    EXPECT_EQ(ask({{"kind", "statistic"}, {"statistic", "nonsense"}})["state"], "failed");
    const Json file = ask({{"kind", "flows"}, {"filter", "@include /etc/passwd"}});
    EXPECT_EQ(file["state"], "failed");
    EXPECT_EQ(file.dump().find("root:"), std::string::npos) << file.dump();
    EXPECT_NE(file.dump().find("profiles' directory"), std::string::npos) << file.dump();
}

}  // namespace
}  // namespace api
