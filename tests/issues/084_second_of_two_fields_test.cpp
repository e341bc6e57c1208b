// SPDX-License-Identifier: Apache-2.0
// A template with one element twice, the first time of variable length: where that turned out not to suit the element, the
// second field was only taken if the column was zero, and nobody had made it zero. What an older flow had there was shown.
// Found by the fuzzer that decodes everything into two batches with different pasts.
#include <gtest/gtest.h>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

TEST(Issue084, TheSecondFieldFillsAColumnThatTheFirstLeftOut) {
    using support::Writer;
    support::DecodeRig rig;  // its batches are full of 0xa5
    rig.send(support::Ipfix()
                 .template_set({{256, {{16, support::kVariableLength}, {8, 4}, {16, 4}}}})
                 .data_set(256, {Writer().variable("longer than any number").ip("192.0.2.7").u32(65001)})
                 .build());
    ASSERT_EQ(rig.batch().rows, 1u);
    EXPECT_EQ(rig.batch().src_as[0], 65001u);
    EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
}
