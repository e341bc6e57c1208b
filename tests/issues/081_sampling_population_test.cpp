// SPDX-License-Identifier: Apache-2.0
// IOS XR tells "1 out of 256" as samplingPacketInterval 1, samplingSize 1, samplingPopulation 256. The interval alone was taken
// for the rate, so a router's traffic was shown 256 times too small (capture 104 of pmacct has the figures).
#include <gtest/gtest.h>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

TEST(Issue081, ThePopulationTellsTheRateWhereTheIntervalHasNoSpace) {
    using support::Writer;
    support::DecodeRig rig;
    rig.send(support::Ipfix()
                 .options_template_set({{257, {{302, 4}}, {{305, 4}, {304, 2}, {309, 4}, {310, 4}}}})
                 .data_set(257, {Writer().u32(1).u32(1).u16(3).u32(1).u32(256)})
                 .template_set({{258, {{8, 4}, {302, 4}, {2, 4}}}})
                 .data_set(258, {Writer().ip("192.0.2.7").u32(1).u32(60)})
                 .build());
    ASSERT_EQ(rig.batch().rows, 1u);
    EXPECT_EQ(rig.batch().sampling[0], 256u);
    EXPECT_EQ(rig.batch().in_packets[0], 60u) << "raw, scaled where it is shown";
    EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
}
