// SPDX-License-Identifier: Apache-2.0
// Agents that do not fill a sample up to four bytes, or fill it up and leave that out of its length: only one of the two was read,
// of the other kind everything behind the first such sample was lost as one bad sample.
#include <gtest/gtest.h>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

namespace {

using support::Writer;

TEST(Issue032, SamplesOfUnevenLengthWithPaddingAndWithout) {
    const auto frame = support::Frame().ethernet().ipv4().udp({.dst = 53}).payload(3).build();
    const Writer record = Writer().u32(1).u32(500).u32(4).u32(static_cast<std::uint32_t>(frame.size())).raw(frame);
    const Writer sample = Writer()
                              .u32(1)
                              .u32(1)
                              .u32(10)
                              .zeros(8)
                              .u32(1)
                              .u32(2)
                              .u32(1)
                              .u32(1)
                              .u32(static_cast<std::uint32_t>(record.size()))
                              .raw(record.bytes());
    ASSERT_NE(sample.size() % 4, 0u);
    for (const std::size_t padding : {std::size_t{0}, 4 - sample.size() % 4}) {
        support::DecodeRig rig;
        Writer samples;
        for (int i = 0; i < 3; ++i) {
            samples.u32(1).u32(static_cast<std::uint32_t>(sample.size())).raw(sample.bytes()).zeros(padding);
        }
        rig.send(support::Sflow().raw(samples.bytes()).count(3).build());
        EXPECT_EQ(rig.writer().rows(), 3u) << padding;
        EXPECT_EQ(rig.ledger()[flow::Counter::records_seen], 3u) << padding;
        EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
    }
}

}  // namespace
