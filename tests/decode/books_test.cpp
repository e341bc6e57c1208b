// SPDX-License-Identifier: Apache-2.0
// The books of an exporter: what is left out on purpose, refused or lost between cores, where its sequence stands, and that
// made-up exporters, templates, options and data take no more memory than the limits say.
#include <gtest/gtest.h>
#include <malloc.h>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

namespace {

using flow::Counter;
using flow::Outcome;
using flow::Skip;
using support::DecodeRig;
using support::Ipfix;
using support::V5;
using support::V9;
using support::Writer;

constexpr std::uint32_t kNow_s = DecodeRig::kNow_ms / 1000;

class BooksTest : public ::testing::Test {
  protected:
    void TearDown() override {
        rig.settle();
        EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
    }
    static decode::Datagram of(const support::Bytes& bytes, const char* address = "192.0.2.1") {
        return {.payload = bytes,
                .exporter = flow::IpAddress::parse(address).value(),
                .received_ms = DecodeRig::kNow_ms,
                .source_id = 1,
                .source = 3};
    }
    [[nodiscard]] flow::ExporterCounts& counts(std::uint32_t id = 0) { return rig.tally().exporter(id); }
    DecodeRig rig;
};
using LeftOut = BooksTest;

support::Bytes v5(std::uint32_t sequence, int records) {
    V5 message;
    message.unix_time(kNow_s).uptime_ms(1'000).sequence(sequence);
    for (int i = 0; i < records; ++i) message.record({});
    return message.build();
}

TEST_F(LeftOut, V5IsNotLost) {
    rig.take(of(v5(0, 30)));
    EXPECT_EQ(rig.leave_out(of(v5(30, 30))), Outcome::thinned);
    EXPECT_EQ(rig.leave_out(of(v5(60, 30)), Outcome::over_limit), Outcome::over_limit);
    rig.take(of(v5(90, 30)));
    rig.settle();
    EXPECT_EQ(counts().lost, 0u);
    EXPECT_EQ(counts().thinned, 2u);
    EXPECT_EQ(counts().datagrams, 2u);
    EXPECT_EQ(counts().records, 60u);
    EXPECT_EQ(rig.writer().rows(), 60u);
    rig.leave_out(of(v5(150, 30)));
    rig.settle();
    EXPECT_EQ(counts().lost, 30u) << "and what is missing is";
}

TEST_F(LeftOut, SflowAndV9AreNotLost) {
    const auto sflow = [](std::uint32_t sequence) { return support::Sflow().sequence(sequence).build(); };
    const auto v9 = [](std::uint32_t sequence) { return V9(1).unix_seconds(kNow_s).sequence(sequence).build(); };
    for (std::uint32_t i = 0; i < 10; ++i) {
        i % 3 == 0 ? rig.take(of(sflow(i))) : rig.leave_out(of(sflow(i)));
        i % 3 == 0 ? rig.take(of(v9(i))) : rig.leave_out(of(v9(i)));
    }
    rig.settle();
    EXPECT_EQ(counts(0).lost + counts(1).lost, 0u);
    EXPECT_EQ(counts(0).thinned, 6u);
    EXPECT_EQ(counts(1).thinned, 6u);
}

TEST_F(LeftOut, IpfixRecordsAreCountedWithoutDecoding) {
    const auto message = [](std::uint32_t sequence) { return Ipfix(1).unix_seconds(kNow_s).sequence(sequence); };
    rig.take(of(message(0)
                    .template_set({{300, {{1, 4}}}, {301, {{96, support::kVariableLength}}}})
                    .options_template_set({{302, {{149, 4}}, {{34, 4}}}})
                    .build()));
    rig.leave_out(of(message(0)
                         .data_set(300, {Writer().u32(1), Writer().u32(2)})
                         .data_set(301, {Writer().variable("a"), Writer().variable("bcd"), Writer().variable("")}, 0)
                         .data_set(302, {Writer().u32(1).u32(100)})
                         .build()));
    EXPECT_EQ(rig.writer().rows(), 0u);
    rig.take(of(message(6).data_set(300, {Writer().u32(3)}).build()));
    rig.settle();
    EXPECT_EQ(counts().lost, 0u);
    EXPECT_EQ(rig.batch().sampling[0], 100u) << "options are heard all the same";
    EXPECT_EQ(counts().options, 1u);
}

TEST_F(LeftOut, ItsTemplatesAreLearnedAndFreeWhatIsHeld) {
    const auto v9 = [] { return V9(1).unix_seconds(kNow_s); };
    rig.take(of(v9().data_set(300, {Writer().u32(1)}).build()));
    rig.leave_out(of(v9().template_set({{300, {{1, 4}}}}).data_set(300, {Writer().u32(2)}).build()));
    ASSERT_EQ(rig.batch().rows, 1u);
    EXPECT_EQ(rig.batch().in_bytes[0], 1u);
}

TEST_F(LeftOut, WhatIsNoDatagramIsCountedAsThat) {
    EXPECT_EQ(rig.leave_out(of({0, 5, 0})), Outcome::too_short);
    EXPECT_EQ(rig.leave_out(of(V5().version(8).record({}).build())), Outcome::unknown_version);
}

TEST_F(BooksTest, RefusedDatagramsAreBookedWhereTheExporterIsKnown) {
    rig.take(of(Writer().zeros(40)));
    EXPECT_EQ(rig.exporters().size(), 0u) << "nobody is made for it";
    rig.take(of(Ipfix(1).build()));
    rig.take(of(Ipfix(2).build()));
    rig.take(of(Ipfix(2).length(17).build()));
    EXPECT_EQ(counts(1).refused, 1u) << "its domain can be read";
    rig.take(of({1, 2, 3}));
    rig.take(of(V5().version(8).record({}).build()));
    EXPECT_EQ(counts(0).refused, 2u) << "else the first of the address";
    rig.take(of({1, 2, 3}, "192.0.2.2"));
    EXPECT_EQ(rig.exporters().size(), 2u);
}

TEST_F(BooksTest, WhatIsLostBetweenCoresIsTheExporters) {
    rig.take(of(v5(0, 1)));
    const auto before = rig.ledger();
    rig.decoder().lost_at_hand_off(of(v5(1, 1)), rig.tally());
    rig.decoder().lost_at_hand_off(of(v5(2, 1)), rig.tally());
    rig.decoder().lost_at_hand_off(of({0, 5}), rig.tally());
    EXPECT_EQ(before.values, rig.ledger().values) << "the ledger is the caller's";
    EXPECT_EQ(counts().handoff_lost, 2u);
    EXPECT_EQ(counts().datagrams, 1u);
    EXPECT_EQ(rig.exporters().size(), 1u);
}

TEST_F(BooksTest, TheSequenceIsHandedOverWithTheCounts) {
    rig.take(of(v5(70, 30)));
    EXPECT_TRUE(counts().sequence.known);
    EXPECT_EQ(counts().sequence.next, 100u);
    EXPECT_EQ(counts().sequence.uptime_ms, 1'000u);
    EXPECT_EQ(counts().sequence.at_ms, DecodeRig::kNow_ms);
}

TEST_F(BooksTest, ARestartOfOursReportsWhatItMissed) {
    const flow::ExporterKey key{
        .address = flow::IpAddress::parse("192.0.2.1").value(), .source_id = 1, .protocol = flow::Protocol::netflow5};
    flow::ExporterMemory memory;
    memory.sequence = {true, 100, 1'000, DecodeRig::kNow_ms - 1'000};
    flow::ExporterTable stored;
    stored.preload({key}, {{0, memory}});
    DecodeRig after(&stored);
    after.take(of(v5(190, 30)));
    EXPECT_EQ(after.tally().exporter(0).lost, 90u);
    EXPECT_EQ(after.tally().exporter(0).lost_down, 90u);
    EXPECT_EQ(after.tally().exporter(0).lost_datagrams, 3u);
}

TEST_F(BooksTest, AFloodOfEverythingStaysWithinTheLimits) {
    const std::vector<support::Field> fields(200, {1, 1});
    std::vector<support::Template> templates;
    for (std::uint16_t i = 0; i < 60; ++i) templates.push_back({static_cast<std::uint16_t>(256 + i), fields});
    std::vector<support::Bytes> names;
    for (std::uint32_t i = 0; i < 300; ++i) names.push_back(Writer().u32(i).text(std::string(100, 'n'), 100));
    const auto message = [] { return V9(1).unix_seconds(kNow_s); };
    // What the addresses from `from` on send, as many as the table takes in the end.
    const std::vector<std::pair<std::uint32_t, support::Bytes>> floods{
        {0, message().options_template_set({{1000, {{2, 4}}, {{82, 100}}}}).data_set(1000, names).build()},
        {1'000, message().set(2000, support::Bytes(20'000, 1)).build()},
        {2'000, message().template_set(templates).build()},
        {2'600, message().build()},
        {flow::kMaxExporters + 10, {}}};
    const std::size_t before = mallinfo2().uordblks;
    for (std::size_t f = 0; f + 1 < floods.size(); ++f) {
        for (std::uint32_t address = floods[f].first; address < floods[f + 1].first; ++address) {
            rig.take({.payload = floods[f].second,
                      .exporter = flow::IpAddress::v4(0x0a000000 + address),
                      .received_ms = DecodeRig::kNow_ms,
                      .source_id = 1});
            rig.tally().templates.clear();
            rig.tally().options.clear();
        }
    }
    const auto taken = mallinfo2().uordblks + mallinfo2().hblkhd - before;
    RecordProperty("MiB", static_cast<int>(taken >> 20));
    EXPECT_LT(taken, 210u << 20) << "190 MiB are promised; the rest is the table of exporters and the allocator";
    const flow::Ledger& l = rig.ledger();
    EXPECT_EQ(l[Outcome::too_many_exporters], 10u);
    EXPECT_GT(l[Skip::template_limit], 0u);
    EXPECT_GT(l[Counter::options_refused], 0u);
    EXPECT_GT(l[Counter::held_evicted], 0u);
}

}  // namespace
