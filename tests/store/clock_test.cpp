// SPDX-License-Identifier: Apache-2.0
#include "store/series/clock.hpp"

#include <gtest/gtest.h>

namespace store {
namespace {

constexpr std::uint64_t kHour = 3600'000, kT = 1'700'000'000'000;

TEST(LeapGuard, ANewDirectoryWaitsForNothing) {
    LeapGuard guard(0, 0);
    guard.observe(kT, 5);
    EXPECT_FALSE(guard.deletion_waits());
    EXPECT_EQ(guard.text(), "");
}

TEST(LeapGuard, LeapsOfMoreThanAnHourCount) {
    struct Case {
        const char* what;
        std::int64_t wall_step, steady_step;
        bool waits;
        const char* text;
    };
    const auto h = static_cast<std::int64_t>(kHour);
    const Case cases[] = {
        {"a second", 1000, 1000, false, ""},
        {"a slow commit", 5 * h, 5 * h, false, ""},
        {"daylight saving set by hand", h, 1000, false, ""},
        {"time zone", 2 * h, 1000, true, "the clock leapt 2 h forward"},
        {"back", -3 * h, 1000, true, "the clock leapt 3 h back"},
        {"ten years", 87600 * h, 1000, true, "the clock leapt 87600 h forward"},
    };
    for (const Case& c : cases) {
        LeapGuard guard(0, 0);
        guard.observe(kT, 1000);
        guard.observe(kT + static_cast<std::uint64_t>(c.wall_step), 1000 + static_cast<std::uint64_t>(c.steady_step));
        EXPECT_EQ(guard.deletion_waits(), c.waits) << c.what;
        EXPECT_EQ(guard.chunks_wait(), c.waits) << c.what;
        EXPECT_EQ(guard.text().substr(0, std::string(c.text).size()), c.text);
    }
}

TEST(LeapGuard, ChunksWaitAnHourAndDeletionADay) {
    LeapGuard guard(0, 0);
    std::uint64_t wall = kT, steady = 0;
    guard.observe(wall, steady);
    guard.observe(wall += 10 * kHour, steady += 1000);
    EXPECT_TRUE(guard.chunks_wait());
    guard.observe(wall += kHour, steady += kHour);
    EXPECT_FALSE(guard.chunks_wait());
    EXPECT_TRUE(guard.deletion_waits());
    for (int i = 0; i < 23; ++i) guard.observe(wall += kHour, steady += kHour);
    EXPECT_FALSE(guard.deletion_waits());
}

TEST(LeapGuard, GoesOnOverRestarts) {
    LeapGuard same(kT, 0);
    same.observe(kT + kHour / 2, 1);
    EXPECT_FALSE(same.deletion_waits()) << "a short stop";
    LeapGuard stopped(kT, 0);
    stopped.observe(kT + 48 * kHour, 1);
    EXPECT_TRUE(stopped.deletion_waits());
    LeapGuard behind(kT, 0);
    behind.observe(kT - 48 * kHour, 1);
    EXPECT_TRUE(behind.deletion_waits());
    LeapGuard waiting(kT, 7200);
    waiting.observe(kT + 1000, 1);
    EXPECT_TRUE(waiting.deletion_waits());
    EXPECT_EQ(waiting.deletion_waits_s(), 7200u);
}

}  // namespace
}  // namespace store
