// SPDX-License-Identifier: Apache-2.0
#include "control/log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace control {
namespace {

TEST(RateLimiter, LetsABurstThroughAndSaysHowManyMoreThereWere) {
    RateLimiter limiter;
    std::uint64_t held_back = 0;
    for (std::uint32_t i = 0; i < RateLimiter::kBurst; ++i) {
        EXPECT_TRUE(limiter.admit("disk", 100 + i, held_back));
        EXPECT_EQ(held_back, 0u);
    }
    for (int i = 0; i < 17; ++i) EXPECT_FALSE(limiter.admit("disk", 120, held_back));
    EXPECT_TRUE(limiter.admit("clock", 120, held_back)) << "another key has its own burst";
    EXPECT_FALSE(limiter.admit("disk", 100 + RateLimiter::kWindow_s - 1, held_back));
    EXPECT_TRUE(limiter.admit("disk", 100 + RateLimiter::kWindow_s, held_back));
    EXPECT_EQ(held_back, 18u);
    EXPECT_TRUE(limiter.admit("disk", 100 + RateLimiter::kWindow_s, held_back));
    EXPECT_EQ(held_back, 0u);
}

TEST(RateLimiter, ForgetsRatherThanGrows) {
    RateLimiter limiter;
    std::uint64_t held_back = 0;
    for (std::size_t i = 0; i < 3 * RateLimiter::kKeys; ++i)
        EXPECT_TRUE(limiter.admit(std::to_string(i), 1, held_back));
}

TEST(Log, WritesALineForEachLineWithItsLevel) {
    std::ostringstream out;
    Log log(LogLevel::info, out);
    log.debug("not shown");
    log.warning("a.toml:1:2: one\nb.toml:3:4: two");
    log.set_level(LogLevel::error);
    log.info("not shown either");
    const std::string text = out.str();
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2) << text;
    EXPECT_NE(text.find("warning a.toml:1:2: one\n"), std::string::npos) << text;
    EXPECT_NE(text.find("warning b.toml:3:4: two\n"), std::string::npos) << text;
    EXPECT_EQ(text.find("not shown"), std::string::npos);
}

TEST(Log, BracesAndPercentSignsAreOnlyText) {
    std::ostringstream out;
    Log log(LogLevel::info, out);
    log.info("{} {0} %s %n");
    EXPECT_NE(out.str().find("{} {0} %s %n\n"), std::string::npos);
}

TEST(Log, LimitedHoldsBack) {
    std::ostringstream out;
    Log log(LogLevel::info, out);
    for (int i = 0; i < 1000; ++i) log.limited(LogLevel::error, "disk", "disk full");
    const std::string text = out.str();
    // A window may end between two of them.
    EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 2 * RateLimiter::kBurst);
    EXPECT_GE(std::count(text.begin(), text.end(), '\n'), RateLimiter::kBurst);
}

}  // namespace
}  // namespace control
