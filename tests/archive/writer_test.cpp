// SPDX-License-Identifier: Apache-2.0
// From lanes to disk: rotation, disks that fail, memory, and counts that are exact whatever happens.
#include <algorithm>
#include <numeric>
#include <set>

#include "tests/archive/archive_rig.hpp"

namespace store::archive {
namespace {

using flow::Counter;
using test::eventually;
using test::Feeder;
using test::kSlot;
using test::numbers_of;
using test::Rig;

// Descriptors of segments, and those that are open for a moment.
constexpr std::size_t kDescriptorsAllowed = 256 + 16;

std::vector<std::string> list_segment_files(const std::string& directory) {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
        if (entry.is_regular_file()) out.push_back(entry.path());
    }
    return out;
}

// All segments' numbers by slot, in order of key.
std::map<std::uint32_t, std::vector<std::uint64_t>> numbers_by_slot(const Rig& rig) {
    std::map<std::uint32_t, std::vector<std::uint64_t>> out;
    for (const SegmentEntry& e : rig.told.entries()) {
        auto numbers = numbers_of(rig.dir.path(), e);
        auto& all = out[e.key.slot_s];
        all.insert(all.end(), numbers.begin(), numbers.end());
    }
    return out;
}

TEST(Archive, RowsComeToTheSegmentOfTheirSlotAndSourceInOrder) {
    Rig rig(4, 2);
    Feeder feeder(16);
    auto archive = rig.start(rig.options(), {&feeder});
    std::uint64_t n[2] = {};
    for (std::uint32_t i = 0; i < 400; ++i) {
        const std::uint32_t exporter = i / 3 % 4, rows = i % 700 + 1;
        feeder.push(kSlot + i, exporter, rows, n[exporter % 2]);
        n[exporter % 2] += rows;
    }
    archive->stop();
    const auto entries = rig.told.entries();
    ASSERT_EQ(entries.size(), 4u) << "two sources, two slots";
    EXPECT_EQ(rig.told.archived(), n[0] + n[1]);
    std::uint64_t next[2] = {};
    for (const SegmentEntry& e : entries) {
        EXPECT_TRUE(e.sealed);
        EXPECT_EQ(e.received_from_ms / 1000 / 300 * 300, e.key.slot_s);
        EXPECT_EQ(e.received_to_ms / 1000 / 300 * 300, e.key.slot_s);
        EXPECT_EQ(e.flows, e.rows);
        EXPECT_EQ(e.packets, e.rows);
        for (const std::uint64_t number : numbers_of(rig.dir.path(), e)) ASSERT_EQ(number, next[e.key.source_id]++);
    }
    EXPECT_EQ(next[0], n[0]);
    EXPECT_EQ(next[1], n[1]);
    const Stats stats = archive->stats();
    EXPECT_EQ(stats.segments, 4u);
    EXPECT_EQ(stats.open_segments, 0u);
    EXPECT_EQ(stats.rows, n[0] + n[1]);
    EXPECT_EQ(stats.rows_written, n[0] + n[1]);
    EXPECT_EQ(stats.rows_shed, 0u);
    EXPECT_EQ(stats.oldest_slot_s, kSlot);
    EXPECT_EQ(stats.error, "");
}

TEST(Archive, OnlyKeptRowsAreTaken) {
    Rig rig(6, 3);
    Feeder feeder(4);
    auto archive = rig.start(rig.options(), {&feeder});
    flow::FlowBatch& batch = feeder.next();
    batch.rows = 150;
    batch.bucket_s = kSlot;
    batch.received_ms = kSlot * 1000ull;
    batch.keep.fill(~0ull);  // beyond its rows, too
    batch.keep[0] = 0x5555555555555555;
    batch.keep[1] = 0;
    for (std::uint32_t r = 0; r < batch.rows; ++r) {
        batch.exporter[r] = r % 6;
        batch.in_bytes[r] = r;
    }
    batch.kept = 32 + 22;
    feeder.push(batch);
    archive->stop();
    EXPECT_EQ(rig.told.archived(), 54u);
    std::vector<std::uint64_t> wanted[3];
    for (std::uint32_t r = 0; r < 150; ++r) {
        if (r >= 128 || (r < 64 && r % 2 == 0)) wanted[r % 6 % 3].push_back(r);
    }
    for (const SegmentEntry& e : rig.told.entries())
        EXPECT_EQ(numbers_of(rig.dir.path(), e), wanted[e.key.source_id]) << e.key.source_id;
}

TEST(Archive, RowsAreToldWhileItRuns) {
    Rig rig;
    Feeder feeder(4);
    auto archive = rig.start(rig.options(), {&feeder});
    feeder.push(kSlot, 0, 3);
    EXPECT_TRUE(eventually([&] { return rig.told.archived() == 3; })) << "a block closes by age";
    const auto entries = rig.told.entries();
    ASSERT_EQ(entries.size(), 1u);
    EXPECT_FALSE(entries[0].sealed) << "its slot may go on";
    EXPECT_EQ(numbers_of(rig.dir.path(), entries[0]).size(), 3u);
    feeder.push(kSlot, 0, 4);
    EXPECT_TRUE(eventually([&] { return rig.told.archived() == 7; }));
    EXPECT_EQ(rig.told.entries()[0].blocks, 2u);
    feeder.push(kSlot + 300, 0, 1);
    EXPECT_TRUE(eventually([&] { return rig.told.entries().size() == 2 && rig.told.entries()[0].sealed; }))
        << "the slot is over, and quiet";
}

// Two cores at full speed, through many slots: no row is lost, and each is in its slot.
TEST(Archive, RotatesUnderFullLoad) {
    Rig rig(8, 3);
    Feeder feeders[2]{Feeder(64), Feeder(64)};
    Options options = rig.options();
    options.writers = 2;
    auto archive = rig.start(options, {&feeders[0], &feeders[1]});
    constexpr std::uint32_t kSlots = 6, kBatches = 120;  // a slot and core
    const auto feed = [&](int core) {
        std::uint64_t number = 0;
        for (std::uint32_t i = 0; i < kSlots * kBatches; ++i) {
            const std::uint32_t at_s = kSlot + i / kBatches * 300 + i % kBatches * 2;
            const std::uint32_t rows = i % 5 == 0 ? 1 + i % 100 : flow::kBatchRows;
            feeders[core].push(at_s, (i + static_cast<std::uint32_t>(core)) % 8, rows, number);
            number += rows;
        }
    };
    std::thread other([&] { feed(1); });
    feed(0);
    other.join();
    archive->stop();
    std::uint64_t rows = 0;
    std::map<std::uint32_t, std::uint64_t> of_slot;
    for (std::uint32_t i = 0; i < kSlots * kBatches; ++i) {
        const std::uint32_t n = i % 5 == 0 ? 1 + i % 100 : flow::kBatchRows;
        rows += 2 * n;
        of_slot[kSlot + i / kBatches * 300] += 2 * n;
    }
    EXPECT_EQ(rig.told.archived(), rows);
    EXPECT_EQ(rig.told.shed(), 0u);
    EXPECT_EQ(archive->stats().rows_shed, 0u);
    std::multiset<std::uint64_t> seen;
    for (const auto& [slot_s, numbers] : numbers_by_slot(rig)) {
        EXPECT_EQ(numbers.size(), of_slot[slot_s]) << slot_s;
        seen.insert(numbers.begin(), numbers.end());
    }
    ASSERT_EQ(seen.size(), rows);
    std::uint64_t i = 0;
    for (const std::uint64_t number : seen) ASSERT_EQ(number, i++ / 2) << "each number from each core";
}

struct Fault {
    const char* name;
    void (*begin)(Rig&);
    void (*end)(Rig&);
    const char* said;
};

TEST(Archive, GivesUpWhatTheDiskDoesNotTakeAndRecovers) {
    const Fault faults[] = {
        {"disk full", [](Rig& r) { r.disk.write_error = ENOSPC; }, [](Rig& r) { r.disk.write_error = 0; },
         "No space left on device"},
        {"I/O error", [](Rig& r) { r.disk.write_error = EIO; }, [](Rig& r) { r.disk.write_error = 0; },
         "Input/output error"},
        {"sync fails", [](Rig& r) { r.disk.sync_error = EIO; }, [](Rig& r) { r.disk.sync_error = 0; }, "cannot sync"},
        {"cannot cut back", [](Rig& r) { r.disk.sync_error = r.disk.truncate_error = EIO; },
         [](Rig& r) { r.disk.sync_error = r.disk.truncate_error = 0; }, "cannot sync"},
        {"the store's reserve", [](Rig& r) { r.disk.free_bytes = 1 << 20; },
         [](Rig& r) { r.disk.free_bytes = 1ull << 40; }, "left to the store"},
        {"store does not commit", [](Rig& r) { r.told.refuse(true); }, [](Rig& r) { r.told.refuse(false); },
         "the store cannot commit"},
    };
    for (const Fault& fault : faults) {
        for (const bool from_the_start : {false, true}) {
            Rig rig;
            Feeder feeder(8);
            auto archive = rig.start(rig.options(), {&feeder});
            std::uint64_t pushed = 0;
            const auto push = [&] {
                feeder.push(kSlot, 0, 100, pushed);
                pushed += 100;
            };
            if (!from_the_start) {
                push();
                ASSERT_TRUE(eventually([&] { return rig.told.archived() == pushed; })) << fault.name;
            }
            fault.begin(rig);
            ASSERT_TRUE(eventually([&] {
                push();
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
                return archive->stats().rows_shed != 0;
            })) << fault.name;
            const Stats failing = archive->stats();
            EXPECT_NE(failing.failing_since_ms, 0u) << fault.name;
            EXPECT_NE(failing.error.find(fault.said), std::string::npos) << fault.name << ": " << failing.error;
            fault.end(rig);
            const std::uint64_t before = rig.told.archived();
            ASSERT_TRUE(eventually([&] {
                push();
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
                return rig.told.archived() > before && archive->stats().error.empty();
            })) << fault.name;
            archive->stop();
            EXPECT_EQ(archive->stats().failing_since_ms, 0u) << fault.name;
            EXPECT_EQ(rig.told.archived() + rig.told.shed(), pushed) << fault.name;
            EXPECT_EQ(rig.told.archived(), rig.told.rows()) << fault.name;
            for (const SegmentEntry& e : rig.told.entries()) {
                const auto numbers = numbers_of(rig.dir.path(), e);
                EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end())) << fault.name;
            }
        }
    }
}

