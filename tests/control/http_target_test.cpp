// SPDX-License-Identifier: Apache-2.0
#include "control/http/target.hpp"

#include <gtest/gtest.h>

#include "control/http/router.hpp"

namespace http {
namespace {

struct Valid {
    const char* raw;
    std::vector<std::string> parts;
    std::map<std::string, std::string> query;
};

class ValidTarget : public testing::TestWithParam<Valid> {};

TEST_P(ValidTarget, IsDecoded) {
    const auto target = parse_target(GetParam().raw);
    ASSERT_TRUE(target.has_value()) << target.error().message;
    EXPECT_EQ(target->parts, GetParam().parts);
    EXPECT_EQ(target->query, GetParam().query);
}

INSTANTIATE_TEST_SUITE_P(Http, ValidTarget,
                         testing::Values(Valid{"/", {""}, {}}, Valid{"/a/b", {"a", "b"}, {}},
                                         Valid{"/a/", {"a", ""}, {}}, Valid{"/a%20b+c", {"a b+c"}, {}},
                                         Valid{"/%c3%A4", {"\xc3\xa4"}, {}}, Valid{"/a?", {"a"}, {}},
                                         Valid{"/a?b=1&c=x%26y+z&&d", {"a"}, {{"b", "1"}, {"c", "x&y z"}, {"d", ""}}},
                                         Valid{"/?b=1&b=2", {""}, {{"b", "2"}}},
                                         Valid{"/?f=a%0Ab", {""}, {{"f", "a\nb"}}},
                                         Valid{"/?a=b=c?d", {""}, {{"a", "b=c?d"}}}, Valid{"/?=x", {""}, {{"", "x"}}}));

class InvalidTarget : public testing::TestWithParam<std::string> {};

TEST_P(InvalidTarget, IsRefused) {
    EXPECT_FALSE(parse_target(GetParam()).has_value());
}

std::string many(const std::string& text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += text + std::to_string(i);
    return out;
}

INSTANTIATE_TEST_SUITE_P(Http, InvalidTarget,
                         testing::Values("", "a", "*", "http://other/", "/%", "/%2", "/%zz", "/%-1", "/a%2Fb", "/a%00b",
                                         "/a%0d%0aSet-Cookie:x", "/..", "/a/../b", "/%2e%2e/etc", "/.", "/a\x7f",
                                         "/?a=%", "/?%0a=1", "/?a=%00", many("/a", kMaxParts + 1),
                                         "/?" + many("&a", kMaxArguments + 1)));

Response nothing(const Request&) {
    return {};
}

Router router() {
    return Router({{"GET", "/profiles/{profile}", Reach::anyone, nothing},
                   {"DELETE", "/profiles/{profile}", Reach::anyone, nothing},
                   {"GET", "/profiles/all", Reach::anyone, nothing},
                   {"PATCH", "/profiles/{profile}/channels/{channel}", Reach::anyone, nothing},
                   {"POST", "/reload", Reach::unix_socket, nothing}});
}

struct Asked {
    const char* method;
    const char* path;
    const char* route;  // "" = none
    std::map<std::string, std::string, std::less<>> at;
    const char* allow;
};

class RouterFinds : public testing::TestWithParam<Asked> {};

TEST_P(RouterFinds, TheNearestRoute) {
    const Router router = http::router();
    const auto found = router.find(GetParam().method, parse_target(GetParam().path).value().parts, false);
    EXPECT_EQ(found.route == nullptr ? "" : found.route->path, GetParam().route);
    EXPECT_EQ(found.at, GetParam().at);
    EXPECT_EQ(found.allow, GetParam().allow);
}

INSTANTIATE_TEST_SUITE_P(
    Http, RouterFinds,
    testing::Values(Asked{"GET", "/profiles/a", "/profiles/{profile}", {{"profile", "a"}}, ""},
                    Asked{"GET", "/profiles/all", "/profiles/all", {}, ""},
                    Asked{"DELETE", "/profiles/all", "/profiles/{profile}", {{"profile", "all"}}, ""},
                    Asked{"PATCH",
                          "/profiles/a%20b/channels/c%25",
                          "/profiles/{profile}/channels/{channel}",
                          {{"profile", "a b"}, {"channel", "c%"}},
                          ""},
                    Asked{"POST", "/profiles/a", "", {}, "GET, DELETE"}, Asked{"GET", "/profiles/", "", {}, ""},
                    Asked{"GET", "/profiles", "", {}, ""}, Asked{"GET", "/profiles/a/b", "", {}, ""},
                    Asked{"POST", "/reload", "", {}, ""}));

TEST(Router, GivesEverythingElseToOneRouteButForTheApi) {
    const Router router({{"GET", "/a", Reach::anyone, nothing}, {"GET", kEverythingElse, Reach::anyone, nothing}});
    EXPECT_EQ(router.find("GET", {"a"}, false).route->path, "/a");
    EXPECT_EQ(router.find("GET", {"b", "c"}, false).route->path, kEverythingElse);
    EXPECT_EQ(router.find("POST", {"b"}, false).allow, "GET");
    EXPECT_EQ(router.find("GET", {"api", "v1"}, false).route, nullptr);
    EXPECT_EQ(router.find("POST", {"api", "v1"}, false).allow, "");
}

TEST(Router, KeepsRoutesOfTheUnixSocketThere) {
    EXPECT_NE(router().find("POST", {"reload"}, true).route, nullptr);
}

}  // namespace
}  // namespace http
