// SPDX-License-Identifier: Apache-2.0
#include "dataplane/decode/sequence.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

struct Seen {
    std::uint32_t number, units, uptime_ms;
    std::uint64_t at_ms;
};
struct Case {
    const char* what;
    std::vector<Seen> seen;
    std::uint64_t lost, reordered, duplicates, restarts, unknown;
};

class SequenceCases : public ::testing::TestWithParam<Case> {};

TEST_P(SequenceCases, Counts) {
    const Case& c = GetParam();
    decode::Sequence sequence;
    flow::ExporterCounts counts;
    for (const Seen& s : c.seen) sequence.see(s.number, s.units, s.uptime_ms, s.at_ms, counts);
    sequence.settle(0, true, counts);
    EXPECT_EQ(counts.lost, c.lost) << c.what;
    EXPECT_EQ(counts.reordered, c.reordered) << c.what;
    EXPECT_EQ(counts.duplicates, c.duplicates) << c.what;
    EXPECT_EQ(counts.restarts, c.restarts) << c.what;
    EXPECT_EQ(counts.gaps_unknown, c.unknown) << c.what;
}

INSTANTIATE_TEST_SUITE_P(
    All, SequenceCases,
    ::testing::Values(
        Case{"in order", {{0, 30, 0, 0}, {30, 30, 0, 1}, {60, 30, 0, 2}}, 0, 0, 0, 0, 0},
        Case{"first number is taken as it is", {{5000, 30, 0, 0}, {5030, 1, 0, 1}}, 0, 0, 0, 0, 0},
        Case{"gap", {{0, 30, 0, 0}, {90, 30, 0, 1}, {120, 1, 0, 2}}, 60, 0, 0, 0, 0},
        Case{"late datagram fills the gap", {{0, 10, 0, 0}, {20, 10, 0, 1}, {10, 10, 0, 2}}, 0, 1, 0, 0, 0},
        Case{"half of a gap filled", {{0, 10, 0, 0}, {30, 10, 0, 1}, {20, 10, 0, 2}}, 10, 1, 0, 0, 0},
        Case{"duplicate", {{0, 10, 0, 0}, {10, 10, 0, 1}, {10, 10, 0, 2}, {20, 10, 0, 3}}, 0, 0, 1, 0, 0},
        Case{"every datagram twice",
             {{0, 1, 0, 0}, {0, 1, 0, 0}, {1, 1, 0, 1}, {1, 1, 0, 1}, {2, 1, 0, 2}, {2, 1, 0, 2}},
             0,
             0,
             3,
             0,
             0},
        Case{"32-bit wrap", {{0xfffffff0, 16, 0, 0}, {0, 5, 0, 1}, {5, 5, 0, 2}}, 0, 0, 0, 0, 0},
        Case{"gap over the wrap", {{0xfffffff0, 10, 0, 0}, {4, 5, 0, 1}}, 10, 0, 0, 0, 0},
        Case{"restart seen by uptime", {{50'000, 1, 9'000'000, 0}, {0, 1, 1'000, 1}, {1, 1, 2'000, 2}}, 0, 0, 0, 1, 0},
        Case{"restart far back", {{2'000'000, 1, 0, 0}, {0, 1, 0, 1}, {1, 1, 0, 2}}, 0, 0, 0, 1, 0},
        Case{"restart near back is known after a few",
             {{500, 1, 0, 0}, {0, 1, 0, 1}, {1, 1, 0, 2}, {2, 1, 0, 3}, {3, 1, 0, 4}, {4, 1, 0, 5}},
             0,
             0,
             3,
             1,
             0},
        Case{"leap too large to be loss", {{0, 1, 0, 0}, {5'000'000, 1, 0, 1}, {5'000'001, 1, 0, 2}}, 0, 0, 0, 0, 1},
        Case{"more gaps than are remembered",
             {{0, 1, 0, 0},
              {2, 1, 0, 0},
              {4, 1, 0, 0},
              {6, 1, 0, 0},
              {8, 1, 0, 0},
              {10, 1, 0, 0},
              {12, 1, 0, 0},
              {14, 1, 0, 0},
              {16, 1, 0, 0},
              {18, 1, 0, 0},
              {20, 1, 0, 0}},
             10,
             0,
             0,
             0,
             0},
        Case{"messages without units", {{0, 0, 0, 0}, {0, 0, 0, 1}, {0, 3, 0, 2}, {3, 0, 0, 3}}, 0, 0, 0, 0, 0}));

TEST(SequenceTest, GapsSettleAfterAWhile) {
    decode::Sequence sequence;
    flow::ExporterCounts counts;
    sequence.see(0, 1, 0, 1'000, counts);
    sequence.see(5, 1, 0, 2'000, counts);
    EXPECT_EQ(counts.lost, 0u) << "it may still come";
    sequence.settle(2'000 + decode::Sequence::kSettleMs - 1, false, counts);
    EXPECT_EQ(counts.lost, 0u);
    sequence.settle(2'000 + decode::Sequence::kSettleMs, false, counts);
    EXPECT_EQ(counts.lost, 4u);
    EXPECT_FALSE(sequence.has_gaps());
}

TEST(SequenceTest, LosingTrackSetsTheCountAnew) {
    decode::Sequence sequence;
    flow::ExporterCounts counts;
    sequence.see(0, 1, 0, 0, counts);
    sequence.lose_track();
    sequence.see(400, 1, 0, 0, counts);
    sequence.see(402, 1, 0, 0, counts);
    sequence.settle(0, true, counts);
    EXPECT_EQ(counts.lost, 1u);
}

TEST(SequenceTest, ADuplicateOfWhatCameLateDoesNotFillTheRestOfTheGap) {
    decode::Sequence sequence;
    flow::ExporterCounts counts;
    sequence.see(0, 10, 0, 0, counts);
    sequence.see(40, 10, 0, 1, counts);
    sequence.see(20, 10, 0, 2, counts);  // splits the gap
    sequence.see(20, 10, 0, 3, counts);
    sequence.settle(0, true, counts);
    EXPECT_EQ(counts.lost, 20u);
    EXPECT_EQ(counts.lost_datagrams, 2u);
    EXPECT_EQ(counts.reordered, 1u);
    EXPECT_EQ(counts.duplicates, 1u);
}

TEST(SequenceTest, ABurstThatComesTwiceIsNoRestartWhereAnUptimeIsTold) {
    decode::Sequence sequence;
    flow::ExporterCounts counts;
    for (int again = 0; again < 2; ++again) {
        for (std::uint32_t i = 0; i < 20; ++i) sequence.see(i, 1, 1'000 + i, 0, counts);
    }
    EXPECT_EQ(counts.duplicates, 20u);
    EXPECT_EQ(counts.restarts, 0u);
}

TEST(SequenceTest, LostDatagramsByTheMean) {
    decode::Sequence sequence;
    flow::ExporterCounts counts;
    for (std::uint32_t i = 0; i < 100; ++i) sequence.see(i * 30, 30, 0, 0, counts);
    sequence.see(110 * 30, 30, 0, 0, counts);
    sequence.see(111 * 30 + 4, 30, 0, 0, counts);
    sequence.settle(0, true, counts);
    EXPECT_EQ(counts.lost, 304u);
    EXPECT_EQ(counts.lost_datagrams, 11u) << "ten, and a small one";
}

// Any drops, duplicates and disorder within what is remembered: what is missing is exact.
TEST(SequenceTest, LossIsExactWhateverTheOrder) {
    std::uint64_t seed = 42;
    const auto random = [&](std::uint32_t below) {
        seed = seed * 6364136223846793005ull + 1442695040888963407ull;
        return static_cast<std::uint32_t>(seed >> 33) % below;
    };
    for (int round = 0; round < 200; ++round) {
        struct Datagram {
            std::uint32_t number, units;
        };
        std::vector<Datagram> arriving;
        std::uint64_t lost = 0, twice = 0;
        std::uint32_t number = 0xffffff00u + random(100), units = 0;  // over the wrap
        for (int i = 0; i < 300; ++i, number += units) {
            units = 1 + random(30);
            const bool edge = i == 0 || i == 299;  // what is lost at the ends cannot be known
            if (!edge && random(20) == 0) {
                lost += units;
                continue;
            }
            arriving.push_back({number, units});
            if (!edge && random(20) == 0) arriving.push_back(arriving.back()), ++twice;
        }
        for (std::size_t i = 1; i + 6 < arriving.size(); ++i) {
            if (random(10) == 0) std::swap(arriving[i], arriving[i + 1 + random(4)]);
        }
        decode::Sequence sequence;
        flow::ExporterCounts counts;
        // With an uptime, so that a run of old ones is disorder.
        for (const Datagram& d : arriving) sequence.see(d.number, d.units, 5'000, 1'000, counts);
        sequence.settle(0, true, counts);
        ASSERT_EQ(counts.lost, lost) << "round " << round;
        ASSERT_EQ(counts.duplicates, twice) << "round " << round;
        ASSERT_EQ(counts.restarts, 0u);
    }
}

struct Down {
    const char* what;
    flow::SequenceMark mark;
    std::uint32_t number, uptime_ms;
    std::uint64_t now_ms;
    std::uint64_t lost, restarts, unknown;
};

TEST(SequenceTest, WhatWasMissedWhileTheCollectorWasDown) {
    constexpr std::uint64_t kThen = 1'700'000'000'000;
    constexpr std::uint64_t kMinute = 60'000;
    const std::vector<Down> cases{
        {"nothing", {true, 100, 1'000, kThen}, 100, 61'000, kThen + kMinute, 0, 0, 0},
        {"a minute of it", {true, 100, 1'000, kThen}, 700, 61'000, kThen + kMinute, 600, 0, 0},
        {"over the wrap of number and uptime",
         {true, 0xfffffff0, 0xfffffff0, kThen},
         16,
         59'984,
         kThen + kMinute,
         32,
         0,
         0},
        {"more than a leap", {true, 100, 1'000, kThen}, 5'000'100, 61'000, kThen + kMinute, 5'000'000, 0, 0},
        {"it restarted meanwhile", {true, 100, 900'000, kThen}, 700, 30'000, kThen + kMinute, 0, 1, 0},
        {"it restarted, and was up longer before",
         {true, 4'000'000'000, 900'000'000, kThen},
         10,
         20'000,
         kThen + kMinute,
         0,
         1,
         0},
        {"its clock runs a little slow", {true, 100, 1'000, kThen}, 700, 3'598'000, kThen + 3'600'000, 600, 0, 0},
        {"a late one", {true, 100, 1'000, kThen}, 90, 1'010, kThen + 10, 0, 0, 0},
        {"without uptime: within reach", {true, 100, 0, kThen}, 700, 0, kThen + kMinute, 600, 0, 0},
        {"without uptime: out of reach", {true, 100, 0, kThen}, 2'000'000'000, 0, kThen + kMinute, 0, 0, 1},
        {"without uptime: a restart", {true, 4'000'000, 0, kThen}, 700, 0, kThen + kMinute, 0, 1, 0},
        {"without uptime: not 4 G lost", {true, 4'000'000'000, 0, kThen}, 700, 0, kThen + kMinute, 0, 1, 0},
        {"without uptime: a restart near back", {true, 5'000, 0, kThen}, 0, 0, kThen + kMinute, 0, 1, 0},
        {"without uptime: the wrap", {true, 0xffffff00, 0, kThen}, 256, 0, kThen + kMinute, 512, 0, 0},
        {"our clock went back", {true, 100, 1'000, kThen}, 700, 61'000, kThen - kMinute, 0, 0, 0},
        {"nothing known", {false, 100, 1'000, kThen}, 700, 61'000, kThen + kMinute, 0, 0, 0},
    };
    for (const Down& c : cases) {
        decode::Sequence sequence;
        flow::ExporterCounts counts;
        sequence.resume(c.mark);
        sequence.see(c.number, 30, c.uptime_ms, c.now_ms, counts);
        sequence.settle(0, true, counts);
        EXPECT_EQ(counts.lost, c.lost) << c.what;
        EXPECT_EQ(counts.lost_down, c.lost) << c.what;
        EXPECT_EQ(counts.lost_datagrams, (c.lost + 15) / 30) << c.what;
        EXPECT_EQ(counts.restarts, c.restarts) << c.what;
        EXPECT_EQ(counts.gaps_unknown, c.unknown) << c.what;
        sequence.see(c.number + 30, 30, c.uptime_ms, c.now_ms, counts);
        EXPECT_EQ(counts.lost, c.lost) << c.what << ": once";
        EXPECT_TRUE(sequence.mark().known);
        EXPECT_EQ(sequence.mark().next, c.number + 60) << c.what;
    }
}

}  // namespace
