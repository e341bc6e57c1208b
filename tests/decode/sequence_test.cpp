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

}  // namespace
