// SPDX-License-Identifier: Apache-2.0
// Decoder, match core, store and control on threads of their own, with a hundred reloads: nothing lost, everything let go.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "dataplane/intake.hpp"
#include "tests/support/packet_builder.hpp"
#include "tests/support/small_generation.hpp"

namespace {

using dataplane::Generation;
using dataplane::Intake;
using flow::Counter;

constexpr std::uint64_t kNow_ms = 1'700'000'000'000;
constexpr std::uint32_t kReloads = 100;
const std::vector<dataplane::SourceRule> kSources{{.port = 2055, .source_id = 1, .prefixes = {}}};

std::unique_ptr<Generation> generation_of(std::uint64_t number, std::size_t matchers) {
    return support::make_generation(number, kSources, {{"any"}, {number % 2 == 0 ? "port 80" : "port 53"}}, 1,
                                    matchers);
}

struct Machine {
    explicit Machine(std::size_t matchers) : published(1 + matchers) {}
    flow::ExporterTable exporters;
    flow::SpscRing<flow::Tally*> decoded{256}, matched{256};
    dataplane::PublishedGeneration published;
    std::atomic<bool> stop{false}, decoder_done{false}, cores_done{false};
    std::atomic<std::uint64_t> fed{0};
};

void decode_loop(Machine& m, Intake& intake) {
    const auto frame = [] {
        support::V5 v5;
        v5.unix_time(kNow_ms / 1000);
        for (int i = 0; i < 30; ++i) v5.record({.dst_port = 80, .protocol = 6});
        return support::udp_frame("10.0.0.1", "10.0.0.2", 1, 2055, v5.build());
    }();
    intake.use(*m.published.read());
    std::uint64_t turn = 0;
    while (!m.stop.load()) {
        const Generation* now = m.published.read();
        if (now != intake.generation()) {
            intake.use(*now);
            m.published.acknowledge(0, now->number);
        }
        const auto packet = intake.receive(frame, flow::LinkType::ethernet, frame.size());
        intake.take(packet, kNow_ms + ++turn);
        m.fed.fetch_add(30);
        if (turn % 64 == 0) intake.tick(kNow_ms + turn);
    }
    intake.finish();
    m.decoder_done.store(true);
}

void match_loop(Machine& m, Intake& intake) {
    dataplane::TallyDesk desk(m.matched, 1, dataplane::Pace::replay);
    dataplane::MatchStage match(desk, intake.archive());
    for (;;) {
        const bool last = m.decoder_done.load();
        flow::FlowBatch* batch = intake.lane().take();
        if (batch == nullptr) {
            if (last) break;
            std::this_thread::yield();
            continue;
        }
        const auto* generation = static_cast<const Generation*>(batch->generation);
        if (generation != desk.generation()) {
            desk.use(*generation);
            m.published.acknowledge(1, generation->number);
        }
        if (batch->rows != 0) {
            desk.open_bucket(batch->bucket_s, batch->received_ms);
            match.process(*batch);
        }
        intake.lane().give_back(batch);
    }
    desk.finish();
}

void run(std::size_t matchers) {
    Machine m(matchers);
    Intake intake(m.exporters, m.decoded, {.slots = 4, .pace = dataplane::Pace::replay, .match_here = matchers == 0});
    ASSERT_TRUE(intake.allocate());
    std::vector<std::unique_ptr<Generation>> generations;
    generations.push_back(generation_of(1, matchers));
    m.published.publish(generations.back().get());

    support::TallySink decoded(m.decoded), matched(m.matched);
    std::thread store([&] {
        while (!m.cores_done.load()) {
            if (decoded.drain() + matched.drain() == 0) std::this_thread::yield();
        }
        decoded.drain();
        matched.drain();
    });
    std::thread decoder([&] { decode_loop(m, intake); });
    std::thread matcher([&] {
        if (matchers != 0) match_loop(m, intake);
    });
    for (std::uint32_t number = 2; number <= kReloads; ++number) {
        const std::uint64_t target = m.fed.load() + 300;
        generations.push_back(generation_of(number, matchers));
        m.published.publish(generations.back().get());
        while (m.fed.load() < target) std::this_thread::yield();
        while (generations.size() > 1 && m.published.all_acknowledged(generations[1]->number) &&
               generations[0]->let_go()) {
            generations.erase(generations.begin());
        }
    }
    m.stop.store(true);
    decoder.join();
    matcher.join();
    m.cores_done.store(true);
    store.join();

    flow::Ledger ledger = decoded.ledger;
    ledger.add(matched.ledger);
    EXPECT_EQ(flow::broken_law(ledger, true), "");
    EXPECT_EQ(ledger[Counter::flows_lost_ring], 0u);
    EXPECT_EQ(ledger[Counter::flows_through], m.fed.load());
    EXPECT_EQ(decoded.flows(0) + matched.flows(0), m.fed.load()) << "the channel `any` saw every flow";
    for (const auto& generation : generations) EXPECT_TRUE(generation->let_go());
}

TEST(ReloadThreads, MatchOnTheSameCore) {
    run(0);
}
TEST(ReloadThreads, MatchOnAPairedCore) {
    run(1);
}

}  // namespace
