// SPDX-License-Identifier: Apache-2.0
// The store without its thread: adds up tallies in memory and writes them, one transaction at a call.
//
// Source: series ids in tallies are those that an Inbox has named before.
// Thread: one. Store gives it one of its own; tests and benchmarks call it with their own clocks.
// Limits: what is pending is bounded by kMaxPendingCells: beyond, the oldest 10-s buckets are put together,
// so that a disk
//         that fails for hours costs resolution, never sums.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "store/lmdb/lock_file.hpp"
#include "store/series/books.hpp"
#include "store/series/clock.hpp"
#include "store/series/closing.hpp"
#include "store/series/compactor.hpp"
#include "store/series/exporter_records.hpp"
#include "store/series/fill.hpp"
#include "store/series/interfaces.hpp"
#include "store/series/pending.hpp"
#include "store/series/records.hpp"
#include "store/series/segment_records.hpp"
#include "store/series/templates.hpp"
#include "store/store.hpp"

namespace store {

inline constexpr std::size_t kMaxPendingCells = 1'000'000;  // or 20 per series, if that is more
inline constexpr std::size_t kCommitTimes = 600;            // commits that the times in Stats are of

// What control gives to the engine between two commits.
struct Inbox {
    std::vector<StoredSeries> series;  // new or changed, with the newest mark
    std::vector<std::pair<std::uint32_t, std::string>> sources;
    flow::Ledger ledger;
    PendingSegments segments;
    flow::Ledger recovered;  // of the last run, found by the archive
    std::optional<Retention> retention;
    bool drop_fills = false;  // those given before
    std::vector<FillPiece> fills;
};

struct Now {
    std::uint64_t wall_ms = 0;
    std::uint64_t steady_ms = 0;
};

class Engine {
  public:
    static flow::Result<std::unique_ptr<Engine>> open(const Options& options);

    // Of the data directory, as of open().
    [[nodiscard]] const std::vector<StoredExporter>& exporters() const noexcept { return exporters_; }
    // Moved out: they may be large, and whoever goes on with them keeps them.
    [[nodiscard]] Templates take_templates() noexcept { return std::exchange(templates_, {}); }
    [[nodiscard]] ExporterOptions take_options() noexcept { return std::exchange(exporter_options_, {}); }
    [[nodiscard]] const std::vector<StoredSeries>& catalogue() const noexcept { return catalogue_; }
    [[nodiscard]] const std::vector<std::string>& sources() const noexcept { return sources_; }

    void attach(const flow::ExporterTable& exporters) noexcept { table_ = &exporters; }
    void absorb(const flow::Tally& tally);
    void absorb(Inbox&& inbox);

    // One transaction with all that is pending and a piece of the compactor's work. With an error nothing is
    // lost: the next call tries again. `last`: nothing is in flight any more; without it the next open() takes this run
    // for one that was killed, and closes its books.
    flow::Result<void> commit(Now now, bool last = false);

    [[nodiscard]] std::size_t pending_cells() const noexcept { return pending_.size(); }
    [[nodiscard]] FillState fill_state() const noexcept { return fills_.state(); }
    [[nodiscard]] const flow::Ledger& total_ledger() const noexcept { return ledger_; }
    [[nodiscard]] const flow::Ledger& process_ledger() const noexcept { return process_ledger_; }
    [[nodiscard]] const std::vector<SeriesCells>& process_series() const noexcept { return process_series_; }
    [[nodiscard]] const std::vector<flow::ExporterCounts>& process_exporters() const noexcept {
        return process_exporters_;
    }
    [[nodiscard]] Stats stats() const;
    [[nodiscard]] const lmdb::Env& environment() const noexcept { return *env_; }

  private:
    Engine(const Options& options, lmdb::LockFile lock) : options_(options), lock_(std::move(lock)), clock_(0, 0) {}
    flow::Result<void> open_data();
    flow::Result<void> load();
    flow::Result<void> reopen_when_needed();
    void close_last_run();
    void add_of_last_run(const flow::Ledger& found);
    flow::Result<void> transaction(Now now, bool last);
    flow::Result<void> save_records(lmdb::WriteTxn& txn);
    flow::Result<void> save_exporters(lmdb::WriteTxn& txn);
    flow::Result<void> save_books(lmdb::WriteTxn& txn, CompactorState& state, Now now);
    flow::Result<void> save_cells(lmdb::WriteTxn& txn, CompactorState& state, std::uint64_t& late_count);
    flow::Result<void> compact(lmdb::WriteTxn& txn, CompactorState& state, Now now);
    void committed(CompactorState&& state, std::uint64_t late_count, Now now);
    [[nodiscard]] std::size_t most_pending() const noexcept;
    void bound_pending();
    [[nodiscard]] std::uint64_t data_time_s(Now now) const noexcept;

    Options options_;
    lmdb::LockFile lock_;  // let go after the environment is closed
    std::optional<lmdb::Env> env_;
    const flow::ExporterTable* table_ = nullptr;

    // As loaded; kept for Store.
    std::vector<StoredExporter> exporters_;
    Templates templates_;
    ExporterOptions exporter_options_;
    std::vector<StoredSeries> catalogue_;
    std::vector<std::string> sources_;

    // Not committed yet.
    Pending pending_;
    PendingBooks books_;
    Interfaces interfaces_;
    PendingTemplates new_templates_;
    PendingOptions new_options_{kMaxPendingOptionBytes};
    std::set<std::uint32_t> changed_counts_;
    PendingSegments segments_;
    PendingFills fills_;
    std::vector<StoredSeries> new_series_;
    std::vector<std::pair<std::uint32_t, std::string>> new_sources_;
    std::uint32_t stored_exporters_ = 0;  // keys of ids below are stored
    std::uint32_t seen_exporters_ = 0;    // and will be, after this transaction
    bool upgrading_ = false;              // the file has an older schema: exporters are all written again
    bool before_archive_ = false;         // nor are there archive.* in its books
    CounterOrder count_order_, ledger_order_;

    flow::Ledger ledger_, stored_ledger_;
    std::vector<flow::ExporterCounts> counts_;  // by exporter id, goes on over restarts
    flow::Ledger process_ledger_;
    std::vector<SeriesCells> process_series_;
    std::vector<flow::ExporterCounts> process_exporters_;

    CompactorState state_;
    LeapGuard clock_;
    std::uint32_t series_count_ = 0;
    std::uint64_t newest_s_ = 0;  // end of the newest bucket seen: the time of a replay
    std::uint64_t last_turn_ms_ = 0, last_reader_check_ms_ = 0, last_forget_ms_ = 0;  // steady clock
    bool observed_ = false;

    Stats stats_;
    LastRun last_run_;
    std::vector<double> commit_times_;
};

}  // namespace store
