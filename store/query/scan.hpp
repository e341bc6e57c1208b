// SPDX-License-Identifier: Apache-2.0
// Reads the archive: which blocks a question can touch, their columns into batches, the filter over them, and what passes to
// sinks. Knows nothing of how answers are worked out or printed.
//
// Thread: scan() starts its own; a Sink belongs to one of them, merging is the caller's.
// Limits: Limits{}; a scan that reaches one ends and says so (Report::ended_by), with what it has.
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
#include "filters/language/ast.hpp"
#include "filters/program/environment.hpp"
#include "filters/program/program.hpp"
#include "store/archive/block.hpp"
#include "store/segments.hpp"

namespace store::query {

// As nfdump's -t: a record passes only when it lies wholly inside: first_ms >= from and last_ms <= to.
struct Window {
    std::uint64_t from_ms = 0;
    std::uint64_t to_ms = ~0ull;
    [[nodiscard]] bool everything() const noexcept { return from_ms == 0 && to_ms == ~0ull; }
};

// Where rows go. One for each thread of the scan.
class Sink {
  public:
    virtual ~Sink() = default;
    // Rows that passed: row r is bit r % 64 of rows[r / 64]; `count` of them, at least one. Columns that were asked for are
    // filled. Returns false: enough, the scan may end.
    // `block`: the reader the page was read with (dictionaries), on page `page`.
    virtual bool take(const flow::FlowBatch& batch, const std::uint64_t* rows, std::uint32_t count,
                      archive::BlockReader& block, std::uint32_t page) = 0;
};

struct SegmentChoice {
    SegmentEntry entry{};
    std::string path{};
};

struct Limits {
    std::uint64_t rows = 0;     // rows that pass; 0: all. With it rows come in order of slot, source, block.
    std::uint64_t time_ms = 0;  // 0: no limit
};

struct Progress {
    std::uint64_t blocks_done = 0, blocks = 0, rows_done = 0, rows_passed = 0;
};

struct Options {
    std::vector<SegmentChoice> segments{};  // in order
    Window window{};
    const filters::Program* program = nullptr;       // channel 0 is the filter; nullptr: everything
    const filters::language::Ast* filter = nullptr;  // the same, for skipping blocks
    // What the sinks look at; the scan adds what filter and window need.
    flow::ColumnSet columns{};
    bool received = false;  // and FlowBatch::row_received_ms
    // Exporters that the blocks' keys are entered into (and found by router ip, engine ... in filters).
    flow::ExporterTable* exporters = nullptr;
    std::size_t threads = 1;
    Limits limits{};
    const std::atomic<bool>* cancelled = nullptr;
    std::function<void(const Progress&)> progress{};                // some times a second, from one thread
    std::function<std::unique_ptr<Sink>(std::size_t)> make_sink{};  // called once for each thread, from scan()'s
};

enum class EndedBy : std::uint8_t { all_read, enough, cancelled, time, memory };

struct Report {
    EndedBy ended_by = EndedBy::all_read;
    std::uint64_t segments = 0, segments_expired = 0;  // gone meanwhile
    std::uint64_t blocks = 0, blocks_read = 0;
    // Skipped, by what: the window, the zone maps, the Bloom filters.
    std::uint64_t skipped_time = 0, skipped_zones = 0, skipped_addresses = 0, skipped_absent = 0;
    std::uint64_t blocks_damaged = 0;
    std::uint64_t rows = 0, rows_passed = 0;  // in blocks that were read; that passed
    std::uint64_t rows_skipped = 0;           // in blocks that were not
    std::uint64_t bytes_read = 0;
    // Of the segments: the span of receive time, and of the flows themselves (nfdump's "Time window").
    std::uint64_t first_ms = ~0ull, last_ms = 0;
    std::vector<std::string> notes{};  // why blocks were skipped, for --explain
    std::vector<std::unique_ptr<Sink>> sinks{};
};

[[nodiscard]] flow::Result<Report> scan(const Options& options);

}  // namespace store::query
