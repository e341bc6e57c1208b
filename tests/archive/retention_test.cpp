// SPDX-License-Identifier: Apache-2.0
#include "store/archive/retention.hpp"

#include "store/archive/holdings.hpp"
#include "store/archive/keeper.hpp"
#include "store/archive/recovery.hpp"
#include "tests/archive/archive_rig.hpp"

namespace store::archive {
namespace {

using test::eventually;
using test::kSlot;
using test::Rig;

SegmentEntry entry(std::uint32_t slot, std::uint32_t source, std::uint64_t bytes, bool sealed = true) {
    SegmentEntry e;
    e.key = {kSlot + slot * 300, source, 0, 0};
    e.sealed = sealed;
    e.bytes = bytes;
    e.rows = 1;
    e.blocks = 1;
    return e;
}

// Ten slots of two sources, 100 bytes each; the last slot is open.
std::vector<SegmentEntry> catalogue() {
    std::vector<SegmentEntry> all;
    for (std::uint32_t i = 10; i-- > 0;) {
        for (std::uint32_t source = 0; source < 2; ++source) all.push_back(entry(i, source, 100, i != 9));
    }
    return all;
}

struct Case {
    const char* name;
    ArchiveRetention retention;
    std::uint64_t now_s, free_bytes;
    std::size_t gone;
};

TEST(Retention, DecidesOldestFirst) {
    constexpr std::uint64_t kEnd = kSlot + 10 * 300;
    const Case cases[] = {
        {"no limit", {0, 0, 0}, kEnd + 1'000'000'000, 0, 0},
        {"young enough", {3600, 0, 0}, kEnd, 0, 0},
        {"just not old enough", {3600, 0, 0}, kSlot + 300 + 3599, 0, 0},
        {"the first slot is old", {3600, 0, 0}, kSlot + 300 + 3600, 0, 2},
        {"all are old, but the open ones", {3600, 0, 0}, kEnd + 7200, 0, 18},
        {"the clock is behind all data", {3600, 0, 0}, 1000, 0, 0},
        {"within the size", {0, 2000, 0}, kEnd, 0, 0},
        {"one too many: its slot goes as a whole", {0, 1999, 0}, kEnd, 0, 2},
        {"half must go", {0, 1000, 0}, kEnd, 0, 10},
        {"less than what is open", {0, 1, 0}, kEnd, 0, 18},
        {"disk roomy", {0, 0, 500}, kEnd, 500, 0},
        {"disk short by a byte", {0, 0, 500}, kEnd, 499, 2},
        {"disk short", {0, 0, 500}, kEnd, 200, 4},
        {"whichever comes first", {3600, 1500, 700}, kSlot + 300 + 3600, 500, 6},
    };
    const auto all = catalogue();
    for (const Case& c : cases) {
        const auto gone = expired(all, c.retention, c.now_s, c.free_bytes);
        ASSERT_EQ(gone.size(), c.gone) << c.name;
        for (std::size_t i = 0; i < gone.size(); ++i) {
            EXPECT_EQ(gone[i].key, (SegmentKey{kSlot + static_cast<std::uint32_t>(i) / 2 * 300,
                                               static_cast<std::uint32_t>(i) % 2, 0, 0}))
                << c.name;
        }
        const Holdings holdings(all);
        const auto same = holdings.expired(c.retention, c.now_s, c.free_bytes, 1000);
        ASSERT_EQ(same.size(), c.gone) << c.name << ": the archive decides as the dry run";
        for (std::size_t i = 0; i < same.size(); ++i) EXPECT_EQ(same[i].key, gone[i].key);
        EXPECT_EQ(holdings.expired(c.retention, c.now_s, c.free_bytes, 4).size(), std::min<std::size_t>(c.gone, 4));
    }
}

// An archive directory of `slots` slots with a file each, and a keeper over it.
struct Kept {
    explicit Kept(std::uint32_t slots) {
        std::vector<SegmentEntry> all;
        for (std::uint32_t i = 0; i < slots; ++i) {
            all.push_back(entry(i, 0, 100));
            test::write_file(rig.dir / all.back().key.path(), {});
        }
        ArchiveNews news;
        news.segments = all;
        rig.told.take(news);
        Options options = rig.options();
        options.replay = false;
        options.wall_ms = [this] { return now_s.load() * 1000; };
        options.clock_leapt = [this] { return leapt.load(); };
        context = std::make_unique<Context>(options, all);
        keeper = std::make_unique<Keeper>(*context);
    }
    [[nodiscard]] std::size_t files() const { return list_segments(rig.dir.path())->size(); }

    Rig rig;
    std::atomic<std::uint64_t> now_s{kSlot};
    std::atomic<bool> leapt{false};
    std::unique_ptr<Context> context;
    std::unique_ptr<Keeper> keeper;
};

TEST(Keeper, DeletesFilesThenEntriesInSteps) {
    Kept k(200);
    k.keeper->set({.keep_s = 3600});
    EXPECT_FALSE(k.keeper->step());
    EXPECT_EQ(k.files(), 200u);
    k.now_s = kSlot + 300 * 150 + 3600;
    EXPECT_TRUE(k.keeper->step()) << "there is more";
    EXPECT_EQ(k.files(), 200u - 64);
    EXPECT_EQ(k.rig.told.entries().size(), 200u - 64);
    while (k.keeper->step()) continue;
    EXPECT_EQ(k.files(), 50u);
    EXPECT_EQ(k.rig.told.entries().size(), 50u);
    EXPECT_EQ(k.rig.told.entries()[0].key.slot_s, kSlot + 150 * 300);
    EXPECT_EQ(k.context->deleted_segments, 150u);
    EXPECT_EQ(k.context->deleted_bytes, 15'000u);
    EXPECT_EQ(k.context->holdings.totals().segments, 50u);
}

TEST(Keeper, AClockThatLeaptDeletesNothingForItsAge) {
    Kept k(20);
    k.keeper->set({.keep_s = 3600});
    k.now_s = kSlot + 400'000'000;
    k.leapt = true;
    EXPECT_FALSE(k.keeper->step());
    EXPECT_EQ(k.files(), 20u);
    k.keeper->set({.keep_s = 3600, .most_bytes = 500});
    EXPECT_FALSE(k.keeper->step());
    EXPECT_EQ(k.files(), 5u) << "size does not need the clock";
    k.leapt = false;
    k.keeper->step();
    EXPECT_EQ(k.files(), 0u);
}

TEST(Keeper, AStoreThatDoesNotTakeTheNewsStopsDeleting) {
    Kept k(200);
    k.keeper->set({.keep_s = 3600});
    k.now_s = kSlot + 400'000'000;
    k.rig.told.refuse(true);
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(k.keeper->step());
    EXPECT_EQ(k.files(), 200u - 64) << "one step ahead of the catalogue at most";
    k.rig.told.refuse(false);
    while (k.keeper->step()) continue;
    EXPECT_EQ(k.files(), 0u);
    EXPECT_TRUE(k.rig.told.entries().empty());
}

TEST(Keeper, RunsByItself) {
    Kept k(30);
    k.now_s = kSlot + 400'000'000;
    k.keeper->start();
    k.keeper->set({.keep_s = 1});
    EXPECT_TRUE(eventually([&] { return k.rig.told.entries().empty(); }));
    k.keeper->stop();
    EXPECT_EQ(k.files(), 0u);
    EXPECT_TRUE(std::filesystem::is_empty(k.rig.dir.path())) << "days without segments go, too";
}

TEST(Holdings, FindsWhatIsWorthMerging) {
    std::vector<SegmentEntry> all;
    const auto add = [&](std::uint32_t slot, std::uint32_t source, std::uint16_t part, std::uint64_t rows,
                         std::uint32_t blocks) -> SegmentEntry& {
        SegmentEntry& e = all.emplace_back(entry(slot, source, 100));
        e.key.part = part;
        e.rows = rows;
        e.blocks = blocks;
        return e;
    };
    add(0, 0, 0, 65536, 1);
    add(0, 1, 0, 100, 2);
    add(0, 2, 0, 65537, 3);
    add(0, 3, 0, 50, 1);
    add(0, 3, 1, 50, 1);
    add(0, 4, 0, 100, 2).sealed = false;
    add(0, 5, 0, 100, 2).damaged_blocks = 1;
    add(0, 6, 0, 100, 2).key.writer = kMergedWriter;
    for (std::uint16_t part = 0; part < 4; ++part) add(0, 7, part, 65536, 1);
    add(2, 0, 0, 100, 9);
    Holdings holdings(all);
    std::vector<std::uint32_t> sources;
    for (auto group = holdings.next_merge(kSlot + 300); !group.empty(); group = holdings.next_merge(kSlot + 300)) {
        sources.push_back(group[0].key.source_id);
        holdings.merged(false);
    }
    EXPECT_EQ(sources, (std::vector<std::uint32_t>{1, 3, 7}));
    EXPECT_TRUE(holdings.next_merge(kSlot + 899).empty()) << "a slot that goes on waits";
    const auto later = holdings.next_merge(kSlot + 900);
    ASSERT_EQ(later.size(), 1u);
    EXPECT_TRUE(holdings.expired({.most_bytes = 1}, 0, 0, 1000).size() == all.size() - 2) << "not while it is merged";
    holdings.merged(true);
    EXPECT_EQ(holdings.last_part({kSlot, 7, 0, 0}), 3);
    EXPECT_EQ(holdings.last_part({kSlot, 7, 1, 0}), std::nullopt);
    EXPECT_EQ(holdings.last_part({kSlot + 300, 7, 0, 0}), std::nullopt);
}

}  // namespace
}  // namespace store::archive
