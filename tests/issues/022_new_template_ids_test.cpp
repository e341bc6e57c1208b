// SPDX-License-Identifier: Apache-2.0
// An exporter that takes a new template id each time it starts filled its table in the end, and then nothing of it could be
// decoded any more.
#include <gtest/gtest.h>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

TEST(Issue022, TheThousandthRestartIsDecodedToo) {
    support::DecodeRig rig;
    for (std::uint16_t start = 0; start < 3'000; ++start) {
        const auto id = static_cast<std::uint16_t>(256 + start);
        rig.send(support::Ipfix(1)
                     .unix_seconds(1'700'000'000)
                     .template_set({{id, {{8, 4}}}})
                     .data_set(id, {support::Writer().ip("10.0.0.1")})
                     .build());
    }
    EXPECT_EQ(rig.writer().rows(), 3'000u);
    EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
}
