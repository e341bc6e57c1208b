// SPDX-License-Identifier: Apache-2.0
// Batches on their way to the archive and home: what goes, what is booked when it does not, who has which slot.
#include <gtest/gtest.h>

#include <atomic>
#include <bit>
#include <map>
#include <thread>
#include <vector>

#include "dataplane/flow/scale.hpp"
#include "dataplane/intake.hpp"
#include "tests/support/packet_builder.hpp"
#include "tests/support/small_generation.hpp"

namespace {

using dataplane::ArchivePolicy;
using dataplane::Intake;
using dataplane::Pace;
using flow::Counter;
using Keep = ArchivePolicy::Keep;

constexpr std::uint64_t kNow_ms = 1'700'000'000'000;
constexpr std::uint32_t kRecords = 30;  // of a datagram
constexpr std::uint16_t kPorts[] = {2055, 9996, 9997};
const std::vector<dataplane::SourceRule> kSources{{.port = 2055, .source_id = 1, .prefixes = {}},
                                                  {.port = 9996, .source_id = 2, .prefixes = {}},
                                                  {.port = 9997, .source_id = 3, .prefixes = {}}};

// Record i goes to port 1000 + i.
support::Bytes frame_to(std::uint16_t port) {
    support::V5 v5;
    v5.unix_time(kNow_ms / 1000).uptime_ms(1000);
    for (std::uint16_t i = 0; i < kRecords; ++i)
        v5.record({.packets = 2, .bytes = 100, .dst_port = static_cast<std::uint16_t>(1000 + i)});
    return support::udp_frame("10.0.0.1", "10.0.0.2", 40000, port, v5.build());
}

bool is_kept(const flow::FlowBatch& batch, std::uint32_t row) {
    return (batch.keep[row / 64] >> row % 64 & 1) != 0;
}

// The other end of the lane: takes batches, looks at them, sends them home.
struct Archive {
    explicit Archive(std::size_t slots) : lane(slots) {}

    // How many batches there were.
    std::size_t take(std::size_t most = ~std::size_t{0}) {
        std::size_t taken = 0;
        flow::FlowBatch* batch = nullptr;
        for (; taken < most && lane.filled.pop(batch); ++taken) {
            EXPECT_NE(batch->kept, 0u) << "a batch without rows for the archive";
            std::uint32_t kept = 0;
            for (std::uint32_t row = 0; row < flow::kBatchRows; ++row) {
                if (!is_kept(*batch, row)) continue;
                EXPECT_LT(row, batch->rows);
                ++kept;
                ++rows_of[batch->source[row]];
                ++ports[batch->dst_port[row]];
                flows += flow::scaled_flows(batch->thinning[row]);
            }
            EXPECT_EQ(kept, batch->kept);
            rows += kept;
            EXPECT_TRUE(lane.home.push(batch));
        }
        return taken;
    }

    flow::ArchiveLane lane;
    std::uint64_t rows = 0, flows = 0;
    std::map<std::uint16_t, std::uint64_t> rows_of;  // by source
    std::map<std::uint16_t, std::uint64_t> ports;
};

class ArchiveLane : public ::testing::Test {
  protected:
    void start(std::size_t slots, Pace pace = Pace::live, ArchivePolicy policy = {}) {
        archive = std::make_unique<Archive>(slots);
        intake = std::make_unique<Intake>(
            exporters, handover, dataplane::IntakeOptions{.slots = slots, .pace = pace, .archive = &archive->lane});
        ASSERT_TRUE(intake->allocate());
        generation = support::make_generation(1, kSources, kChannels, 1, 0, {}, std::move(policy));
        intake->use(*generation);
    }
    void feed(std::uint16_t port = 2055, std::uint32_t times = 1) {
        const auto frame = frame_to(port);
        for (std::uint32_t i = 0; i < times; ++i) {
            intake->take(intake->receive(frame, flow::LinkType::ethernet, frame.size()), kNow_ms);
            fed += kRecords;
        }
        sink.drain();
    }
    // A full batch, and the next one begun.
    void feed_batch() { feed(2055, flow::kBatchRows / kRecords + 1); }
    void end() {
        intake->finish();
        check();
    }
    void check() {
        archive->take();
        sink.drain();
        // What the archive books when rows are durable.
        sink.ledger[Counter::flows_archived] += archive->rows;
        EXPECT_EQ(flow::broken_law(sink.ledger, true), "");
        EXPECT_EQ(sink.ledger[Counter::flows_through], fed);
        EXPECT_EQ(sink.flows(0) + sink.flows(1) + sink.flows(2), fed) << "what is archived changes no series";
    }

