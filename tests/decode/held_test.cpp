// SPDX-License-Identifier: Apache-2.0
// Data that comes before its template: held, replayed in order with the times of its own header, and booked either way.
#include "dataplane/decode/held.hpp"

#include <gtest/gtest.h>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

namespace {

using flow::Counter;
using flow::Outcome;
using flow::Skip;
using support::DecodeRig;
using support::Ipfix;
using support::V9;
using support::Writer;

constexpr std::uint32_t kNow_s = DecodeRig::kNow_ms / 1000;
const support::Template kFlow{256, {{8, 4}, {1, 4}, {22, 4}}};

V9 v9(std::uint32_t domain = 7) {
    return V9(domain).unix_seconds(kNow_s).uptime_ms(5'000);
}
support::Bytes record(std::uint32_t bytes) {
    return Writer().ip("10.0.0.1").u32(bytes).u32(4'000);
}

class Held : public ::testing::Test {
  protected:
    void TearDown() override {
        rig.settle();
        EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
    }
    [[nodiscard]] flow::ExporterCounts& counts(std::uint32_t id = 0) { return rig.tally().exporter(id); }
    [[nodiscard]] std::uint64_t ledger(Counter c) const { return rig.ledger()[c]; }
    DecodeRig rig;
};

TEST_F(Held, ReplayedInOrderWhenTheTemplateComes) {
    for (std::uint32_t i = 0; i < 5; ++i) {
        rig.send(v9().unix_seconds(kNow_s + i).data_set(256, {record(i)}).build(), "192.0.2.1", DecodeRig::kNow_ms + i);
    }
    EXPECT_EQ(rig.writer().rows(), 0u);
    EXPECT_EQ(ledger(Counter::sets_held), 5u);
    EXPECT_EQ(rig.ledger()[Counter::records_seen], 0u) << "booked when replayed";
    rig.send(v9().unix_seconds(kNow_s + 9).template_set({kFlow}).data_set(256, {record(9)}).build());
    ASSERT_EQ(rig.batch().rows, 6u);
    for (std::uint32_t i = 0; i < 5; ++i) {
        EXPECT_EQ(rig.batch().in_bytes[i], i);
        EXPECT_EQ(rig.batch().first_ms[i], (kNow_s + i) * 1000ull - 1'000) << "times of its own header";
        EXPECT_EQ(rig.batch().source[i], 3);
    }
    EXPECT_EQ(rig.batch().in_bytes[5], 9u);
    EXPECT_EQ(ledger(Counter::held_replayed), 5u);
    EXPECT_EQ(counts().sets_held, 5u);
    EXPECT_EQ(counts().held_replayed, 5u);
    EXPECT_EQ(counts().records, 6u);
    EXPECT_EQ(counts().skipped, 0u);
    EXPECT_EQ(rig.ledger()[Skip::no_template], 0u);
}

TEST_F(Held, OneTemplateDoesNotFreeTheSetsOfAnother) {
    rig.send(v9().data_set(256, {record(1)}).data_set(300, {record(2)}).data_set(256, {record(3)}).build());
    rig.send(v9().template_set({kFlow}).build());
    EXPECT_EQ(rig.writer().rows(), 2u);
    rig.send(v9().template_set({{300, kFlow.fields}}).build());
    EXPECT_EQ(rig.writer().rows(), 3u);
    EXPECT_EQ(rig.batch().in_bytes[2], 2u);
}

TEST_F(Held, OptionsTooAndTheirRateIsInForceForWhatIsReplayedAfterThem) {
    rig.send(v9().data_set(512, {Writer().u32(0).u32(50)}).data_set(256, {record(1)}).build());
    rig.send(v9().options_template_set({{512, {{1, 4}}, {{34, 4}}}}).template_set({kFlow}).build());
    ASSERT_EQ(rig.writer().rows(), 1u);
    EXPECT_EQ(rig.batch().sampling[0], 50u);
    EXPECT_EQ(ledger(Counter::records_option), 1u);
}

TEST_F(Held, ExpiresAndIsThenASkippedSet) {
    rig.send(v9().data_set(256, {record(1)}).build());
    rig.settle(DecodeRig::kNow_ms + decode::kHeldMs - 1, false);
    EXPECT_EQ(ledger(Counter::held_expired), 0u);
    rig.settle(DecodeRig::kNow_ms + decode::kHeldMs, false);
    EXPECT_EQ(ledger(Counter::held_expired), 1u);
    EXPECT_EQ(rig.ledger()[Skip::no_template], 1u);
    EXPECT_EQ(counts().held_lost, 1u);
    EXPECT_EQ(counts().skipped, 1u);
    rig.send(v9().template_set({kFlow}).build());
    EXPECT_EQ(rig.writer().rows(), 0u);
}

TEST_F(Held, AtTheEndAllThatIsHeldExpires) {
    rig.send(v9().data_set(256, {record(1)}).build());
    rig.settle(DecodeRig::kNow_ms, true);
    EXPECT_EQ(ledger(Counter::held_expired), 1u);
}

TEST_F(Held, TheOldestGivesWayAtTheMostSets) {
    for (std::uint32_t i = 0; i < decode::kMostHeldSets + 3; ++i) rig.send(v9().data_set(256, {record(i)}).build());
    EXPECT_EQ(ledger(Counter::held_evicted), 3u);
    EXPECT_EQ(rig.ledger()[Skip::no_template], 3u);
    EXPECT_EQ(counts().held_lost, 3u);
    rig.send(v9().template_set({kFlow}).build());
    ASSERT_EQ(rig.batch().rows, decode::kMostHeldSets);
    EXPECT_EQ(rig.batch().in_bytes[0], 3u) << "the first three went";
}

TEST_F(Held, BytesOfAnExporterAreLimited) {
    const support::Bytes large(60'000, 1);
    const auto most = decode::kHeldBytesOfOne / (large.size() + sizeof(decode::HeldSet));
    for (std::size_t i = 0; i < most + 2; ++i) rig.send(v9().set(256, large).build());
    EXPECT_EQ(ledger(Counter::held_evicted), 2u);
}

TEST_F(Held, BytesOfAnAddressAndOfAllAreLimited) {
    const support::Bytes large(60'000, 1);
    const auto flood = [&](const std::string& address) {
        for (std::uint32_t domain = 0; domain < 100; ++domain)
            rig.send(v9(domain).set(256, large).build(), address.c_str());
    };
    flood("192.0.2.1");
    const auto of_one = ledger(Counter::sets_held) - ledger(Counter::held_evicted);
    EXPECT_EQ(of_one, decode::kHeldBytesEach / (large.size() + sizeof(decode::HeldSet)));
    for (int address = 2; address < 10; ++address) flood("192.0.2." + std::to_string(address));
    const auto of_all = ledger(Counter::sets_held) - ledger(Counter::held_evicted);
    EXPECT_LE(of_all * large.size(), decode::kHeldBytes);
    EXPECT_GT((of_all + 1) * (large.size() + sizeof(decode::HeldSet)), decode::kHeldBytes);
}

TEST_F(Held, IpfixSequenceIsSetAnewSilently) {
    const auto message = [](std::uint32_t sequence) { return Ipfix(1).unix_seconds(kNow_s).sequence(sequence); };
    rig.send(message(0).data_set(300, {Writer().u32(1), Writer().u32(2)}).build());
    rig.send(message(2).template_set({{300, {{1, 4}}}}).data_set(300, {Writer().u32(3)}).build());
    rig.send(message(3).data_set(300, {Writer().u32(4)}).build());
    rig.settle();
    EXPECT_EQ(counts().lost, 0u);
    EXPECT_EQ(counts().gaps_unknown, 0u);
    EXPECT_EQ(counts().flows, 4u);
}

TEST_F(Held, WhatCameByAnotherSourceIsBookedThere) {
    const auto from = [&](std::uint32_t source_id, std::uint16_t source, const support::Bytes& bytes) {
        rig.take({.payload = bytes,
                  .exporter = flow::IpAddress::parse("192.0.2.1").value(),
                  .received_ms = DecodeRig::kNow_ms,
                  .source_id = source_id,
                  .source = source});
    };
    from(1, 5, v9().data_set(256, {record(1)}).build());
    from(2, 6, v9().template_set({kFlow}).data_set(256, {record(2)}).build());
    ASSERT_EQ(rig.batch().rows, 2u);
    EXPECT_EQ(rig.batch().source[0], 5);
    EXPECT_EQ(rig.batch().exporter[0], 0u);
    EXPECT_EQ(rig.batch().source[1], 6);
    EXPECT_EQ(rig.batch().exporter[1], 1u);
    EXPECT_EQ(counts(0).records, 1u);
    EXPECT_EQ(counts(0).held_replayed, 1u);
    EXPECT_EQ(counts(1).records, 1u);
    EXPECT_EQ(counts(1).held_replayed, 0u);
}

TEST_F(Held, AfterAReloadItGetsASourceThatExists) {
    rig.send(v9().data_set(256, {record(1)}).build());
    rig.decoder().sources_changed();
    rig.take({.payload = v9().template_set({kFlow}).build(),
              .exporter = flow::IpAddress::parse("192.0.2.1").value(),
              .received_ms = DecodeRig::kNow_ms,
              .source_id = 1,
              .source = 1});
    ASSERT_EQ(rig.batch().rows, 1u);
    EXPECT_EQ(rig.batch().source[0], 1);
}

TEST_F(Held, WithoutATemplateNothingOfAThinnedDatagramIsHeld) {
    rig.leave_out({.payload = v9().data_set(256, {record(1)}).build(),
                   .exporter = flow::IpAddress::parse("192.0.2.1").value(),
                   .received_ms = DecodeRig::kNow_ms,
                   .source_id = 1});
    EXPECT_EQ(ledger(Counter::sets_held), 0u);
}

}  // namespace
