// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/troubles.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "control/completeness.hpp"
#include "control/duration.hpp"
#include "control/exact.hpp"

namespace api {
namespace {

using control::exact;
using flow::Counter;

constexpr std::uint64_t kSilent_ms = 600'000;
constexpr double kLeastComplete = 0.99;
constexpr double kBusy = 0.85;
constexpr std::uint64_t kLeastFree_bytes = 1'000'000'000;
constexpr std::uint64_t kCommitLate_ms = 60'000;
constexpr std::uint64_t kCertificateEnds_s = 14 * 86400;
constexpr std::size_t kNamed = 3;  // exporters that a sentence names

std::string percent(double ratio) {
    std::array<char, 16> text{};
    // Never rounded up to all of it.
    std::snprintf(text.data(), text.size(), "%.2f%%", std::floor(ratio * 10'000) / 100);
    return text.data();
}

class Finder {
  public:
    Finder(const control::Status& status, const LedgerGrowth& growth) : status_(status), growth_(growth) {}

    std::vector<Trouble> take() {
        std::stable_sort(out_.begin(), out_.end(),
                         [](const Trouble& a, const Trouble& b) { return a.severity < b.severity; });
        return std::move(out_);
    }

    void losses() {
        const flow::Ledger& l = growth_.ledger;
        const char* about = "/exporters";
        grown(Severity::error, "device", l[Counter::port_missed] + l[Counter::port_no_mbuf],
              "packets were dropped by devices before they could be fetched",
              "Add a core to `cores`, or memory with `memory_mb`.", about);
        grown(Severity::error, "inside",
              l[Counter::flows_lost_ring] + l[Counter::handoff_lost] + l[Counter::fragments_handoff_lost] +
                  l[Counter::fragments_evicted],
              "flows, datagrams or fragments were lost inside, for want of time",
              "`net-collector ledger --watch` shows where. Add cores, or give each worker a core in `match_cores`.",
              about);
        grown(Severity::warning, "thinned", l[flow::Outcome::thinned] + l[flow::Outcome::over_limit],
              "datagrams were left out on purpose",
              "Their exporters send more than their share of a core, or than `datagrams_per_second`: add cores or "
              "raise the "
              "limit. Flows are scaled up for it.",
              about);
        grown(Severity::warning, "no_template", l[flow::Skip::no_template], "data sets came whose templates did not",
              "Let the exporter send its templates more often; the exporters' page shows whose records are skipped.",
              about);
        grown(Severity::info, "no_source", l[flow::Outcome::no_source],
              "datagrams came from senders that belong to no source",
              "Add their addresses to a source, or filter them before.", about);
        grown(Severity::warning, "shed", l[Counter::archive_shed_busy] + l[Counter::archive_shed_disk],
              "flows were counted, but not archived: the writers or the disk cannot keep up",
              "Give the writers CPUs of their own (`writers`, `cores` in [archive]), or keep a part of the flows only "
              "(`keep`).",
              "/");
    }

    void store() {
        const store::Stats& s = status_.store;
        if (s.failing_since_ms != 0)
            add({Severity::error, "store", "Data cannot be written: " + s.error,
                 "Nothing is lost yet, all waits in memory. Most often the disk is full.", "/", s.failing_since_ms});
        else if (s.last_commit_ms != 0 && status_.now_ms > s.last_commit_ms + kCommitLate_ms &&
                 growth_.ledger[Counter::flows_through] != 0)
            add({Severity::warning, "commit", "Nothing has been written for " + ago(s.last_commit_ms),
                 "The disk is too slow or hangs. A power cut now would lose this time.", "/", s.last_commit_ms});
        if (s.disk_free_bytes != 0 && s.disk_free_bytes < kLeastFree_bytes)
            add({Severity::warning, "disk", "The disk has only " + exact(s.disk_free_bytes / 1'000'000) + " MB free",
                 "Shorten `retention`, or enlarge the disk. When it is full, collection goes on in memory only.", "/",
                 0});
        if (s.clock_leap)
            add({Severity::warning, "clock", "The clock leapt: " + s.clock_text,
                 "Old data is not deleted until it is clear which time is right. Check NTP.", "/", 0});
        if (!status_.archive) return;
        const store::archive::Stats& a = *status_.archive;
        if (a.failing_since_ms != 0)
            add({Severity::error, "archive", "Raw flows cannot be written: " + a.error,
                 "They are counted and tallied, but queries will not find them. It goes on by itself once there is "
                 "room.",
                 "/", a.failing_since_ms});
        if (a.damaged_blocks != 0)
            add({Severity::warning, "damaged",
                 exact(a.damaged_blocks) + " damaged blocks of raw flows were found at start",
                 "They are skipped. `net-collector archive verify` names the files; look after the disk.", "/",
                 status_.started_ms});
    }

    void configuration() {
        const control::ReloadStatus& r = status_.reload;
        if (!r.ok)
            add({Severity::warning, "reload", "The last configuration was refused: " + r.error,
                 "The old one stays in force. `net-collector check-config` says what is wrong.", "/profiles",
                 r.when_ms});
        for (const std::string& fault : r.http_faults)
            add({Severity::warning, "http " + fault.substr(0, fault.find(':')), "Of the console, " + fault,
                 "Mend the file, then `net-collector reload`. `net-collector check-config` says what is wrong.", "",
                 0});
        certificate();
        if (r.restart_needed.empty()) return;
        std::string keys;
        for (const std::string& key : r.restart_needed) keys += (keys.empty() ? "`" : ", `") + key + "`";
        add({Severity::info, "restart", "Changes of " + keys + " wait for a restart",
             "Restart the collector when it suits: `systemctl restart net-collector`.", "", r.taken_ms});
    }

    void certificate() {
        const std::uint64_t now_s = status_.now_ms / 1000, ends_s = status_.certificate_ends_s;
        if (ends_s == 0 || ends_s > now_s + kCertificateEnds_s) return;
        add({ends_s <= now_s ? Severity::error : Severity::warning, "certificate",
             ends_s <= now_s ? "The console's certificate is over"
                             : "The console's certificate ends in " + control::duration_text(ends_s - now_s),
             "Put a new one in its place, with its key, then `net-collector reload`.", "", 0});
    }

    void workers() {
        for (const control::WorkerStatus& w : status_.workers) {
            const double busy = std::max(w.busy_ratio, w.match_busy_ratio.value_or(0));
            const std::string core = std::to_string(w.core);
            if (busy > kBusy)
                add({Severity::warning, "busy " + core, "Core " + core + " is " + percent(busy) + " busy",
                     "There is little room for more. Add cores, or match on cores of their own (`match_cores`).", "/",
                     0});
            if (w.text_failures != 0)
                add({Severity::error, "texts " + core,
                     "Core " + core + " could not scan " + exact(w.text_failures) + " texts, which match no filter",
                     "Channels with `payload`, `application` and the like show too little. Restart the collector; if "
                     "it "
                     "comes back, report it as a bug.",
                     "", 0});
        }
        for (const control::DeviceStatus& d : status_.devices) {
            if (!d.link_up)
                add({Severity::error, "link " + d.name, "Device " + d.name + " has no link",
                     "Look at cable and switch port.", "/", 0});
        }
    }

    void ledger() {
        if (const std::string_view broken = flow::broken_law(status_.process_ledger); !broken.empty())
            add({Severity::error, "balance", "The books do not balance: " + std::string(broken),
                 "Something was lost without being counted, which is a bug. Please report it with `net-collector "
                 "ledger -o "
                 "json`.",
                 "/exporters", 0});
    }

    void exporters() {
        Names silent, missing, unknown_rate;
        for (const control::ExporterStatus& e : status_.exporters) {
            const flow::ExporterCounts& c = e.counts;
            if (c.last_seen_ms != 0 && status_.now_ms > c.last_seen_ms + kSilent_ms) silent.add(e);
            control::Completeness recent;
            recent.add(e.key.protocol, e.recent);
            if (e.recent.datagrams != 0 && recent.ratio() < kLeastComplete) missing.add(e);
            if (e.recent.flows_unknown_rate != 0) unknown_rate.add(e);
        }
        silent.tell(*this, {Severity::warning, "silent", "sent nothing for more than 10 minutes",
                            "They may be down, their path may be, or their export was switched off.",
                            "/exporters?order=last_seen", 0});
        missing.tell(*this,
                     {Severity::warning, "missing", "had less than 99% of their flows arrive in the last minutes",
                      "Where nothing is lost inside, they are lost on the way, or by the exporter.",
                      "/exporters?order=missing", 0});
        unknown_rate.tell(*this, {Severity::warning, "sampling", "do not tell how they sample",
                                  "Their flows count as if every packet was seen. Switch on their options data, or set "
                                  "`sampling` or `default_sampling` in an [[exporter]].",
                                  "/exporters", 0});
    }

  private:
    // Exporters with one trouble.
    struct Names {
        std::size_t count = 0;
        std::string first{};

        void add(const control::ExporterStatus& e) {
            if (count < kNamed) first += (count == 0 ? "" : ", ") + e.key.address.text();
            ++count;
        }
        void tell(Finder& finder, Trouble trouble) const {
            if (count == 0) return;
            trouble.what = (count == 1 ? "Exporter " : exact(count) + " exporters ") + trouble.what;
            if (count == 1)
                trouble.what.insert(9, first + " ");
            else
                trouble.what += ": " + first + (count > kNamed ? " ..." : "");
            finder.add(std::move(trouble));
        }
    };

    void add(Trouble trouble) { out_.push_back(std::move(trouble)); }
    void grown(Severity severity, const char* key, std::uint64_t by, const char* what, const char* advice,
               const char* about) {
        if (by == 0 || growth_.seconds <= 0) return;
        add({severity, key,
             exact(by) + " " + what + " in the last " +
                 control::duration_text(std::max<std::uint64_t>(1, static_cast<std::uint64_t>(growth_.seconds))),
             advice, about, 0});
    }
    [[nodiscard]] std::string ago(std::uint64_t when_ms) const {
        return control::duration_text((status_.now_ms - std::min(status_.now_ms, when_ms)) / 1000);
    }

    const control::Status& status_;
    const LedgerGrowth& growth_;
    std::vector<Trouble> out_{};
};

}  // namespace

const char* severity_name(Severity severity) noexcept {
    return severity == Severity::error ? "error" : severity == Severity::warning ? "warning" : "info";
}

std::vector<Trouble> find_troubles(const control::Status& status, const LedgerGrowth& growth) {
    Finder finder(status, growth);
    finder.losses();
    finder.store();
    finder.configuration();
    finder.workers();
    finder.ledger();
    finder.exporters();
    return finder.take();
}

}  // namespace api
