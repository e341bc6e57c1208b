// SPDX-License-Identifier: Apache-2.0
// The archive's writers: threads that take matched batches from the cores' lanes and make segments of them.
//
// A block closes when it is full or Options::block_age_ms old; blocks are synced and told to the store together, so that queries see a
// flow within 5 s of its arrival. When a slot has ended, segments of many small blocks are merged into large ones.
// What the disk cannot take (full, failing) is given up and booked as archive.shed, and tried again with the next rows.
//
// Thread: the methods by control; writers are threads of this object. They never block a core: lanes only ever wait.
// Limits: memory of rows not yet encoded: Options::memory_bytes; the largest builders are closed early beyond it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dataplane/flow/archive_lane.hpp"
#include "dataplane/flow/exporter.hpp"
#include "dataplane/flow/result.hpp"
#include "store/archive/block.hpp"
#include "store/archive/file_io.hpp"
#include "store/segments.hpp"

namespace store::archive {

// Whichever is reached first; oldest segments go first. 0: no such limit.
struct ArchiveRetention {
    std::uint64_t keep_s = 0;            // age of a slot
    std::uint64_t most_bytes = 0;        // of all segments together
    std::uint64_t least_free_bytes = 0;  // of the file system: low-water mark
    friend bool operator==(const ArchiveRetention&, const ArchiveRetention&) noexcept = default;
};

struct Options {
    std::string directory;  // <data>/archive, made when missing
    Compression compression = Compression::lz4;
    std::size_t writers = 1;
    std::vector<std::uint32_t> cores{};  // writer i runs on cores[i]; empty: wherever the kernel likes
    std::size_t memory_bytes = 1u << 30;
    std::uint64_t block_age_ms = 2000;  // a block closes at this age; synced within a quarter of it
    ArchiveRetention retention{};
    bool replay = false;                       // slots follow receive time of captures; nothing expires
    std::function<std::uint64_t()> wall_ms{};  // clock, for tests; empty = the system's
    // Told by any writer; must not block for long. The store's: Store::archive(), Store::archive_durable(), which say what the
    // numbers are. What is told by open() must reach the store before Store::start().
    std::function<std::uint64_t(const ArchiveNews&)> tell{};
    std::function<std::uint64_t()> durable{};  // empty: all that was told
    // Name of a source by its id in the store's catalogue, for the segment's header.
    std::function<std::string(std::uint32_t)> source_name{};
    // The wall clock is not to be trusted for now (store::Stats::clock_leap): nothing is deleted for its age. Empty: it is.
    std::function<bool()> clock_leapt{};
    FileIo* files = nullptr;  // for tests; nullptr: the system's
};

struct Stats {
    std::uint64_t segments = 0, open_segments = 0;
    std::uint64_t bytes = 0;                                                // of all segments
    std::uint64_t rows = 0;                                                 // in them
    std::uint64_t blocks_written = 0, rows_written = 0, bytes_written = 0;  // since start
    std::uint64_t rows_shed = 0;                                            // since start, by the writers (disk)
    std::uint64_t syncs = 0, failed_writes = 0;
    double sync_last_s = 0, sync_max_s = 0;
    std::uint64_t failing_since_ms = 0;                     // 0 = all is well
    std::string error{};                                    // why, for the operator; empty = all is well
    std::uint64_t oldest_slot_s = 0;                        // 0 = none
    std::uint64_t deleted_segments = 0, deleted_bytes = 0;  // by retention, since start
    std::uint64_t merged_segments = 0;
    std::uint64_t recovered_blocks = 0, damaged_blocks = 0;  // found at start past what was catalogued
    std::uint64_t disk_free_bytes = 0;
};

class Archive {
  public:
    // Looks the directory through for what was synced but not catalogued (a crash): adopts whole blocks, counts torn ones, and
    // tells both. `catalogue`: all entries, as the store has them.
    static flow::Result<std::unique_ptr<Archive>> open(Options options, std::span<const SegmentEntry> catalogue);
    ~Archive();  // as stop()

    // Before start(). The lanes of all cores are shared out among the writers. Must outlive the archive.
    void add_lane(flow::ArchiveLane& lane);
    void attach(const flow::ExporterTable& exporters);
    flow::Result<void> start();
    // Thread: any.
    void set_retention(const ArchiveRetention& retention);
    [[nodiscard]] Stats stats() const;
    // After the cores have stopped: takes what is in the lanes, writes, syncs, tells, ends the threads.
    void stop();

  private:
    class Impl;
    explicit Archive(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// What retention would delete now, oldest first; the same function decides.
[[nodiscard]] std::vector<SegmentEntry> expired(std::span<const SegmentEntry> catalogue,
                                                const ArchiveRetention& retention, std::uint64_t now_s,
                                                std::uint64_t free_bytes);

}  // namespace store::archive
