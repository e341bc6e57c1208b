// SPDX-License-Identifier: Apache-2.0
#include "control/query/coverage.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <vector>

#include "control/completeness.hpp"

namespace query {
namespace {

using flow::Counter;
using store::query::EndedBy;

struct Span {
    std::uint64_t from_ms = ~0ull, to_ms = 0;
};

// When the flows asked for were received: as the segments say that can have some, and as the window says where the clocks of
// exporters and collector agree.
Span receive_time(const Selection& selection, const store::query::Window& window, std::uint64_t now_s) {
    Span span;
    for (const auto& choice : selection.segments) {
        const store::SegmentEntry& e = choice.entry;
        if (e.rows == 0 || e.last_ms < window.from_ms || e.first_ms > window.to_ms) continue;
        span.from_ms = std::min(span.from_ms, e.received_from_ms);
        span.to_ms = std::max(span.to_ms, e.received_to_ms);
    }
    if (window.from_ms == 0) return span;
    const Span asked{window.from_ms, std::min(window.to_ms, now_s * 1000)};
    const bool none = span.from_ms > span.to_ms;
    if (none) return asked;
    if (asked.from_ms > span.to_ms || asked.to_ms < span.from_ms) return span;
    return {std::min(span.from_ms, asked.from_ms), std::max(span.to_ms, asked.to_ms)};
}

void add_ledger(const flow::Ledger& ledger, Coverage& coverage) {
    coverage.through += ledger[Counter::flows_through];
    coverage.shed_busy += ledger[Counter::archive_shed_busy];
    coverage.shed_disk += ledger[Counter::archive_shed_disk];
    coverage.unwritten += ledger[Counter::archive_unwritten] + ledger[Counter::flows_unwritten];
    coverage.not_wanted += ledger[Counter::archive_not_wanted];
    coverage.off += ledger[Counter::archive_off];
    coverage.lost += ledger[Counter::flows_lost_ring];
}

std::string grouped(std::uint64_t value) {
    std::string out = std::to_string(value);
    for (std::size_t at = out.size(); at > 3; at -= 3) out.insert(at - 3, ",");
    return out;
}

// "98.61%"; never rounded up to 100.
std::string percent(double ratio) {
    const auto hundredths = static_cast<std::uint64_t>(std::floor(ratio * 10'000));
    std::string fraction = std::to_string(hundredths % 100);
    if (fraction.size() < 2) fraction.insert(0, "0");
    return std::to_string(hundredths / 100) + "." + fraction + "%";
}

const char* ended_text(EndedBy by) {
    switch (by) {
        case EndedBy::cancelled:
            return "cancelled";
        case EndedBy::time:
            return "the time was up (--timeout)";
        case EndedBy::memory:
            return "the memory was used up (--memory)";
        default:
            return "";
    }
}

void append(std::string& out, const std::string& part) {
    if (!part.empty()) out += (out.empty() ? "" : "; ") + part;
}

void append(std::string& out, std::uint64_t count, const std::string& what) {
    if (count != 0) append(out, what + ": " + grouped(count));
}

}  // namespace

bool Coverage::partial() const noexcept {
    return (ended_by != EndedBy::all_read && ended_by != EndedBy::enough) || segments_expired != 0 ||
           segments_failed != 0 || blocks_damaged != 0 || rows_left_out != 0;
}

bool Coverage::complete() const noexcept {
    return !partial() && shed_busy + shed_disk + unwritten + not_wanted + off + lost + missing == 0;
}

double Coverage::ratio() const noexcept {
    const double gone = static_cast<double>(shed_busy + shed_disk + unwritten + off + lost + missing);
    const double here = static_cast<double>(through) - static_cast<double>(shed_busy + shed_disk + off + not_wanted);
    return gone == 0 ? 1 : std::max(here, 0.0) / (std::max(here, 0.0) + gone);
}

std::string Coverage::text() const {
    if (complete()) return known ? "complete" : "all was read; what was lost before is not known here";
    std::string read;
    append(read, ended_text(ended_by));
    append(read, segments_expired, "segments expired meanwhile");
    append(read, segments_failed, "segments that could not be read, see --explain");
    append(read, blocks_damaged, "damaged blocks, see `net-collector archive verify`");
    append(read, rows_left_out, "flows without room in memory (--memory)");
    std::string gone;
    append(gone, missing, "missing by sequence numbers");
    const std::string of_all = of_some_sources ? ", of all sources" : "";
    append(gone, lost, "lost in the collector" + of_all);
    append(gone, shed_busy, "not archived, the writers were behind" + of_all);
    append(gone, shed_disk, "not archived, the disk was full or failed" + of_all);
    append(gone, unwritten, "under way when the collector died" + of_all);
    append(gone, off, "came while nothing was archived" + of_all);
    std::string out;
    if (partial()) out = "partial: yes (" + read + ")";
    if (!gone.empty()) append(out, percent(ratio()) + " of the flows (" + gone + ")");
    append(out, not_wanted, "left out by the archive's policy" + of_all);
    if (not_wanted != 0 && sampled) out += " (sums make up for those of samples)";
    return out;
}

nlohmann::ordered_json Coverage::json() const {
    nlohmann::ordered_json out{{"complete", complete()}, {"partial", partial()}, {"ratio", ratio()}};
    out["ended_by"] = ended_by == EndedBy::cancelled ? "cancelled"
                      : ended_by == EndedBy::time    ? "time"
                      : ended_by == EndedBy::memory  ? "memory"
                                                     : "";
    out["segments_expired"] = segments_expired;
    out["segments_failed"] = segments_failed;
    out["blocks_damaged"] = blocks_damaged;
    out["left_out_for_memory"] = rows_left_out;
    out["flows"] = {{"known", known},           {"missing", missing},     {"lost", lost},
                    {"shed_busy", shed_busy},   {"shed_disk", shed_disk}, {"unwritten", unwritten},
                    {"not_wanted", not_wanted}, {"archive_off", off}};
    out["text"] = text();
    return out;
}

Coverage coverage_of(const store::query::Report& report) {
    Coverage out;
    out.ended_by = report.ended_by;
    out.segments_expired = report.segments_expired;
    out.segments_failed = report.segments_failed;
    out.blocks_damaged = report.blocks_damaged;
    return out;
}

flow::Result<void> add_books(const store::Reader& reader, const Selection& selection,
                             const store::query::Window& window, std::uint64_t now_s, Coverage& coverage) {
    const Span span = receive_time(selection, window, now_s);
    if (span.from_ms > span.to_ms) return {};
    constexpr std::uint64_t kMost_s = std::numeric_limits<std::uint32_t>::max();
    const auto from_s = static_cast<std::uint32_t>(std::min(span.from_ms / 1000, kMost_s));
    const auto to_s = static_cast<std::uint32_t>(std::min(span.to_ms / 1000 + 1, kMost_s));
    const auto ledgers = reader.ledger_books(from_s, to_s);
    if (!ledgers) return tl::unexpected(ledgers.error());
    for (const store::LedgerBook& book : *ledgers) add_ledger(book.ledger, coverage);
    coverage.known = !ledgers->empty();
    coverage.of_some_sources = !selection.source_ids.empty();
    coverage.sampled = std::any_of(selection.segments.begin(), selection.segments.end(),
                                   [](const auto& choice) { return choice.entry.flows > choice.entry.rows; });

    const auto exporters = reader.exporters();
    if (!exporters) return tl::unexpected(exporters.error());
    std::vector<std::uint32_t> ids;
    for (const store::StoredExporter& e : *exporters) {
        const auto& wanted = selection.source_ids;
        if (wanted.empty() || std::find(wanted.begin(), wanted.end(), e.key.source_id) != wanted.end())
            ids.push_back(e.id);
    }
    if (ids.empty()) return {};
    std::unordered_map<std::uint32_t, flow::ExporterCounts> sums;
    const auto read =
        reader.visit_books(from_s, to_s, ids, [&](const store::Book& book) { sums[book.exporter].add(book.counts); });
    if (!read) return read;
    double missing = 0;
    for (const store::StoredExporter& e : *exporters) {
        const auto found = sums.find(e.id);
        if (found == sums.end()) continue;
        control::Completeness one;
        one.add(e.key.protocol, found->second);
        // What was lost in us stands in the ledger already.
        missing += std::max(0.0, one.missing_flows() - static_cast<double>(found->second.flows_lost));
    }
    coverage.missing = static_cast<std::uint64_t>(std::llround(std::ceil(missing)));
    return {};
}

}  // namespace query
