// SPDX-License-Identifier: Apache-2.0
#include "control/query/explain.hpp"

#include <iomanip>
#include <ostream>
#include <sstream>

#include "control/filter_excerpt.hpp"
#include "control/query/print.hpp"

namespace query {
namespace {

std::string counted(std::uint64_t value) {
    return scaled_number(value, false);
}

std::string milliseconds(double seconds) {
    std::ostringstream out;
    out << std::fixed << std::setprecision(1) << seconds * 1000 << " ms";
    return out.str();
}

std::string time_of(std::uint64_t ms) {
    return ms == ~0ull ? "now and later" : local_time_text(ms / 1000);
}

std::string names_of(const flow::ColumnSet& columns) {
    std::string out;
    for (std::size_t c = 0; c < flow::kColumns; ++c) {
        const auto column = static_cast<flow::Column>(c);
        if (columns.has(column)) out += (out.empty() ? "" : " ") + std::string(flow::column_name(column));
    }
    return out.empty() ? "none" : out;
}

void line(std::ostream& out, const char* what, const std::string& says) {
    out << std::left << std::setw(12) << what << says << '\n';
}

void explain_blocks(std::ostream& out, const store::query::Report& r) {
    line(out, "segments",
         counted(r.segments) + ", of which not opened " + counted(r.segments_skipped) +
             (r.segments_expired == 0 ? "" : ", expired meanwhile " + counted(r.segments_expired)) +
             (r.segments_failed == 0 ? "" : ", not readable " + counted(r.segments_failed)));
    line(out, "blocks",
         counted(r.blocks) + ", of which read " + counted(r.blocks_read) + ", known without reading " +
             counted(r.blocks_whole) + (r.blocks_damaged == 0 ? "" : ", damaged " + counted(r.blocks_damaged)));
    line(out, "skipped",
         counted(r.skipped_time) + " by time, " + counted(r.skipped_zones) + " by ranges of values, " +
             counted(r.skipped_addresses) + " by addresses, " + counted(r.skipped_absent) +
             " that have no such column");
    line(out, "flows",
         counted(r.rows) + " looked at, " + counted(r.rows_skipped) + " skipped, " + counted(r.rows_passed) + " taken");
    line(out, "read", counted(r.bytes_read) + " bytes");
    for (const std::string& note : r.notes) line(out, "", note);
}

}  // namespace

void explain(std::ostream& out, const Explained& e) {
    line(out, "filter", control::harmless(e.filter.normal));
    if (e.filter.program != nullptr) {
        for (const std::string& index : e.filter.program->figures().indexes) line(out, "", index);
        line(out, "looks at", names_of(e.filter.program->columns()));
    }
    if (!e.window.everything()) line(out, "window", time_of(e.window.from_ms) + " - " + time_of(e.window.to_ms));
    explain_blocks(out, e.report);
    line(out, "threads",
         std::to_string(e.effort.threads) +
             (e.effort.background ? ", at the lowest priority: net-collectord runs here" : ""));
    line(out, "time",
         "catalogue " + milliseconds(e.stages.select_s) + ", filter " + milliseconds(e.stages.filter_s) + ", scan " +
             milliseconds(e.stages.scan_s) + ", put together and printed " + milliseconds(e.stages.put_together_s));
    if (e.report.rows != 0 && e.stages.scan_s > 0)
        line(out, "",
             counted(static_cast<std::uint64_t>(static_cast<double>(e.report.rows) / e.stages.scan_s)) +
                 " flows looked at a second");
}

}  // namespace query