TEST(Archive, ADiskThatFailsToTheEndIsBooked) {
    Rig rig;
    Feeder feeder(8);
    rig.disk.write_error = ENOSPC;
    auto archive = rig.start(rig.options(), {&feeder});
    for (std::uint32_t i = 0; i < 50; ++i) feeder.push(kSlot + i * 10, i % 4, 1000);
    archive->stop();
    EXPECT_EQ(rig.told.shed(), 50'000u);
    EXPECT_EQ(rig.told.archived(), 0u);
    EXPECT_TRUE(rig.told.entries().empty());
    EXPECT_TRUE(list_segment_files(rig.dir.path()).empty()) << "no empty files stay behind";
}

TEST(Archive, LittleMemoryClosesBlocksEarly) {
    Rig rig(64, 64);
    Feeder feeder(8);
    Options options = rig.options();
    options.memory_bytes = 1 << 20;
    auto archive = rig.start(options, {&feeder});
    std::uint64_t pushed = 0;
    for (std::uint32_t i = 0; i < 640; ++i) {
        feeder.push(kSlot, i % 64, 500);
        pushed += 500;
    }
    archive->stop();
    EXPECT_EQ(rig.told.archived() + rig.told.shed(), pushed);
    EXPECT_EQ(rig.told.archived(), rig.told.rows());
    EXPECT_GT(rig.told.archived(), 0u);
}

std::size_t open_descriptors() {
    std::size_t n = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) n += entry.exists() ? 1 : 0;
    return n;
}

