// SPDX-License-Identifier: Apache-2.0
// Names of applications, users and servers come from the network, and were printed as they came: an exporter could clear an
// operator's screen, or write lines of its own into a list.
#include <gtest/gtest.h>

#include "control/query/json_text.hpp"
#include "control/query/shown_text.hpp"
#include "control/query/statistic_value.hpp"

namespace query {
namespace {

TEST(Issue283, ControlCharactersAreShownAsQuestionMarks) {
    const struct {
        std::string_view given, shown, csv, json;
    } cases[] = {
        {"plain \xc3\xa4", "plain \xc3\xa4", "plain \xc3\xa4", "plain \xc3\xa4"},
        {"\x1b[2Jx", "?[2Jx", "?[2Jx", "\\u001b[2Jx"},
        {"a\nb\tc\rd", "a?b?c?d", "a?b?c?d", "a\\u000ab\\u0009c\\u000dd"},
        {"\x7f", "?", "?", "\\u007f"},
        {"\xc2\x9b"
         "2J",
         "\xc2?2J", "\xc2?2J", "\\u009b2J"},
        {"\xc2\xa0", "\xc2\xa0", "\xc2\xa0", "\xc2\xa0"},
        {"a,b \"c\"", "a,b \"c\"", "\"a,b \"\"c\"\"\"", "a,b \\\"c\\\""},
        {"", "", "", ""},
    };
    for (const auto& c : cases) {
        EXPECT_EQ(shown_text(c.given), c.shown);
        EXPECT_EQ(csv_text(c.given), c.csv);
        std::string json;
        json_escape(c.given, json);
        EXPECT_EQ(json, c.json);
    }
}

}  // namespace
}  // namespace query
