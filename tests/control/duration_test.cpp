// SPDX-License-Identifier: Apache-2.0
#include "control/duration.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace control {
namespace {

TEST(Duration, ReadsWhatPeopleWrite) {
    const std::pair<const char*, std::uint64_t> cases[] = {
        {"90s", 90},       {"5m", 300},     {"12h", 43200},
        {"2d", 172800},    {"8w", 4838400}, {"2y", 63072000},
        {"1d12h", 129600}, {"0s", 0},       {"1y1w1d1h1m1s", 31536000 + 604800 + 86400 + 3600 + 61}};
    for (const auto& [text, seconds] : cases) EXPECT_EQ(parse_duration(text), seconds) << text;
}

TEST(Duration, RefusesEverythingElse) {
    for (const char* text : {"", "5", "d", "-1d", "1 d", "1D", "12h1d", "1d1d", "1.5h", "1001y",
                             "99999999999999999999s", "18446744073709551615y", "5m "}) {
        EXPECT_FALSE(parse_duration(text).has_value()) << text;
    }
}

TEST(Duration, WritesWhatItReads) {
    const std::pair<std::uint64_t, const char*> cases[] = {{0, "0s"},        {10, "10s"},    {300, "5m"},
                                                           {5400, "1h30m"},  {172800, "2d"}, {5184000, "60d"},
                                                           {63072000, "2y"}, {604800, "1w"}};
    for (const auto& [seconds, text] : cases) {
        EXPECT_EQ(duration_text(seconds), text);
        EXPECT_EQ(parse_duration(duration_text(seconds)), seconds);
    }
}

TEST(Time, ReadsPointsInTime) {
    const std::uint64_t now = 1'700'000'000;
    const std::pair<const char*, std::uint64_t> cases[] = {{"now", now},
                                                           {"-1h", now - 3600},
                                                           {"-1000y", 0},
                                                           {"1234567890", 1234567890},
                                                           {"1970-01-01", 0},
                                                           {"2024-02-29", 1709164800},
                                                           {"2024-05-01T12:30", 1714566600},
                                                           {"2024-05-01 12:30:15", 1714566615},
                                                           {"2024-05-01T12:30:15Z", 1714566615},
                                                           {"2024-05-01T14:30:15+02:00", 1714566615},
                                                           {"2024-05-01T07:00:15-0530", 1714566615}};
    for (const auto& [text, seconds] : cases) EXPECT_EQ(parse_time(text, now), seconds) << text;
    EXPECT_EQ(time_text(1714566615), "2024-05-01T12:30:15Z");
}

TEST(Time, RefusesEverythingElse) {
    for (const char* text : {"", "-", "-1", "yesterday", "2023-02-29", "2024-13-01", "2024-05-01T", "2024-05-01T25:00",
                             "2024-05-01T12:30+25:00", "2024-05-01T12:30Zx", "1969-12-31", "+1h",
                             "99999999999999999999", "2024-05-0112:30"}) {
        EXPECT_FALSE(parse_time(text, 1'700'000'000).has_value()) << text;
    }
}

}  // namespace
}  // namespace control
