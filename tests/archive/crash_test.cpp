// SPDX-License-Identifier: Apache-2.0
// Store and archive together through kill -9 and losses of power: it opens, what was synced is there, and the ledger closes.
#include <signal.h>
#include <sys/wait.h>

#include <random>

#include "store/archive/recovery.hpp"
#include "store/archive/verify.hpp"
#include "store/reader.hpp"
#include "store/store.hpp"
#include "tests/archive/archive_rig.hpp"

namespace store::archive {
namespace {

using flow::Counter;
using test::eventually;
using test::Feeder;
using test::kSlot;
using test::numbers_of;
using test::TempDir;
using test::TestDisk;

constexpr std::uint64_t kMapBytes = 1ull << 30;

// A data directory with a store and an archive on it, as the daemon has them.
class Daemon {
  public:
    explicit Daemon(const std::string& directory, FileIo* files = nullptr) : directory_(directory) {
        for (std::uint32_t i = 0; i < 4; ++i) {
            EXPECT_TRUE(table_.find_or_add({.address = flow::IpAddress::v4(0xc0000200 + i), .source_id = i % 2}));
        }
        store::Options options;
        options.directory = directory;
        options.map_bytes = kMapBytes;
        auto opened = Store::open(options);
        EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
        store_ = std::move(*opened);
        const std::string names[] = {"edge", "core"};
        EXPECT_TRUE(store_->source_ids(names));
        const auto catalogue = Reader::open(directory)->segments(0, ~0u);
        EXPECT_TRUE(catalogue) << (catalogue ? "" : catalogue.error().message);
        Options archive_options;
        archive_options.directory = directory + "/archive";
        archive_options.replay = true;
        archive_options.block_age_ms = 20;
        archive_options.tell = [this](const ArchiveNews& news) { return store_->archive(news); };
        archive_options.durable = [this] { return store_->archive_durable(); };
        archive_options.source_name = [](std::uint32_t id) { return id == 0 ? "edge" : "core"; };
        archive_options.files = files;
        auto archive = Archive::open(archive_options, *catalogue);
        EXPECT_TRUE(archive) << (archive ? "" : archive.error().message);
        archive_ = std::move(*archive);
        recovered_ = archive_->stats();
        archive_->add_lane(feeder_.lane);
        archive_->attach(table_);
    }
    void start() {
        ASSERT_TRUE(store_->start());
        ASSERT_TRUE(archive_->start());
    }
    // As a core: its hand-over says how many went through, the lane takes them on.
    void push(std::uint32_t at_s, std::uint32_t rows) {
        flow::Ledger ledger;
        for (const Counter c :
             {Counter::records_seen, Counter::records_flow, Counter::flows_decoded, Counter::flows_through})
            ledger[c] = rows;
        store_->add(ledger);
        feeder_.push(at_s, static_cast<std::uint32_t>(number_ / 512 % 4), rows, number_);
        number_ += rows;
    }
    void stop() {
        archive_->stop();
        EXPECT_TRUE(store_->stop());
    }
    [[nodiscard]] Store& store() { return *store_; }
    [[nodiscard]] const Stats& recovered() const { return recovered_; }

  private:
    std::string directory_;
    flow::ExporterTable table_;
    Feeder feeder_{64};
    std::unique_ptr<Store> store_;
    std::unique_ptr<Archive> archive_;
    Stats recovered_;
    std::uint64_t number_ = 0;
};

struct Contents {
    std::vector<SegmentEntry> entries;
    flow::Ledger ledger;
    std::uint64_t rows = 0;
};
Contents contents_of(const std::string& directory) {
    const auto reader = Reader::open(directory);
    EXPECT_TRUE(reader) << (reader ? "" : reader.error().message);
    Contents c;
    if (!reader) return c;
    c.entries = *reader->segments(0, ~0u);
    c.ledger = *reader->ledger();
    for (const SegmentEntry& e : c.entries) c.rows += e.rows;
    return c;
}

// All that the catalogue says is there, whole.
void expect_sound(const std::string& directory, const Contents& contents) {
    const auto report = verify({.directory = directory + "/archive", .whole_archive = false}, contents.entries);
    ASSERT_TRUE(report) << report.error().message;
    for (const Finding& f : report->findings) ADD_FAILURE() << fault_name(f.fault) << ": " << f.text;
    EXPECT_EQ(report->done.rows, contents.rows);
}

// After the crash: opens, adopts, closes the books; then runs and stops, and all laws hold.
void restart(const std::string& directory, const Contents& before, FileIo* files = nullptr) {
    Daemon daemon(directory, files);
    daemon.start();
    daemon.push(kSlot + 3000, 100);
    daemon.stop();
    const Contents after = contents_of(directory);
    EXPECT_EQ(flow::broken_law(after.ledger, true), "");
    EXPECT_GE(after.rows, before.rows + 100) << "nothing that was committed is lost";
    EXPECT_EQ(after.ledger[Counter::flows_archived], after.rows);
    for (const SegmentEntry& e : after.entries) EXPECT_TRUE(e.sealed);
}

TEST(Crash, KilledAtAnyTimeItOpensAgainWithTheBooksInOrder) {
    std::mt19937 random(7);
    for (int round = 0; round < 8; ++round) {
        TempDir dir;
        const pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            Daemon daemon(dir.path());
            daemon.start();
            for (std::uint32_t i = 0;; ++i) {
                daemon.push(kSlot + i / 20, 1 + i * 37 % flow::kBatchRows);
                if (i % 4 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(200 + random() % 2500));
        ASSERT_EQ(kill(child, SIGKILL), 0);
        int status = 0;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status)) << "it ended by itself";
        if (!std::filesystem::exists(dir / "data.mdb")) continue;  // killed before it began
        const Contents before = contents_of(dir.path());
        expect_sound(dir.path(), before);
        restart(dir.path(), before);
        expect_sound(dir.path(), contents_of(dir.path()));
    }
}

// What a power loss leaves of the files: what was synced, and of the rest a part, garbage, or zeros.
void copy_as_after_power_loss(const TestDisk& disk, const std::string& from, const std::string& to,
                              std::mt19937& random) {
    const auto synced = disk.synced();
    for (const auto& file : std::filesystem::recursive_directory_iterator(from)) {
        if (!file.is_regular_file()) continue;
        const std::string path = file.path();
        auto bytes = test::read_file(path);
        const auto found = synced.find(path);
        const std::uint64_t kept = found != synced.end() ? found->second : 0;
        if (found == synced.end() && random() % 2 == 0) continue;  // its name was never synced
        if (kept < bytes.size()) {
            switch (random() % 4) {
                case 0:
                    bytes.resize(kept);
                    break;
                case 1:
                    bytes.resize(kept + random() % (bytes.size() - kept));
                    break;
                case 2:
                    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(kept), bytes.end(), std::uint8_t{0});
                    break;
                default:
                    for (std::size_t i = kept; i < bytes.size(); ++i) {
                        if (random() % 1000 == 0) bytes[i] = static_cast<std::uint8_t>(random());
                    }
            }
        }
        test::write_file(to + path.substr(from.size()), bytes);
    }
}

