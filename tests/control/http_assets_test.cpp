// SPDX-License-Identifier: Apache-2.0
#include "control/http/assets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <regex>
#include <string>

namespace http {
namespace {

constexpr std::array<Asset, 2> kAssets{{{.name = "index.html",
                                         .type = "text/html; charset=utf-8",
                                         .tag = "\"1\"",
                                         .plain = "<p>page</p>",
                                         .gzip = "GZ",
                                         .immutable = false},
                                        {.name = "console-ABCDEFGH.js",
                                         .type = "text/javascript",
                                         .tag = "\"2\"",
                                         .plain = "run()",
                                         .gzip = "ZG",
                                         .immutable = true}}};

struct Asked {
    const char* path;
    std::map<std::string, std::string> headers;
    unsigned status;
    const char* body;
};

std::string header(const Response& response, const std::string& name) {
    for (const auto& [key, value] : response.headers) {
        if (key == name) return value;
    }
    return {};
}

class Assets : public testing::TestWithParam<Asked> {};

TEST_P(Assets, AreAnswered) {
    const Asked& asked = GetParam();
    const Response got =
        answer_asset(kAssets, {.method = "GET", .path = asked.path, .headers = asked.headers, .at = {}, .who = {}});
    EXPECT_EQ(got.status, asked.status);
    EXPECT_EQ(got.body, asked.body);
    if (asked.status == 404) return;
    const bool page = std::string(asked.path).find('.') == std::string::npos;
    EXPECT_EQ(header(got, "Cache-Control"), page ? "no-cache" : "public, max-age=31536000, immutable");
    EXPECT_EQ(header(got, "ETag"), page ? "\"1\"" : "\"2\"");
    EXPECT_EQ(header(got, "Vary"), "Accept-Encoding");
    EXPECT_EQ(header(got, "Content-Encoding"), got.body == "GZ" || got.body == "ZG" ? "gzip" : "");
}

INSTANTIATE_TEST_SUITE_P(
    Http, Assets,
    testing::Values(Asked{"/", {}, 200, "<p>page</p>"}, Asked{"/overview", {}, 200, "<p>page</p>"},
                    Asked{"/a/b/c", {}, 200, "<p>page</p>"}, Asked{"/console-ABCDEFGH.js", {}, 200, "run()"},
                    Asked{"/", {{"accept-encoding", "deflate, gzip"}}, 200, "GZ"},
                    Asked{"/", {{"accept-encoding", "gzip;q=0.5"}}, 200, "GZ"},
                    Asked{"/", {{"accept-encoding", "gzip;q=0.0, br"}}, 200, "<p>page</p>"},
                    Asked{"/", {{"accept-encoding", "xgzip"}}, 200, "<p>page</p>"},
                    Asked{"/", {{"if-none-match", "\"7\", W/\"1\""}}, 304, ""},
                    Asked{"/", {{"if-none-match", "*"}}, 304, ""},
                    Asked{"/", {{"if-none-match", "\"2\""}}, 200, "<p>page</p>"},
                    Asked{"/console-OLDOLDOL.js", {}, 404, "there is nothing at /console-OLDOLDOL.js\n"},
                    Asked{"/favicon.ico", {}, 404, "there is nothing at /favicon.ico\n"}));

TEST(Assets, AreExplainedWhereTheyAreNotBuiltIn) {
    const Response got = answer_asset({}, {.method = "GET", .path = "/", .at = {}, .who = {}});
    EXPECT_EQ(got.status, 404u);
    EXPECT_NE(got.body.find("-Dconsole=enabled"), std::string::npos);
}

// What the issue demands of it, and what the content security policy leaves working.
TEST(Assets, OfTheConsoleAreSmallAndWithoutInlineScript) {
    const auto assets = console_assets();
    if (assets.empty()) GTEST_SKIP() << "the console is not built in";
    std::size_t bytes = 0;
    for (const Asset& asset : assets) bytes += asset.gzip.size();
    EXPECT_LT(bytes, 200'000u);
    const auto page = std::find_if(assets.begin(), assets.end(), [](const Asset& a) { return a.name == "index.html"; });
    ASSERT_NE(page, assets.end());
    const std::string html(page->plain);
    EXPECT_FALSE(
        std::regex_search(html, std::regex("<script(?![^>]* src=)|<style|\\s(on\\w+|style)=", std::regex::icase)))
        << html;
    for (const Asset& asset : assets) {
        const bool named = html.find("\"/" + std::string(asset.name) + "\"") != std::string::npos;
        EXPECT_TRUE(named || &asset == &*page) << asset.name;
    }
}

}  // namespace
}  // namespace http
