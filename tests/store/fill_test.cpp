// SPDX-License-Identifier: Apache-2.0
// The past of a series filled in afterwards, against a model that was counted live.
#include <gtest/gtest.h>

#include <random>

#include "tests/store/support.hpp"

namespace store {
namespace {

using test::expect_as_model;
using test::Feeder;
using test::Model;
using test::TempDir;

constexpr std::uint32_t kDay = 86400;
constexpr std::uint32_t kStart = 1'700'000'000 - 1'700'000'000 % (30 * kDay);  // of a chunk of every resolution

// Series 0 is counted live, as the clock goes; series 1 gets the same afterwards; series 2 has values of its own.
class FillTest : public testing::Test {
  protected:
    void SetUp() override { open(); }
    void open(Retention retention = {}) {
        engine_.reset();
        Options options = test::options(dir_);
        options.retention = retention;
        auto opened = Engine::open(options);
        ASSERT_TRUE(opened) << opened.error().message;
        engine_ = std::move(*opened);
        test::name_series(*engine_, 3);
    }
    void commit(std::uint64_t wall_s) {
        const auto done = engine_->commit({wall_s * 1000, (wall_s - kStart + 1'000'000) * 1000});
        ASSERT_TRUE(done) << done.error().message;
        now_s_ = wall_s;
    }
    void commit_until(std::uint64_t wall_s, std::uint64_t step_s = 1) {
        while (now_s_ < wall_s) commit(std::min(now_s_ + step_s, wall_s));
    }
    // Counts a bucket of series 0, and of series 1 where `both`.
    void count(std::uint32_t bucket_s, std::uint32_t classes, const flow::Cell& cell, bool both = false) {
        for (std::uint32_t c = 0; c < classes; ++c) {
            feeder_.add(0, c, cell);
            if (both) feeder_.add(1, c, cell);
            if (c == 0) feeder_.add(2, c, {1, 1, 1});
            model_.add(0, bucket_s, c, cell);
            model_.add(1, bucket_s, c, cell);
        }
        feeder_.feed(*engine_, bucket_s);
        counted_[bucket_s] = true;
    }
    // The clock goes from `from_s` to `to_s` in steps of `step_s`; something is counted in most.
    void live(std::uint32_t from_s, std::uint32_t to_s, std::uint32_t step_s) {
        for (std::uint32_t s = from_s; s < to_s; s += step_s) {
            if (random_() % 4 != 0)
                count(s - s % 10, 1 + static_cast<std::uint32_t>(random_() % 4),
                      {1 + random_() % 100, random_() % 1000, random_() % 1'000'000});
            commit(s + 1);
        }
    }
    [[nodiscard]] FillPoint point(std::uint32_t at_s, std::uint32_t step_s) const {
        const Point p = model_.points(0, at_s, at_s + 1, step_s).front();
        return {.at_s = at_s, .at_least = false, .sum = p.sum, .max = p.max};
    }
    // What the archive would give for series 1, in pieces of two hours.
    [[nodiscard]] std::vector<FillPiece> pieces(std::uint32_t from_s, std::uint32_t to_s, std::uint32_t step_s) const {
        std::vector<FillPiece> out;
        for (std::uint32_t s = from_s - from_s % step_s; s < to_s; s += step_s) {
            if (out.empty() || s % std::max(7200u, step_s) == 0) out.push_back({.series = 1, .step_s = step_s});
            out.back().points.push_back(point(s, step_s));
        }
        return out;
    }
    void fill(std::vector<FillPiece> all) {
        Inbox inbox;
        inbox.fills = std::move(all);
        engine_->absorb(std::move(inbox));
    }
    void commit_all(std::uint64_t most_s = 1000) {
        const std::uint64_t until_s = now_s_ + most_s;
        do commit(now_s_ + 1);
        while (engine_->fill_state().waiting != 0 && now_s_ < until_s && !HasFatalFailure());
        EXPECT_EQ(engine_->fill_state().waiting, 0u);
    }
    void expect_equal(std::uint32_t from_s, std::uint32_t to_s) {
        const auto reader = Reader::open(dir_.path());
        ASSERT_TRUE(reader);
        for (const std::uint32_t series : {0u, 1u}) {
            SCOPED_TRACE(series);
            expect_as_model(*reader, model_, series, from_s, to_s);
        }
    }
    // As expect_equal(), of one resolution and of series 1.
    void expect_equal_at(std::uint32_t from_s, std::uint32_t to_s, std::uint32_t step_s) {
        const auto reader = Reader::open(dir_.path());
        const std::uint32_t live[] = {0}, filled[] = {1};
        const auto a = reader->series(live, from_s, to_s, step_s), b = reader->series(filled, from_s, to_s, step_s);
        ASSERT_TRUE(a && b);
        for (std::size_t i = 0; i < a->size(); ++i) {
            const Point &should = (*a)[i], &is = (*b)[i];
            ASSERT_EQ(is.present, should.present) << step_s << " s at " << is.start_s;
            ASSERT_TRUE(test::equal(is.sum, should.sum)) << step_s << " s at " << is.start_s;
            ASSERT_TRUE(test::equal(is.max, should.max)) << step_s << " s at " << is.start_s;
        }
    }

