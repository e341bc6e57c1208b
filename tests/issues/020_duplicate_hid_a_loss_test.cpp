// SPDX-License-Identifier: Apache-2.0
// A gap was remembered as a range and a count: a late datagram that came twice was taken off the count twice, and what was
// really missing was not reported.
#include <gtest/gtest.h>

#include "dataplane/decode/sequence.hpp"

TEST(Issue020, ALateDatagramThatComesTwiceFillsItsPlaceOnce) {
    decode::Sequence sequence;
    flow::ExporterCounts counts;
    sequence.see(0, 30, 0, 0, counts);
    sequence.see(90, 30, 0, 0, counts);
    sequence.see(30, 30, 0, 0, counts);
    sequence.see(30, 30, 0, 0, counts);
    sequence.settle(0, true, counts);
    EXPECT_EQ(counts.lost, 30u);
    EXPECT_EQ(counts.duplicates, 1u);
}
