// SPDX-License-Identifier: Apache-2.0
// Answers as text: nfdump 1.7.1's record formats, statistics, summary, and JSON.
//
// Thread: one.
// Source: nfdump(1); notes 4.4 and 6.4 (observed with Debian's 1.7.1). Differences are listed, with reasons, in
//         tests/data/valid/nfdump_output/DEVIATIONS.md.
// Shape:  a record or a group is a row of a FlowBatch with its sums; lines end in '\n'; output is appended to a string that the
//         caller writes out from time to time. An answer is header(), record()s, footer(), print_summary(); one of statistics
//         is print_statistic()s, print_summary(). Of an answer without records print_no_match() stands behind the header, or
//         before the first statistic.
// Limits: of a text (user, interface, payload) at most 4,096 characters; 512 fields in a fmt:.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/column_set.hpp"
#include "dataplane/flow/exporter.hpp"
#include "dataplane/flow/result.hpp"
#include "store/query/aggregate.hpp"

namespace query {

struct PrintOptions {
    // line, long, extended, biline, bilong, gline, glong, nsel, nel, raw, csv, json, ndjson, pipe, null, fmt:...; with "6" behind
    // (but fmt:...): long IPv6. Capital letters or not.
    std::string format = "line";
    // --json, whatever the format: one object a line, told apart by its "type": "record" (print_object.hpp), "statistic",
    // "summary".
    bool objects = false;
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
    // Whether it prints FlowBatch::row_received_ms, too.
    [[nodiscard]] virtual bool received() const = 0;
    virtual void header(std::string& out) = 0;
    // `sums`: of the group, or made of the row (sums_of()).
    virtual void record(const flow::FlowBatch& batch, std::uint32_t row, const store::query::Sums& sums,
                        std::string& out) = 0;
    virtual void footer(std::string& out) = 0;  // e.g. JSON's closing bracket
};

// A row's own counters, scaled unless `raw`, and the columns it looks at.
[[nodiscard]] store::query::Sums sums_of(const flow::FlowBatch& batch, std::uint32_t row, bool raw) noexcept;
[[nodiscard]] const flow::ColumnSet& sums_columns() noexcept;

// The format of -A: "fmt:%ts %td <a tag for each part of the key> %pkt %byt %bps %bpp %fl".
[[nodiscard]] std::string format_of(const store::query::Grouping& grouping);

void print_no_match(const PrintOptions& options, std::string& out);

// "Top 3 Src IP Addr ordered by bytes:" and its lines; formats other than csv, pipe, json and ndjson are text.
// JSON, of which nfdump 1.7.1 has none here: one object a line, see print_object.hpp.
struct StatisticHead {
    const store::query::Element* element = nullptr;
    bool by_protocol = false;
    store::query::Order order = store::query::Order::flows;
    std::uint64_t count = 0;  // -n; 0: all
};
void print_statistic(const StatisticHead& head, const store::query::Groups& groups,
                     std::span<const store::query::Group> top, const PrintOptions& options, std::string& out);
// "Top 3 flows ordered by bytes:", of -s record; header(), record()s and footer() follow.
void print_record_statistic(store::query::Order order, std::uint64_t count, const PrintOptions& options,
                            std::string& out);

struct Summary {
    store::query::Sums total{};  // of what was selected
    // Of the files, as nfdump says it; from > to: not known.
    std::uint64_t window_from_ms = 0, window_to_ms = 0;
    std::uint64_t processed = 0, passed = 0, blocks_skipped = 0, bytes_read = 0;
    double system_s = 0, user_s = 0, wall_s = 0;
    std::string coverage{};  // "complete", "partial: ..."; empty: nothing is said
};
void print_summary(const Summary& summary, const PrintOptions& options, std::string& out);

// nfdump's numbers: "1.6 G", or as they are with -N.
[[nodiscard]] std::string scaled_number(std::uint64_t value, bool plain);

}  // namespace query
