// SPDX-License-Identifier: Apache-2.0
// Answers as text: nfdump 1.7.1's record formats, statistics, summary, and JSON.
//
// Thread: one.
// Source: nfdump(1); notes 4.4 and 6.4 (observed with Debian's 1.7.1). Differences are listed in README and tests/data.
// Shape:  a record or a group is a row of a FlowBatch with its sums; lines end in '\n'; output is appended to a string that the
//         caller writes out from time to time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/column_set.hpp"
#include "dataplane/flow/exporter.hpp"
#include "dataplane/flow/result.hpp"
#include "store/query/aggregate.hpp"

namespace query {

struct PrintOptions {
    std::string format =
        "line";  // line, long, extended, biline, bilong, ..., with "6" behind: long IPv6; raw, csv, json, ndjson,
                 // pipe, null, fmt:...
    bool quiet = false;          // -q: no header, no footer
    bool plain_numbers = false;  // -N
    bool long_v6 = false;        // -6
    bool tag_addresses = false;  // -T: control-A before addresses
    bool raw = false;            // counters as exported
    const flow::ExporterTable* exporters = nullptr;
    // Time zone of the times: that of the process (TZ), as nfdump.
};

class RecordPrinter {
  public:
    // Error: unknown format, unknown tag and where.
    static flow::Result<std::unique_ptr<RecordPrinter>> make(const PrintOptions& options);
    virtual ~RecordPrinter() = default;
    // Columns that it prints, for the scan.
    [[nodiscard]] virtual flow::ColumnSet columns() const = 0;
    virtual void header(std::string& out) = 0;
    // `sums`: of the group, or made of the row (sums_of()).
    virtual void record(const flow::FlowBatch& batch, std::uint32_t row, const store::query::Sums& sums,
                        std::string& out) = 0;
    virtual void footer(std::string& out) = 0;  // e.g. JSON's closing bracket
};

// A row's own counters, scaled unless `raw`.
[[nodiscard]] store::query::Sums sums_of(const flow::FlowBatch& batch, std::uint32_t row, bool raw) noexcept;

// "Top 3 Src IP Addr ordered by bytes:" and its lines; formats other than csv, pipe and json are text.
struct StatisticHead {
    const store::query::Element* element = nullptr;
    bool by_protocol = false;
    store::query::Order order = store::query::Order::flows;
    std::uint64_t count = 0;  // -n
};
void print_statistic(const StatisticHead& head, const store::query::Groups& groups,
                     std::span<const store::query::Group> top, const PrintOptions& options, std::string& out);

struct Summary {
    store::query::Sums total{};                          // of what was selected
    std::uint64_t window_from_ms = 0, window_to_ms = 0;  // of the files, as nfdump says it
    std::uint64_t processed = 0, passed = 0, blocks_skipped = 0, bytes_read = 0;
    double system_s = 0, user_s = 0, wall_s = 0;
    std::string coverage{};  // "complete", "partial: ..."
};
void print_summary(const Summary& summary, const PrintOptions& options, std::string& out);

// nfdump's numbers: "1.6 G", or as they are with -N.
[[nodiscard]] std::string scaled_number(std::uint64_t value, bool plain);

}  // namespace query
