// SPDX-License-Identifier: Apache-2.0
#include "dataplane/fairness.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "tests/support/packet_builder.hpp"
#include "tests/support/worker_rig.hpp"

namespace {

using dataplane::Fairness;
using flow::Counter;
using flow::IpAddress;
using flow::Outcome;

constexpr std::uint64_t kNow_ms = 1'700'000'000'000;

// A queue that is filled by what arrives and emptied by what is decoded, a window at a time.
class Queue {
  public:
    explicit Queue(std::uint64_t decoded_a_window) : decoded_a_window_(decoded_a_window) {}

    // `senders`: datagrams of each in one window, sent in turn. Returns the fill after it, in thousandths.
    std::uint32_t window(Fairness& fairness, const std::map<IpAddress, std::uint32_t>& senders) {
        std::uint64_t work = 0;
        for (const auto& [address, count] : senders) {
            for (std::uint32_t i = 0; i < count; ++i) {
                const auto verdict = fairness.judge(address, decode::kNoRule, now_ms_);
                if (verdict.outcome == Outcome::accepted) {
                    ++work;
                    ++kept[address];
                    stands_for[address] += verdict.thinning;
                } else {
                    ++thinned[address];
                }
            }
        }
        waiting_ = waiting_ + work > decoded_a_window_ ? std::min(waiting_ + work - decoded_a_window_, kPlaces) : 0;
        const auto fill = static_cast<std::uint32_t>(waiting_ * 1000 / kPlaces);
        fairness.observe(fill);
        now_ms_ += Fairness::kWindowMs;
        fairness.tick(now_ms_);
        return fill;
    }
    std::map<IpAddress, std::uint64_t> kept, thinned, stands_for;

