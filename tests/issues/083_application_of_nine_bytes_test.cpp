// SPDX-License-Identifier: Apache-2.0
// FortiGates tell applications by engine 20: one byte, a four-byte enterprise number, four bytes of selector. Nine bytes were
// too long for the column, so their flows had neither application id nor the name that options data gives it.
#include <gtest/gtest.h>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

TEST(Issue083, ApplicationsOfEngine20HaveIdAndName) {
    using flow::Column;
    using support::Writer;
    const support::Bytes id = Writer().u8(20).u32(12356).u32(36660);
    support::DecodeRig rig;
    rig.send(support::V9(1)
                 .options_template_set({{512, {{1, 4}}, {{95, 9}, {96, 12}}}})
                 .data_set(512, {Writer().u32(7).raw(id).text("DNS", 12)})
                 .template_set({{256, {{8, 4}, {95, 9}}}})
                 .data_set(256, {Writer().ip("192.0.2.7").raw(id)})
                 .build());
    const flow::FlowBatch& b = rig.batch();
    ASSERT_EQ(b.rows, 1u);
    ASSERT_TRUE(b.has(0, Column::application_id));
    EXPECT_EQ(b.application_id[0], 20ull << 56 | 12356ull << 32 | 36660);
    ASSERT_TRUE(b.has(0, Column::application));
    EXPECT_EQ(b.arena.view(b.application[0]), "DNS");
    EXPECT_EQ(rig.ledger()[flow::Counter::fields_unfit], 0u);
    EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
}
