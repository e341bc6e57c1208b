// SPDX-License-Identifier: Apache-2.0
// Series through the engine, with simulated clocks, against a brute-force model.
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "tests/store/support.hpp"

namespace store {
namespace {

using test::expect_as_model;
using test::Feeder;
using test::Model;
using test::TempDir;

constexpr std::uint32_t kStart = 1'699'999'990;

class Simulation {
  public:
    explicit Simulation(std::uint32_t series, bool replay = false) : series_(series), replay_(replay), feeder_(series) {
        open();
    }

    void open() {
        engine_.reset();
        Options options = test::options(dir_);
        options.replay = replay_;
        options.retention = retention_;
        auto opened = Engine::open(options);
        ASSERT_TRUE(opened) << opened.error().message;
        engine_ = std::move(*opened);
        test::name_series(*engine_, series_);
    }
    void add(std::uint32_t series, std::uint32_t at_s, std::uint32_t traffic_class, const flow::Cell& cell) {
        const std::uint32_t bucket_s = at_s - at_s % 10;
        feeder_.add(series, traffic_class, cell);
        feeder_.feed(*engine_, bucket_s);
        model_.add(series, bucket_s, traffic_class, cell);
    }
    void commit(std::uint64_t wall_s, std::uint64_t steady_s) {
        const auto done = engine_->commit({wall_s * 1000, steady_s * 1000});
        ASSERT_TRUE(done) << done.error().message;
    }
    void commit(std::uint64_t wall_s) { commit(wall_s, wall_s - kStart + 1000); }
    void expect_model(std::uint32_t from_s, std::uint32_t to_s) {
        auto reader = Reader::open(dir_.path());
        ASSERT_TRUE(reader) << reader.error().message;
        for (std::uint32_t s = 0; s < series_ && !testing::Test::HasFatalFailure(); ++s) {
            expect_as_model(*reader, model_, s, from_s, to_s);
        }
    }
    std::uint64_t rows(lmdb::Table table) const { return engine_->environment().read()->entries(table); }
    std::uint64_t chunk_rows(std::size_t level) const { return rows(points_table(engine_->environment(), level)); }

