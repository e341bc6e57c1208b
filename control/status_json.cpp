// SPDX-License-Identifier: Apache-2.0
#include "control/status_json.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "control/completeness.hpp"
#include "control/json_parts.hpp"
#include "control/ledger_laws.hpp"

namespace control {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::optional<std::uint64_t>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json device_json(const DeviceStatus& d) {
    return {{"name", d.name},
            {"driver", d.driver},
            {"mac", d.mac},
            {"link_up", d.link_up},
            {"link_mbps", d.link_mbps},
            {"rss", d.rss},
            {"queues", d.queues},
            {"missed", or_null(d.missed)},
            {"no_buffer", or_null(d.no_buffer)},
            {"errors", or_null(d.errors)},
            {"tap", d.tap},
            {"punt",
             {{"passed", d.punted},
              {"dropped", d.punt_dropped},
              {"answers", d.punt_answers},
              {"passed_per_second", d.punted_s},
              {"dropped_per_second", d.punt_dropped_s}}}};
}

Json queue_json(const QueueStatus& q) {
    return {{"device", q.device},
            {"queue", q.queue},
            {"core", q.core},
            {"packets", q.packets},
            {"fill_ratio", q.fill_ratio ? Json(*q.fill_ratio) : Json(nullptr)}};
}

Json worker_json(const WorkerStatus& w) {
    Json out{{"core", w.core},
             {"busy_ratio", w.busy_ratio},
             {"packets", w.packets},
             {"handed_off", w.handed_off},
             {"handoff_lost", w.handoff_lost},
             {"slots_used", w.slots_used},
             {"slots_archive", w.slots_archive},
             {"slots", w.slots},
             {"text_failures", w.text_failures}};
    if (w.match_core) {
        out["match_core"] = *w.match_core;
        out["match_busy_ratio"] = w.match_busy_ratio.value_or(0);
    }
    return out;
}

Json filters_json(const filters::ProgramFigures& f) {
    return {{"channels", f.channels},     {"predicates", f.predicates},
            {"operations", f.operations}, {"text_patterns", f.text_patterns},
            {"indexes", f.indexes},       {"bytes", f.bytes},
            {"compile_us", f.compile_us}, {"pattern_cache_trouble", f.pattern_cache_trouble}};
}

Json store_json(const store::Stats& s) {
    return {
        {"commits", s.commits},
        {"failed_commits", s.failed_commits},
        {"last_commit_ms", s.last_commit_ms},
        {"commit_seconds",
         {{"last", s.commit_last_s}, {"median", s.commit_median_s}, {"p99", s.commit_p99_s}, {"max", s.commit_max_s}}},
        {"failing_since_ms", s.failing_since_ms},
        {"error", s.error},
        {"limit_bytes", s.map_bytes},
        {"used_bytes", s.used_bytes},
        {"file_bytes", s.file_bytes},
        {"disk_free_bytes", s.disk_free_bytes},
        {"pending_values", s.pending_cells},
        {"series", s.series},
        {"exporters", s.exporters},
        {"live_rows", s.live_rows},
        {"chunk_backlog_s", s.chunk_backlog_s},
        {"late_values", s.late_cells},
        {"books", s.book_rows},
        {"interfaces", s.interfaces},
        {"interface_samples_refused", s.interface_samples_refused},
        {"options_refused", s.options_refused},
        {"templates_deleted", s.templates_deleted},
        {"templates_dropped", s.templates_dropped},
        {"deleted_rows", s.deleted_rows},
        {"deleted_books", s.deleted_books},
        {"closed_in_flight", s.closed_in_flight},
        {"closed_unarchived", s.closed_unarchived},
        {"closed_raised", s.closed_raised},
        {"damaged_values", s.damaged_values},
        {"clock_leap", s.clock_leap},
        {"clock", s.clock_text},
        {"note", s.note}};
}

Json archive_json(const Status& status) {
    Json out{{"enabled", status.archive.has_value()}, {"policy", status.archive_policy}};
    if (!status.archive) return out;
    const store::archive::Stats& a = *status.archive;
    out.update({{"segments", a.segments},
                {"open_segments", a.open_segments},
                {"rows", a.rows},
                {"bytes", a.bytes},
                {"oldest_s", a.oldest_slot_s},
                {"disk_free_bytes", a.disk_free_bytes},
                {"failing_since_ms", a.failing_since_ms},
                {"error", a.error},
                {"written", {{"rows", a.rows_written}, {"blocks", a.blocks_written}, {"bytes", a.bytes_written}}},
                {"syncs", a.syncs},
                {"sync_seconds", {{"last", a.sync_last_s}, {"max", a.sync_max_s}}},
                {"failed_writes", a.failed_writes},
                {"deleted", {{"segments", a.deleted_segments}, {"bytes", a.deleted_bytes}}},
                {"merged_segments", a.merged_segments},
                {"recovered_blocks", a.recovered_blocks},
                {"damaged_blocks", a.damaged_blocks}});
    return out;
}

// Of each law between stages, what is on its way; 0 while the later stage told first.
Json in_flight_json(const flow::Ledger& ledger) {
    Json out = Json::array();
    for (const Law& law : laws()) {
        if (law.kind != Law::Kind::in_flight) continue;
        const std::int64_t difference = weigh(law, ledger).difference();
        out.push_back({{"law", law.name}, {"waiting", std::max<std::int64_t>(difference, 0)}});
    }
    return out;
}

Json series_json(const Status& status, const SeriesStatus& series) {
    Json out{{"id", series.id}, {"profile", series.profile}, {"channel", series.channel}, {"source", series.source}};
    flow::Cell sum;
    if (series.id < status.series_totals.size()) {
        for (const flow::Cell& cell : status.series_totals[series.id]) {
            sum.flows += cell.flows;
            sum.packets += cell.packets;
            sum.bytes += cell.bytes;
        }
    }
    out["flows"] = sum.flows;
    out["packets"] = sum.packets;
    out["bytes"] = sum.bytes;
    return out;
}

Json reload_object(const ReloadStatus& reload, std::uint64_t generation) {
    return {{"ok", reload.ok},
            {"generation", generation},
            {"when_ms", reload.when_ms},
            {"taken_ms", reload.taken_ms},
            {"error", reload.error},
            {"restart_needed", reload.restart_needed},
            {"http_faults", reload.http_faults}};
}

template <class T, class F>
Json list(const std::vector<T>& items, F&& one) {
    Json out = Json::array();
    for (const T& item : items) out.push_back(one(item));
    return out;
}

Json source_json(const SourceStatus& s) {
    return {
        {"name", s.name}, {"port", s.port}, {"protocol", s.protocol}, {"addresses", s.addresses}, {"colour", s.colour}};
}

struct Part {
    std::string_view name;
    Json (*make)(const Status& status);
};
constexpr std::array<Part, 13> kParts{{
    {"devices", [](const Status& s) { return list(s.devices, device_json); }},
    {"queues", [](const Status& s) { return list(s.queues, queue_json); }},
    {"workers", [](const Status& s) { return list(s.workers, worker_json); }},
    {"thinned",
     [](const Status& s) {
         return list(s.thinned, [](const ThinnedExporter& t) {
             return Json{{"exporter", t.address.text()}, {"factor", t.factor}, {"core", t.core}};
         });
     }},
    {"filters", [](const Status& s) { return filters_json(s.filters); }},
    {"geo_databases",
     [](const Status& s) {
         return list(s.geo, [](const filters::geo::About& g) {
             return Json{{"path", g.path}, {"type", g.type}, {"built_s", g.built_s}};
         });
     }},
    {"store", [](const Status& s) { return store_json(s.store); }},
    {"archive", archive_json},
    {"ledger",
     [](const Status& s) {
         return Json{{"process", ledger_json(s.process_ledger)}, {"total", ledger_json(s.total_ledger)}};
     }},
    {"in_flight", [](const Status& s) { return in_flight_json(s.process_ledger); }},
    {"sources", [](const Status& s) { return list(s.sources, source_json); }},
    {"series",
     [](const Status& s) {
         return list(s.series, [&](const SeriesStatus& series) { return series_json(s, series); });
     }},
    {"exporters",
     [](const Status& s) {
         return list(s.exporters, [](const ExporterStatus& e) { return exporter_json(e.key, e.source, e.counts); });
     }},
}};

}  // namespace

