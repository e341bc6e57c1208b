// SPDX-License-Identifier: Apache-2.0
// Reads a data directory, the daemon running or not. Each call is one or a few short transactions; results
// are copies.
//
// Thread: one at a time per Reader. Several Readers, also beside a Store in one process, are fine.
// Limits: needs to read data.mdb and to write lock.mdb (group of the daemon's user).
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
#include "dataplane/flow/tally.hpp"
#include "store/books.hpp"
#include "store/interfaces.hpp"
#include "store/segments.hpp"
#include "store/series/resolution.hpp"

namespace store {

// Sums of one bucket, by class (flow::TrafficClass). `max`: per counter and class the highest 300-s value
// inside; for resolutions of 10 s and 300 s the same as `sum`.
struct Point {
    std::uint32_t start_s = 0;  // seconds since 1970 UTC, multiple of the resolution
    std::array<flow::Cell, flow::kClasses> sum{};
    std::array<flow::Cell, flow::kClasses> max{};
    bool present = false;  // something was counted; an idle series and a stopped collector both leave no points
};

struct StoredExporter {
    std::uint32_t id = 0;
    flow::ExporterKey key{};
    flow::ExporterCounts counts{};  // goes on over restarts
    std::string source{};           // name of key.source_id
};

struct FilterMark {
    std::uint64_t since_ms = 0;  // the filter had this text from here on
    std::string filter;
};
struct StoredSeries {
    std::uint32_t id = 0;
    std::string profile, channel, source;
    std::vector<FilterMark> marks{};  // oldest first; the last one holds today
};

class Reader {
  public:
    // Error: no data there, newer schema, truncated file, no permission; says what to do.
    static flow::Result<Reader> open(const std::string& directory);
    Reader(Reader&&) noexcept;
    Reader& operator=(Reader&&) noexcept;
    ~Reader();

    flow::Result<flow::Ledger> ledger() const;
    flow::Result<std::vector<StoredExporter>> exporters() const;  // by id
    flow::Result<std::unordered_map<std::uint32_t, std::vector<flow::TemplateDefinition>>> templates()
        const;  // by exporter
    // What options data told, by exporter; kinds that this program does not know are left out.
    flow::Result<std::unordered_map<std::uint32_t, std::vector<flow::OptionValue>>> options() const;
    flow::Result<std::vector<StoredSeries>> catalogue() const;  // by id
    flow::Result<std::vector<std::string>> sources() const;     // by id

    // The books that begin in [from_s rounded down to a book, to_s), by start, then by exporter. `exporters`: ids, in
    // any order; empty = all. Error: more than kMaxBooks; visit_books() has no such limit.
    flow::Result<std::vector<Book>> books(std::uint32_t from_s, std::uint32_t to_s,
                                          std::span<const std::uint32_t> exporters = {}) const;
    static constexpr std::size_t kMaxBooks = 1'000'000;
    // The same, one after the other, so that sums over long times need no room.
    flow::Result<void> visit_books(std::uint32_t from_s, std::uint32_t to_s, std::span<const std::uint32_t> exporters,
                                   const std::function<void(const Book&)>& use) const;
    flow::Result<std::vector<LedgerBook>> ledger_books(std::uint32_t from_s, std::uint32_t to_s) const;  // by start

    flow::Result<std::vector<StoredInterface>> interfaces() const;  // by exporter, then by index
    // The points of an interface that end in [from_s, to_s), in order.
    flow::Result<std::vector<InterfacePoint>> interface_points(std::uint32_t exporter, std::uint32_t index,
                                                               std::uint32_t from_s, std::uint32_t to_s) const;

    // The archive's segments of the slots that touch [from_s, to_s), by slot, then by source. `sources`: ids, in any order;
    // empty = all.
    flow::Result<std::vector<SegmentEntry>> segments(std::uint32_t from_s, std::uint32_t to_s,
                                                     std::span<const std::uint32_t> sources = {}) const;

    // The points of one series, or of several added up, that begin in [from_s rounded down, to_s), gaps
    // included. `resolution_s` is one of kResolutions. Where a resolution is not written yet, it is made from
    // finer ones and `live`. For several series `max` is the sum of their maxima: an upper bound. Error:
    // another resolution, or more than kMaxPoints points.
    flow::Result<std::vector<Point>> series(std::span<const std::uint32_t> ids, std::uint32_t from_s,
                                            std::uint32_t to_s, std::uint32_t resolution_s) const;
    static constexpr std::uint32_t kMaxPoints = 1'000'000;
    // The same for several rows of series at once, in as few transactions as series() would take for all of them together:
    // calls use(row, start_s, sums) for what was counted, several times for a point whose parts lie apart; sums of equal row
    // and start are to be added up. Without maxima, and without room for what is empty.
    using UseSums =
        std::function<void(std::size_t row, std::uint32_t start_s, const std::array<flow::Cell, flow::kClasses>& sums)>;
    flow::Result<void> visit_series(std::span<const std::vector<std::uint32_t>> rows, std::uint32_t from_s,
                                    std::uint32_t to_s, std::uint32_t resolution_s, const UseSums& use) const;

    // Wall clock of the newest commit, milliseconds since 1970 UTC; 0 = none.
    flow::Result<std::uint64_t> last_commit_ms() const;
    // As Store::backup().
    flow::Result<void> backup(const std::string& target_directory) const;

  private:
    class Impl;
    explicit Reader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace store