    const std::vector<support::SmallChannel> kChannels{
        {"any"}, {"dst port < 1010"}, {"dst port 1020", {1}}, {"dst port 5"}};
    flow::ExporterTable exporters;
    flow::SpscRing<flow::Tally*> handover{64};
    support::TallySink sink{handover};
    std::unique_ptr<dataplane::Generation> generation;
    std::unique_ptr<Archive> archive;
    std::unique_ptr<Intake> intake;
    std::uint64_t fed = 0;
};

TEST_F(ArchiveLane, EveryRowGoesAndEverySlotComesHome) {
    start(4);
    for (int i = 0; i < 20; ++i) {
        feed_batch();
        archive->take();
    }
    end();
    EXPECT_EQ(archive->rows, fed);
    EXPECT_EQ(sink.ledger[Counter::archive_shed_busy], 0u);
    EXPECT_EQ(sink.ledger[Counter::flows_lost_ring], 0u);
    intake->lane().close();
    EXPECT_EQ(archive->lane.filled.size(), 0u);
}

TEST_F(ArchiveLane, LiveShedsBeyondHalfOfTheSlotsAndLosesNothingElse) {
    start(8);
    for (int i = 0; i < 20; ++i) feed_batch();
    EXPECT_EQ(intake->archive().at_archive(), 4u);
    EXPECT_EQ(intake->lane().fill(), 0u) << "slots at the archive are no backlog of ours";
    EXPECT_EQ(archive->take(1), 1u);
    feed_batch();
    EXPECT_EQ(intake->archive().at_archive(), 4u) << "the slot that came home let another one go";
    end();
    EXPECT_EQ(sink.ledger[Counter::flows_lost_ring], 0u);
    EXPECT_GT(sink.ledger[Counter::archive_shed_busy], 15u * flow::kBatchRows);
    EXPECT_EQ(archive->rows + sink.ledger[Counter::archive_shed_busy], fed);
}

TEST_F(ArchiveLane, AnArchiveThatCatchesUpIsGivenAllAgain) {
    start(4);
    for (int i = 0; i < 6; ++i) feed_batch();
    sink.drain();
    const std::uint64_t shed = intake->ledger()[Counter::archive_shed_busy] + sink.ledger[Counter::archive_shed_busy];
    EXPECT_GT(shed, 0u);
    archive->take();
    for (int i = 0; i < 6; ++i) {
        feed_batch();
        archive->take();
    }
    end();
    EXPECT_EQ(sink.ledger[Counter::archive_shed_busy], shed);
}

TEST_F(ArchiveLane, WithoutAnArchiveRowsAreBookedAsOff) {
    intake = std::make_unique<Intake>(exporters, handover, dataplane::IntakeOptions{.slots = 2});
    ASSERT_TRUE(intake->allocate());
    archive = std::make_unique<Archive>(2);
    generation = support::make_generation(1, kSources, kChannels);
    intake->use(*generation);
    feed_batch();
    end();
    EXPECT_EQ(sink.ledger[Counter::archive_off], fed);
}

// A replay gives all slots away, waits for them, and loses and sheds nothing.
TEST_F(ArchiveLane, AReplayWaitsForItsSlots) {
    start(2, Pace::replay);
    std::atomic<bool> done{false};
    std::thread writer([&] {
        while (!done.load() || archive->lane.filled.size() != 0) {
            if (archive->take() == 0) std::this_thread::yield();
        }
    });
    for (int i = 0; i < 200; ++i) feed_batch();
    intake->finish();
    done.store(true);
    writer.join();
    check();
    EXPECT_EQ(archive->rows, fed);
    EXPECT_EQ(sink.ledger[Counter::archive_shed_busy] + sink.ledger[Counter::flows_lost_ring], 0u);
}

TEST_F(ArchiveLane, EachSourceHasItsPolicy) {
    ArchivePolicy policy{.sources = {{Keep::channels}, {Keep::none}, {Keep::all}}, .takers = {{}, {1, 0, 0}, {}, {}}};
    start(8, Pace::live, policy);
    for (int i = 0; i < 40; ++i) {
        for (const std::uint16_t port : kPorts) feed(port);
        archive->take();
    }
    end();
    EXPECT_EQ(archive->rows_of, (std::map<std::uint16_t, std::uint64_t>{{0, 400}, {2, 1200}}));
    EXPECT_EQ(archive->ports[1009], 80u);
    EXPECT_EQ(archive->ports[1010], 40u) << "of source 2 alone";
    EXPECT_EQ(sink.ledger[Counter::archive_not_wanted], 800u + 1200u);
}

TEST_F(ArchiveLane, ChannelsOfSomeSourcesCountForThese) {
    ArchivePolicy policy{.sources = {{Keep::channels}, {Keep::channels}, {Keep::channels}},
                         .takers = {{}, {0, 1, 0}, {1, 1, 1}, {1, 1, 1}}};
    start(4, Pace::live, policy);
    for (const std::uint16_t port : kPorts) feed(port);
    end();
    EXPECT_EQ(archive->rows_of, (std::map<std::uint16_t, std::uint64_t>{{1, 11}}));
    EXPECT_EQ(archive->ports[1020], 1u);
}

TEST_F(ArchiveLane, WhatNobodyWantsStaysAtHome) {
    start(2, Pace::live, {.sources = {{Keep::none}, {Keep::none}, {Keep::none}}});
    for (int i = 0; i < 10; ++i) feed_batch();
    EXPECT_EQ(archive->lane.filled.size(), 0u);
    end();
    EXPECT_EQ(sink.ledger[Counter::archive_not_wanted], fed);
    EXPECT_EQ(sink.ledger[Counter::flows_lost_ring], 0u);
}

// One row of each window of n, and it stands for all n.
TEST_F(ArchiveLane, ASampleScalesToTheWhole) {
    for (const std::uint16_t n : std::initializer_list<std::uint16_t>{1, 2, 7, 100, 3000}) {
        fed = 0;
        sink.ledger = {};
        sink.cells.clear();
        start(8, Pace::live, {.sources = {{Keep::sample, n}, {Keep::all}, {Keep::all}}});
        for (int i = 0; i < 2000; ++i) {
            feed();
            archive->take();
        }
        end();
        const std::uint64_t windows = fed / n;
        EXPECT_GE(archive->rows, windows) << n;
        EXPECT_LE(archive->rows, windows + 1) << n;
        EXPECT_EQ(archive->flows, archive->rows * n) << n;
        if (n == 7) {
            EXPECT_EQ(archive->ports.size(), kRecords) << "not the same records of every datagram";
        }
    }
}

TEST(ArchiveChoice, AThinningThatDoesNotFitSaturates) {
    const auto batch = dataplane::make_batch();
    const ArchivePolicy policy{.sources = {{Keep::sample, 1000}}};
    dataplane::ArchiveChoice choice(policy, 1);
    batch->rows = flow::kBatchRows;
    for (std::uint32_t row = 0; row < batch->rows; ++row)
        batch->thinning[row] = row % 2 == 0 ? std::uint16_t{0} : std::uint16_t{100};
    choice.choose(*batch, {});
    for (std::uint32_t row = 0; row < batch->rows; ++row) {
        const int before = row % 2 == 0 ? 0 : 100;
        const int after = row % 2 == 0 ? 1000 : 65535;
        EXPECT_EQ(batch->thinning[row], is_kept(*batch, row) ? after : before) << row;
    }
}

TEST(ArchiveChoice, OfABatchOfAnySizeAllRowsAreKept) {
    const auto batch = dataplane::make_batch();
    dataplane::ArchiveChoice choice;
    for (const std::uint32_t rows : {1u, 63u, 64u, 65u, 2047u, flow::kBatchRows}) {
        batch->rows = rows;
        choice.choose(*batch, {});
        EXPECT_EQ(batch->kept, rows);
        for (std::uint32_t row = 0; row < flow::kBatchRows; ++row) ASSERT_EQ(is_kept(*batch, row), row < rows) << rows;
    }
}

// Decoder, match core and writer are threads of their own: a slot goes round between three.
TEST_F(ArchiveLane, WithAMatchCoreASlotGoesRoundThree) {
    for (const Pace pace : {Pace::replay, Pace::live}) {
        fed = 0;
        sink.ledger = {};
        sink.cells.clear();
        archive = std::make_unique<Archive>(4);
        intake = std::make_unique<Intake>(
            exporters, handover,
            dataplane::IntakeOptions{.slots = 4, .pace = pace, .match_here = false, .archive = &archive->lane});
        ASSERT_TRUE(intake->allocate());
        generation = support::make_generation(1, kSources, kChannels, 1, 1);
        intake->use(*generation);
        flow::SpscRing<flow::Tally*> matched{64};
        support::TallySink match_sink{matched};
        std::atomic<bool> decoded{false}, done{false};
        std::thread matcher([&] {
            dataplane::TallyDesk desk(matched, 1, pace);
            dataplane::MatchStage match(desk, intake->archive());
            desk.use(*generation);
            for (bool last = false; !last;) {
                last = decoded.load();
                while (flow::FlowBatch* batch = intake->lane().take()) {
                    if (batch->rows != 0) match.process(*batch);
                    intake->lane().give_back(batch);
                }
            }
            desk.finish();
            done.store(true);
        });
        std::thread writer([&] {
            for (bool last = false; !last;) {
                last = done.load();
                if (archive->take() == 0) std::this_thread::yield();
            }
        });
        const auto frame = frame_to(2055);
        for (int i = 0; i < 30'000; ++i) {
            intake->take(intake->receive(frame, flow::LinkType::ethernet, frame.size()), kNow_ms);
            fed += kRecords;
        }
        intake->finish();
        decoded.store(true);
        matcher.join();
        writer.join();
        sink.drain();
        match_sink.drain();
        sink.ledger.add(match_sink.ledger);
        sink.ledger[Counter::flows_archived] += archive->rows;
        EXPECT_EQ(flow::broken_law(sink.ledger, true), "");
        EXPECT_EQ(sink.ledger[Counter::flows_decoded], fed);
        EXPECT_EQ(intake->archive().at_archive() - archive->lane.home.size(), 0u);
        if (pace == Pace::replay) {
            EXPECT_EQ(archive->rows, fed);
        }
    }
}

}  // namespace
