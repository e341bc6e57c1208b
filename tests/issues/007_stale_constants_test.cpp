// SPDX-License-Identifier: Apache-2.0
// Constants of a variable-length set are written some rows ahead; a batch that was handed on in between and came back (the
// same slot, row 0) must get them again.
#include <gtest/gtest.h>

#include "dataplane/intake.hpp"
#include "tests/support/packet_builder.hpp"
#include "tests/support/small_generation.hpp"

TEST(Issue007, RowsBehindATurnOverHaveTheirConstants) {
    constexpr std::uint64_t kNow_ms = 1'700'000'000'000;
    flow::ExporterTable exporters;
    flow::SpscRing<flow::Tally*> handover(64);
    support::TallySink sink(handover);
    const auto generation =
        support::make_generation(1, {{.port = 2055, .source_id = 1, .prefixes = {}}}, {{"any"}, {"proto tcp"}});
    dataplane::Intake intake(exporters, handover, {.slots = 1});
    ASSERT_TRUE(intake.allocate());
    intake.use(*generation);
    support::Ipfix message(7);
    message.unix_seconds(kNow_ms / 1000).template_set({{300, {{96, support::kVariableLength}, {4, 1}}}});
    std::vector<support::Bytes> records(5'000, support::Writer().variable("x").u8(6));
    message.data_set(300, records);
    const auto frame = support::udp_frame("10.0.0.1", "10.0.0.2", 1, 2055, message.build());
    for (int i = 0; i < 3; ++i) intake.take(intake.receive(frame, flow::LinkType::ethernet, frame.size()), kNow_ms);
    intake.finish();
    sink.drain();
    EXPECT_EQ(sink.flows(0), 15'000u);
    EXPECT_EQ(sink.flows(1), 15'000u);
}
