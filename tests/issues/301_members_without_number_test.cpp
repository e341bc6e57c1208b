// SPDX-License-Identifier: Apache-2.0
// A body of one object with 110,000 members kept the server's thread for nine seconds: each was compared with all before.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "control/http/api/reply.hpp"

namespace api {
namespace {

http::Request sent(std::string body) {
    return {.method = "POST", .path = "/", .body = std::move(body)};
}

std::string object_of(int members) {
    std::string out = "{";
    for (int i = 0; i < members; ++i) out += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":1";
    return out + "}";
}

TEST(Issue301, AnObjectHasOnlySoManyMembers) {
    struct Case {
        const char* name;
        std::string body;
        std::string wrong;  // "": it is taken
    };
    const std::string many = "the body has an object with more than 256 members";
    std::string list = R"({"channels":[)";
    for (int i = 0; i < 300; ++i) list += (i == 0 ? "" : ",") + object_of(6);
    const std::vector<Case> cases{
        {"as many as may be", object_of(256), ""},
        {"one more", object_of(257), many},
        {"far more", object_of(60'000), many},
        {"one more further in", R"({"a":{"b":)" + object_of(257) + "}}", many},
        {"one more in a list", R"({"a":[1,)" + object_of(257) + "]}", many},
        {"many small ones", list + "]}", ""},
        {"counted for each object", R"({"a":)" + object_of(256) + R"(,"b":)" + object_of(256) + "}", ""},
    };
    for (const Case& c : cases) {
        const auto taken = body(sent(c.body));
        EXPECT_EQ(taken.has_value(), c.wrong.empty()) << c.name;
        if (!taken) {
            EXPECT_EQ(taken.error().message, c.wrong) << c.name;
        }
    }
}

}  // namespace
}  // namespace api
