// SPDX-License-Identifier: Apache-2.0
#include "dataplane/intake.hpp"

#include <gtest/gtest.h>

#include "tests/support/packet_builder.hpp"
#include "tests/support/small_generation.hpp"

namespace {

using dataplane::Intake;
using dataplane::Pace;
using flow::Counter;
using flow::LinkType;
using flow::Outcome;
using support::SmallChannel;
using support::TallySink;

constexpr std::uint64_t kNow_ms = 1'700'000'000'000;

const std::vector<dataplane::SourceRule> kSources{
    {.port = 2055, .source_id = 1, .prefixes = {}},
    {.port = 9996, .source_id = 2, .prefixes = {flow::Prefix::parse("172.16.17.18").value()}},
};
const std::vector<SmallChannel> kChannels{
    {"any", {0}}, {"any", {1}}, {"port 80"}, {"proto icmp"}, {"port 53 or port 80", {1}}};

support::Bytes v5_frame(std::uint32_t sequence, std::uint16_t dst_port, std::uint8_t proto, std::size_t records = 30,
                        const char* src = "10.0.0.1", std::uint16_t port = 2055, std::uint16_t sampling = 0) {
    support::V5 v5;
    v5.unix_time(kNow_ms / 1000).uptime_ms(1000).sequence(sequence).sampling(0, sampling);
    for (std::size_t i = 0; i < records; ++i)
        v5.record({.packets = 2, .bytes = 100, .dst_port = dst_port, .protocol = proto});
    return support::udp_frame(src, "10.0.0.2", 40000, port, v5.build());
}

class IntakeTest : public ::testing::Test {
  protected:
    void start(std::size_t slots = 4, Pace pace = Pace::live) {
        intake = std::make_unique<Intake>(exporters, handover, dataplane::IntakeOptions{.slots = slots, .pace = pace});
        ASSERT_TRUE(intake->allocate());
        generation = support::make_generation(1, kSources, kChannels);
        intake->use(*generation);
    }
    void feed(const support::Bytes& frame, std::uint64_t now_ms = kNow_ms) {
        const auto packet = intake->receive(frame, LinkType::ethernet, frame.size());
        if (packet.fate == flow::PacketFate::whole) intake->take(packet, now_ms);
        if (store_keeps_up) sink.drain();
    }
    void end() {
        intake->finish();
        sink.drain();
        EXPECT_EQ(flow::broken_law(sink.ledger, true), "");
    }

