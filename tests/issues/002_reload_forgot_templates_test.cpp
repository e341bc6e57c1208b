// SPDX-License-Identifier: Apache-2.0
// Templates were kept per source: an exporter that a reload moved to another source, or that sends templates to one port and
// data to another, lost its data until the next refresh.
#include <gtest/gtest.h>

#include "dataplane/intake.hpp"
#include "tests/support/packet_builder.hpp"
#include "tests/support/small_generation.hpp"

TEST(Issue002, TemplatesServeWhateverSourceTheDataComesBy) {
    constexpr std::uint64_t kNow_ms = 1'700'000'000'000;
    flow::ExporterTable exporters;
    flow::SpscRing<flow::Tally*> handover(64);
    support::TallySink sink(handover);
    const auto generation = support::make_generation(
        1, {{.port = 2055, .source_id = 1, .prefixes = {}}, {.port = 4739, .source_id = 2, .prefixes = {}}}, {{"any"}});
    dataplane::Intake intake(exporters, handover, {});
    ASSERT_TRUE(intake.allocate());
    intake.use(*generation);
    const auto send = [&](std::uint16_t port, const support::Bytes& datagram) {
        const auto frame = support::udp_frame("10.0.0.1", "10.0.0.2", 1, port, datagram);
        intake.take(intake.receive(frame, flow::LinkType::ethernet, frame.size()), kNow_ms);
    };
    send(2055, support::Ipfix(7).unix_seconds(kNow_ms / 1000).template_set({{300, {{8, 4}}}}).build());
    send(4739,
         support::Ipfix(7).unix_seconds(kNow_ms / 1000).data_set(300, {support::Writer().ip("10.0.0.1")}).build());
    intake.finish();
    sink.drain();
    EXPECT_EQ(sink.ledger[flow::Skip::no_template], 0u);
    EXPECT_EQ(sink.flows(1), 1u) << "of the second source";
}
