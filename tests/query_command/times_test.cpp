// SPDX-License-Identifier: Apache-2.0
#include "control/query/times.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace query {
namespace {

constexpr std::uint64_t kNow_s = 1'768'478'400;         // 2026-01-15T12:00:00Z
constexpr std::uint64_t k1150_s = kNow_s - 600;         // 11:50
constexpr std::uint64_t kDay_s = kNow_s - 12 * 3600;    // the 15th
constexpr std::uint64_t k2026_s = kDay_s - 14 * 86400;  // the 1st of January
constexpr std::uint64_t kOpen = ~0ull;

class Times : public testing::Test {
  protected:
    static void zone(const char* name) {
        setenv("TZ", name, 1);
        tzset();
    }
    void SetUp() override { zone("UTC"); }
    void TearDown() override { zone("UTC"); }
};

struct Case {
    const char* text;
    std::uint64_t from_ms, to_ms;
};

TEST_F(Times, WindowsOfNfdumpAndOfOurs) {
    const std::vector<Case> all{
        {"2026/01/15.11:50:01-2026/01/15.11:50:02", (k1150_s + 1) * 1000, (k1150_s + 2) * 1000},
        {"2026/01/15.11:50:01", (k1150_s + 1) * 1000, kOpen},
        {"2026/01/15.11:50", k1150_s * 1000, kOpen},
        {"2026/01/15.11", (k1150_s - 50 * 60) * 1000, kOpen},
        {"2026/01/15", kDay_s * 1000, kOpen},
        {"2026/01", k2026_s * 1000, kOpen},
        {"2026", k2026_s * 1000, kOpen},
        {"2026/01/15.11:50:00-2026/01/15.11:50", k1150_s * 1000, k1150_s * 1000},
        {"2026/01/15-2026/01/15", kDay_s * 1000, kDay_s * 1000},
        {"-1h", (kNow_s - 3600) * 1000, kOpen},
        {"-2h--1h", (kNow_s - 7200) * 1000, (kNow_s - 3600) * 1000},
        {"-2h..-1h", (kNow_s - 7200) * 1000, (kNow_s - 3600) * 1000},
        {"-1h-now", (kNow_s - 3600) * 1000, kNow_s * 1000},
        {"2026/01/15-now", kDay_s * 1000, kNow_s * 1000},
        {"2026-01-15", kDay_s * 1000, kOpen},
        {"2026-01-15T11:50", k1150_s * 1000, kOpen},
        {"2026-01-15T11:50-2026-01-15T12:00", k1150_s * 1000, kNow_s * 1000},
        {"2026-01-15T13:50+02:00..now", k1150_s * 1000, kNow_s * 1000},
        {"1768477800", k1150_s * 1000, kOpen},
        {"1768477800-1768478400", k1150_s * 1000, kNow_s * 1000},
    };
    for (const Case& c : all) {
        const auto time = parse_window(c.text, kNow_s);
        ASSERT_TRUE(time.has_value()) << c.text << ": " << time.error().text();
        EXPECT_EQ(time->window.from_ms, c.from_ms) << c.text;
        EXPECT_EQ(time->window.to_ms, c.to_ms) << c.text;
        EXPECT_EQ(time->first_s + time->last_s, 0u) << c.text;
    }
}

TEST_F(Times, DatesAreInTheProcesssZone) {
    zone("CET-1CEST,M3.5.0,M10.5.0/3");
    EXPECT_EQ(parse_window("2026/01/15.12:50", kNow_s)->window.from_ms, k1150_s * 1000);
    EXPECT_EQ(parse_window("2026/07/15.13:50", kNow_s)->window.from_ms, (k1150_s + 181 * 86400) * 1000);
    EXPECT_EQ(parse_window("2026-01-15T11:50", kNow_s)->window.from_ms, k1150_s * 1000);
    EXPECT_EQ(local_time_text(k1150_s), "2026-01-15 12:50:00");
}

TEST_F(Times, RelativeToTheFlowsThereAre) {
    const auto first = parse_window("+10", kNow_s);
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(first->first_s, 10u);
    EXPECT_EQ(resolved(*first, 5000, 90'000).from_ms, 5000u);
    EXPECT_EQ(resolved(*first, 5000, 90'000).to_ms, 15'000u);
    const auto last = parse_window("-10", kNow_s);
    ASSERT_TRUE(last.has_value());
    EXPECT_EQ(last->last_s, 10u);
    EXPECT_EQ(resolved(*last, 5000, 90'000).from_ms, 80'000u);
    EXPECT_EQ(resolved(*last, 5000, 90'000).to_ms, 90'000u);
    EXPECT_EQ(resolved(*last, 0, 2000).from_ms, 0u);
    EXPECT_EQ(parse_window("+5m", kNow_s)->first_s, 300u);
    // No flows at all.
    EXPECT_TRUE(resolved(*last, ~0ull, 0).everything());
}

TEST_F(Times, WhatIsNoWindowIsRefused) {
    for (const char* text : {"",
                             "foo",
                             "-",
                             "+",
                             "+0",
                             "-0",
                             "--",
                             "..",
                             "2026/1/15",
                             "26/01/15",
                             "2026/13/15",
                             "2026/02/30",
                             "2026/01/15.24",
                             "2026/01/15.11:50:01.5",
                             "2026/01/15 11:50",
                             "2026/01/15.11:50:01-",
                             "2026/01/15.11:50:00-11:50:02",
                             "1960/01/01",
                             "2026/01/15.",
                             "2026/",
                             "99999999999999999999",
                             "+99999999999999999999",
                             "2026/01/15-foo",
                             "-1h-",
                             "-1h+5m"}) {
        EXPECT_FALSE(parse_window(text, kNow_s).has_value()) << text;
    }
    const auto backwards = parse_window("2026/01/15-2026/01/14", kNow_s);
    ASSERT_FALSE(backwards.has_value());
    EXPECT_NE(backwards.error().message.find("ends before it begins"), std::string::npos);
}

}  // namespace
}  // namespace query
