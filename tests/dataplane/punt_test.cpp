// SPDX-License-Identifier: Apache-2.0
#include "dataplane/punt.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "tests/support/frame_builder.hpp"

namespace {

using dataplane::PuntCredit;
using dataplane::PuntGate;
using flow::Counter;
using flow::Ledger;

constexpr std::uint64_t kSecond_ns = 1'000'000'000;
constexpr std::uint64_t kStart_ns = 1000 * kSecond_ns;

unsigned take_all(PuntCredit& credit) {
    unsigned taken = 0;
    while (taken < 1'000'000 && credit.take()) ++taken;
    return taken;
}

TEST(PuntCredit, NothingBeforeItIsGranted) {
    PuntCredit credit(10'000);
    EXPECT_FALSE(credit.take());
}

TEST(PuntCredit, KeepsItsRateInWhateverSteps) {
    for (const std::uint64_t step_ns : {50'000ull, 999'999ull, 7'000'000ull, 60'000'000ull}) {
        PuntCredit credit(10'000);
        credit.grant(kStart_ns);
        take_all(credit);
        unsigned taken = 0;
        for (std::uint64_t at = step_ns; at <= kSecond_ns; at += step_ns) {
            credit.grant(kStart_ns + at);
            taken += take_all(credit);
        }
        EXPECT_NEAR(taken, 10'000u, 700) << step_ns;  // the last step may not be over
        EXPECT_LE(taken, 10'000u);
    }
}

TEST(PuntCredit, SavesUpATenthOfASecond) {
    PuntCredit credit(10'000);
    credit.grant(kStart_ns);
    EXPECT_EQ(take_all(credit), 1000u);
    credit.grant(kStart_ns + 3600 * kSecond_ns);
    EXPECT_EQ(take_all(credit), 1000u);
}

TEST(PuntCredit, SmallRatesStillLetAResolutionThrough) {
    PuntCredit credit(1);
    credit.grant(kStart_ns);
    EXPECT_EQ(take_all(credit), 1u);
    for (unsigned i = 1; i <= 40; ++i) credit.grant(kStart_ns + i * kSecond_ns);
    EXPECT_EQ(take_all(credit), 16u);
    PuntCredit none(0);
    none.grant(kStart_ns);
    EXPECT_FALSE(none.take());
}

class Punt : public testing::Test {
  protected:
    void SetUp() override { gate_.credit.grant(kStart_ns); }
    void give(std::size_t worker, unsigned count, std::size_t bytes = 60) {
        const std::vector<std::uint8_t> frame(bytes, 1);
        for (unsigned i = 0; i < count; ++i) {
            ++ledger_[Counter::packets_received];
            ++ledger_[flow::PacketFate::not_udp];
            gate_.lanes[worker].give(frame, ledger_);
        }
    }
    unsigned drain(std::size_t worker, bool taken) {
        unsigned n = 0;
        flow::Bytes frame;
        for (; gate_.lanes[worker].front(frame); ++n) gate_.lanes[worker].pop(taken);
        return n;
    }
    void TearDown() override { EXPECT_EQ(flow::broken_law(ledger_, true), ""); }

    PuntGate gate_{2, 10'000};
    Ledger ledger_;
};

TEST_F(Punt, BeyondTheRateIsDroppedAndCounted) {
    give(0, 700);
    give(1, 700);
    EXPECT_EQ(ledger_[Counter::punted], 1000u);
    EXPECT_EQ(ledger_[Counter::punt_dropped], 400u);
    EXPECT_EQ(drain(0, true), 700u);
    EXPECT_EQ(drain(1, true), 300u);
    EXPECT_EQ(gate_.lanes[1].passed(), 300u);
    EXPECT_EQ(gate_.lanes[1].dropped(), 400u);
}

TEST_F(Punt, BeyondTheRoomIsDroppedAndCounted) {
    give(0, 900, 1500);
    EXPECT_LT(ledger_[Counter::punted], 400u);
    EXPECT_GT(ledger_[Counter::punted], 300u);
    EXPECT_EQ(drain(0, true), ledger_[Counter::punted]);
}

TEST_F(Punt, ForTheKernelNever) {
    ++ledger_[Counter::packets_received];
    ++ledger_[flow::PacketFate::not_ours];
    gate_.lanes[0].drop(ledger_);
    EXPECT_EQ(ledger_[Counter::punt_dropped], 1u);
    EXPECT_EQ(drain(0, true), 0u);
}

TEST_F(Punt, WhatTheKernelRefusesIsBookedAsDropped) {
    give(0, 10);
    EXPECT_EQ(drain(0, false), 10u);
    EXPECT_EQ(ledger_[Counter::punted], 10u);
    gate_.lanes[0].settle(ledger_);
    EXPECT_EQ(ledger_[Counter::punted], 0u);
    EXPECT_EQ(ledger_[Counter::punt_dropped], 10u);
    EXPECT_EQ(gate_.lanes[0].passed(), 0u);
    EXPECT_EQ(gate_.lanes[0].dropped(), 10u);
}

TEST_F(Punt, ARefusalWaitsForALedgerThatHasIt) {
    give(0, 10);
    drain(0, false);
    Ledger next;  // the tally was handed over meanwhile
    gate_.lanes[0].settle(next);
    EXPECT_EQ(next[Counter::punted] + next[Counter::punt_dropped], 0u);
    next[Counter::punted] = 4;
    gate_.lanes[0].settle(next);
    EXPECT_EQ(next[Counter::punted], 0u);
    EXPECT_EQ(next[Counter::punt_dropped], 4u);
    gate_.lanes[0].settle(ledger_);
    EXPECT_EQ(ledger_[Counter::punt_dropped], 6u);
}

TEST_F(Punt, WorkerAndKernelPathAtTheSameTime) {
    constexpr unsigned kPackets = 20'000;
    std::atomic<bool> done{false};
    unsigned taken = 0;
    std::thread path([&] {
        for (std::uint64_t turn = 1; !done.load(); ++turn) {
            gate_.credit.grant(kStart_ns + turn * 1'000'000);
            taken += drain(0, true);
        }
        taken += drain(0, true);
    });
    give(0, kPackets);
    done.store(true);
    path.join();
    EXPECT_EQ(taken, ledger_[Counter::punted]);
    EXPECT_EQ(taken + ledger_[Counter::punt_dropped], kPackets);
}

TEST(Lacp, IsKnownByAddressTypeAndSubtype) {
    const auto frame = [](const char* to, std::uint16_t type, std::uint8_t subtype) {
        return support::Frame()
            .ethernet("02:00:00:00:00:01", to, type)
            .payload(std::vector<std::uint8_t>{subtype, 1})
            .build();
    };
    EXPECT_TRUE(dataplane::is_lacp(frame("01:80:c2:00:00:02", 0x8809, 1)));
    EXPECT_FALSE(dataplane::is_lacp(frame("01:80:c2:00:00:02", 0x8809, 3)));  // OAM
    EXPECT_FALSE(dataplane::is_lacp(frame("01:80:c2:00:00:0e", 0x88cc, 1)));  // LLDP
    EXPECT_FALSE(dataplane::is_lacp(frame("02:00:00:00:00:02", 0x8809, 1)));
    EXPECT_FALSE(dataplane::is_lacp({}));
}

}  // namespace
