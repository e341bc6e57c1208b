// SPDX-License-Identifier: Apache-2.0
// The store: what the daemon remembers. One LMDB environment, one writing thread, one transaction a second.
//
// Cores hand Tallies over through their lanes; the store thread adds them up in memory, gives them back at
// once, and commits series, ledger, books, exporters and what they told together, so that what is on disk always
// balances. A commit that fails (disk full, I/O error) loses nothing: all of it stays in memory and is tried
// again each second; stats() says so.
//
// After kill -9 open() finds the last commit and goes on by itself. What was in flight between cores and their hand-overs
// is counted as unwritten then, so that the ledger closes (series/closing.hpp). The sequence numbers expected next are
// those of the last commit too: datagrams that came after it are reported as missing, as they are, though they reached
// the collector that died.
//
// Thread: open() and the methods up to start() by control; what is said to be "any" is guarded by a mutex
// that is never held
//         during a commit. Nothing here blocks a core.
// Limits: one Store per data directory and machine (writer.lock names the process that has it). Memory: what
// is not committed
//         yet, at most kMaxPendingCells values, kMaxPendingBooks books and kMaxPendingPoints of interfaces; beyond that the
//         oldest are kept in coarser ones (sums stay exact).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "dataplane/flow/exporter.hpp"
#include "dataplane/flow/outcome.hpp"
#include "dataplane/flow/result.hpp"
#include "dataplane/flow/spsc_ring.hpp"
#include "dataplane/flow/tally.hpp"
#include "store/fill.hpp"
#include "store/segments.hpp"
#include "store/series/resolution.hpp"

namespace store {

struct SeriesName {
    std::string profile, channel, source;
    std::string filter{};  // text of the channel's filter; not part of the name
};

// Of a channel in all its sources; of a whole profile where the channels are empty.
struct ChannelRename {
    std::string from_profile, from_channel, to_profile, to_channel;
    friend bool operator==(const ChannelRename&, const ChannelRename&) = default;
};
// What series were called, newest first: to take renames back.
struct FormerNames {
    struct Former {
        std::uint32_t id = 0;
        std::string profile, channel, source;
    };
    std::vector<Former> all{};
};

struct Options {
    std::string directory;
    Retention retention{};
    bool replay = false;                         // time is the captures' receive time; nothing expires
    std::uint64_t map_bytes = 1ull << 40;        // address space reserved for the data file = its largest size
    std::function<std::uint64_t()> wall_ms{};    // clocks, for tests: milliseconds since 1970 UTC,
    std::function<std::uint64_t()> steady_ms{};  // and a clock that nobody sets; empty = the system's
};

struct Stats {
    std::uint64_t commits = 0;  // since open()
    std::uint64_t failed_commits = 0;
    std::uint64_t last_commit_ms = 0;  // wall clock; 0 = none yet
    double commit_last_s = 0;          // begin to durable, of the last kCommitTimes commits
    double commit_median_s = 0;
    double commit_p99_s = 0;
    double commit_max_s = 0;
    std::uint64_t failing_since_ms = 0;  // wall clock of the first of the failures in a row; 0 = all is well
    std::string error{};                 // why it fails, for the operator; empty = all is well
    std::uint64_t map_bytes = 0;         // largest size that the data file can have
    std::uint64_t used_bytes = 0;        // of the map
    std::uint64_t file_bytes = 0;
    std::uint64_t disk_free_bytes = 0;
    std::uint64_t pending_cells = 0;  // values (series x bucket) in memory, not committed
    std::uint64_t series = 0;         // in the catalogue
    std::uint64_t exporters = 0;
    std::uint64_t live_rows = 0;  // rows of seconds not yet folded into 10-s buckets, and of buckets not in chunks
    std::uint64_t chunk_backlog_s = 0;            // age of the oldest ended 10-s chunk that is not written; 0 = none
    std::uint64_t late_cells = 0;                 // values merged into chunks already written, since open()
    std::uint64_t book_rows = 0;                  // books of exporters on disk
    std::uint64_t interfaces = 0;                 // that have sent counters
    std::uint64_t interface_samples_refused = 0;  // of interfaces beyond the limits, since open()
    std::uint64_t options_refused = 0;    // names and the like beyond kMaxOptions or for want of commits, since open()
    std::uint64_t templates_deleted = 0;  // the oldest beyond the limits of series/templates.hpp, since open()
    std::uint64_t templates_dropped = 0;  // not stored: too many while commits failed
    std::uint64_t pending_segments = 0;   // entries of the archive's catalogue in memory, not committed
    std::uint64_t deleted_rows = 0;       // by retention, since open()
    std::uint64_t deleted_books = 0;      // of these: books
    // What open() did to the ledger of a run that was killed (series/closing.hpp).
    std::uint64_t closed_in_flight = 0;   // counted as lost
    std::uint64_t closed_unarchived = 0;  // flows that did not reach the archive
    std::uint64_t closed_raised = 0;      // added to earlier stages that were behind later ones
    std::uint64_t damaged_values = 0;     // stored values that could not be read, since open()
    bool clock_leap = false;              // the wall clock leapt by more than an hour: deletion waits
    std::string clock_text{};             // says so, for the operator
    std::string note{};                   // a remark of open(), e.g. a smaller map for want of address space
};

using SeriesCells = std::array<flow::Cell, flow::kClasses>;

class Store {
  public:
    // Creates the directory when it is missing, checks schema and file, takes the lock. Errors name the
    // directory and what to do: in use (with the pid), newer schema, truncated or foreign file, no
    // permission.
    static flow::Result<std::unique_ptr<Store>> open(Options options);
    ~Store();  // as stop()
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    // What a restart continues with, as of open().
    [[nodiscard]] std::vector<flow::ExporterKey> exporters() const;
    // Moved out: a second call gives the sequences only.
    [[nodiscard]] std::unordered_map<std::uint32_t, flow::ExporterMemory> take_memories();

