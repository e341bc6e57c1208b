// SPDX-License-Identifier: Apache-2.0
// The archive's catalogue: names of files, entries committed with their ledger, and kept while commits fail.
#include "store/segments.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/store/support.hpp"

namespace store {
namespace {

using flow::Counter;
using test::TempDir;

constexpr std::uint32_t kSlot = 1'700'000'100;  // a multiple of 300

TEST(SegmentKey, HasOnePath) {
    struct Case {
        SegmentKey key;
        const char* path;
    };
    const Case cases[] = {
        {{0, 0, 0, 0}, "1970-01-01/0000-0-0-0.flows"},
        {{1'768'477'800, 3, 0, 0}, "2026-01-15/1150-3-0-0.flows"},
        {{4'294'967'100, ~0u, 65535, 65535}, "2106-02-07/0625-4294967295-65535-65535.flows"},
        {{kSlot, 17, 2, 9}, "2023-11-14/2215-17-2-9.flows"},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(c.key.path(), c.path);
        EXPECT_EQ(SegmentKey::parse(c.path), c.key) << c.path;
    }
}

TEST(SegmentKey, OtherNamesAreNotOurs) {
    const char* const names[] = {
        "",
        "2026-01-15",
        "2026-01-15/",
        "2026-01-15/1150-3-0-0",
        "2026-01-15/1150-3-0-0.flows~",
        "2026-01-15/1150-3-0-0.flows.old",
        "2026-01-15/1150-3-0.flows",
        "2026-01-15/1150-3-0-0-0.flows",
        "2026-01-15/1150-03-0-0.flows",
        "2026-01-15/1150-3-0-65536.flows",
        "2026-01-15/1150-4294967296-0-0.flows",
        "2026-01-15/1151-3-0-0.flows",
        "2026-01-15/1160-3-0-0.flows",
        "2026-02-30/1150-3-0-0.flows",
        "2026-13-15/1150-3-0-0.flows",
        "1969-12-31/2355-3-0-0.flows",
        "2106-02-07/0630-3-0-0.flows",
        "26-01-15/1150-3-0-0.flows",
        "/2026-01-15/1150-3-0-0.flows",
        "2026-01-15/1150--3-0-0.flows",
        "2026-01-15/-150-3-0-0.flows",
        "99999999999999999999-01-15/1150-3-0-0.flows",
        "nfcapd.202601151150",
    };
    for (const char* name : names) EXPECT_EQ(SegmentKey::parse(name), std::nullopt) << name;
}

SegmentEntry entry(std::uint32_t slot, std::uint32_t source, std::uint16_t writer, std::uint64_t rows) {
    SegmentEntry e;
    e.key = {slot * kSlotSeconds + kSlot, source, writer, 0};
    e.sealed = rows % 2 == 0;
    e.bytes = rows * 30;
    e.rows = rows;
    e.blocks = static_cast<std::uint32_t>(rows / 65536 + 1);
    e.damaged_blocks = static_cast<std::uint32_t>(rows % 3);
    e.received_from_ms = e.key.slot_s * 1000ull;
    e.received_to_ms = e.received_from_ms + 299'999;
    e.first_ms = e.received_from_ms - 60'000;
    e.last_ms = e.received_to_ms;
    e.flows = rows + 1;
    e.packets = rows * 7;
    e.bytes_sum = ~0ull - rows;
    return e;
}

void expect_equal(const SegmentEntry& a, const SegmentEntry& b) {
    EXPECT_EQ(a.key, b.key);
    EXPECT_EQ(a.sealed, b.sealed);
    EXPECT_EQ(a.bytes, b.bytes);
    EXPECT_EQ(a.rows, b.rows);
    EXPECT_EQ(a.blocks, b.blocks);
    EXPECT_EQ(a.damaged_blocks, b.damaged_blocks);
    EXPECT_EQ(a.received_from_ms, b.received_from_ms);
    EXPECT_EQ(a.received_to_ms, b.received_to_ms);
    EXPECT_EQ(a.first_ms, b.first_ms);
    EXPECT_EQ(a.last_ms, b.last_ms);
    EXPECT_EQ(a.flows, b.flows);
    EXPECT_EQ(a.packets, b.packets);
    EXPECT_EQ(a.bytes_sum, b.bytes_sum);
}

ArchiveNews news_of(std::vector<SegmentEntry> segments, std::vector<SegmentKey> gone = {}) {
    ArchiveNews news;
    for (const SegmentEntry& e : segments) news.ledger[Counter::flows_archived] += e.rows;
    news.segments = std::move(segments);
    news.gone = std::move(gone);
    return news;
}

Inbox inbox_of(const ArchiveNews& news) {
    Inbox inbox;
    inbox.segments.add(news);
    (news.recovered ? inbox.recovered : inbox.ledger).add(news.ledger);
    return inbox;
}

TEST(Segments, EntriesAreFoundBySlotAndSource) {
    TempDir dir;
    auto engine = Engine::open(test::options(dir));
    ASSERT_TRUE(engine) << engine.error().message;
    std::vector<SegmentEntry> all;
    for (std::uint32_t slot = 0; slot < 5; ++slot) {
        for (std::uint32_t source = 0; source < 4; ++source) {
            for (std::uint16_t writer = 0; writer < 2; ++writer)
                all.push_back(entry(slot, source, writer, slot * 1000 + source * 10 + writer));
        }
    }
    std::vector<SegmentEntry> shuffled = all;
    std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937_64(1));
    (*engine)->absorb(inbox_of(news_of(shuffled)));
    EXPECT_EQ((*engine)->stats().pending_segments, all.size());
    ASSERT_TRUE((*engine)->commit({kSlot * 1000ull, 1000}));
    EXPECT_EQ((*engine)->stats().pending_segments, 0u);

    const auto reader = Reader::open(dir.path());
    const auto stored = reader->segments(0, ~0u);
    ASSERT_TRUE(stored) << stored.error().message;
    ASSERT_EQ(stored->size(), all.size());
    for (std::size_t i = 0; i < all.size(); ++i) expect_equal((*stored)[i], all[i]);

    EXPECT_EQ(reader->segments(kSlot, kSlot)->size(), 0u);
    EXPECT_EQ(reader->segments(kSlot, kSlot + 1)->size(), 8u);
    EXPECT_EQ(reader->segments(kSlot + 299, kSlot + 301)->size(), 16u) << "slots that touch it";
    EXPECT_EQ(reader->segments(kSlot + 300, kSlot + 900)->size(), 16u);
    EXPECT_EQ(reader->segments(kSlot + 1500, ~0u)->size(), 0u);
    const std::uint32_t two[] = {3, 1};
    const auto some = *reader->segments(kSlot, kSlot + 600, two);
    ASSERT_EQ(some.size(), 8u);
    EXPECT_EQ(some[0].key.source_id, 1u);
    EXPECT_EQ(some[2].key.source_id, 3u);
    const std::uint32_t none[] = {99};
    EXPECT_TRUE(reader->segments(0, ~0u, none)->empty());
}

TEST(Segments, LaterNewsReplaceEarlierOnes) {
    TempDir dir;
    auto engine = Engine::open(test::options(dir));
    (*engine)->absorb(inbox_of(news_of({entry(0, 1, 0, 10), entry(0, 2, 0, 10), entry(0, 3, 0, 10)})));
    (*engine)->absorb(inbox_of(news_of({entry(0, 1, 0, 20)}, {entry(0, 2, 0, 10).key})));
    ASSERT_TRUE((*engine)->commit({kSlot * 1000ull, 1000}));
    const auto reader = Reader::open(dir.path());
    auto stored = *reader->segments(0, ~0u);
    ASSERT_EQ(stored.size(), 2u);
    EXPECT_EQ(stored[0].rows, 20u);
    EXPECT_EQ(stored[1].key.source_id, 3u);
    // Gone and new in one piece of news: merging.
    (*engine)->absorb(
        inbox_of(news_of({entry(0, 3, kMergedWriter, 10)}, {entry(0, 3, 0, 10).key, entry(0, 9, 0, 1).key})));
    ASSERT_TRUE((*engine)->commit({kSlot * 1000ull + 1, 2000}));
    stored = *reader->segments(0, ~0u);
    ASSERT_EQ(stored.size(), 2u);
    EXPECT_EQ(stored[1].key.writer, kMergedWriter);
}

TEST(Segments, OneSourceAndSlotIsReadInOneTransaction) {
    TempDir dir;
    auto engine = Engine::open(test::options(dir));
    std::vector<SegmentEntry> all;
    for (std::uint16_t writer = 0; writer < 40; ++writer) {
        for (std::uint32_t source = 0; source < 3; ++source) all.push_back(entry(0, source, writer, writer));
    }
    (*engine)->absorb(inbox_of(news_of(all)));
    ASSERT_TRUE((*engine)->commit({kSlot * 1000ull, 1000}));
    const auto txn = (*engine)->environment().read();
    std::vector<SegmentEntry> found;
    auto next = read_segments((*engine)->environment(), *txn, {}, ~0u, {}, 10, found);
    ASSERT_TRUE(next && *next);
    EXPECT_EQ(found.size(), 40u);
    EXPECT_EQ((*next)->source_id, 1u);
    next = read_segments((*engine)->environment(), *txn, **next, ~0u, {}, 60, found);
    ASSERT_TRUE(next);
    EXPECT_FALSE(*next);
    EXPECT_EQ(found.size(), 120u);
}

TEST(Segments, NewsAreNumberedAndDurableInOrder) {
    TempDir dir;
    auto store = Store::open(test::options(dir));
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ((*store)->archive(news_of({entry(0, 1, 0, 5)})), 1u);
    EXPECT_EQ((*store)->archive(news_of({entry(0, 2, 0, 6)})), 2u);
    EXPECT_EQ((*store)->archive_durable(), 0u) << "nothing is committed before start()";
    ASSERT_TRUE((*store)->start());
    ASSERT_TRUE((*store)->stop());
    EXPECT_EQ((*store)->archive_durable(), 2u);
    EXPECT_EQ((*store)->total_ledger()[Counter::flows_archived], 11u);
    EXPECT_EQ((*store)->process_ledger()[Counter::flows_archived], 11u);
    EXPECT_EQ(Reader::open(dir.path())->segments(0, ~0u)->size(), 2u);
}

TEST(Segments, TooManyAreNotTakenWhileNothingIsCommitted) {
    TempDir dir;
    auto store = Store::open(test::options(dir));
    ArchiveNews news;
    for (std::uint32_t i = 0; i < kMaxPendingSegments / 2; ++i) news.segments.push_back(entry(i / 1000, i, 0, 1));
    EXPECT_EQ((*store)->archive(news), 1u);
    for (SegmentEntry& e : news.segments) e.key.writer = 1;
    EXPECT_EQ((*store)->archive(news), 2u);
    EXPECT_EQ((*store)->archive(news_of({entry(0, 0, 0, 1)})), 0u);
    ASSERT_TRUE((*store)->start());
    ASSERT_TRUE((*store)->stop());
    EXPECT_EQ((*store)->archive(news_of({entry(0, 0, 0, 1)})), 3u);
}

// What an earlier run left in the ledger, and what of its flows the archive then finds.
struct Recovery {
    const char* name;
    std::uint64_t through, archived, found;
};

TEST(Segments, RecoveredRowsCloseTheLedgerOnce) {
    const Recovery cases[] = {
        {"nothing found", 100, 60, 0},        {"all of it found", 100, 60, 40},
        {"some of it found", 100, 60, 10},    {"more than what had gone through, as far as was committed", 100, 60, 70},
        {"nothing was missing", 100, 100, 0},
    };
    for (const Recovery& c : cases) {
        TempDir dir;
        {
            auto engine = Engine::open(test::options(dir));
            test::Feeder feeder(1);
            flow::Ledger& l = feeder.tally().ledger;
            l[Counter::records_seen] = l[Counter::records_flow] = l[Counter::flows_decoded] =
                l[Counter::flows_through] = c.through;
            l[Counter::flows_archived] = c.archived;
            feeder.feed(**engine, kSlot);
            ASSERT_TRUE((*engine)->commit({kSlot * 1000ull, 1000}));
        }
        for (int start = 0; start < 2; ++start) {
            auto engine = Engine::open(test::options(dir));
            if (start == 0) {
                ArchiveNews news = news_of({entry(0, 1, 0, c.found)});
                news.recovered = true;
                (*engine)->absorb(inbox_of(news));
                EXPECT_EQ((*engine)->process_ledger()[Counter::flows_archived], 0u) << "another process wrote them";
            }
            const flow::Ledger& l = (*engine)->total_ledger();
            EXPECT_EQ(l[Counter::flows_archived], c.archived + c.found) << c.name;
            EXPECT_EQ(flow::broken_law(l, true), "") << c.name;
            ASSERT_TRUE((*engine)->commit({kSlot * 1000ull + 5000, 1000}));
            const auto books = *Reader::open(dir.path())->ledger_books(0, ~0u);
            ASSERT_EQ(books.size(), 1u);
            EXPECT_EQ(books[0].ledger.values, l.values) << c.name;
        }
    }
}

}  // namespace
}  // namespace store
