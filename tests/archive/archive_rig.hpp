// SPDX-License-Identifier: Apache-2.0
// An archive with lanes that tests feed as cores would, and what it told instead of a store.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "store/archive/archive.hpp"
#include "store/archive/block_walk.hpp"
#include "store/archive/segment.hpp"
#include "tests/archive/support.hpp"

namespace store::archive::test {

inline constexpr std::uint32_t kSlot = 1'700'000'100;  // a multiple of 300

// Takes what the archive tells, as the store would: entries replace each other, ledgers add up.
class Told {
  public:
    std::uint64_t take(const ArchiveNews& news) {
        const std::scoped_lock lock(mutex_);
        if (refuse_) return 0;
        for (const SegmentKey& key : news.gone) entries_.erase(key);
        for (const SegmentEntry& e : news.segments) entries_[e.key] = e;
        ledger_.add(news.ledger);
        return ++number_;
    }
    void refuse(bool on) {
        const std::scoped_lock lock(mutex_);
        refuse_ = on;
    }
    [[nodiscard]] std::vector<SegmentEntry> entries() const {
        const std::scoped_lock lock(mutex_);
        std::vector<SegmentEntry> out;
        for (const auto& [key, entry] : entries_) out.push_back(entry);
        return out;
    }
    [[nodiscard]] std::uint64_t of(flow::Counter counter) const {
        const std::scoped_lock lock(mutex_);
        return ledger_[counter];
    }
    [[nodiscard]] std::uint64_t archived() const { return of(flow::Counter::flows_archived); }
    [[nodiscard]] std::uint64_t shed() const { return of(flow::Counter::archive_shed_disk); }
    [[nodiscard]] std::uint64_t rows() const {
        std::uint64_t rows = 0;
        for (const SegmentEntry& e : entries()) rows += e.rows;
        return rows;
    }

  private:
    mutable std::mutex mutex_;
    bool refuse_ = false;  // guarded by mutex_, as all below
    std::map<SegmentKey, SegmentEntry> entries_;
    flow::Ledger ledger_;
    std::uint64_t number_ = 0;
};

// Waits for what another thread does, but not for ever.
template <class Condition>
[[nodiscard]] bool eventually(Condition holds) {
    for (int i = 0; i < 20'000; ++i) {
        if (holds()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
}

// A core's end of a lane: batches that it owns, and gets back.
class Feeder {
  public:
    explicit Feeder(std::size_t slots) : lane(slots) {
        for (std::size_t i = 0; i < slots; ++i) {
            free_.push_back(batches_.emplace_back(std::make_unique<flow::FlowBatch>()).get());
            flow::FlowBatch& batch = *free_.back();
            batch.reset();
#define X(name, type, what) batch.name.fill({});
            FLOW_COMMON_COLUMNS(X)
#undef X
            batch.thinning.fill(1);
            batch.family.fill(4);
        }
    }
    // A free batch; waits for one as a replay does.
    flow::FlowBatch& next() {
        while (free_.empty()) {
            flow::FlowBatch* home = nullptr;
            while (lane.home.pop(home)) free_.push_back(home);
            if (free_.empty()) std::this_thread::yield();
        }
        flow::FlowBatch& batch = *free_.front();
        free_.pop_front();
        batch.reset();
        return batch;
    }
    // `rows` rows of exporter `exporter`, numbered on in in_bytes from `number`, all kept.
    void push(std::uint32_t at_s, std::uint32_t exporter, std::uint32_t rows, std::uint64_t number = 0) {
        flow::FlowBatch& batch = next();
        batch.rows = batch.kept = rows;
        batch.bucket_s = at_s - at_s % flow::kBucketSeconds;
        batch.received_ms = at_s * 1000ull;
        batch.keep.fill(~0ull);
        for (std::uint32_t r = 0; r < rows; ++r) {
            batch.exporter[r] = exporter;
            batch.in_bytes[r] = number + r;
            batch.in_packets[r] = 1;
            batch.first_ms[r] = batch.last_ms[r] = batch.received_ms;
            batch.src_addr[r] = flow::IpAddress::v4(0x0a000000 + exporter);
            batch.src_port[r] = static_cast<std::uint16_t>(number + r);
        }
        push(batch);
    }
    void push(flow::FlowBatch& batch) {
        while (!lane.filled.push(&batch)) std::this_thread::yield();
    }

    flow::ArchiveLane lane;

  private:
    std::vector<std::unique_ptr<flow::FlowBatch>> batches_;
    std::deque<flow::FlowBatch*> free_;
};

class Rig {
  public:
    // Exporter i belongs to source i % sources.
    explicit Rig(std::uint32_t exporters = 4, std::uint32_t sources = 2) : sources_(sources) {
        for (std::uint32_t i = 0; i < exporters; ++i) {
            const auto id =
                table.find_or_add({.address = flow::IpAddress::v4(0xc0000200 + i), .source_id = i % sources});
            EXPECT_EQ(id, i);
        }
    }
    [[nodiscard]] Options options() {
        Options o;
        o.directory = dir.path();
        o.replay = true;  // slots by the rows' times, which are not of today
        o.memory_bytes = 64u << 20;
        o.block_age_ms = 100;
        o.tell = [this](const ArchiveNews& news) { return told.take(news); };
        o.source_name = [](std::uint32_t id) { return "source" + std::to_string(id); };
        o.files = &disk;
        return o;
    }
    [[nodiscard]] std::unique_ptr<Archive> open(const Options& o) {
        auto archive = Archive::open(o, told.entries());
        EXPECT_TRUE(archive) << (archive ? "" : archive.error().message);
        return archive ? std::move(*archive) : nullptr;
    }
    [[nodiscard]] std::unique_ptr<Archive> start(const Options& o, std::initializer_list<Feeder*> feeders) {
        auto archive = open(o);
        if (!archive) return nullptr;
        for (Feeder* feeder : feeders) archive->add_lane(feeder->lane);
        archive->attach(table);
        const auto started = archive->start();
        EXPECT_TRUE(started) << (started ? "" : started.error().message);
        return archive;
    }

    TempDir dir;
    TestDisk disk;
    Told told;
    flow::ExporterTable table;

  private:
    std::uint32_t sources_;
};

// in_bytes of all rows of a segment, in order; every block must be whole.
inline std::vector<std::uint64_t> numbers_of(const std::string& directory, const SegmentEntry& entry) {
    std::vector<std::uint64_t> out;
    bool gone = false;
    const auto file = SegmentFile::open(directory + "/" + entry.key.path(), entry.bytes, gone);
    EXPECT_TRUE(file) << (file ? "" : file.error().message);
    if (!file) return out;
    BlockReader reader;
    const auto batch = std::make_unique<flow::FlowBatch>();
    for (std::size_t at = file->first_block(); at < file->bytes().size(); at += reader.bytes()) {
        const auto opened = reader.open(file->bytes().subspan(at));
        EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
        if (!opened) return out;
        std::vector<std::uint32_t> ids(reader.exporters().size());
        for (std::uint32_t page = 0; page < reader.pages(); ++page) {
            batch->reset();
            EXPECT_TRUE(reader.read(page, {flow::Column::in_bytes}, ids, 0, *batch));
            out.insert(out.end(), batch->in_bytes.begin(), batch->in_bytes.begin() + batch->rows);
        }
    }
    EXPECT_EQ(out.size(), entry.rows);
    return out;
}

}  // namespace store::archive::test
