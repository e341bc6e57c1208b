// SPDX-License-Identifier: Apache-2.0
// Each flow that a record lists claimed room for all texts and lists of that record again: a datagram with one long text and
// a list of flows closed a hundred batches.
#include <gtest/gtest.h>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

namespace {

using flow::Column;
using support::Writer;

constexpr std::uint32_t kListed = 800;

support::Bytes outer(std::size_t text) {
    Writer list;
    list.u8(3).u16(257);
    for (std::uint32_t i = 0; i < kListed; ++i) list.ip("10.0.0.1").ip("10.0.0.2").u32(i + 1);
    const support::Bytes content = list;
    Writer record;
    record.u8(255).u16(static_cast<std::uint16_t>(text));
    for (std::size_t i = 0; i < text; ++i) record.u8('x');
    record.u8(255).u16(static_cast<std::uint16_t>(content.size())).raw(content);
    return record;
}

void send(support::DecodeRig& rig, std::size_t text) {
    rig.send(support::Ipfix()
                 .template_set({{257, {{8, 4}, {12, 4}, {1, 4}}}, {256, {{371, 65535}, {292, 65535}}}})
                 .data_set(256, {outer(text)})
                 .build());
    EXPECT_EQ(rig.writer().rows(), kListed);
    EXPECT_EQ(rig.writer().batches().size(), 1u);
    EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
}

TEST(Issue014, LongTextIsNotCopiedToEachListedFlow) {
    support::DecodeRig rig;
    send(rig, 20'000);
    for (std::uint32_t row = 0; row < rig.batch().rows; ++row) {
        EXPECT_FALSE(rig.batch().has(row, Column::user));
        EXPECT_EQ(rig.batch().in_bytes[row], row + 1);
    }
    EXPECT_EQ(rig.ledger()[flow::Counter::texts_lost], 0u);
}

TEST(Issue014, ShortTextIs) {
    support::DecodeRig rig;
    send(rig, 5);
    const flow::FlowBatch& b = rig.batch();
    for (std::uint32_t row = 0; row < b.rows; ++row) {
        ASSERT_TRUE(b.has(row, Column::user));
        EXPECT_EQ(b.arena.view(b.user[row]), "xxxxx");
    }
}

}  // namespace
