// SPDX-License-Identifier: Apache-2.0
// A record whose end lies before its beginning kept it, and durations became 584 million years.
#include <gtest/gtest.h>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

TEST(Issue006, TheEndIsNotBeforeTheBeginning) {
    support::DecodeRig rig;
    rig.send(support::V5()
                 .unix_time(1'700'000'000)
                 .uptime_ms(50'000)
                 .record({.first_uptime_ms = 40'000, .last_uptime_ms = 30'000})
                 .build());
    EXPECT_EQ(rig.batch().last_ms[0], rig.batch().first_ms[0]);
    EXPECT_EQ(rig.ledger()[flow::Counter::times_clamped], 1u);
}
