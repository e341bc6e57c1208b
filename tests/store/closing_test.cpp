// SPDX-License-Identifier: Apache-2.0
// What a killed run leaves, and how its ledger is closed.
#include "store/series/closing.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "tests/store/support.hpp"

namespace store {
namespace {

using flow::Counter;
using flow::Ledger;
using flow::Outcome;
using flow::PacketFate;
using flow::Skip;
using test::Feeder;
using test::TempDir;

// A ledger whose laws all hold.
Ledger balanced() {
    Ledger l;
    l[PacketFate::whole] = 100;
    l[PacketFate::fragment] = 30;
    l[PacketFate::not_udp] = 20;
    l[PacketFate::other_port] = 5;
    l[Counter::packets_received] = 155;
    l[Counter::punted] = 20;
    l[Counter::punt_left] = 5;
    l[Counter::fragments_used] = 24;
    l[Counter::fragments_foreign] = 6;
    l[Counter::reassembled] = 8;
    l[Counter::handoff_lost] = 3;
    l[Counter::datagrams_received] = 105;
    l[Outcome::accepted] = 100;
    l[Outcome::bad_length] = 5;
    l[Counter::sets_held] = 12;
    l[Counter::held_replayed] = 10;
    l[Counter::held_evicted] = 2;
    l.skip(Skip::no_template, 2);
    l[Counter::records_seen] += 1000;
    l[Counter::records_flow] = 990;
    l[Counter::records_option] = 10;
    l[Counter::flows_extra] = 7;
    l[Counter::flows_decoded] = 997;
    l[Counter::flows_through] = 990;
    l[Counter::flows_lost_ring] = 7;
    l[Counter::flows_archived] = 900;
    l[Counter::archive_not_wanted] = 80;
    l[Counter::archive_shed_disk] = 10;
    return l;
}

Ledger closed(Ledger l, const Closing& closing) {
    l.add(closing.added);
    return l;
}

constexpr std::uint64_t kStart = 1'700'000'100;

struct Shape {
    const char* name;
    void (*spoil)(Ledger&);
    Counter touched;
    std::uint64_t by;
    std::uint64_t raised;
};

TEST(Closing, GivesEveryShapeItsLaws) {
    const Shape shapes[] = {
        {"datagrams on their way to the owner",
         [](Ledger& l) {
             l[PacketFate::whole] += 4;
             l[Counter::packets_received] += 4;
         },
         Counter::datagrams_unwritten, 4, 0},
        {"the owner committed first",
         [](Ledger& l) {
             l[Outcome::accepted] += 4;
             l[Counter::datagrams_received] += 4;
         },
         Counter::packets_received, 4, 4},
        {"flows on their way through match",
         [](Ledger& l) {
             l[Counter::flows_decoded] += 9;
             l[Counter::records_flow] += 9;
             l[Counter::records_seen] += 9;
         },
         Counter::flows_unwritten, 9, 0},
        {"match committed first",
         [](Ledger& l) {
             l[Counter::flows_through] += 9;
             l[Counter::archive_off] += 9;
         },
         Counter::flows_decoded, 9, 9},
        {"flows on their way to the archive",
         [](Ledger& l) {
             l[Counter::flows_through] += 9;
             l[Counter::flows_decoded] += 9;
             l[Counter::records_flow] += 9;
             l[Counter::records_seen] += 9;
         },
         Counter::archive_unwritten, 9, 0},
        {"the archive committed before match and decode",
         [](Ledger& l) {
             l[Counter::flows_archived] += 5;
             l[Counter::archive_shed_busy] += 4;
         },
         Counter::flows_decoded, 9, 18},
        {"sets held", [](Ledger& l) { l[Counter::sets_held] += 3; }, Counter::held_expired, 3, 0},
        {"a set replayed before it was held", [](Ledger& l) { l[Counter::held_replayed] += 3; }, Counter::sets_held, 3,
         3},
        {"fragments waiting for the others",
         [](Ledger& l) {
             l[PacketFate::fragment] += 2;
             l[Counter::packets_received] += 2;
         },
         Counter::fragments_expired, 2, 0},
        {"fragments used before they were received", [](Ledger& l) { l[Counter::fragments_used] += 2; },
         Counter::packets_received, 2, 2},
        {"packets on their way to the kernel",
         [](Ledger& l) {
             l[PacketFate::not_ip] += 6;
             l[Counter::packets_received] += 6;
         },
         Counter::punt_dropped, 6, 0},
        {"packets passed before they were received", [](Ledger& l) { l[Counter::punted] += 6; },
         Counter::packets_received, 6, 6},
        {"a run killed before", [](Ledger& l) { l[Counter::flows_unwritten] += 1; }, Counter::flows_decoded, 1, 1},
    };
    ASSERT_TRUE(flow::broken_law(balanced(), true).empty());
    EXPECT_TRUE(close_books(balanced()).empty());
    EXPECT_TRUE(close_books(Ledger{}).empty());
    for (const Shape& s : shapes) {
        Ledger l = balanced();
        s.spoil(l);
        ASSERT_TRUE(flow::broken_law(l).empty()) << s.name << ": a hand-over keeps its laws";
        ASSERT_FALSE(flow::broken_law(l, true).empty()) << s.name;
        const Closing closing = close_books(l);
        const Ledger after = closed(l, closing);
        EXPECT_EQ(flow::broken_law(after, true), "") << s.name;
        EXPECT_EQ(closing.added[s.touched], s.by) << s.name;
        EXPECT_EQ(closing.raised, s.raised) << s.name;
        EXPECT_TRUE(close_books(after).empty()) << s.name;
    }
}

TEST(Closing, GivesEveryMixtureItsLaws) {
    std::mt19937_64 random(5);
    const std::array counters{Counter::flows_through,
                              Counter::flows_lost_ring,
                              Counter::held_replayed,
                              Counter::sets_held,
                              Counter::fragments_used,
                              Counter::fragments_bad,
                              Counter::punted,
                              Counter::punt_dropped,
                              Counter::reassembled,
                              Counter::handoff_lost,
                              Counter::datagrams_unwritten,
                              Counter::flows_unwritten,
                              Counter::fragments_expired,
                              Counter::flows_archived,
                              Counter::archive_not_wanted,
                              Counter::archive_shed_disk,
                              Counter::archive_unwritten};
    for (int i = 0; i < 20'000; ++i) {
        Ledger l = balanced();
        for (const Counter c : counters) l[c] += random() % 4 == 0 ? random() % 50 : 0;
        for (std::size_t f = 0; f < flow::kPacketFates; ++f) {
            const std::uint64_t n = random() % 50;
            l[static_cast<PacketFate>(f)] += n;
            l[Counter::packets_received] += n;
        }
        for (std::size_t o = 0; o < flow::kOutcomes; ++o) {
            const std::uint64_t n = random() % 50;
            l[static_cast<Outcome>(o)] += n;
            l[Counter::datagrams_received] += n;
        }
        const std::uint64_t flows = random() % 50, expired = random() % 50;
        for (const Counter c : {Counter::records_seen, Counter::records_flow, Counter::flows_decoded}) l[c] += flows;
        l[Counter::held_expired] += expired;
        l.skip(Skip::no_template, expired);
        ASSERT_EQ(flow::broken_law(l), "");
        const Ledger after = closed(l, close_books(l));
        ASSERT_EQ(flow::broken_law(after, true), "");
        ASSERT_TRUE(close_books(after).empty());
    }
}

// What the archive finds on its disk was on its way when the run died, or is told by nobody else.
TEST(Closing, TakesBackWhatTheArchiveRecovers) {
    struct Case {
        std::uint64_t under_way, recovered, unwritten, raised;
    };
    for (const Case& c :
         {Case{50, 0, 50, 0}, Case{50, 20, 30, 0}, Case{50, 50, 0, 0}, Case{50, 60, 0, 20}, Case{0, 7, 0, 14}}) {
        Ledger l = balanced();
        for (const Counter counter :
             {Counter::flows_through, Counter::flows_decoded, Counter::records_flow, Counter::records_seen})
            l[counter] += c.under_way;
        Ledger recovered;
        recovered[Counter::flows_archived] = c.recovered;
        LastRun run(l, kStart, false);
        Ledger after = l;
        after.add(run.add({}));
        after.add(run.add(recovered));
        EXPECT_EQ(flow::broken_law(after, true), "") << c.recovered;
        EXPECT_EQ(after[Counter::flows_archived], l[Counter::flows_archived] + c.recovered);
        EXPECT_EQ(after[Counter::archive_unwritten], c.unwritten);
        EXPECT_EQ(run.closing().unarchived, c.unwritten);
        EXPECT_EQ(run.closing().raised, c.raised) << "at match and at the decoder";
    }
}

TEST(Closing, OfAnExporterIsItsHeldSets) {
    struct Case {
        std::uint64_t held, replayed, lost, wanted;
    };
    for (const Case& c : {Case{0, 0, 0, 0}, Case{9, 4, 5, 0}, Case{9, 4, 2, 3}, Case{3, 4, 0, 0}}) {
        flow::ExporterCounts totals;
        totals.sets_held = c.held;
        totals.held_replayed = c.replayed;
        totals.held_lost = c.lost;
        const flow::ExporterCounts added = close_books(totals);
        EXPECT_EQ(added.held_lost, c.wanted);
        EXPECT_EQ(added.skipped, c.wanted);
    }
}

// Commits `ledger` as one hand-over; `clean`: stops by itself.
void run(const TempDir& dir, const Ledger& ledger, std::uint64_t at_s, bool clean) {
    auto engine = Engine::open(test::options(dir));
    ASSERT_TRUE(engine) << engine.error().message;
    Feeder feeder(1);
    feeder.tally().ledger = ledger;
    feeder.feed(**engine, static_cast<std::uint32_t>(at_s));
    ASSERT_TRUE((*engine)->commit({at_s * 1000, at_s * 1000}, clean));
}

TEST(Closing, HappensOnceAfterARunThatWasKilled) {
    TempDir dir;
    Ledger in_flight;
    for (const Counter c : {Counter::records_seen, Counter::records_flow, Counter::flows_decoded}) in_flight[c] = 40;
    in_flight[Counter::flows_through] = in_flight[Counter::archive_off] = 30;
    run(dir, in_flight, kStart, false);
    EXPECT_NE(flow::broken_law(*Reader::open(dir.path())->ledger(), true), "");
    for (int i = 0; i < 3; ++i) {  // the second and third time there is nothing to close
        auto engine = Engine::open(test::options(dir));
        const Stats stats = (*engine)->stats();
        EXPECT_EQ(stats.closed_in_flight, i == 0 ? 10u : 0u);
        EXPECT_EQ(stats.closed_raised, 0u);
        EXPECT_EQ(stats.note.find("the collector did not end by itself last time") != std::string::npos, i == 0)
            << stats.note;
        EXPECT_EQ(flow::broken_law((*engine)->total_ledger(), true), "");
        EXPECT_EQ((*engine)->total_ledger()[Counter::flows_unwritten], 10u);
        EXPECT_EQ((*engine)->process_ledger()[Counter::flows_unwritten], 0u) << "it was another process";
        ASSERT_TRUE((*engine)->commit({(kStart + 1000) * 1000, 1000}));
        const auto reader = Reader::open(dir.path());
        EXPECT_EQ(flow::broken_law(*reader->ledger(), true), "");
        const auto books = *reader->ledger_books(0, ~0u);
        ASSERT_EQ(books.size(), 1u) << "in the book of the last commit";
        EXPECT_EQ(books[0].ledger.values, (*reader->ledger()).values);
    }
}

TEST(Closing, RecoveredRowsCountAsArchivedInTheTotalsAlone) {
    TempDir dir;
    Ledger in_flight;
    for (const Counter c : {Counter::records_seen, Counter::records_flow, Counter::flows_decoded}) in_flight[c] = 40;
    in_flight[Counter::flows_through] = 40;
    run(dir, in_flight, kStart, false);
    auto store = Store::open(test::options(dir));
    ASSERT_TRUE(store);
    EXPECT_EQ((*store)->stats().closed_unarchived, 40u);
    EXPECT_EQ((*store)->stats().closed_in_flight, 0u);
    ArchiveNews news{.recovered = true};
    news.ledger[Counter::flows_archived] = 25;
    EXPECT_NE((*store)->archive(news), 0u);
    ASSERT_TRUE((*store)->start());
    ASSERT_TRUE((*store)->stop());
    EXPECT_EQ((*store)->stats().closed_unarchived, 15u);
    EXPECT_EQ((*store)->process_ledger()[Counter::flows_archived], 0u) << "it was another process";
    store->reset();
    const auto reader = Reader::open(dir.path());
    const Ledger total = *reader->ledger();
    EXPECT_EQ(flow::broken_law(total, true), "");
    EXPECT_EQ(total[Counter::flows_archived], 25u);
    EXPECT_EQ(total[Counter::archive_unwritten], 15u);
    const auto books = *reader->ledger_books(0, ~0u);
    ASSERT_EQ(books.size(), 1u) << "in the book of the last commit";
    EXPECT_EQ(books[0].ledger.values, total.values);
}

TEST(Closing, IsNotDoneAfterAStop) {
    TempDir dir;
    Ledger spoilt;
    spoilt[Counter::flows_through] = 30;
    run(dir, spoilt, kStart, true);
    {
        auto engine = Engine::open(test::options(dir));
        EXPECT_EQ((*engine)->total_ledger()[Counter::flows_decoded], 0u) << "a fault of ours is not painted over";
        EXPECT_EQ((*engine)->stats().note, "");
        ASSERT_TRUE((*engine)->commit({(kStart + 10) * 1000, 1000}));
    }
    auto engine = Engine::open(test::options(dir));
    EXPECT_EQ((*engine)->total_ledger()[Counter::flows_decoded], 30u) << "the second run was killed";
    EXPECT_EQ((*engine)->stats().closed_raised, 30u);
}

TEST(Closing, WaitsForTheFirstCommit) {
    TempDir dir;
    Ledger in_flight;
    in_flight[PacketFate::whole] = in_flight[Counter::packets_received] = 7;
    run(dir, in_flight, kStart, false);
    for (int i = 0; i < 2; ++i) {  // killed again before it commits
        auto engine = Engine::open(test::options(dir));
        EXPECT_EQ((*engine)->stats().closed_in_flight, 7u);
    }
    EXPECT_EQ((*Reader::open(dir.path())->ledger())[Counter::datagrams_unwritten], 0u);
}

TEST(Closing, AStoreThatStopsLeavesNothingToClose) {
    TempDir dir;
    for (int i = 0; i < 2; ++i) {
        auto store = Store::open(test::options(dir));
        ASSERT_TRUE(store);
        EXPECT_EQ((*store)->stats().note, "");
        ASSERT_TRUE((*store)->start());
        flow::Ledger delta;
        delta[Counter::flows_through] = 1;  // would be closed
        (*store)->add(delta);
        ASSERT_TRUE((*store)->stop());
    }
    EXPECT_EQ((*Reader::open(dir.path())->ledger())[Counter::flows_decoded], 0u);
}

}  // namespace
}  // namespace store
