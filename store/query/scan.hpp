// SPDX-License-Identifier: Apache-2.0
// Reads the archive: which blocks a question can touch, their columns into batches, the filter over them, and what passes to
// sinks. Knows nothing of how answers are worked out or printed.
//
// Thread: scan() starts its own; a Sink is called by one thread at a time, merging is the caller's.
// Limits: Limits{}; a scan that reaches one ends and says so (Report::ended_by), with what it has.
// Errors: what is damaged or gone is counted in the Report; an Error is only what stops the scan as a whole.
//         Segments are read, not mapped: what a failing disk cannot read, or somebody cuts off meanwhile, counts as damage
//         too. Only to find what lies behind damage they are mapped, and while a scan runs SIGBUS is its own (bus_guard.hpp).
// Memory: 4 MB for each thread and the columns of a block as they are stored, more where blocks have rare columns.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/column_set.hpp"
#include "dataplane/flow/exporter.hpp"
#include "dataplane/flow/result.hpp"
#include "filters/program/program.hpp"
#include "store/archive/block.hpp"
#include "store/segments.hpp"

namespace store::query {

// As nfdump's -t: a record passes only when it lies wholly inside. Both its times do: so a record that ends before it begins
// is held to the same.
struct Window {
    std::uint64_t from_ms = 0;
    std::uint64_t to_ms = ~0ull;
    [[nodiscard]] bool everything() const noexcept { return from_ms == 0 && to_ms == ~0ull; }
    [[nodiscard]] bool nothing() const noexcept { return from_ms > to_ms; }
    [[nodiscard]] bool holds(std::uint64_t ms) const noexcept { return from_ms <= ms && ms <= to_ms; }
};

// Where rows go. One for each thread of the scan, or one alone where rows come in order.
class Sink {
  public:
    virtual ~Sink() = default;
    // Before the pages of a block: its number in the order of slot, source, writer, part and block (with gaps), so that what
    // is first of equals does not depend on which thread read it.
    virtual void begin(std::uint64_t /*block*/) {}
    // Rows that passed: row r is bit r % 64 of rows[r / 64]; `count` of them, at least one. Columns that were asked for are
    // filled, rare ones where a row has them (its presence bit); the rest holds anything. Returns false: enough, the scan may end.
    // `block`: the reader the page was read with (dictionaries), on page `page`.
    virtual bool take(const flow::FlowBatch& batch, const std::uint64_t* rows, std::uint32_t count,
                      archive::BlockReader& block, std::uint32_t page) = 0;
    // All rows of `block` passed and none of its columns has been read: true when its header (sums(), zone()) told all that
    // this sink wants; then take() is not called for it.
    virtual bool take_whole(const archive::BlockReader& /*block*/) { return false; }
};

struct SegmentChoice {
    SegmentEntry entry{};
    std::string path{};
    std::uint16_t source = 0;  // index of its source among the Environment::sources that the program was compiled with
};

struct Limits {
    std::uint64_t rows = 0;     // rows that pass; 0: all. They are the first ones: rows come in order.
    std::uint64_t time_ms = 0;  // 0: no limit
};

struct Progress {
    std::uint64_t segments = 0;
    std::uint64_t rows_done = 0, rows = 0;  // read or skipped, of those in the segments
    std::uint64_t rows_passed = 0;
};

struct Options {
    std::vector<SegmentChoice> segments{};
    // The segments that the catalogue has now of this slot and source. Asked when a file is gone: its rows may have been
    // merged into another file meanwhile, and none may be counted twice or missed. Called from any thread of the scan, one
    // at a time. Empty: a file that is gone is expired.
    std::function<std::vector<SegmentChoice>(const SegmentKey&)> refresh{};
    Window window{};
    // Channel 0 is the filter; nullptr: everything. Compiled with Keep::outline, blocks are skipped that cannot match.
    const filters::Program* program = nullptr;
    // What the sinks look at; the scan adds what filter and window need.
    flow::ColumnSet columns{};
    bool received = false;  // the sinks also look at FlowBatch::row_received_ms (time series, %tr, csv, json)
    // Exporters that the blocks' keys are entered into: the Environment's, so that router ip, engine ... find them. Needed.
    // When it is full, rows of further exporters get an id that it does not know.
    flow::ExporterTable* exporters = nullptr;
    // Rows come in order of slot, source, writer, part and block, to one sink. Several threads still read and filter.
    bool ordered = false;
    std::size_t threads = 1;
    // Threads run when nothing else wants the cores (SCHED_IDLE), and their reads wait for others'.
    bool background = false;
    Limits limits{};
    const std::atomic<bool>* cancelled = nullptr;
    std::function<void(const Progress&)> progress{};                // 4 times a second, on the calling thread
    std::function<std::unique_ptr<Sink>(std::size_t)> make_sink{};  // on the calling thread, before any row; needed
};

enum class EndedBy : std::uint8_t { all_read, enough, cancelled, time, memory };

struct Report {
    EndedBy ended_by = EndedBy::all_read;
    std::uint64_t segments = 0, segments_expired = 0;  // all; gone meanwhile
    std::uint64_t segments_skipped = 0;                // not opened: the window, or the source
    std::uint64_t segments_failed = 0;                 // there, but could not be opened or had no sound header
    std::uint64_t blocks = 0, blocks_read = 0;         // in segments that were opened; of which a column was read
    std::uint64_t blocks_whole = 0;                    // taken by Sink::take_whole()
    // Skipped, by what ruled them out: the window, the zone maps, the Bloom filters, no row having what is asked for.
    std::uint64_t skipped_time = 0, skipped_zones = 0, skipped_addresses = 0, skipped_absent = 0;
    std::uint64_t blocks_damaged = 0;
    std::uint64_t rows = 0, rows_passed = 0;  // in blocks that were read or taken whole; that passed
    std::uint64_t rows_skipped = 0;           // in blocks and segments that were not
    std::uint64_t bytes_read = 0;             // of columns, as they lie on disk
    std::uint64_t exporters_unknown = 0;      // entries of blocks' lists that found no room in Options::exporters
    // Of the segments: the span of receive time, and of the flows themselves (nfdump's "Time window").
    std::uint64_t received_from_ms = ~0ull, received_to_ms = 0;
    std::uint64_t first_ms = ~0ull, last_ms = 0;
    // For --explain, a sentence each: "dst port 443: not in 120 of 300 blocks (zone maps)"; why segments failed.
    std::vector<std::string> notes{};
    std::vector<std::unique_ptr<Sink>> sinks{};
};

[[nodiscard]] flow::Result<Report> scan(const Options& options);

}  // namespace store::query