    // Thread: any, any time. Ids in the order of `names`: known names keep theirs, new ones get the next.
    // They are durable with the first commit that carries data of theirs. A filter text that differs leaves a
    // dated mark in the catalogue. Error: an empty name, or one longer than 255 bytes; then no id is given at
    // all.
    flow::Result<std::vector<std::uint32_t>> series_ids(std::span<const SeriesName> names);
    flow::Result<std::vector<std::uint32_t>> source_ids(std::span<const std::string> names);
    // The series keeps its id and data under another name. Error: `from` is not known or `to` is taken.
    flow::Result<void> rename_series(const SeriesName& from, const SeriesName& to);
    flow::Result<void> rename_source(const std::string& from, const std::string& to);  // all its series, too
    // Thread: any. One after the other; series keep ids and data. One that had the new name before, of a channel that is gone,
    // is called NAME@TIME from then on. What is not known is no error: it has no data.
    FormerNames rename_channels(std::span<const ChannelRename> renames);
    void take_back(const FormerNames& former);
    // Thread: any. From the next commit on.
    flow::Result<void> set_retention(const Retention& retention);
    // Thread: any. Adds device counters and the like to the ledger.
    void add(const flow::Ledger& delta);

    // Thread: any. Durable with the next commit; kept and tried again while commits fail. The news' number, counting from 1;
    // 0: not taken, for too many wait for a commit already (kMaxPendingSegments): tell it again later.
    [[nodiscard]] std::uint64_t archive(const ArchiveNews& news);
    // Thread: any. Number of the newest news that is durable, with all before it.
    [[nodiscard]] std::uint64_t archive_durable() const;

    // Thread: any. Values of the past (store/fill.hpp), brought in bit by bit, so that commits stay short. The piece's number,
    // counting from 1; 0: not taken, for kMostFillPieces wait already: give it again later. What waits at the end of the
    // process is gone.
    [[nodiscard]] std::uint64_t fill(FillPiece piece);
    void drop_fills();  // what waits, but for what is being committed
    [[nodiscard]] FillState fill_state() const;

    // Thread: control, before start(). Both must outlive the store.
    void attach(const flow::ExporterTable& exporters);      // whose keys are stored under their ids
    void add_lane(flow::SpscRing<flow::Tally*>& handover);  // one per core

    flow::Result<void> start();
    // After the cores have stopped: takes what is in the lanes, commits, ends the thread. The error is that
    // of the last commit, when it failed (tried for two seconds). A second call does nothing.
    flow::Result<void> stop();

    // Thread: any, from here on; as of the store thread's last turn.
    [[nodiscard]] Stats stats() const;
    [[nodiscard]] flow::Ledger process_ledger() const;  // since open(), for Prometheus
    [[nodiscard]] flow::Ledger total_ledger() const;    // goes on over restarts; includes what is not committed yet
    [[nodiscard]] std::vector<SeriesCells> process_series() const;              // since open(), by series id
    [[nodiscard]] std::vector<flow::ExporterCounts> process_exporters() const;  // since open(), by exporter id
    // A consistent copy, made while all goes on, into `target_directory` (created; must not hold data). Takes
    // as long as the disk needs; pages freed meanwhile are not used again, so the file grows.
    flow::Result<void> backup(const std::string& target_directory);

  private:
    class Impl;
    explicit Store(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace store
