// SPDX-License-Identifier: Apache-2.0
// A datagram or fragment on its way to the exporter's owner was dropped there unbooked when a reload had closed its port:
// whole datagrams and those at decoders differed for good, and the collector called its own books unbalanced.
#include <gtest/gtest.h>

#include "tests/support/fragments.hpp"
#include "tests/support/packet_builder.hpp"
#include "tests/support/worker_rig.hpp"

TEST(Issue060, WhatIsUnderWayWhenAReloadClosesItsPortIsBooked) {
    using flow::Counter;
    constexpr std::uint64_t kNow_ms = 1'700'000'000'000;
    support::WorkerRig rig({.workers = 2});
    support::V5 v5;
    for (int i = 0; i < 30; ++i) v5.record({});
    // From one queue, so that half of the exporters belong to the other worker.
    for (int i = 1; i <= 20; ++i) {
        const std::string exporter = "10.0.0." + std::to_string(i);
        const auto frame = support::udp_frame(exporter, "10.9.9.9", 1, 2055, v5.build());
        rig.receive(0, frame, kNow_ms);
        for (const auto& fragment : support::fragments_of(frame, 512, 7)) rig.receive(0, fragment, kNow_ms);
    }
    rig.reload({{.port = 4739, .source_id = 1, .prefixes = {}}});
    rig.finish(kNow_ms);
    const flow::Ledger& l = rig.sink.ledger;
    EXPECT_EQ(flow::broken_law(l, true), "");
    EXPECT_GT(l[flow::Outcome::no_source], 0u);
    EXPECT_GT(l[Counter::fragments_foreign], 0u);
}