TEST(Archive, AThousandSourcesNeedFewDescriptors) {
    constexpr std::uint32_t kSources = 1000;
    Rig rig(kSources, kSources);
    Feeder feeder(32);
    Options options = rig.options();
    options.writers = 2;
    auto archive = rig.start(options, {&feeder});
    const std::size_t before = open_descriptors();
    std::size_t most = 0;
    for (std::uint32_t round = 1; round <= 2; ++round) {
        for (std::uint32_t i = 0; i < kSources; ++i) feeder.push(kSlot, i, 2);
        ASSERT_TRUE(eventually([&] {
            most = std::max(most, open_descriptors());
            return rig.told.archived() == round * kSources * 2;
        }));
    }
    archive->stop();
    EXPECT_LE(most, before + kDescriptorsAllowed);
    const auto entries = rig.told.entries();
    ASSERT_EQ(entries.size(), kSources);
    for (const SegmentEntry& e : entries) EXPECT_EQ(e.rows, 4u);
    EXPECT_EQ(rig.told.rows(), kSources * 4u);
}

TEST(Archive, SlotsMayComeInAnyOrder) {
    Rig rig;
    Feeder feeder(8);
    auto archive = rig.start(rig.options(), {&feeder});
    std::map<std::uint32_t, std::uint64_t> wanted;
    for (std::uint32_t i = 0; i < 600; ++i) {
        const std::uint32_t slot = kSlot + (i * 7919 % 50) * 300;
        feeder.push(slot + i % 300, 0, 10);
        wanted[slot] += 10;
    }
    archive->stop();
    std::map<std::uint32_t, std::uint64_t> found;
    for (const SegmentEntry& e : rig.told.entries()) found[e.key.slot_s] += e.rows;
    EXPECT_EQ(found, wanted);
}

