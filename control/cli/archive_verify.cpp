// SPDX-License-Identifier: Apache-2.0
// `net-collector archive verify`: every checksum of every block against the catalogue.
#include "store/archive/verify.hpp"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <ostream>

#include "control/cli/archive.hpp"
#include "control/cli/interrupts.hpp"
#include "control/cli/query_world.hpp"
#include "control/cli/text.hpp"
#include "store/store.hpp"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;
using store::archive::Finding;
using store::archive::VerifyReport;

// On a terminal's standard error, one line.
class Progress {
  public:
    explicit Progress(const Context& context)
        : err_(context.err), shown_(&context.err == &std::cerr && isatty(STDERR_FILENO) == 1) {}
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress() {
        if (shown_) err_ << "\r\033[K" << std::flush;
    }
    void show(const store::archive::VerifyProgress& p) {
        if (!shown_ || p.bytes == 0) return;
        err_ << "\r\033[K" << p.bytes_done * 100 / p.bytes << "% of " << scaled(p.bytes) << "B, segment "
             << p.segments_done << " of " << p.segments << std::flush;
    }

  private:
    std::ostream& err_;
    bool shown_;
};

// Fresh each time: what retention or merging took away meanwhile is no fault.
bool is_catalogued(const store::Reader& reader, const store::SegmentKey& key) {
    const std::array sources{key.source_id};
    const auto entries = reader.segments(key.slot_s, key.slot_s + 1, sources);
    if (!entries) return true;
    for (const store::SegmentEntry& entry : *entries) {
        if (entry.key == key) return true;
    }
    return false;
}

void print_json(std::ostream& out, const VerifyReport& report) {
    Json json{{"ok", report.faults == 0 && !report.cancelled},
              {"cancelled", report.cancelled},
              {"segments", report.done.segments_done},
              {"blocks", report.done.blocks},
              {"flows", report.done.rows},
              {"bytes", report.done.bytes_done},
              {"faults", report.faults}};
    json["findings"] = Json::array();
    for (const Finding& f : report.findings) {
        json["findings"].push_back({{"fault", store::archive::fault_name(f.fault)},
                                    {"segment", f.key.path()},
                                    {"offset", f.offset},
                                    {"bytes", f.bytes},
                                    {"text", f.text}});
    }
    out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

void print_text(std::ostream& out, const VerifyReport& report, Style style) {
    for (const Finding& f : report.findings)
        out << style.bad(store::archive::fault_name(f.fault)) << ": " << f.text << '\n';
    if (report.faults > report.findings.size()) out << "and " << report.faults - report.findings.size() << " more\n";
    out << (report.cancelled ? "cancelled after " : "") << scaled(report.done.segments_done) << " segments, "
        << scaled(report.done.blocks) << " blocks, " << scaled(report.done.rows) << " flows, "
        << scaled(report.done.bytes_done)
        << "B: " << (report.faults == 0 ? style.good("no fault") : style.bad(std::to_string(report.faults) + " faults"))
        << '\n';
}

// Tells the catalogue what can be read. Only the daemon writes there while it runs.
Done repair(const std::string& data, const VerifyReport& report) {
    store::Options options;
    options.directory = data;
    options.replay = true;  // nothing expires by this
    auto opened = store::Store::open(std::move(options));
    if (!opened)
        return failure(Exit::failed, "cannot repair: " + opened.error().text() + "; stop net-collectord first");
    if ((*opened)->archive(report.repairs) == 0)
        return failure(Exit::failed, "cannot repair: the store did not take so much at once; run it again");
    if (auto ok = (*opened)->start(); !ok) return failure(Exit::failed, ok.error().text());
    if (auto ok = (*opened)->stop(); !ok) return failure(Exit::failed, ok.error().text());
    return {};
}

}  // namespace

Done verify_archive(const Context& context, const ArchiveQuery& query) {
    const auto where = find_daemon(context);
    if (!where) return tl::unexpected(where.error());
    const auto catalogue = read_catalogue(where->data);
    if (!catalogue) return tl::unexpected(catalogue.error());
    auto opened = open_data(where->data);
    if (!opened) return tl::unexpected(opened.error());
    std::optional<store::Reader> reader = *std::move(opened);
    const Interrupts interrupts;
    std::error_code ignored;
    const bool nothing = catalogue->segments.empty() && !std::filesystem::exists(catalogue->directory, ignored);
    flow::Result<VerifyReport> report = [&]() -> flow::Result<VerifyReport> {
        if (nothing) return VerifyReport{};
        Progress progress(context);
        store::archive::VerifyOptions options;
        options.directory = catalogue->directory;
        options.progress = [&](const store::archive::VerifyProgress& p) { progress.show(p); };
        options.cancelled = [&] { return interrupts.wait(0); };
        options.still_there = [&](const store::SegmentKey& key) { return is_catalogued(*reader, key); };
        return store::archive::verify(options, catalogue->segments);
    }();
    if (!report) return failure(Exit::failed, report.error().text());
    if (context.json) {
        print_json(context.out, *report);
    } else {
        print_text(context.out, *report, Style{context.colour});
    }
    const bool anything = !report->repairs.segments.empty() || !report->repairs.gone.empty();
    if (query.repair && anything && !report->cancelled) {
        reader.reset();
        if (auto ok = repair(where->data, *report); !ok) return ok;
        if (!context.json)
            context.out << "repaired: " << report->repairs.segments.size() << " entries corrected, "
                        << report->repairs.gone.size() << " taken out\n";
    } else if (anything && !context.json) {
        context.out
            << "`net-collector archive verify --repair`, with net-collectord stopped, leaves out what cannot be "
               "read\n";
    }
    if (report->faults != 0 || report->cancelled) return failure(Exit::failed, {});
    return {};
}

}  // namespace cli
