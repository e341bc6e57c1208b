// SPDX-License-Identifier: Apache-2.0
// Four old datagrams in a row were a restart, also when the exporter's uptime went on: a burst that a loop in the network
// doubled made a restart that was none.
#include <gtest/gtest.h>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

TEST(Issue021, ADoubledBurstIsDuplicates) {
    support::DecodeRig rig;
    for (int copy = 0; copy < 2; ++copy) {
        for (std::uint32_t i = 0; i < 8; ++i) {
            rig.send(support::V9(1).unix_seconds(1'700'000'000).uptime_ms(5'000 + i).sequence(i).build());
        }
    }
    rig.settle();
    EXPECT_EQ(rig.tally().exporter(0).restarts, 0u);
    EXPECT_EQ(rig.tally().exporter(0).duplicates, 8u);
    EXPECT_EQ(rig.tally().exporter(0).lost, 0u);
}