TEST(Crash, APowerLossLosesNothingThatWasSynced) {
    std::mt19937 random(11);
    TempDir dir;
    TestDisk disk;
    Daemon daemon(dir.path(), &disk);
    daemon.start();
    std::uint64_t adopted = 0, damaged = 0;
    // At least a dozen, and until both have been met.
    for (int round = 0; round < 12 || (round < 100 && (adopted == 0 || damaged == 0)); ++round) {
        for (std::uint32_t i = 0; i < 300; ++i) {
            daemon.push(kSlot + static_cast<std::uint32_t>(round) * 50 + i / 6, 1 + i * 37 % flow::kBatchRows);
            if (i % 20 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1 + random() % 3));
        }
        TempDir copy;
        ASSERT_TRUE(daemon.store().backup(copy.path()));  // the catalogue first: its segments have been synced by then
        copy_as_after_power_loss(disk, dir / "archive", copy / "archive", random);
        const Contents before = contents_of(copy.path());
        expect_sound(copy.path(), before);
        restart(copy.path(), before);
        const Contents after = contents_of(copy.path());
        std::uint64_t torn = 0;
        for (const SegmentEntry& e : after.entries) torn += e.damaged_blocks;
        damaged += torn;
        adopted += after.rows - 100 - before.rows;
        if (torn == 0) expect_sound(copy.path(), after);
    }
    daemon.stop();
    EXPECT_GT(adopted, 0u) << "the test meets what it is for";
    EXPECT_GT(damaged, 0u);
    EXPECT_EQ(flow::broken_law(contents_of(dir.path()).ledger, true), "");
}

TEST(Crash, ACleanStopLeavesNothingToRecover) {
    TempDir dir;
    {
        Daemon daemon(dir.path());
        daemon.start();
        for (std::uint32_t i = 0; i < 100; ++i) daemon.push(kSlot + i * 9, 777);
        daemon.stop();
    }
    const Contents c = contents_of(dir.path());
    EXPECT_EQ(c.rows, 77'700u);
    EXPECT_EQ(c.ledger[Counter::flows_archived], 77'700u);
    EXPECT_EQ(c.ledger[Counter::archive_unwritten], 0u);
    EXPECT_EQ(flow::broken_law(c.ledger, true), "");
    Daemon again(dir.path());
    EXPECT_EQ(again.recovered().recovered_blocks, 0u);
    EXPECT_EQ(again.recovered().damaged_blocks, 0u);
    EXPECT_EQ(again.recovered().rows, 77'700u);
}

TEST(Merging, SlotsAreMergedBesideTheWriting) {
    TempDir dir;
    {
        Daemon daemon(dir.path());
        daemon.start();
        // Many small blocks in the first slot, then rows of an hour later: it may be merged.
        for (std::uint32_t i = 0; i < 30; ++i) {
            daemon.push(kSlot, 50);
            std::this_thread::sleep_for(std::chrono::milliseconds(25));
        }
        daemon.push(kSlot + 3600, 10);
        const auto merged = [&] {
            const Contents c = contents_of(dir.path());
            return !c.entries.empty() && c.entries[0].key.writer == kMergedWriter && c.rows == 1510;
        };
        EXPECT_TRUE(eventually(merged));
        const auto files = [&] { return list_segments(dir / "archive")->size(); };
        EXPECT_TRUE(eventually([&] { return files() == contents_of(dir.path()).entries.size(); }))
            << "what was merged is deleted when that is durable";
        daemon.stop();
    }
    const Contents c = contents_of(dir.path());
    expect_sound(dir.path(), c);
    EXPECT_EQ(c.entries[0].blocks, 1u);
    EXPECT_EQ(c.ledger[Counter::flows_archived], 1510u) << "merging archives nothing anew";
    EXPECT_EQ(flow::broken_law(c.ledger, true), "");
}

}  // namespace
}  // namespace store::archive
