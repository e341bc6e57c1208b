// SPDX-License-Identifier: Apache-2.0
// Everything the daemon says about itself, filled by the supervisor once a request and then only read.
//
// Thread: any; values. Each part is consistent in itself; the parts may be some milliseconds apart.
// Units:  in the names; *_ms without more are milliseconds since 1970 UTC, 0 = never.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/flow/exporter.hpp"
#include "dataplane/flow/outcome.hpp"
#include "dataplane/flow/tally.hpp"
#include "filters/geo/database.hpp"
#include "filters/program/program.hpp"
#include "store/archive/archive.hpp"
#include "store/store.hpp"

namespace control {

// What `recent` means: five minutes and a little, so that a step of the books is in it.
inline constexpr std::uint32_t kRecent_s = 360;

struct ReloadStatus {
    std::uint64_t when_ms = 0;   // of the last attempt; the start counts as one
    std::uint64_t taken_ms = 0;  // of the last that succeeded
    bool ok = true;
    std::string error;                        // why not: a line each with file, line and column
    std::vector<std::string> restart_needed;  // keys that changed and wait for a restart
    std::vector<std::string> http_faults{};   // files of [http] that are faulty, and what stayed as it was; sentences
};

struct DeviceStatus {
    std::string name;  // as in the configuration
    std::string driver;
    std::string mac;
    bool link_up = false;
    std::uint32_t link_mbps = 0;  // 0 = not known
    std::string rss;              // what packets are spread by, in words
    std::uint32_t queues = 0;
    // Since start. Nothing where the device cannot tell: unknown is not zero.
    std::optional<std::uint64_t> missed;
    std::optional<std::uint64_t> no_buffer;
    std::optional<std::uint64_t> errors;
    // Of a device that the kernel does not see; since start. The rates are of the last second.
    std::string tap{};  // the kernel's interface beside it; empty: none
    std::uint64_t punted = 0, punt_dropped = 0, punt_answers = 0;
    double punted_s = 0, punt_dropped_s = 0;
};

struct QueueStatus {
    std::string device;
    std::uint32_t queue = 0;
    std::uint32_t core = 0;              // that polls it
    std::uint64_t packets = 0;           // since start
    std::optional<double> fill_ratio{};  // a moment ago, 0 to 1; nothing where the device cannot tell
};

struct ThinnedExporter {
    flow::IpAddress address;
    std::uint32_t factor = 1;  // 1 in so many datagrams is decoded
    std::uint32_t core = 0;
};

struct WorkerStatus {
    std::uint32_t core = 0;
    std::optional<std::uint32_t> match_core;
    double busy_ratio = 0;                   // of the last second, 0 to 1
    std::optional<double> match_busy_ratio;  // of the match core
    std::uint64_t packets = 0;               // since start
    std::uint64_t handed_off = 0;            // datagrams passed to their owners
    std::uint64_t handoff_lost = 0;
    std::uint32_t slots_used = 0;
    std::uint32_t slots = 0;
    std::uint64_t text_failures = 0;  // texts that could not be scanned, and so matched nothing; since start
    std::uint32_t slots_archive = 0;  // of slots_used, those at the archive
};

struct SourceStatus {
    std::string name;
    std::uint16_t port = 0;
    std::string protocol;
    std::vector<std::string> addresses;
    std::string colour;
};

// One series: a channel's flows from one source.
struct SeriesStatus {
    std::uint32_t id = 0;  // index into Status::series_totals
    std::string profile;
    std::string channel;
    std::string source;
};

struct ExporterStatus {
    flow::ExporterKey key{};
    std::string source{};
    flow::ExporterCounts counts{};
    flow::ExporterCounts recent{};  // of the last kRecent_s
};

struct Status {
    std::string version;
    std::int32_t pid = 0;
    std::uint64_t now_ms = 0;
    std::uint64_t started_ms = 0;
    std::string config_file;
    std::string data_directory;
    std::uint64_t generation = 0;  // of the configuration, from 1 at start
    ReloadStatus reload;
    std::uint64_t certificate_ends_s = 0;  // of the console's, since 1970 UTC; 0: no TLS
    bool hugepages = false;                // whether packets lie in them
    std::vector<DeviceStatus> devices;
    std::vector<QueueStatus> queues;
    std::vector<WorkerStatus> workers;
    std::vector<ThinnedExporter> thinned;  // at this moment
    filters::ProgramFigures filters;       // of this generation
    std::vector<filters::geo::About> geo;  // databases of countries and AS that its filters were compiled with
    store::Stats store;
    std::string archive_policy;                      // in words; "off"
    std::optional<store::archive::Stats> archive{};  // nothing: nothing is archived
    flow::Ledger process_ledger;                     // since start
    flow::Ledger total_ledger;                       // since the data directory was made
    std::vector<SourceStatus> sources;
    std::vector<SeriesStatus> series;               // of this generation
    std::vector<store::SeriesCells> series_totals;  // since start, by series id
    std::vector<ExporterStatus> exporters;          // since start, by exporter id
    std::uint32_t metrics_exporters = 256;          // that have label values of their own
};

}  // namespace control
