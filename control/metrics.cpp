// SPDX-License-Identifier: Apache-2.0
#include "control/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "control/completeness.hpp"
#include "control/config.hpp"
#include "control/ledger_laws.hpp"

namespace control {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

const std::string kPrefix = "net_collector_";

class Families {
  public:
    // Stays valid when others are added.
    MetricFamily& add(const std::string& name, const std::string& help, MetricType type) {
        families_.push_back(MetricFamily{kPrefix + name, help, type, {}});
        return families_.back();
    }
    MetricFamily& counter(const std::string& name, const std::string& help) {
        return add(name, help, MetricType::Counter);
    }
    void counter(const std::string& name, const std::string& help, std::uint64_t value);
    void gauge(const std::string& name, const std::string& help, double value);
    [[nodiscard]] std::vector<MetricFamily> take() { return {families_.begin(), families_.end()}; }

  private:
    std::deque<MetricFamily> families_;
};

void put(MetricFamily& family, Labels labels, double value) {
    ClientMetric metric;
    metric.label = std::move(labels);
    (family.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
    family.metric.push_back(std::move(metric));
}
void put(MetricFamily& family, Labels labels, std::uint64_t value) {
    put(family, std::move(labels), static_cast<double>(value));
}

void Families::counter(const std::string& name, const std::string& help, std::uint64_t value) {
    put(counter(name, help), {}, value);
}
void Families::gauge(const std::string& name, const std::string& help, double value) {
    put(add(name, help, MetricType::Gauge), {}, value);
}

// "datagrams.outcomes.accepted" -> "accepted"
std::string last_part(std::string_view path) {
    return std::string(path.substr(path.rfind('.') + 1));
}

// Values [from, from + count) of the ledger under one name, told apart by a label.
void add_ledger_list(Families& out, const flow::Ledger& ledger, std::size_t from, std::size_t count,
                     const std::string& name, const std::string& help, const std::string& label) {
    MetricFamily& family = out.counter(name, help);
    for (std::size_t i = from; i < from + count; ++i)
        put(family, {{label, last_part(flow::ledger_name(i).path)}}, ledger.values[i]);
}

void add_ledger(Families& out, const Status& status) {
    const flow::Ledger& ledger = status.process_ledger;
    add_ledger_list(out, ledger, 0, flow::kPacketFates, "packets_total", "Packets by how they ended", "fate");
    add_ledger_list(out, ledger, flow::kPacketFates, flow::kOutcomes, "datagrams_total", "Datagrams by how they ended",
                    "outcome");
    add_ledger_list(out, ledger, flow::kPacketFates + flow::kOutcomes, flow::kSkips, "records_skipped_total",
                    "Records and sets that were not decoded", "reason");
    MetricFamily& records = out.counter("records_total", "Records by kind");
    put(records, {{"kind", "flow"}}, ledger[flow::Counter::records_flow]);
    put(records, {{"kind", "option"}}, ledger[flow::Counter::records_option]);
    put(records, {{"kind", "counter"}}, ledger[flow::Counter::records_counter]);
    for (std::size_t i = 0; i < flow::kCounters; ++i) {
        const auto counter = static_cast<flow::Counter>(i);
        if (counter == flow::Counter::records_flow || counter == flow::Counter::records_option ||
            counter == flow::Counter::records_counter) {
            continue;
        }
        const auto [path, help] = flow::ledger_name(flow::Ledger::index(counter));
        std::string name(path);
        std::replace(name.begin(), name.end(), '.', '_');
        out.counter(name + "_total", std::string(help), ledger[counter]);
    }
}

void add_laws(Families& out, const flow::Ledger& ledger) {
    const bool balanced = flow::broken_law(ledger).empty();
    out.gauge("ledger_balanced", "1 while every packet, datagram and record is accounted for", balanced ? 1 : 0);
    MetricFamily& exact =
        out.add("ledger_law_difference", "Left side less right side of a law that holds at any moment: 0, or a bug",
                MetricType::Gauge);
    MetricFamily& in_flight = out.add(
        "ledger_in_flight",
        "Left side less right side of a law between cores: what is on its way; below 0 when the later stage told first",
        MetricType::Gauge);
    for (const Law& law : laws()) {
        const auto difference = static_cast<double>(weigh(law, ledger).difference());
        const Labels label{{"law", std::string(law.name)}};
        if (law.kind == Law::Kind::in_flight)
            put(in_flight, label, difference);
        else
            put(exact, label, law.kind == Law::Kind::at_least ? std::min(difference, 0.0) : difference);
    }
}

void add_cells(store::SeriesCells& sum, const Status& status, std::uint32_t series) {
    if (series >= status.series_totals.size()) return;
    for (std::size_t c = 0; c < flow::kClasses; ++c) {
        const flow::Cell& cell = status.series_totals[series][c];
        sum[c].flows += cell.flows;
        sum[c].packets += cell.packets;
        sum[c].bytes += cell.bytes;
    }
}

void add_series(Families& out, const Status& status) {
    std::vector<std::pair<Labels, store::SeriesCells>> channels;
    std::map<std::pair<std::string_view, std::string_view>, std::size_t> index;
    std::map<std::string_view, store::SeriesCells> sources;
    for (const SeriesStatus& series : status.series) {
        if (series.profile == kLiveProfile) add_cells(sources[series.source], status, series.id);
        std::pair<std::string_view, std::string_view> key{series.profile, series.channel};
        if (index.size() >= kMetricsChannels && !index.contains(key)) key = {"other", "other"};
        const auto [at, fresh] = index.emplace(key, channels.size());
        if (fresh)
            channels.push_back({{{"profile", std::string(key.first)}, {"channel", std::string(key.second)}}, {}});
        add_cells(channels[at->second].second, status, series.id);
    }
    MetricFamily& by_source = out.counter("flows_total", "Flows of each source");
    for (const auto& [source, cells] : sources) {
        for (std::size_t c = 0; c < flow::kClasses; ++c) {
            put(by_source, {{"source", std::string(source)}, {"class", std::string(flow::kClassNames[c])}},
                cells[c].flows);
        }
    }
    MetricFamily& flows = out.counter("channel_flows_total", "Flows that a channel took");
    MetricFamily& packets =
        out.counter("channel_packets_total", "Packets of the flows that a channel took, scaled by sampling");
    MetricFamily& bytes =
        out.counter("channel_bytes_total", "Bytes of the flows that a channel took, scaled by sampling");
    for (const auto& [labels, cells] : channels) {
        for (std::size_t c = 0; c < flow::kClasses; ++c) {
            Labels with_class = labels;
            with_class.push_back({"class", std::string(flow::kClassNames[c])});
            put(flows, with_class, cells[c].flows);
            put(packets, with_class, cells[c].packets);
            put(bytes, std::move(with_class), cells[c].bytes);
        }
    }
}

// Not only known from before.
bool has_sent(const ExporterStatus& exporter) {
    return exporter.counts.last_seen_ms != 0;
}

// An sFlow agent may relay through an address that is not its own: agent and sub-agent are its domain.
std::string domain_text(const flow::ExporterKey& key) {
    if (key.protocol != flow::Protocol::sflow5) return std::to_string(key.domain);
    return key.agent.text() + "/" + std::to_string(key.domain);
}

// Entries that share a label: those told apart by source or UDP port only, and all "other" ones.
struct ExporterRow {
    flow::ExporterCounts counts;
    Completeness recent;
    bool sampling_missing = false;
};
using ExporterRows = std::map<std::tuple<std::string, std::string, std::string>, ExporterRow>;

ExporterRows exporter_rows(const Status& status, ExporterLabels& labels) {
    labels.give(status.exporters, status.metrics_exporters);
    ExporterRows rows;
    for (std::size_t id = 0; id < status.exporters.size(); ++id) {
        const ExporterStatus& exporter = status.exporters[id];
        if (!has_sent(exporter)) continue;
        const flow::ExporterKey& key = exporter.key;
        ExporterRow& row = labels.has(id) ? rows[{key.address.text(), domain_text(key), protocol_name(key.protocol)}]
                                          : rows[{"other", "", ""}];
        row.counts.add(exporter.counts);
        row.recent.add(key.protocol, exporter.recent);
        row.sampling_missing |= exporter.recent.flows_unknown_rate != 0;
    }
    return rows;
}

void add_exporters(Families& out, const Status& status, ExporterLabels& given) {
    const ExporterRows rows = exporter_rows(status, given);
    const auto each = [&](MetricFamily& family, auto value) {
        for (const auto& [key, row] : rows) {
            const auto& [exporter, domain, protocol] = key;
            put(family, {{"exporter", exporter}, {"domain", domain}, {"protocol", protocol}}, value(row));
        }
    };
    const auto gauge = [&](const char* name, const char* help, auto value) {
        each(out.add(name, help, MetricType::Gauge), value);
    };
#define X(name, text)                                                      \
    each(out.counter("exporter_" #name "_total", "Of an exporter: " text), \
         [](const ExporterRow& row) { return row.counts.name; });
    FLOW_EXPORTER_COUNTS(X)
#undef X
    gauge("exporter_last_seen_timestamp_seconds", "When an exporter last sent",
          [](const ExporterRow& row) { return static_cast<double>(row.counts.last_seen_ms) / 1000; });
    gauge("exporter_completeness_ratio", "Share of an exporter's flows of the last 5 minutes that is here",
          [](const ExporterRow& row) { return row.recent.ratio(); });
    gauge("exporter_sampling_interval", "Of how many packets an exporter samples one, as last applied; 0 = not known",
          [](const ExporterRow& row) { return static_cast<double>(row.counts.sampling); });
    gauge("sampling_rate_missing", "1 while an exporter sends flows whose sampling rate nobody tells",
          [](const ExporterRow& row) { return row.sampling_missing ? 1.0 : 0.0; });
    out.gauge("exporters", "Exporters that sent since the start",
              static_cast<double>(std::count_if(status.exporters.begin(), status.exporters.end(), has_sent)));
}

void add_devices(Families& out, const Status& status) {
    MetricFamily& link = out.add("port_link_up", "1 while the device has a link", MetricType::Gauge);
    for (const DeviceStatus& device : status.devices) put(link, {{"device", device.name}}, device.link_up ? 1.0 : 0.0);
    const auto each = [&](const char* name, const char* help, std::optional<std::uint64_t> DeviceStatus::*value) {
        MetricFamily& family = out.counter(name, help);
        for (const DeviceStatus& device : status.devices) {
            if (device.*value) put(family, {{"device", device.name}}, *(device.*value));
        }
    };
    each("port_missed_total", "Packets that a device dropped because nobody fetched them; absent where it cannot tell",
         &DeviceStatus::missed);
    each("port_no_buffer_total", "Packets that a device dropped for want of a buffer; absent where it cannot tell",
         &DeviceStatus::no_buffer);
    each("port_errors_total", "Packets that a device reported as broken; absent where it cannot tell",
         &DeviceStatus::errors);
}

void add_workers(Families& out, const Status& status) {
    MetricFamily& busy =
        out.add("worker_busy_ratio", "Share of its time that a core worked in the last second", MetricType::Gauge);
    MetricFamily& packets = out.counter("worker_packets_total", "Packets that a core took from devices");
    MetricFamily& used = out.add("worker_slots_used", "Batches in use", MetricType::Gauge);
    MetricFamily& archive = out.add("worker_slots_archive", "Batches on their way to the archive", MetricType::Gauge);
    MetricFamily& slots = out.add("worker_slots", "Batches there are", MetricType::Gauge);
    for (const WorkerStatus& worker : status.workers) {
        const Labels core{{"core", std::to_string(worker.core)}};
        put(busy, core, worker.busy_ratio);
        if (worker.match_core)
            put(busy, {{"core", std::to_string(*worker.match_core)}}, worker.match_busy_ratio.value_or(0));
        put(packets, core, worker.packets);
        put(used, core, std::uint64_t{worker.slots_used});
        put(archive, core, std::uint64_t{worker.slots_archive});
        put(slots, core, std::uint64_t{worker.slots});
    }
}

void add_filters(Families& out, const Status& status) {
    const filters::ProgramFigures& f = status.filters;
    const auto gauge = [&](const char* name, const char* help, std::size_t value) {
        out.gauge(name, help, static_cast<double>(value));
    };
    gauge("filter_channels", "Channels whose filters are in use", f.channels);
    gauge("filter_predicates", "Different things that all filters together ask of a flow", f.predicates);
    gauge("filter_operations", "Different ANDs and ORs of all filters together", f.operations);
    gauge("filter_text_patterns", "Different texts and regular expressions of all filters together", f.text_patterns);
    gauge("filter_indexes", "Indexes that answer the predicates", f.indexes.size());
    gauge("filter_program_bytes", "Memory of the compiled filters", f.bytes);
    out.gauge("filter_compile_seconds", "How long compiling the filters took", static_cast<double>(f.compile_us) / 1e6);
    MetricFamily& failures =
        out.counter("text_scan_failures_total", "Texts that a core could not scan, and that so matched no text filter");
    for (const WorkerStatus& worker : status.workers)
        put(failures, {{"core", std::to_string(worker.core)}}, worker.text_failures);
}

void add_store(Families& out, const store::Stats& store) {
    out.counter("store_commits_total", "Transactions written", store.commits);
    out.counter("store_failed_commits_total", "Transactions that failed and are tried again", store.failed_commits);
    MetricFamily& commit =
        out.add("store_commit_seconds", "Duration of recent commits, from begin to durable", MetricType::Gauge);
    put(commit, {{"stat", "last"}}, store.commit_last_s);
    put(commit, {{"stat", "median"}}, store.commit_median_s);
    put(commit, {{"stat", "p99"}}, store.commit_p99_s);
    put(commit, {{"stat", "max"}}, store.commit_max_s);
    out.gauge("store_last_commit_timestamp_seconds", "When something was last written",
              static_cast<double>(store.last_commit_ms) / 1000);
    out.gauge("store_failing", "1 while commits fail; nothing is lost, all waits in memory",
              store.failing_since_ms != 0 ? 1 : 0);
    out.gauge("store_pending_values", "Values in memory that are not written yet",
              static_cast<double>(store.pending_cells));
    out.gauge("store_chunk_backlog_seconds", "Age of the oldest finished chunk that is not written yet",
              static_cast<double>(store.chunk_backlog_s));
    out.gauge("store_file_bytes", "Size of the data file", static_cast<double>(store.file_bytes));
    out.gauge("store_used_bytes", "Used part of the data file", static_cast<double>(store.used_bytes));
    out.gauge("store_limit_bytes", "Largest size that the data file can have", static_cast<double>(store.map_bytes));
    out.gauge("store_series", "Series in the catalogue", static_cast<double>(store.series));
    out.counter("store_late_values_total", "Values merged into chunks already written", store.late_cells);
    out.gauge("store_books", "Five-minute books of exporters on disk", static_cast<double>(store.book_rows));
    out.gauge("store_interfaces", "Interfaces whose counters are kept", static_cast<double>(store.interfaces));
    out.counter("store_interface_samples_refused_total", "Counter samples of interfaces beyond the limits",
                store.interface_samples_refused);
    out.counter("store_options_refused_total", "Names and the like beyond what is stored", store.options_refused);
    out.counter("store_templates_deleted_total", "Templates beyond what is stored: the oldest",
                store.templates_deleted);
    out.counter("store_templates_dropped_total", "Templates not stored, because too many came while commits failed",
                store.templates_dropped);
    out.counter("store_deleted_rows_total", "Rows deleted by retention", store.deleted_rows);
    out.counter("store_deleted_books_total", "Books deleted by retention; part of the rows", store.deleted_books);
    out.counter("store_damaged_values_total", "Stored values that could not be read", store.damaged_values);
    out.gauge("disk_free_bytes", "Free space where the data directory lies",
              static_cast<double>(store.disk_free_bytes));
    out.gauge("clock_leap", "1 while deletion waits because the wall clock leapt by more than an hour",
              store.clock_leap ? 1 : 0);
}

void add_archive(Families& out, const store::archive::Stats& archive) {
    const auto gauge = [&](const char* name, const char* help, std::uint64_t value) {
        out.gauge(name, help, static_cast<double>(value));
    };
    gauge("archive_segments", "Files of raw flows", archive.segments);
    gauge("archive_bytes", "Size of all files of raw flows", archive.bytes);
    gauge("archive_rows", "Flows in them", archive.rows);
    gauge("archive_oldest_timestamp_seconds", "Receive time from which on flows are there", archive.oldest_slot_s);
    gauge("archive_disk_free_bytes", "Free space where the archive lies", archive.disk_free_bytes);
    gauge("archive_failing", "1 while the archive cannot write; flows are not archived then, and counted",
          archive.failing_since_ms != 0 ? 1 : 0);
    out.counter("archive_written_blocks_total", "Blocks of flows written", archive.blocks_written);
    out.counter("archive_written_bytes_total", "Bytes of them", archive.bytes_written);
    out.counter("archive_syncs_total", "Times that files were made durable", archive.syncs);
    out.counter("archive_failed_writes_total", "Writes that failed", archive.failed_writes);
    MetricFamily& sync = out.add("archive_sync_seconds", "How long making durable took", MetricType::Gauge);
    put(sync, {{"stat", "last"}}, archive.sync_last_s);
    put(sync, {{"stat", "max"}}, archive.sync_max_s);
    out.counter("archive_deleted_segments_total", "Files deleted by retention", archive.deleted_segments);
    out.counter("archive_deleted_bytes_total", "Bytes of them", archive.deleted_bytes);
    out.counter("archive_damaged_blocks_total", "Blocks found damaged at the start, and skipped",
                archive.damaged_blocks);
}

void add_process(Families& out, const Status& status) {
    put(out.add("build_info", "Version of the program", MetricType::Gauge), {{"version", status.version}}, 1.0);
    out.gauge("start_timestamp_seconds", "When the process started", static_cast<double>(status.started_ms) / 1000);
    out.gauge("config_generation", "How often a configuration was taken over", static_cast<double>(status.generation));
    out.gauge("config_last_reload_success", "1 when the last configuration read was taken over",
              status.reload.ok ? 1 : 0);
    out.gauge("config_last_reload_timestamp_seconds", "When a configuration was last read",
              static_cast<double>(status.reload.when_ms) / 1000);
    out.gauge("config_last_reload_success_timestamp_seconds", "When a configuration was last taken over",
              static_cast<double>(status.reload.taken_ms) / 1000);
    out.gauge("hugepages", "1 when packets lie in hugepages", status.hugepages ? 1 : 0);
}

}  // namespace

void ExporterLabels::give(const std::vector<ExporterStatus>& exporters, std::size_t most) {
    if (given_.size() >= most) return;
    std::vector<std::size_t> waiting;
    for (std::size_t id = 0; id < exporters.size(); ++id) {
        if (has_sent(exporters[id]) && !has(id)) waiting.push_back(id);
    }
    const std::size_t room = std::min(most - given_.size(), waiting.size());
    std::partial_sort(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(room), waiting.end(),
                      [&](std::size_t a, std::size_t b) {
                          return std::tuple(exporters[b].counts.datagrams, a) <
                                 std::tuple(exporters[a].counts.datagrams, b);
                      });
    given_.insert(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(room));
}

std::string render_metrics(const Status& status, ExporterLabels& labels) {
    Families out;
    add_process(out, status);
    add_devices(out, status);
    add_workers(out, status);
    add_ledger(out, status);
    add_laws(out, status.process_ledger);
    add_exporters(out, status, labels);
    add_series(out, status);
    add_filters(out, status);
    add_store(out, status.store);
    out.gauge("archive_enabled", "1 while raw flows are archived", status.archive ? 1 : 0);
    if (status.archive) add_archive(out, *status.archive);
    std::vector<MetricFamily> families = out.take();
    // A family without a sample says nothing.
    std::erase_if(families, [](const MetricFamily& family) { return family.metric.empty(); });
    return prometheus::TextSerializer().Serialize(families);
}

}  // namespace control
