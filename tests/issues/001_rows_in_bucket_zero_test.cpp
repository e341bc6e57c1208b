// SPDX-License-Identifier: Apache-2.0
// The tally was handed over each second while a batch was still open; its rows then fell into a tally without a bucket and
// were stored under 1970. The ledger balanced all the same.
#include <gtest/gtest.h>

#include "dataplane/intake.hpp"
#include "tests/support/packet_builder.hpp"
#include "tests/support/small_generation.hpp"

TEST(Issue001, RowsOfAnOpenBatchGoWithTheirTally) {
    constexpr std::uint64_t kNow_ms = 1'700'000'000'000;
    flow::ExporterTable exporters;
    flow::SpscRing<flow::Tally*> handover(64);
    support::TallySink sink(handover);
    const auto generation = support::make_generation(1, {{.port = 2055, .source_id = 1, .prefixes = {}}}, {{"any"}});
    for (const auto pace : {dataplane::Pace::live, dataplane::Pace::replay}) {
        dataplane::Intake intake(exporters, handover, {.pace = pace});
        ASSERT_TRUE(intake.allocate());
        intake.use(*generation);
        const auto frame = support::udp_frame("10.0.0.1", "10.0.0.2", 1, 2055,
                                              support::V5().unix_time(kNow_ms / 1000).record({}).build());
        intake.take(intake.receive(frame, flow::LinkType::ethernet, frame.size()), kNow_ms);
        intake.tick(kNow_ms + 5);   // a second has passed since the last hand-over
        intake.tick(kNow_ms + 10);  // the batch is old
        intake.finish();
        sink.drain();
    }
    EXPECT_EQ(sink.buckets.size(), 1u);
    EXPECT_EQ(sink.buckets[kNow_ms / 1000 / 10 * 10], 2u);
}
