// SPDX-License-Identifier: Apache-2.0
// Rows that came for a slot whose segments had been merged went into a new file of the name of a merged one: a query that had
// read the catalogue before read its first bytes for those of the old file, and rows were missing without a word.
#include "tests/archive/archive_rig.hpp"

namespace store::archive {
namespace {

using test::eventually;
using test::Feeder;
using test::kSlot;
using test::Rig;

constexpr std::uint32_t kRows = 40;
constexpr std::uint32_t kMuchLater = 1500;  // replays merge 900 s behind the newest rows

std::vector<SegmentEntry> of_slot(const Rig& rig, std::uint32_t slot_s) {
    std::vector<SegmentEntry> out;
    for (const SegmentEntry& e : rig.told.entries()) {
        if (e.key.slot_s == slot_s && e.sealed) out.push_back(e);
    }
    return out;
}

TEST(Issue281, NamesOfMergedFilesAreNotTakenAgain) {
    Rig rig(1, 1);
    Feeder feeder(16);
    auto archive = rig.start(rig.options(), {&feeder});
    for (std::uint64_t block = 0; block < 3; ++block) {
        feeder.push(kSlot, 0, kRows, block * kRows);
        ASSERT_TRUE(eventually([&] { return rig.told.archived() == (block + 1) * kRows; }));
    }
    feeder.push(kSlot + kMuchLater, 0, 1);
    ASSERT_TRUE(eventually([&] {
        const auto all = of_slot(rig, kSlot);
        return all.size() == 1 && all[0].key.writer == kMergedWriter;
    }));
    const SegmentKey merged_away{kSlot, 0, 0, 0};
    ASSERT_TRUE(eventually([&] { return !std::filesystem::exists(rig.dir / merged_away.path()); }));

    feeder.push(kSlot, 0, kRows, 3 * kRows);
    ASSERT_TRUE(eventually([&] { return rig.told.archived() == 4 * kRows + 1; }));
    EXPECT_FALSE(std::filesystem::exists(rig.dir / merged_away.path()));
    archive->stop();
    std::uint64_t rows = 0;
    for (const SegmentEntry& e : rig.told.entries()) {
        EXPECT_NE(e.key, merged_away);
        rows += e.rows;
    }
    EXPECT_EQ(rows, rig.told.archived());
}

}  // namespace
}  // namespace store::archive