    bool store_keeps_up = true;
    flow::ExporterTable exporters;
    flow::SpscRing<flow::Tally*> handover{64};
    TallySink sink{handover};
    std::unique_ptr<dataplane::Generation> generation;
    std::unique_ptr<Intake> intake;
};

TEST_F(IntakeTest, FlowsReachTheirChannels) {
    start();
    feed(v5_frame(0, 80, 6));
    feed(v5_frame(30, 769, 1));
    feed(v5_frame(0, 53, 17, 10, "172.16.17.18", 9996));
    feed(v5_frame(0, 53, 17, 10, "172.16.17.99", 9996));  // no source admits it
    end();
    EXPECT_EQ(sink.flows(0), 60u);
    EXPECT_EQ(sink.flows(1), 10u);
    EXPECT_EQ(sink.cells[2][0].flows, 30u) << "port 80 of source 0, tcp";
    EXPECT_EQ(sink.cells[2][0].packets, 60u);
    EXPECT_EQ(sink.cells[2][0].bytes, 3000u);
    EXPECT_EQ(sink.flows(3), 0u) << "port 80 of source 1";
    EXPECT_EQ(sink.cells[4][2].flows, 30u) << "icmp";
    EXPECT_EQ(sink.flows(6), 10u) << "channel of one source";
    EXPECT_EQ(sink.ledger[Outcome::no_source], 1u);
    EXPECT_EQ(sink.ledger[Counter::flows_through], 70u);
    EXPECT_EQ(exporters.size(), 2u);
}

TEST_F(IntakeTest, SamplingScalesWhatIsTallied) {
    start();
    feed(v5_frame(0, 80, 6, 10, "10.0.0.1", 2055, 100));
    end();
    EXPECT_EQ(sink.cells[2][0].flows, 10u);
    EXPECT_EQ(sink.cells[2][0].packets, 2'000u);
    EXPECT_EQ(sink.cells[2][0].bytes, 100'000u);
}

TEST_F(IntakeTest, RowsFallIntoTheBucketOfTheirReceiveTime) {
    start();
    for (std::uint32_t i = 0; i < 100; ++i) feed(v5_frame(30 * i, 80, 6), kNow_ms + i * 400);
    end();
    ASSERT_EQ(sink.buckets.size(), 4u);
    for (const auto& [bucket, flows] : sink.buckets) {
        EXPECT_EQ(bucket % 10, 0u);
        EXPECT_EQ(flows, 2u * 25 * 30) << "live and port 80";
    }
}

TEST_F(IntakeTest, LiveGoesOnWhenTheStoreIsBehind) {
    start();
    store_keeps_up = false;
    std::uint32_t sequence = 0;
    for (std::uint32_t bucket = 0; bucket < 8; ++bucket) {
        feed(v5_frame(sequence, 80, 6), kNow_ms + bucket * 10'000);
        sequence += 30;
    }
    sink.drain();
    end();
    EXPECT_EQ(sink.flows(0), 8u * 30);
    EXPECT_GT(sink.ledger[Counter::tally_delayed], 0u);
}

TEST_F(IntakeTest, BatchesCloseByAge) {
    start();
    intake->tick(kNow_ms);  // the hand-over of this second
    feed(v5_frame(0, 80, 6), kNow_ms);
    intake->tick(kNow_ms + 5);
    EXPECT_EQ(intake->ledger()[Counter::flows_through], 0u);
    intake->tick(kNow_ms + 10);
    EXPECT_EQ(intake->ledger()[Counter::flows_through], 30u);
    end();
}

TEST_F(IntakeTest, HugeDatagramsTurnBatchesOverInTheirMiddle) {
    start(2);
    support::Ipfix templates(9), data(9);
    templates.unix_seconds(kNow_ms / 1000).template_set({{300, {{4, 1}}}});
    data.unix_seconds(kNow_ms / 1000).set(300, support::Bytes(60'000, 6));
    feed(support::udp_frame("10.0.0.1", "10.0.0.2", 1, 2055, templates.build()));
    for (int i = 0; i < 5; ++i)
        feed(support::udp_frame("10.0.0.1", "10.0.0.2", 1, 2055, data.build()),
             kNow_ms + 10'000u * static_cast<unsigned>(i));
    end();
    EXPECT_EQ(sink.flows(0), 300'000u);
    EXPECT_EQ(sink.buckets.size(), 5u);
}

TEST_F(IntakeTest, AReloadLosesNothingAndLetsTheOldOneGo) {
    start();
    std::uint32_t sequence = 0;
    const auto second = support::make_generation(2, kSources, {{"any"}, {"port 53"}});
    for (int i = 0; i < 10; ++i, sequence += 30) feed(v5_frame(sequence, 80, 6));
    intake->use(*second);
    sink.drain();
    EXPECT_TRUE(generation->let_go());
    EXPECT_EQ(sink.flows(0), 300u);
    for (int i = 0; i < 10; ++i, sequence += 30) feed(v5_frame(sequence, 53, 17));
    end();
    EXPECT_EQ(sink.ledger[Counter::flows_through], 600u);
    EXPECT_EQ(sink.flows(2), 300u + 300u) << "series 2: port 80 of the old, port 53 of the new";
}

TEST_F(IntakeTest, TheMatchCoreBehindLosesCountedRows) {
    intake = std::make_unique<Intake>(exporters, handover, dataplane::IntakeOptions{.slots = 2, .match_here = false});
    ASSERT_TRUE(intake->allocate());
    generation = support::make_generation(1, kSources, kChannels, 1, 1);
    intake->use(*generation);
    const std::uint32_t datagrams = flow::kBatchRows / 30 * 5;
    for (std::uint32_t i = 0; i < datagrams; ++i) feed(v5_frame(30 * i, 80, 6));
    intake->finish();
    std::uint64_t in_slots = 0;
    while (flow::FlowBatch* batch = intake->lane().take()) in_slots += batch->rows;
    sink.drain();
    EXPECT_EQ(sink.ledger[Counter::flows_decoded], datagrams * 30u);
    EXPECT_EQ(sink.ledger[Counter::flows_decoded], in_slots + sink.ledger[Counter::flows_lost_ring]);
    EXPECT_GT(sink.ledger[Counter::flows_lost_ring], 0u);
}

TEST_F(IntakeTest, WhatWentThroughAndWhatWasLostIsBookedOnEachExporter) {
    intake = std::make_unique<Intake>(exporters, handover, dataplane::IntakeOptions{.slots = 2, .match_here = false});
    ASSERT_TRUE(intake->allocate());
    generation = support::make_generation(1, kSources, kChannels, 1, 1);
    intake->use(*generation);
    flow::SpscRing<flow::Tally*> matched{64};
    TallySink match_sink{matched};
    dataplane::TallyDesk desk(matched, 1, Pace::live);
    dataplane::MatchStage match(desk, intake->archive());
    desk.use(*generation);
    const std::uint32_t datagrams = flow::kBatchRows / 30 * 5;
    for (std::uint32_t i = 0; i < datagrams; ++i)
        feed(v5_frame(i / 3 * 30, 80, 6, 30, i % 3 == 0 ? "10.0.0.1" : "10.0.0.3"));
    intake->finish();
    while (flow::FlowBatch* batch = intake->lane().take()) {
        if (batch->rows == 0) continue;
        desk.open_bucket(batch->bucket_s, batch->received_ms);
        match.process(*batch);
    }
    desk.finish();
    match_sink.drain();
    sink.drain();
    std::uint64_t through = 0, lost = 0;
    for (std::size_t id = 0; id < 2; ++id) {
        EXPECT_EQ(sink.exporters[id].flows, match_sink.exporters[id].flows_through + sink.exporters[id].flows_lost)
            << id;
        EXPECT_GT(sink.exporters[id].flows_lost, 0u);
        through += match_sink.exporters[id].flows_through;
        lost += sink.exporters[id].flows_lost;
    }
    EXPECT_EQ(through, match_sink.ledger[Counter::flows_through]);
    EXPECT_EQ(lost, sink.ledger[Counter::flows_lost_ring]);
    sink.ledger.add(match_sink.ledger);
    EXPECT_EQ(flow::broken_law(sink.ledger, true), "");
}

// Aggregated records (element 3) count as the flows that the exporter put into them, in the series; the ledger counts records.
TEST_F(IntakeTest, ARecordOfSeveralFlowsIsTalliedAsThatMany) {
    start();
    support::V9 v9(1);
    v9.unix_seconds(kNow_ms / 1000).template_set({{300, {{2, 4}, {1, 4}, {3, 4}}}, {301, {{2, 4}, {1, 4}}}});
    v9.data_set(300, {support::Writer().u32(10).u32(1000).u32(7), support::Writer().u32(1).u32(100).u32(0)});
    v9.data_set(301, {support::Writer().u32(5).u32(500)});
    feed(support::udp_frame("10.0.0.1", "10.0.0.2", 1, 2055, v9.build()));
    end();
    EXPECT_EQ(sink.flows(0), 7u + 1 + 1);
    EXPECT_EQ(sink.cells[0][3].packets, 16u);
    EXPECT_EQ(sink.ledger[Counter::flows_through], 3u);
    EXPECT_EQ(sink.exporters[0].flows_through, 3u);
}

}  // namespace
