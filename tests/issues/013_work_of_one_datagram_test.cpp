// SPDX-License-Identifier: Apache-2.0
// Limits of work were per set: a datagram of many sets of one template each evicted eight templates for each of them, and
// looked through all that was held as often.
#include <gtest/gtest.h>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

namespace {

using flow::Counter;
using flow::Skip;
using support::Ipfix;
using support::Writer;

const std::vector<support::Field> kFields{{8, 4}, {12, 4}, {1, 4}};

support::Bytes record(std::uint32_t bytes) {
    return Writer().ip("10.0.0.1").ip("10.0.0.2").u32(bytes);
}

TEST(Issue013, EvictionsAreOfADatagram) {
    support::DecodeRig rig;
    std::uint16_t id = 256;
    while (id < 256 + decode::kMaxTemplates) {
        Ipfix some;
        for (int i = 0; i < 64; ++i) some.template_set({{id++, kFields}});
        rig.send(some.build());
    }
    EXPECT_EQ(rig.ledger()[Counter::templates_new], decode::kMaxTemplates);
    constexpr std::uint64_t kMore = 20;
    Ipfix more;
    for (std::uint64_t i = 0; i < kMore; ++i) more.template_set({{id++, kFields}});
    rig.send(more.build());
    EXPECT_EQ(rig.ledger()[Counter::templates_new], decode::kMaxTemplates + decode::kMostEvictions);
    EXPECT_EQ(rig.ledger()[Skip::template_limit], kMore);
    rig.send(Ipfix().template_set({{id, kFields}}).build());
    EXPECT_EQ(rig.ledger()[Counter::templates_new], decode::kMaxTemplates + decode::kMostEvictions + 1);
    EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
}

// Templates and data in turns, while sets wait: after a few looks data waits too, and the order stays.
TEST(Issue013, HeldSetsComeBeforeTheDataOfTheirTemplatesDatagram) {
    constexpr std::uint16_t kTurns = 8;
    support::DecodeRig rig;
    Ipfix before, datagram;
    for (std::uint16_t i = 0; i < kTurns; ++i) {
        before.data_set(256 + i, {record(i * 10u + 1)});
        datagram.template_set({{static_cast<std::uint16_t>(256 + i), kFields}});
        datagram.data_set(256 + i, {record(i * 10u + 2)});
    }
    before.data_set(999, {record(0)});
    rig.send(before.build());
    EXPECT_EQ(rig.writer().rows(), 0u);
    rig.send(datagram.build());
    const flow::FlowBatch& b = rig.batch();
    ASSERT_EQ(b.rows, 2u * kTurns);
    std::array<std::uint64_t, kTurns> last{};
    for (std::uint32_t row = 0; row < b.rows; ++row) {
        const std::uint64_t turn = b.in_bytes[row] / 10;
        ASSERT_LT(turn, kTurns);
        EXPECT_EQ(b.in_bytes[row] % 10, ++last[turn]);
    }
    EXPECT_GT(rig.ledger()[Counter::sets_held], kTurns + 1u) << "looks at what is held are limited";
    EXPECT_EQ(rig.ledger()[Skip::no_template], 0u);
    rig.settle();
    EXPECT_EQ(rig.ledger()[Skip::no_template], 1u) << "999";
    EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
}

}  // namespace
