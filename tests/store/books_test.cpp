// SPDX-License-Identifier: Apache-2.0
// Books: that they always add up to the totals, which book a hand-over belongs to, how long they are kept.
#include "store/books.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "store/series/books.hpp"
#include "store/series/counter_order.hpp"
#include "store/series/exporter_records.hpp"
#include "tests/store/support.hpp"

namespace store {
namespace {

using test::Feeder;
using test::TempDir;

constexpr std::uint32_t kStart = 1'700'000'100;  // a multiple of 300
constexpr std::uint32_t kEver = ~0u;
static_assert(kStart % kBookSeconds == 0);

flow::ExporterCounts counts(std::uint64_t datagrams, std::uint64_t flows, std::uint64_t through) {
    flow::ExporterCounts c;
    c.datagrams = datagrams;
    c.flows = flows;
    c.flows_through = through;
    return c;
}

struct CompletenessCase {
    const char* name;
    flow::ExporterCounts counts;
    double wanted;
    flow::Protocol protocol = flow::Protocol::netflow9;
};

TEST(Completeness, IsWhatDesignSays) {
    const auto with = [](flow::ExporterCounts c, auto... set) {
        (set(c), ...);
        return c;
    };
    const auto lost = [](std::uint64_t units, std::uint64_t datagrams) {
        return [=](flow::ExporterCounts& c) {
            c.lost = units;
            c.lost_datagrams = datagrams;
        };
    };
    const auto handoff = [](std::uint64_t n) { return [=](flow::ExporterCounts& c) { c.handoff_lost = n; }; };
    const auto thinned = [](std::uint64_t n) { return [=](flow::ExporterCounts& c) { c.thinned = n; }; };
    const auto ring = [](std::uint64_t n) { return [=](flow::ExporterCounts& c) { c.flows_lost = n; }; };
    const CompletenessCase cases[] = {
        {"nothing was sent", {}, 1},
        {"only templates came", counts(5, 0, 0), 1},
        {"all is there", counts(10, 300, 300), 1},
        {"v9: a tenth of the datagrams is missing", with(counts(9, 270, 270), lost(1, 1)), 0.9},
        {"v5: flows are missing as they are", with(counts(9, 270, 270), lost(90, 3)), 0.75, flow::Protocol::netflow5},
        {"ipfix: a record is one, though it is taken for a datagram", with(counts(9, 99, 99), lost(1, 1)), 0.99,
         flow::Protocol::ipfix},
        {"lost in the ring", with(counts(10, 300, 150), ring(150)), 0.5},
        {"thinned to a half", with(counts(10, 300, 300), thinned(10)), 0.5},
        {"lost between our cores is missing by sequence, too", with(counts(9, 270, 270), lost(1, 1), handoff(1)), 0.9},
        {"v1 has no sequence numbers", with(counts(9, 270, 270), handoff(1)), 0.9, flow::Protocol::netflow1},
        {"in flight is not lost", counts(10, 300, 290), 1},
        {"only losses are known", with(flow::ExporterCounts{}, lost(7, 7)), 0},
        {"only losses between our cores are known", with(flow::ExporterCounts{}, handoff(7)), 0},
    };
    for (const CompletenessCase& c : cases) EXPECT_DOUBLE_EQ(completeness(c.protocol, c.counts), c.wanted) << c.name;
}

TEST(CounterOrder, WhatOneProgramWritesAnotherReads) {
    const std::array<std::string_view, 2> older{"a", "b"};
    const std::array<std::string_view, 4> newer{"c", "b", "d", "a"};
    const CounterOrder first("", older);
    EXPECT_EQ(first.list(), "a,b");
    const CounterOrder second(first.list(), newer);
    EXPECT_EQ(second.list(), "a,b,c,d") << "names are only added";
    Buffer row;
    first.encode(row, std::array<std::uint64_t, 2>{1, 2});
    std::array<std::uint64_t, 4> read{};
    ASSERT_TRUE(second.decode(row, read));
    EXPECT_EQ(read, (std::array<std::uint64_t, 4>{0, 2, 0, 1}));
    ASSERT_TRUE(second.decode(row, read)) << "adds";
    EXPECT_EQ(read[1], 4u);

    // An older program again, in the same directory: it adds what it knows, and keeps the rest.
    const CounterOrder third(second.list(), older);
    Buffer stored, merged;
    second.encode(stored, std::array<std::uint64_t, 4>{10, 20, 0, 40});
    ASSERT_TRUE(third.merge(merged, stored, std::array<std::uint64_t, 2>{1, 2}));
    read = {};
    ASSERT_TRUE(second.decode(merged, read));
    EXPECT_EQ(read, (std::array<std::uint64_t, 4>{10, 22, 0, 41}));
}

TEST(CounterOrder, DamagedBytesAreRefused) {
    const std::array<std::string_view, 3> names{"a", "b", "c"};
    const CounterOrder order("", names);
    const std::pair<const char*, Buffer> invalid[] = {
        {"no value", {1}},
        {"a number without an end", {0, 0x80}},
        {"more than 64 bits", {0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}},
        {"an index beyond the names", {3, 1}},
        {"a step beyond the names", {2, 1, 0, 1}},
    };
    std::array<std::uint64_t, 3> own{};
    for (const auto& [name, bytes] : invalid) {
        EXPECT_FALSE(order.decode(bytes, own)) << name;
        Buffer merged;
        EXPECT_FALSE(order.merge(merged, bytes, std::array<std::uint64_t, 3>{5, 0, 0})) << name;
        std::array<std::uint64_t, 3> read{};
        EXPECT_TRUE(order.decode(merged, read));
        EXPECT_EQ(read, (std::array<std::uint64_t, 3>{5, 0, 0})) << name << ": begun anew";
    }
    EXPECT_TRUE(order.decode({}, own)) << "all zero";
    std::array<std::uint64_t, 3> full{~0ull, 0, 0};
    ASSERT_TRUE(order.decode(Buffer{0, 1}, full));
    EXPECT_EQ(full[0], ~0ull) << "saturates";
}

TEST(CountNumbers, KeepEveryField) {
    CountNumbers numbers{};
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = 1000 + i;
    numbers[kAdditiveCounts + 2] = 1;  // sequence known
    EXPECT_EQ(to_numbers(to_counts(numbers)), numbers);
}

std::unique_ptr<Engine> open(const Options& options) {
    auto opened = Engine::open(options);
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
}
void commit(Engine& engine, std::uint64_t at_s, bool last = false) {
    const auto done = engine.commit({at_s * 1000, at_s * 1000}, last);
    ASSERT_TRUE(done) << done.error().message;
}
void expect_sums(const TempDir& dir) {
    const auto reader = Reader::open(dir.path());
    ASSERT_TRUE(reader) << reader.error().message;
    test::expect_books_add_up(*reader);
}

TEST(Books, AlwaysAddUpToTheTotals) {
    TempDir dir;
    std::mt19937_64 random(3);
    std::uint64_t now_s = kStart;
    constexpr std::uint32_t kExporters = 50;
    for (int run = 0; run < 4; ++run) {
        auto engine = open(test::options(dir));
        flow::ExporterTable table;
        test::add_exporters(table, kExporters);
        engine->attach(table);
        Feeder feeder(1);
        for (int turn = 0; turn < 100; ++turn, now_s += 7) {
            for (int t = 0; t < 3; ++t) {
                for (int e = 0; e < 5; ++e) {
                    flow::ExporterCounts& c =
                        feeder.tally().exporter(static_cast<std::uint32_t>(random() % kExporters));
                    c.datagrams += random() % 3;
                    c.bytes += random() % 100'000;
                    c.flows += random() % 40;
                    c.lost += random() % 50 == 0;
                    c.last_seen_ms = now_s * 1000;
                }
                feeder.tally().ledger[flow::Counter::flows_decoded] += random() % 100;
                const std::uint64_t late_s = random() % 10 == 0 ? random() % 4000 : 0;
                feeder.tally().last_ms = now_s * 1000;
                feeder.feed(*engine, random() % 10 == 0 ? 0 : static_cast<std::uint32_t>(now_s - late_s));
            }
            Inbox inbox;
            inbox.ledger[flow::Counter::port_missed] = random() % 4;
            engine->absorb(std::move(inbox));
            commit(*engine, now_s);
        }
        expect_sums(dir);
        EXPECT_EQ(engine->stats().damaged_values, 0u);
        EXPECT_GT(engine->stats().book_rows, 100u);
    }
}

TEST(Books, AHandoverBelongsToItsOwnBucket) {
    struct Case {
        const char* name;
        std::uint32_t bucket_s;
        std::uint64_t last_ms;
        std::uint32_t book_s;
    };
    const Case cases[] = {
        {"first bucket of a book", kStart, 0, kStart},
        {"last bucket of a book", kStart + 290, (kStart + 299) * 1000ull, kStart},
        {"next book", kStart + 300, 0, kStart + 300},
        {"no bucket: newest receive time", 0, (kStart + 600) * 1000ull, kStart + 600},
        {"neither: the commit's time", 0, 0, kStart + 3000},
        {"late", kStart - 86400, 0, kStart - 86400},
    };
    for (const Case& c : cases) {
        TempDir dir;
        auto engine = open(test::options(dir));
        flow::ExporterTable table;
        test::add_exporters(table, 1);
        engine->attach(table);
        Feeder feeder(1);
        feeder.tally().exporter(0).flows = 3;
        feeder.tally().ledger[flow::Counter::flows_decoded] = 3;
        feeder.tally().last_ms = c.last_ms;
        feeder.feed(*engine, c.bucket_s);
        commit(*engine, kStart + 3000);
        const auto reader = Reader::open(dir.path());
        const auto books = *reader->books(0, kEver);
        const auto ledgers = *reader->ledger_books(0, kEver);
        ASSERT_EQ(books.size(), 1u) << c.name;
        EXPECT_EQ(books[0].start_s, c.book_s) << c.name;
        EXPECT_EQ(books[0].counts.flows, 3u) << c.name;
        ASSERT_EQ(ledgers.size(), 1u) << c.name;
        EXPECT_EQ(ledgers[0].start_s, c.book_s) << c.name;
    }
}

TEST(Books, OfAReplayHaveTheCapturesTimeAndStay) {
    TempDir dir;
    Options options = test::options(dir);
    options.replay = true;
    auto engine = open(options);
    flow::ExporterTable table;
    test::add_exporters(table, 1);
    engine->attach(table);
    Feeder feeder(1);
    feeder.add(0, 0, {1, 1, 1});
    feeder.tally().exporter(0).flows = 1;
    feeder.feed(*engine, 1'000'000'200);  // 2001
    Inbox inbox;
    inbox.ledger[flow::Counter::port_missed] = 2;
    engine->absorb(std::move(inbox));
    for (std::uint32_t i = 0; i < 5; ++i) commit(*engine, kStart + i * 86400);
    const auto reader = Reader::open(dir.path());
    EXPECT_EQ((*reader->books(0, kEver)).size(), 1u);
    const auto ledgers = *reader->ledger_books(0, kEver);
    ASSERT_EQ(ledgers.size(), 1u);
    EXPECT_EQ(ledgers[0].start_s, 1'000'000'200u) << "device counters go with the newest data";
    EXPECT_EQ(ledgers[0].ledger[flow::Counter::port_missed], 2u);
}

TEST(Books, AreReadByTimeAndExporter) {
    TempDir dir;
    auto engine = open(test::options(dir));
    constexpr std::uint32_t kExporters = 2000, kBooks = 12;  // more rows than one transaction of the reader takes
    flow::ExporterTable table;
    test::add_exporters(table, kExporters);
    engine->attach(table);
    Feeder feeder(1);
    for (std::uint32_t b = 0; b < kBooks; ++b) {
        for (std::uint32_t e = 0; e < kExporters; ++e) feeder.tally().exporter(e).flows = b * kExporters + e + 1;
        feeder.tally().ledger[flow::Counter::flows_decoded] = b + 1;
        feeder.feed(*engine, kStart + b * 300);
        commit(*engine, kStart + b * 300);
    }
    const auto reader = Reader::open(dir.path());
    struct Case {
        std::uint32_t from_s, to_s;
        std::vector<std::uint32_t> exporters;
        std::uint32_t first_book, books, each;
    };
    const Case cases[] = {
        {0, kEver, {}, 0, kBooks, kExporters},
        {kStart + 299, kStart + 300, {}, 0, 1, kExporters},
        {kStart + 300, kStart + 301, {7}, 1, 1, 1},
        {0, kEver, {1999, 0, 1000}, 0, kBooks, 3},
        {kStart + 3000, kStart + 3301, {5, 5}, 10, 2, 1},
        {0, kEver, {kExporters}, 0, 0, 0},
        {kStart + 300, kStart + 300, {}, 0, 0, 0},
        {kStart + 900, kStart + 300, {}, 0, 0, 0},
        {kStart + kBooks * 300, kEver, {}, 0, 0, 0},
    };
    for (const Case& c : cases) {
        const auto books = reader->books(c.from_s, c.to_s, c.exporters);
        ASSERT_TRUE(books) << books.error().message;
        ASSERT_EQ(books->size(), static_cast<std::size_t>(c.books) * c.each);
        std::vector<std::uint32_t> wanted = c.exporters;
        std::sort(wanted.begin(), wanted.end());
        for (std::size_t i = 0; i < books->size(); ++i) {
            const std::uint32_t b = c.first_book + static_cast<std::uint32_t>(i) / c.each;
            const std::uint32_t e = static_cast<std::uint32_t>(i) % c.each;
            const std::uint32_t id = wanted.empty() ? e : wanted[e];
            EXPECT_EQ((*books)[i].start_s, kStart + b * 300);
            EXPECT_EQ((*books)[i].exporter, id);
            EXPECT_EQ((*books)[i].counts.flows, b * kExporters + id + 1);
        }
    }
    const auto ledgers = *reader->ledger_books(kStart + 310, kStart + 901);
    ASSERT_EQ(ledgers.size(), 3u);
    EXPECT_EQ(ledgers[0].ledger[flow::Counter::flows_decoded], 2u);
    expect_sums(dir);
}

TEST(Books, AreKeptAsLongAsTheRetentionSays) {
    TempDir dir;
    Options options = test::options(dir);
    options.retention.days_books = 1;
    auto engine = open(options);
    flow::ExporterTable table;
    test::add_exporters(table, 3);
    engine->attach(table);
    Feeder feeder(1);
    std::uint64_t at_s = kStart;
    for (; at_s < kStart + 3 * 86400; at_s += 300) {
        for (std::uint32_t e = 0; e < 3; ++e) feeder.tally().exporter(e).flows = 1;
        feeder.tally().ledger[flow::Counter::flows_decoded] = 3;
        feeder.feed(*engine, static_cast<std::uint32_t>(at_s));
        commit(*engine, at_s);
    }
    const std::uint64_t oldest_s = at_s - 300 - 86400;
    const auto reader = Reader::open(dir.path());
    const auto books = *reader->books(0, kEver);
    const auto ledgers = *reader->ledger_books(0, kEver);
    EXPECT_EQ(books.front().start_s, oldest_s);
    EXPECT_EQ(books.size(), 3 * 289u);
    EXPECT_EQ(ledgers.front().start_s, oldest_s);
    const Stats stats = engine->stats();
    EXPECT_EQ(stats.book_rows, books.size());
    EXPECT_EQ(stats.deleted_books, 4 * (864u - 289u)) << "those of the ledger, too";
    EXPECT_GE(stats.deleted_rows, stats.deleted_books);
    EXPECT_EQ((*reader->exporters())[0].counts.flows, 864u) << "totals stay";
}

TEST(Books, RetentionIsChecked) {
    TempDir dir;
    for (const std::uint32_t days : {0u, 36501u}) {
        Options options = test::options(dir);
        options.retention.days_books = days;
        const auto engine = Engine::open(options);
        ASSERT_FALSE(engine);
        EXPECT_EQ(engine.error().message,
                  "retention of books is " + std::to_string(days) + " days: give 1 to 36500 days");
        options.retention = {};
        options.retention.days_interfaces = days;
        EXPECT_FALSE(Engine::open(options));
    }
}

// A disk that fails for days: memory stays bounded, sums exact, and nothing gets older than it was.
TEST(Books, ThatWaitForADiskStayBounded) {
    TempDir dir;
    constexpr std::uint32_t kExporters = 1000, kBooks = 300;
    PendingBooks pending;
    for (std::uint32_t b = 0; b < kBooks; ++b) {
        for (std::uint32_t e = 0; e < kExporters; ++e) pending.add(kStart + b * 300, e, counts(1, 2, 3));
        flow::Ledger ledger;
        ledger[flow::Counter::flows_decoded] = 1;
        pending.add(kStart + b * 300, ledger);
        pending.add(0, ledger);
        ASSERT_LE(pending.size(), kMaxPendingBooks + 1);
    }
    pending.place(kStart + kBooks * 300);
    auto env = open_environment(dir.path(), false, test::kTestMapBytes);
    ASSERT_TRUE(env);
    CounterOrder count_order, ledger_order;
    {
        auto txn = env->read();
        count_order = *load_count_order(*env, *txn);
        ledger_order = *load_ledger_order(*env, *txn);
    }
    auto txn = env->write();
    std::uint64_t damaged = 0;
    ASSERT_TRUE(save_count_order(*env, *txn, count_order));
    ASSERT_TRUE(save_ledger_order(*env, *txn, ledger_order));
    ASSERT_TRUE(pending.save(*env, *txn, count_order, ledger_order, damaged));
    ASSERT_TRUE(std::move(*txn).commit());
    const auto reader = Reader::open(dir.path());
    std::uint64_t flows = 0, decoded = 0;
    const auto books = *reader->books(0, kEver);
    const auto ledgers = *reader->ledger_books(0, kEver);
    for (const Book& b : books) {
        flows += b.counts.flows;
        EXPECT_GE(b.start_s, kStart);
    }
    for (const LedgerBook& b : ledgers) decoded += b.ledger[flow::Counter::flows_decoded];
    EXPECT_EQ(flows, 2ull * kExporters * kBooks);
    EXPECT_EQ(decoded, 2ull * kBooks);
    EXPECT_EQ(damaged, 0u);
}

// One address has at most kMaxEntriesPerAddress; here each has its own. The most that there can be, twice over.
TEST(Books, ThatWaitAreBoundedAtTheMostExporters) {
    PendingBooks pending;
    for (std::uint32_t b = 0; b < 12; ++b) {
        for (std::uint32_t e = 0; e < flow::kMaxExporters; ++e) pending.add(kStart + b * 86400ull, e, counts(1, 1, 1));
        ASSERT_LE(pending.size(), kMaxPendingBooks);
    }
}

}  // namespace
}  // namespace store
