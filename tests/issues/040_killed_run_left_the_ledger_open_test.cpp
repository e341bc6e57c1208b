// SPDX-License-Identifier: Apache-2.0
// After kill -9 the stored ledger never closed again: flows decoded by one core and not yet handed over by the next stayed a
// difference between two laws for good, and `net-collector ledger` called the books unbalanced from then on.
#include <gtest/gtest.h>

#include "tests/store/support.hpp"

TEST(Issue040, AKilledRunsLedgerIsClosed) {
    using flow::Counter;
    const store::test::TempDir dir;
    constexpr std::uint64_t kNow_ms = 1'700'000'000'000;
    {
        auto engine = store::Engine::open(store::test::options(dir));
        ASSERT_TRUE(engine) << engine.error().message;
        store::test::Feeder decoding(1);
        flow::Ledger& ledger = decoding.tally().ledger;
        for (const Counter c : {Counter::records_seen, Counter::records_flow, Counter::flows_decoded}) ledger[c] = 28;
        decoding.feed(**engine, kNow_ms / 1000);
        ASSERT_TRUE((*engine)->commit({kNow_ms, 1000}));  // and the core that matches never hands over
    }
    ASSERT_NE(flow::broken_law(*store::Reader::open(dir.path())->ledger(), true), "");
    auto engine = store::Engine::open(store::test::options(dir));
    ASSERT_TRUE(engine) << engine.error().message;
    ASSERT_TRUE((*engine)->commit({kNow_ms + 1000, 1000}));
    const auto ledger = store::Reader::open(dir.path())->ledger();
    ASSERT_TRUE(ledger);
    EXPECT_EQ(flow::broken_law(*ledger, true), "");
    EXPECT_EQ((*ledger)[Counter::flows_unwritten], 28u);
}