TEST(Archive, ARunNeverGoesOnInAFileOfAnEarlierOne) {
    Rig rig;
    for (std::uint32_t run = 0; run < 3; ++run) {
        Feeder feeder(4);
        auto archive = rig.start(rig.options(), {&feeder});
        feeder.push(kSlot, 0, 10, run * 10);
        archive->stop();
    }
    const auto entries = rig.told.entries();
    ASSERT_EQ(entries.size(), 3u);
    for (std::uint16_t part = 0; part < 3; ++part) {
        EXPECT_EQ(entries[part].key.part, part);
        EXPECT_EQ(numbers_of(rig.dir.path(), entries[part])[0], part * 10u);
    }
}

TEST(Archive, StrangersInItsPlaceAreLeftAlone) {
    Rig rig;
    const std::string stranger = rig.dir / SegmentKey{kSlot, 0, 0, 0}.path();
    Feeder feeder(4);
    auto archive = rig.start(rig.options(), {&feeder});
    test::write_file(stranger, {1, 2, 3});  // behind our back
    feeder.push(kSlot, 0, 10);
    archive->stop();
    ASSERT_EQ(rig.told.entries().size(), 1u);
    EXPECT_EQ(rig.told.entries()[0].key.part, 1u);
    EXPECT_EQ(test::read_file(stranger), (std::vector<std::uint8_t>{1, 2, 3}));
}

TEST(Archive, StartSaysWhatIsWrong) {
    Rig rig;
    auto archive = rig.open(rig.options());
    EXPECT_EQ(archive->start().error().message, "the archive does not know the exporters");
    Options options = rig.options();
    options.cores = {9999};
    archive = rig.open(options);
    archive->attach(rig.table);
    const auto started = archive->start();
    ASSERT_FALSE(started);
    EXPECT_NE(started.error().message.find("cannot run on core 9999"), std::string::npos);
    options.directory = "/proc/none";
    EXPECT_FALSE(Archive::open(options, {}));
}

}  // namespace
}  // namespace store::archive