    TempDir dir_;
    std::uint32_t series_;
    bool replay_;
    Retention retention_{};
    Feeder feeder_;
    Model model_;
    std::unique_ptr<Engine> engine_;
};

flow::Cell random_cell(std::mt19937_64& random) {
    return {1 + random() % 1000, random() >> (random() % 64),
            random() % 8 == 0 ? std::numeric_limits<std::uint64_t>::max() / 1024 : random() % 1'000'000};
}

TEST(Series, ResolutionsAreSumsAndMaximaOfTheBuckets) {
    struct Case {
        const char* what;
        std::uint32_t series, days;
        std::uint64_t step_s;  // between commits, at most
        std::uint64_t late_s;  // how old a value can be
    };
    const Case cases[] = {
        {"a commit a few seconds", 5, 1, 12, 10},
        {"values up to three hours late", 4, 1, 30, 10'800},
        {"more series than are written at a time", 1500, 1, 2400, 600},
        {"two months, values up to ten days late", 2, 65, 3000, 864'000},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.what);
        std::mt19937_64 random(7);
        Simulation sim(c.series);
        sim.retention_ = {100, 100, 180, 730, 3650};
        sim.open();
        const std::uint64_t end_s = kStart + c.days * 86400ull;
        const auto first_s = static_cast<std::uint32_t>(kStart - c.late_s - 1000);
        for (std::uint64_t now_s = kStart; now_s < end_s; now_s += 1 + random() % c.step_s) {
            for (std::uint64_t i = random() % 6; i > 0; --i) {
                const std::uint64_t age_s = random() % 4 == 0 ? random() % (c.late_s + 1) : random() % 3;
                sim.add(static_cast<std::uint32_t>(random() % c.series), static_cast<std::uint32_t>(now_s - age_s),
                        static_cast<std::uint32_t>(random() % 4), random_cell(random));
            }
            sim.commit(now_s);
            if (random() % 400 == 0) sim.open();
            if (random() % 3000 == 0) sim.expect_model(first_s, static_cast<std::uint32_t>(now_s + 20));
            if (HasFatalFailure()) return;
        }
        sim.expect_model(first_s, static_cast<std::uint32_t>(end_s + 20));
        EXPECT_GT(sim.chunk_rows(1), 0u);
        if (c.days > 60) {
            EXPECT_GT(sim.chunk_rows(4), 0u);
        }
        EXPECT_EQ(sim.engine_->stats().damaged_values, 0u);
        if (HasFatalFailure()) return;
    }
}

TEST(Series, SeveralAreAddedUp) {
    Simulation sim(3);
    for (std::uint32_t s = 0; s < 3; ++s) sim.add(s, kStart, 0, {s + 1, 10, 100});
    sim.commit(kStart + 1);
    const auto reader = Reader::open(sim.dir_.path());
    const std::uint32_t ids[] = {2, 0, 2, 77};
    const auto points = reader->series(ids, kStart, kStart + 10, 10);
    ASSERT_TRUE(points);
    ASSERT_EQ(points->size(), 1u);
    EXPECT_EQ(points->front().sum[0].flows, 4u) << "an id given twice counts once, an unknown one not at all";
}

TEST(Series, ReaderRefusesWhatItCannotGive) {
    Simulation sim(1);
    const auto reader = Reader::open(sim.dir_.path());
    const std::uint32_t ids[] = {0};
    EXPECT_EQ(reader->series(ids, 0, 100, 60).error().message,
              "there is no resolution of 60 s: ask for 10, 300, 1800, 7200 or 86400");
    EXPECT_FALSE(reader->series(ids, 0, 20'000'000, 10));
    EXPECT_TRUE(reader->series(ids, 100, 50, 10)->empty());
    EXPECT_EQ(reader->series(ids, 0, std::numeric_limits<std::uint32_t>::max(), 86400)->size(), 49711u);
}

TEST(Series, LiveIsFoldedAndGoesIntoChunks) {
    Simulation sim(2);
    std::uint64_t now_s = kStart;
    for (; now_s < kStart + 3600; ++now_s) {
        sim.add(0, static_cast<std::uint32_t>(now_s), 0, {1, 1, 1});
        sim.commit(now_s);
    }
    const auto& env = sim.engine_->environment();
    EXPECT_LE(sim.rows(table(env, TableId::live)), 20u);
    EXPECT_LE(sim.rows(table(env, TableId::folded)), 70u);
    EXPECT_EQ(sim.engine_->stats().chunk_backlog_s, 0u);
    EXPECT_GE(sim.chunk_rows(0), 10u);
    sim.expect_model(kStart, static_cast<std::uint32_t>(now_s));
}

TEST(Series, EachChunkIsDeletedWhenItsTimeIsOver) {
    Simulation sim(2);
    sim.retention_ = {1, 2, 4, 40, 400};
    sim.open();
    std::uint64_t now_s = kStart;
    for (; now_s < kStart + 70 * 86400ull; now_s += 300) {
        sim.add(0, static_cast<std::uint32_t>(now_s), 0, {1, 1, 1});
        sim.commit(now_s);
    }
    const std::uint64_t kept[] = {86400 / 300, 2 * 86400 / 7200, 4 * 86400 / 43200, 40 * 86400 / 172800, 2};
    for (std::size_t level = 0; level < kResolutionCount; ++level) {
        EXPECT_GE(sim.chunk_rows(level), kept[level]) << "level " << level;
        EXPECT_LE(sim.chunk_rows(level), kept[level] + 2) << "level " << level;
    }
    EXPECT_GT(sim.engine_->stats().deleted_rows, 0u);
    const auto reader = Reader::open(sim.dir_.path());
    const std::uint32_t ids[] = {0};
    const auto old = reader->series(ids, kStart, kStart + 3600, 10);
    for (const Point& p : *old) EXPECT_FALSE(p.present);
    std::uint64_t flows = 0;
    const auto days = reader->series(ids, kStart, static_cast<std::uint32_t>(now_s), 86400);
    for (const Point& p : *days) flows += p.sum[0].flows;
    EXPECT_EQ(flows, 70u * 288) << "the coarsest knows all of it";
}

TEST(Series, RetentionThatContradictsItselfIsRefused) {
    struct Case {
        Retention retention;
        const char* error;
    };
    const Case cases[] = {
        {{}, ""},
        {{1, 1, 3, 31, 31}, ""},
        {{0, 60, 180, 730, 3650}, "retention of 10-s values is 0 days: give 1 to 36500 days"},
        {{2, 60, 180, 730, 99999}, "retention of 86400-s values is 99999 days: give 1 to 36500 days"},
        {{2, 60, 180, 30, 3650},
         "retention of 1800-s values is 180 days: give at most as many as for 7200-s values (30)"},
        {{2, 30, 30, 30, 3650},
         "retention of 7200-s values is 30 days: give at least 31, because the 86400-s values are made from "
         "them"},
    };
    for (const Case& c : cases) {
        const auto sound = c.retention.check();
        EXPECT_EQ(sound ? "" : sound.error().message, c.error);
    }
}

TEST(Series, AfterALeapOfTheClockDeletionWaits) {
    Simulation sim(1);
    std::uint64_t steady_s = 1000;
    for (std::uint64_t s = 0; s < 7200; s += 10) {
        sim.add(0, static_cast<std::uint32_t>(kStart + s), 0, {1, 1, 1});
        sim.commit(kStart + s, steady_s += 10);
    }
    const std::uint64_t before = sim.chunk_rows(0);
    ASSERT_GT(before, 0u);
    constexpr std::uint64_t kYear = 365 * 86400ull;
    for (std::uint64_t s = 0; s < 3000; s += 10) sim.commit(kStart + 7200 + kYear + s, steady_s += 10);
    EXPECT_TRUE(sim.engine_->stats().clock_leap);
    EXPECT_NE(sim.engine_->stats().clock_text, "");
    EXPECT_GE(sim.chunk_rows(0), before);
    sim.open();  // is remembered
    for (std::uint64_t s = 3000; s < 6000; s += 10) sim.commit(kStart + 7200 + kYear + s, steady_s += 10);
    EXPECT_TRUE(sim.engine_->stats().clock_leap);
    EXPECT_GE(sim.chunk_rows(0), before);
    sim.expect_model(kStart, kStart + 8000);
    for (std::uint64_t s = 6000; s < 100'000; s += 100) sim.commit(kStart + 7200 + kYear + s, steady_s += 100);
    EXPECT_FALSE(sim.engine_->stats().clock_leap);
    EXPECT_EQ(sim.chunk_rows(0), 0u) << "it was time that passed after all";
}

TEST(Series, AClockThatLeapsForwardAndBackLosesNothing) {
    Simulation sim(2);
    std::uint64_t steady_s = 1000;
    std::mt19937_64 random(3);
    const std::uint64_t leaps[] = {0, 10 * 86400, 3600, 0, 7200};
    std::uint64_t wall_s = kStart;
    for (const std::uint64_t leap : leaps) {
        for (int i = 0; i < 400; ++i) {
            wall_s = kStart + steady_s + leap;
            sim.add(static_cast<std::uint32_t>(random() % 2), static_cast<std::uint32_t>(wall_s), 1,
                    random_cell(random));
            sim.commit(wall_s, steady_s += 10);
        }
    }
    sim.expect_model(kStart, kStart + 12 * 86400);
}

TEST(Series, ReplayOfCapturesInAnyOrderKeepsAll) {
    Simulation sim(3, true);
    std::mt19937_64 random(5);
    const std::uint64_t starts[] = {kStart, kStart - 400 * 86400ull, kStart + 86400, kStart - 3600, 0};
    std::uint64_t turns = 0;
    for (const std::uint64_t start : starts) {
        for (std::uint64_t s = 0; s < 40'000; s += 1 + random() % 60) {
            sim.add(static_cast<std::uint32_t>(random() % 3), static_cast<std::uint32_t>(start + s),
                    static_cast<std::uint32_t>(random() % 4), random_cell(random));
            if (random() % 8 == 0) sim.commit(kStart + ++turns);
        }
        sim.commit(kStart + ++turns);
        if (start == kStart) sim.open();
    }
    for (const std::uint64_t start : starts) {
        sim.expect_model(static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(start + 41'000));
    }
    EXPECT_EQ(sim.engine_->stats().deleted_rows, 0u);
}

TEST(Series, TimesAtTheEndOfTheirRangeAreKept) {
    Simulation sim(1, true);
    constexpr std::uint32_t kLast = std::numeric_limits<std::uint32_t>::max();
    sim.add(0, 0, 0, {1, 1, 1});
    sim.commit(1);
    sim.add(0, kLast, 0, {2, 2, 2});
    for (std::uint64_t i = 2; i < 10; ++i) sim.commit(i);
    sim.open();
    sim.add(0, kLast - 86400 * 60, 0, {3, 3, 3});
    for (std::uint64_t i = 10; i < 20; ++i) sim.commit(i);
    sim.expect_model(0, 1000);
    sim.expect_model(kLast - 86400 * 70, kLast);
}

TEST(Series, MemoryIsBoundedWhileNothingCanBeCommitted) {
    constexpr std::uint32_t kSeries = 2000;
    Simulation sim(kSeries);
    Feeder feeder(kSeries);
    std::uint64_t flows = 0;
    for (std::uint32_t bucket = 0; bucket < 1500; ++bucket) {
        for (std::uint32_t s = 0; s < kSeries; ++s) feeder.add(s, 0, {1, 1, 1});
        feeder.feed(*sim.engine_, kStart + bucket * 10);
        flows += kSeries;
    }
    EXPECT_LE(sim.engine_->pending_cells(), kMaxPendingCells);
    sim.commit(kStart + 15'000);
    std::vector<std::uint32_t> ids(kSeries);
    for (std::uint32_t s = 0; s < kSeries; ++s) ids[s] = s;
    const auto reader = Reader::open(sim.dir_.path());
    const auto points = reader->series(ids, kStart - 86400, kStart + 86400, 300);
    ASSERT_TRUE(points);
    std::uint64_t stored = 0;
    for (const Point& p : *points) stored += p.sum[0].flows;
    EXPECT_EQ(stored, flows);
}

}  // namespace
}  // namespace store
