// SPDX-License-Identifier: Apache-2.0
// Rings, tallies and the store thread under load from several sides at once; meant for the thread sanitizer.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>

#include "tests/store/support.hpp"

namespace store {
namespace {

using test::Feeder;
using test::TempDir;

constexpr std::uint32_t kStart = 1'699'999'990, kSeries = 50, kTurns = 1500, kTallies = 3;

// A core with some tallies that go round between it and the store.
class Core {
  public:
    Core() : map_(Feeder::make_map(kSeries)), lane_(8), home_(8) {
        for (std::uint32_t i = 0; i < kTallies; ++i) {
            tallies_.push_back(std::make_unique<flow::Tally>(map_, home_));
            EXPECT_TRUE(home_.push(tallies_.back().get()));
        }
    }
    flow::SpscRing<flow::Tally*>& lane() { return lane_; }

    void run(std::uint32_t exporter) {
        for (std::uint32_t turn = 0; turn < kTurns; ++turn) {
            flow::Tally* tally = nullptr;
            while (!home_.pop(tally)) std::this_thread::yield();
            EXPECT_TRUE(tally->empty());
            tally->bucket_s = kStart + turn / 3 * 10;
            for (std::uint32_t s = turn % 7; s < kSeries; s += 7) tally->add(s * flow::kClasses + turn % 4, 1, 2, 3);
            tally->ledger[flow::Counter::flows_through] += 1;
            tally->exporter(exporter).datagrams += 1;
            if (turn % 50 == 0) {
                tally->templates.push_back({exporter, {256, false, turn, {1, 2, 3}}});
                tally->options.push_back({exporter, {flow::OptionKind::interface, turn % 7, 0, turn, "eth"}});
                flow::InterfaceSample& sample = tally->interfaces.emplace_back();
                sample.exporter = exporter;
                sample.index = turn % 3;
                sample.received_ms = (kStart + turn) * 1000ull;
                sample.in_octets = turn;
            }
            while (!lane_.push(tally)) std::this_thread::yield();
        }
    }

  private:
    flow::SeriesMap map_;
    flow::SpscRing<flow::Tally*> lane_, home_;
    std::vector<std::unique_ptr<flow::Tally>> tallies_;
};

TEST(Handover, EverythingArrivesOnce) {
    TempDir dir;
    Options options = test::options(dir);
    options.map_bytes = 64 << 20;
    std::atomic<std::uint64_t> ms{kStart * 1000ull};
    options.wall_ms = [&] { return ms.load(); };
    options.steady_ms = [&] { return ms.fetch_add(500); };
    auto opened = Store::open(options);
    ASSERT_TRUE(opened) << opened.error().message;
    Store& store = **opened;
    flow::ExporterTable exporters;
    store.attach(exporters);
    std::array<Core, 2> cores;
    for (Core& core : cores) store.add_lane(core.lane());
    ASSERT_TRUE(store.start());

    std::vector<std::thread> threads;
    for (Core& core : cores) {
        threads.emplace_back([&] {
            const auto id = exporters.find_or_add(
                {flow::IpAddress::v4(static_cast<std::uint32_t>(&core - cores.data())), {}, 0, 0});
            core.run(*id);
        });
    }
    std::atomic<bool> ended{false};
    std::thread reading([&] {
        const std::uint32_t ids[] = {0, 10, 49};
        while (!ended) {
            const auto reader = Reader::open(dir.path());
            EXPECT_TRUE(reader && reader->series(ids, kStart, kStart + 10'000, 10) && reader->exporters());
        }
    });
    std::uint64_t added = 0;
    for (std::uint32_t i = 0; store.total_ledger()[flow::Counter::flows_through] < cores.size() * kTurns; ++i) {
        const SeriesName names[] = {{"p", "c" + std::to_string(i % 100), "s", std::to_string(i % 5)}};
        EXPECT_TRUE(store.series_ids(names));
        EXPECT_TRUE(store.set_retention({2 + i % 3, 60, 180, 730, 3650}));
        flow::Ledger delta;
        delta[flow::Counter::port_missed] = 1;
        store.add(delta);
        ++added;
        EXPECT_EQ(store.stats().failed_commits, 0u);
        static_cast<void>(store.process_series());
        static_cast<void>(store.process_exporters());
        std::this_thread::yield();
    }
    ended = true;
    reading.join();
    for (std::thread& t : threads) t.join();
    ASSERT_TRUE(store.stop());

    EXPECT_EQ(store.process_ledger()[flow::Counter::flows_through], cores.size() * kTurns);
    EXPECT_EQ(store.process_ledger()[flow::Counter::port_missed], added);
    std::uint64_t flows = 0, stored = 0, wanted = 0;
    for (std::uint32_t turn = 0; turn < kTurns; ++turn) wanted += cores.size() * ((kSeries - turn % 7 + 6) / 7);
    for (const SeriesCells& cells : store.process_series()) {
        for (const flow::Cell& c : cells) flows += c.flows;
    }
    EXPECT_EQ(flows, wanted);
    const auto reader = Reader::open(dir.path());
    std::vector<std::uint32_t> ids(kSeries);
    for (std::uint32_t s = 0; s < kSeries; ++s) ids[s] = s;
    const auto points = reader->series(ids, kStart, kStart + kTurns * 10, 300);
    ASSERT_TRUE(points);
    for (const Point& p : *points) {
        for (const flow::Cell& c : p.sum) stored += c.flows;
    }
    EXPECT_EQ(stored, wanted);
    const auto kept = reader->exporters();
    ASSERT_EQ(kept->size(), cores.size());
    for (const StoredExporter& e : *kept) EXPECT_EQ(e.counts.datagrams, kTurns);
    test::expect_books_add_up(*reader);
    EXPECT_EQ(reader->options()->at(0).size(), 7u);
    EXPECT_EQ(reader->interfaces()->size(), 2 * 3u);
}

}  // namespace
}  // namespace store
