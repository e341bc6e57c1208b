// SPDX-License-Identifier: Apache-2.0
// One sender with made-up source ids filled the table of exporters, for good: real ones were then refused. And made-up
// templates could take all memory.
#include <gtest/gtest.h>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

TEST(Issue004, OneAddressCannotTakeTheTable) {
    support::DecodeRig rig;
    std::size_t refused = 0;
    for (std::uint32_t domain = 0; domain < flow::kMaxEntriesPerAddress + 100; ++domain) {
        refused += rig.send(support::V9(domain).build()) == flow::Outcome::too_many_exporters;
    }
    EXPECT_EQ(refused, 100u);
    EXPECT_EQ(rig.send(support::V9(1).build(), "192.0.2.2"), flow::Outcome::accepted) << "others are not concerned";
}

TEST(Issue004, TemplatesHaveABudget) {
    support::DecodeRig rig;
    const std::vector<support::Field> fields(300, {1, 1});
    for (std::uint32_t domain = 0; domain < 50; ++domain) {
        for (std::uint16_t id = 256; id < 256 + 1000; ++id)
            rig.send(support::V9(domain).template_set({{id, fields}}).build());
    }
    EXPECT_GT(rig.ledger()[flow::Skip::template_limit], 0u);
    const auto bytes_each = 300 * 4;
    EXPECT_LT(rig.ledger()[flow::Counter::templates_new] * bytes_each, decode::kTemplateBytesEach);
    EXPECT_LE(rig.tally().templates.size(), 4096u) << "on the way to the store";
}