    TempDir dir_;
    Feeder feeder_{3};
    Model model_;
    std::unique_ptr<Engine> engine_;
    std::mt19937_64 random_{11};
    std::uint64_t now_s_ = kStart;
    std::map<std::uint32_t, bool> counted_;
};

TEST_F(FillTest, EveryResolutionIsAsIfItHadBeenCountedLive) {
    struct Case {
        const char* what;
        std::uint32_t from_s, to_s, step_s;  // of the past, since kStart
    };
    const Case cases[] = {
        {"seconds ago, in no chunk yet", 0, 120, 3},
        {"in part in chunks", 0, 500, 7},
        {"an hour, that begins amid a chunk", 1370, 5000, 10},
        {"nearly two days", 0, 2 * kDay - 12'000, 300},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.what);
        dir_.~TempDir();
        new (&dir_) TempDir;
        model_ = {};
        now_s_ = kStart;
        open();
        live(kStart + c.from_s, kStart + c.to_s, c.step_s);
        commit_until(now_s_ + 30);
        fill(pieces(kStart + c.from_s, static_cast<std::uint32_t>(now_s_ - 20), 10));
        commit_all();
        expect_equal(kStart, kStart + c.to_s + 100);
        commit_until(now_s_ + 8000, 5);  // all is in chunks now, the coarser ones too
        expect_equal(kStart, kStart + c.to_s + 100);
        EXPECT_EQ(engine_->fill_state().too_old, 0u);
        EXPECT_EQ(engine_->stats().damaged_values, 0u);
        if (HasFatalFailure()) return;
    }
}

TEST_F(FillTest, TwiceGivesTheSame) {
    live(kStart, kStart + 4000, 5);
    commit_until(now_s_ + 30);
    for (int i = 0; i < 3; ++i) {
        fill(pieces(kStart, kStart + 4000, 10));
        fill(pieces(kStart + 3000, kStart + 4000, 10));
        commit_all();
        expect_equal(kStart, kStart + 5000);
        commit_until(now_s_ + 700);
    }
    expect_equal(kStart, kStart + 5000);
}

TEST_F(FillTest, TheBucketInWhichItBeganToCountIsCompletedOnce) {
    live(kStart, kStart + 3005, 5);
    const std::uint32_t bucket_s = kStart + 3000;
    count(bucket_s, 2, {7, 70, 700}, true);  // here the channel is there, for the second half of the bucket
    for (std::uint32_t s = bucket_s + 10; s < bucket_s + 100; s += 10) {
        count(s, 3, {1, 2, 3}, true);
        commit(s + 5);
    }
    for (const std::uint32_t wait_s : {0u, 40u, 500u, 8000u}) {
        SCOPED_TRACE(wait_s);
        commit_until(now_s_ + wait_s, 5);
        fill(pieces(kStart, bucket_s + 10, 10));
        commit_all();
        expect_equal(kStart, kStart + 4000);
        if (HasFatalFailure()) return;
    }
}

TEST_F(FillTest, AStepThatHasNotEndedWaits) {
    live(kStart, kStart + 100, 5);
    count(kStart + 100, 1, {1, 1, 1});
    fill(pieces(kStart + 60, kStart + 110, 10));
    commit(kStart + 110 + kFillAfterS - 1);
    EXPECT_EQ(engine_->fill_state().waiting, 1u);
    EXPECT_EQ(engine_->fill_state().durable, 0u);
    commit(kStart + 110 + kFillAfterS);
    EXPECT_EQ(engine_->fill_state().waiting, 0u);
    EXPECT_EQ(engine_->fill_state().durable, 1u);
}

TEST_F(FillTest, ReplacesDownwardsToo) {
    for (const std::uint32_t wait_s : {0u, 10'000u}) {
        SCOPED_TRACE(wait_s);
        for (std::uint32_t s = kStart; s < kStart + 900;
             s += 10) {  // with an older filter it counted more, and elsewhere
            feeder_.add(1, s / 10 % 4, {1000 + s % 100, 1'000'000, 1'000'000'000});
            feeder_.feed(*engine_, s);
        }
        live(kStart + 900, kStart + 901, 1);
        commit_until(now_s_ + 30 + wait_s, 5);
        fill(pieces(kStart, kStart + 910, 10));
        commit_all();
        expect_equal(kStart, kStart + 2000);
        commit_until(now_s_ + 8000, 5);
        expect_equal(kStart, kStart + 2000);
        if (HasFatalFailure()) return;
    }
}

TEST_F(FillTest, AtLeastKeepsWhatIsHigher) {
    live(kStart, kStart + 1, 1);
    feeder_.add(1, 0, {10, 10, 10});
    feeder_.feed(*engine_, kStart + 10);
    commit_until(kStart + 60);
    for (const std::uint32_t wait_s : {0u, 400u}) {
        commit_until(now_s_ + wait_s);
        FillPiece piece{.series = 1, .step_s = 10};
        FillPoint& p = piece.points.emplace_back(FillPoint{.at_s = kStart + 10, .at_least = true});
        p.sum[0] = {4, 20, 5};
        p.sum[1] = {1, 1, 1};
        fill({piece});
        commit_all();
        const auto reader = Reader::open(dir_.path());
        const std::uint32_t ids[] = {1};
        const auto points = reader->series(ids, kStart + 10, kStart + 20, 10);
        ASSERT_TRUE(points);
        const Sums expected{{{10, 20, 10}, {1, 1, 1}, {}, {}}};
        EXPECT_TRUE(test::equal(points->front().sum, expected)) << points->front().sum[0].packets;
    }
}

TEST_F(FillTest, RestartInTheMiddle) {
    live(kStart, kStart + 9000, 10);
    commit_until(now_s_ + 30);
    std::vector<FillPiece> all = pieces(kStart, kStart + 9000, 10);
    ASSERT_GT(all.size(), 1u);
    fill({all.front()});
    commit(now_s_ + 1);
    fill({all.back()});
    open();  // what was not committed is gone
    EXPECT_EQ(engine_->fill_state().waiting, 0u);
    expect_equal_at(kStart, kStart + 7200, 10);
    expect_equal_at(kStart, kStart + 7200, 300);
    fill(std::move(all));
    commit_all();
    expect_equal(kStart, kStart + 10'000);
}

TEST_F(FillTest, DroppedPiecesAreNotBroughtIn) {
    live(kStart, kStart + 1000, 10);
    commit_until(now_s_ + 30);
    fill(pieces(kStart, kStart + 1000, 10));
    Inbox inbox;
    inbox.drop_fills = true;
    engine_->absorb(std::move(inbox));
    EXPECT_EQ(engine_->fill_state().waiting, 0u);
    commit(now_s_ + 1);
    const auto reader = Reader::open(dir_.path());
    const std::uint32_t ids[] = {1};
    const auto points = reader->series(ids, kStart, kStart + 1000, 10);
    ASSERT_TRUE(points);
    for (const Point& p : *points) EXPECT_FALSE(p.present);
}

TEST_F(FillTest, CommitsStayShort) {
    live(kStart, kStart + 2 * kDay - 7200, 60);
    commit_until(now_s_ + 700, 5);
    std::vector<FillPiece> all = pieces(kStart, kStart + 2 * kDay - 7200, 10);
    const std::uint64_t count = all.size();
    fill(std::move(all));
    commit(now_s_ + 1);
    const FillState state = engine_->fill_state();
    EXPECT_GT(state.durable, 0u);
    EXPECT_LT(state.durable, count) << "not all at once";
    commit_all();
    expect_equal(kStart, kStart + 2 * kDay);
}

TEST_F(FillTest, WhatRetentionHasPassedByGoesIntoCoarserSteps) {
    const Retention short_one{.days_10s = 2, .days_300s = 3, .days_1800s = 4, .days_7200s = 100, .days_86400s = 3650};
    open(short_one);
    live(kStart, kStart + 8 * kDay, 150);
    commit_until(now_s_ + 700, 5);
    const auto end_s = static_cast<std::uint32_t>(now_s_ - 20);
    // As control lays it out: each time in the finest resolution that is kept, and some beyond in 10 s.
    fill(pieces(kStart, kStart + 4 * kDay, 7200));
    fill(pieces(kStart + 4 * kDay, kStart + 5 * kDay, 1800));
    fill(pieces(kStart + 5 * kDay, kStart + 6 * kDay - 14'400, 300));
    fill(pieces(kStart + 6 * kDay - 14'400, end_s, 10));
    commit_all();
    EXPECT_EQ(engine_->fill_state().too_old, 0u);
    for (const std::uint32_t step_s : {7200u, 86400u}) expect_equal_at(kStart, end_s, step_s);
    expect_equal_at(kStart + 5 * kDay, end_s, 1800);
    expect_equal_at(kStart + 6 * kDay - 14'400, end_s, 300);
    expect_equal_at(kStart + 7 * kDay, end_s, 10);
    // Nothing comes back that was deleted.
    fill(pieces(kStart, kStart + 300, 300));
    fill(pieces(kStart + 600, kStart + 700, 10));
    commit_all();
    EXPECT_EQ(engine_->fill_state().too_old, 11u);
    expect_equal_at(kStart, end_s, 7200);
}

TEST_F(FillTest, OthersStayAsTheyAre) {
    live(kStart, kStart + 4000, 10);
    commit_until(now_s_ + 30);
    const std::uint32_t ids[] = {2};
    const auto before = Reader::open(dir_.path())->series(ids, kStart, kStart + 4000, 10);
    const flow::Ledger ledger = engine_->total_ledger();
    const std::uint64_t flows = engine_->process_series()[1][0].flows;
    fill(pieces(kStart, kStart + 4000, 10));
    commit_all();
    const auto after = Reader::open(dir_.path())->series(ids, kStart, kStart + 4000, 10);
    ASSERT_EQ(before->size(), after->size());
    for (std::size_t i = 0; i < before->size(); ++i) EXPECT_TRUE(test::equal((*before)[i].sum, (*after)[i].sum));
    EXPECT_EQ(engine_->total_ledger().values, ledger.values);
    EXPECT_EQ(engine_->process_series()[1][0].flows, flows) << "metrics count what was counted live";
}

TEST_F(FillTest, NothingIsFilledBeforeAnythingWasCounted) {
    fill({FillPiece{.series = 1, .step_s = 10, .points = {{.at_s = kStart}}}, FillPiece{.series = 1}});
    commit(kStart + 100);
    EXPECT_EQ(engine_->fill_state().waiting, 1u) << "the empty one is done";
}

}  // namespace
}  // namespace store