Json ledger_json(const flow::Ledger& ledger) {
    Json out = Json::object();
    for (std::size_t i = 0; i < flow::Ledger::kSize; ++i) {
        std::string pointer = "/" + std::string(flow::ledger_name(i).path);
        std::replace(pointer.begin(), pointer.end(), '.', '/');
        out[Json::json_pointer(pointer)] = ledger.values[i];
    }
    const std::string_view broken = flow::broken_law(ledger);
    out["balanced"] = broken.empty();
    if (!broken.empty()) out["broken_law"] = broken;
    return out;
}

Json exporter_json(const flow::ExporterKey& key, const std::string& source, const flow::ExporterCounts& counts) {
    Completeness completeness;
    completeness.add(key.protocol, counts);
    Json out{{"address", key.address.text()}};
    if (key.protocol == flow::Protocol::sflow5) out["agent"] = key.agent.text();
    out["source"] = source;
    out["version"] = flow::protocol_name(key.protocol);
    out["domain"] = key.domain;
    out["port"] = key.port;
#define X(name, text) out[#name] = counts.name;
    FLOW_EXPORTER_COUNTS(X)
#undef X
    out["sampling"] = counts.sampling;
    out["completeness"] = completeness.ratio();
    out["last_seen_ms"] = counts.last_seen_ms;
    return out;
}

bool is_status_part(std::string_view name) noexcept {
    return std::any_of(kParts.begin(), kParts.end(), [&](const Part& part) { return part.name == name; });
}

std::string status_part_names() {
    std::string out;
    for (const Part& part : kParts) out += (out.empty() ? "" : ", ") + std::string(part.name);
    return out;
}

Json status_object(const Status& status, const std::vector<std::string>& parts) {
    Json out{{"version", status.version},
             {"pid", status.pid},
             {"now_ms", status.now_ms},
             {"started_ms", status.started_ms},
             {"config_file", status.config_file},
             {"data_directory", status.data_directory},
             {"config", reload_object(status.reload, status.generation)},
             {"hugepages", status.hugepages}};
    for (const Part& part : kParts) {
        if (parts.empty() || std::find(parts.begin(), parts.end(), part.name) != parts.end())
            out[std::string(part.name)] = part.make(status);
    }
    return out;
}

// Texts may come from outside: what is no UTF-8 is replaced, never thrown.
std::string status_json(const Status& status, const std::vector<std::string>& parts) {
    return status_object(status, parts).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string capture_counts_json(std::uint64_t frames, std::uint64_t dropped) {
    return Json{{"frames", frames}, {"dropped", dropped}}.dump();
}

std::string reload_json(const ReloadStatus& reload, std::uint64_t generation) {
    return reload_object(reload, generation).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace control