  private:
    static constexpr std::uint64_t kPlaces = 4096;
    const std::uint64_t decoded_a_window_;
    std::uint64_t waiting_ = 0, now_ms_ = kNow_ms;
};

const IpAddress kLarge = IpAddress::v4(0x0a000001), kSmall = IpAddress::v4(0x0a000002);

TEST(Fairness, NobodyIsThinnedWhileQueuesAreNotFull) {
    Fairness fairness;
    Queue queue(100'000);
    for (int i = 0; i < 50; ++i) EXPECT_EQ(queue.window(fairness, {{kLarge, 20'000}, {kSmall, 200}}), 0u);
    EXPECT_TRUE(queue.thinned.empty());
    EXPECT_TRUE(fairness.thinned().empty());
}

TEST(Fairness, AMomentOfFillIsNotEnough) {
    Fairness fairness;
    for (std::uint64_t window = 1; window < 20; ++window) {
        for (int i = 0; i < 1000; ++i) EXPECT_EQ(fairness.judge(kLarge, decode::kNoRule, kNow_ms).thinning, 1);
        EXPECT_EQ(fairness.judge(kSmall, decode::kNoRule, kNow_ms).thinning, 1);
        fairness.observe(1000);
        fairness.observe(700);
        fairness.tick(kNow_ms + window * Fairness::kWindowMs);
    }
}

TEST(Fairness, TheLargestIsThinnedAndTheSmallOneLosesNothing) {
    Fairness fairness;
    Queue queue(5'000);
    for (int i = 0; i < 100; ++i) queue.window(fairness, {{kLarge, 20'000}, {kSmall, 200}});
    EXPECT_EQ(queue.thinned[kSmall], 0u);
    EXPECT_EQ(queue.kept[kSmall], 100u * 200);
    EXPECT_GT(queue.thinned[kLarge], 0u);
    EXPECT_EQ(queue.kept[kLarge] + queue.thinned[kLarge], 100u * 20'000);
    ASSERT_EQ(fairness.thinned().size(), 1u);
    EXPECT_EQ(fairness.thinned()[0].address, kLarge);
    EXPECT_GE(fairness.thinned()[0].factor, 4u);
    // One of each group of n is kept, so only the groups that a change of n cut short add to the error.
    const auto error = std::abs(static_cast<double>(queue.stands_for[kLarge]) - 100.0 * 20'000);
    EXPECT_LT(error, 20 * 1024.0);
}

TEST(Fairness, TheOverloadGoesAndThinningIsUndoneStepByStep) {
    Fairness fairness;
    Queue queue(5'000);
    for (int i = 0; i < 30; ++i) queue.window(fairness, {{kLarge, 30'000}, {kSmall, 200}});
    ASSERT_FALSE(fairness.thinned().empty());
    std::uint32_t factor = fairness.thinned()[0].factor;
    int steps = 0, windows = 0;
    while (!fairness.thinned().empty() && ++windows < 2000) {
        queue.window(fairness, {{kLarge, 100}, {kSmall, 200}});
        const auto thinned = fairness.thinned();
        const std::uint32_t now = thinned.empty() ? 1 : thinned[0].factor;
        if (now == factor) continue;
        EXPECT_EQ(now, factor / 2);
        factor = now;
        ++steps;
    }
    EXPECT_EQ(factor, 1u);
    EXPECT_GE(steps, 3);
    EXPECT_GE(windows, 3 * static_cast<int>(Fairness::kCalmMs / Fairness::kWindowMs)) << "some seconds a step";
}

TEST(Fairness, AnOverloadThatStaysIsTriedRarely) {
    Fairness fairness;
    Queue queue(5'000);
    int full = 0;
    for (int i = 0; i < 3000; ++i) {  // ten minutes
        const std::uint32_t fill = queue.window(fairness, {{kLarge, 9'000}, {kSmall, 200}});
        if (i > 600 && fill == 1000) ++full;
    }
    EXPECT_LT(full, 40) << "of 2,400 windows";
    EXPECT_EQ(queue.thinned[kSmall], 0u);
}

TEST(Fairness, ManyEqualOnesAreAllThinnedInTheEnd) {
    Fairness fairness;
    Queue queue(10'000);
    std::map<IpAddress, std::uint32_t> senders;
    for (std::uint32_t i = 0; i < 500; ++i) senders[IpAddress::v4(0x0a000100 + i)] = 80 + i % 5;
    std::uint32_t fill = 1000;
    for (int i = 0; i < 100; ++i) fill = queue.window(fairness, senders);
    EXPECT_LT(fill, 1000u) << "40,000 come, 10,000 can be decoded";
    EXPECT_EQ(fairness.thinned().size(), Fairness::kShown);
}

TEST(Fairness, ASingleExporterHasNobodyToMakeRoomFor) {
    Fairness fairness;
    Queue queue(1'000);
    for (int i = 0; i < 20; ++i) queue.window(fairness, {{kLarge, 20'000}});
    EXPECT_TRUE(queue.thinned.empty());
}

TEST(Fairness, NoRhythmOfTheExporterIsHit) {
    Fairness fairness;
    Queue queue(100);
    for (int i = 0; i < 20; ++i) queue.window(fairness, {{kLarge, 10'000}, {kSmall, 2}});
    ASSERT_FALSE(fairness.thinned().empty());
    const std::uint32_t n = fairness.thinned()[0].factor;
    ASSERT_GE(n, 8u);
    std::uint64_t first_of_two = 0;
    constexpr int kCount = 1'000'000;
    for (int i = 0; i < kCount; ++i) {
        const auto verdict = fairness.judge(kLarge, decode::kNoRule, kNow_ms);
        if (verdict.outcome == Outcome::accepted && i % 2 == 0) first_of_two += verdict.thinning;
    }
    const double groups = kCount / static_cast<double>(n);
    EXPECT_NEAR(static_cast<double>(first_of_two), kCount / 2.0, 6 * std::sqrt(groups) / 2 * n);
}

TEST(Fairness, AFixedLimitIsATokenBucket) {
    Fairness fairness;
    const decode::ExporterRule rule{.most_datagrams_s = 100};
    const auto passed = [&](const IpAddress& address, std::uint64_t from_ms, std::uint64_t ms, std::uint32_t each_ms) {
        std::uint32_t n = 0;
        for (std::uint64_t t = from_ms; t < from_ms + ms; ++t) {
            for (std::uint32_t i = 0; i < each_ms; ++i)
                n += fairness.judge(address, rule, t).outcome == Outcome::accepted ? 1 : 0;
        }
        return n;
    };
    EXPECT_EQ(passed(kLarge, kNow_ms, 1, 1000), 100u) << "a burst";
    EXPECT_EQ(passed(kLarge, kNow_ms + 1, 10'000, 2), 1000u) << "and 100 a second";
    EXPECT_EQ(passed(kSmall, kNow_ms, 1, 100), 100u) << "each address by itself";
    EXPECT_EQ(passed(kSmall, kNow_ms + 1, 10'000, 0), 0u);
    EXPECT_EQ(passed(kSmall, kNow_ms - 60'000, 1000, 1), 99u) << "a clock that was set back";
}

TEST(Fairness, MoreAddressesThanItHoldsPassUntouched) {
    Fairness fairness;
    const decode::ExporterRule rule{.most_datagrams_s = 1};
    for (std::uint32_t i = 0; i < 100'000; ++i)
        EXPECT_EQ(fairness.judge(IpAddress::v4(i), rule, kNow_ms).outcome, Outcome::accepted);
}

// The same through two exporters' datagrams, decoder, match and books.
TEST(FairnessOfAWorker, TotalsAreScaledAndTheBooksBalance) {
    support::WorkerRig rig({.channels = {{"src ip 192.0.2.1"}, {"src ip 192.0.2.2"}}});
    std::uint32_t sequences[2] = {0, 0};
    std::uint64_t now_ms = kNow_ms;
    const auto send = [&](std::uint32_t which) {
        support::V9 v9(which);
        v9.unix_seconds(kNow_ms / 1000).uptime_ms(1000).sequence(sequences[which]++);
        if (sequences[which] == 1) v9.template_set({{256, {{8, 4}, {12, 4}, {2, 4}, {1, 4}}}});
        const auto record =
            support::Writer().ip(which == 0 ? "192.0.2.1" : "192.0.2.2").ip("192.0.2.9").u32(3).u32(1000).bytes();
        v9.data_set(256, {record, record, record});
        rig.receive(0, support::udp_frame(which == 0 ? "10.0.0.1" : "10.0.0.2", "10.0.0.9", 1, 2055, v9.build()),
                    now_ms);
    };
    constexpr std::uint32_t kWindows = 100, kLargeOnes = 1000, kSmallOnes = 10;
    for (std::uint32_t window = 0; window < kWindows; ++window) {
        for (std::uint32_t i = 0; i < kLargeOnes; ++i) {
            send(0);
            if (i % (kLargeOnes / kSmallOnes) == 0) send(1);
        }
        rig.intake(0).fairness().observe(window < 5 ? 1000 : 600);
        now_ms += Fairness::kWindowMs;
        rig.tick(now_ms);
    }
    rig.finish(now_ms);
    EXPECT_EQ(flow::broken_law(rig.sink.ledger, true), "");
    EXPECT_EQ(rig.broken_sum(), "");
    EXPECT_EQ(rig.sink.flows(1), kWindows * kSmallOnes * 3u) << "the small one is complete";
    const double sent = kWindows * kLargeOnes * 3.0;
    EXPECT_GT(rig.sink.ledger[Outcome::thinned], kWindows * kLargeOnes / 2u);
    EXPECT_NEAR(static_cast<double>(rig.sink.flows(0)), sent, sent / 20);
    const flow::Cell& cell = rig.sink.cells[0][3];
    EXPECT_EQ(cell.packets, cell.flows * 3);
    EXPECT_EQ(cell.bytes, cell.flows * 1000);
    for (const flow::ExporterCounts& counts : rig.sink.exporters) EXPECT_EQ(counts.lost, 0u) << "thinned is not lost";
    EXPECT_EQ(rig.sink.exporters[0].thinned, rig.sink.ledger[Outcome::thinned]);
    EXPECT_EQ(rig.sink.exporters[1].thinned, 0u);
}

TEST(FairnessOfAWorker, OverTheLimitIsBookedOnItsExporter) {
    support::WorkerRig rig(
        {.rules = {{.prefix = flow::Prefix::parse("10.0.0.1").value(), .rule = {.most_datagrams_s = 10}}}});
    for (std::uint32_t i = 0; i < 100; ++i) {
        for (const char* address : {"10.0.0.1", "10.0.0.2"}) {
            support::V5 v5;
            v5.unix_time(kNow_ms / 1000).sequence(i).record({});
            rig.receive(0, support::udp_frame(address, "10.0.0.9", 1, 2055, v5.build()), kNow_ms);
        }
    }
    rig.finish(kNow_ms);
    EXPECT_EQ(flow::broken_law(rig.sink.ledger, true), "");
    EXPECT_EQ(rig.broken_sum(), "");
    EXPECT_EQ(rig.sink.ledger[Outcome::over_limit], 90u);
    EXPECT_EQ(rig.sink.exporters[0].thinned, 90u);
    EXPECT_EQ(rig.sink.exporters[0].lost, 0u);
    EXPECT_EQ(rig.sink.exporters[1].datagrams, 100u);
    EXPECT_EQ(rig.sink.flows(0), 110u) << "a limit is not thinning: nothing is multiplied";
}

}  // namespace
