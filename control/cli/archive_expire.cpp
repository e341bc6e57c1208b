// SPDX-License-Identifier: Apache-2.0
// `net-collector archive expire --dry-run`: what retention would delete now, and why. Only the daemon deletes.
#include <sys/statvfs.h>

#include <ctime>
#include <nlohmann/json.hpp>
#include <ostream>

#include "control/archive_setup.hpp"
#include "control/cli/archive.hpp"
#include "control/cli/text.hpp"
#include "control/duration.hpp"
#include "control/size.hpp"
#include "store/archive/archive.hpp"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;
using store::archive::ArchiveRetention;

// The configured limits, with those of the command line instead.
Outcome<ArchiveRetention> retention_of(const ArchiveQuery& query, const control::Config& config) {
    ArchiveRetention retention = control::archive_retention(config);
    const auto keep = control::parse_duration(query.keep);
    const auto most = control::parse_size(query.max_size);
    const auto least = control::parse_size(query.min_free);
    if (!query.keep.empty() && !keep)
        return failure(Exit::usage, "--keep " + query.keep + " is no length of time: write 12h, 30d ...");
    if (!query.max_size.empty() && !most)
        return failure(Exit::usage, "--max-size " + query.max_size + " is no size: write 500GB, 2TB ...");
    if (!query.min_free.empty() && !least)
        return failure(Exit::usage, "--min-free " + query.min_free + " is no size: write 50GB, 1TB ...");
    if (keep) retention.keep_s = *keep;
    if (most) retention.most_bytes = *most;
    if (least) retention.least_free_bytes = *least;
    return retention;
}

std::uint64_t free_bytes(const std::string& directory) {
    struct statvfs disk {};
    return statvfs(directory.c_str(), &disk) == 0 ? std::uint64_t{disk.f_bavail} * disk.f_frsize : ~0ull;
}

// "kept for 30d, of at most 500GB, with 20GB left free"
std::string text_of(const ArchiveRetention& retention) {
    std::string out;
    const auto add = [&](bool given, const std::string& text) {
        if (given) out += (out.empty() ? "" : ", ") + text;
    };
    add(retention.keep_s != 0, "kept for " + control::duration_text(retention.keep_s));
    add(retention.most_bytes != 0, "at most " + scaled(retention.most_bytes) + "B");
    add(retention.least_free_bytes != 0, "at least " + scaled(retention.least_free_bytes) + "B left free");
    return out.empty() ? "kept for ever" : out;
}

// Age first: what is young enough goes for want of room.
const char* reason_of(const store::SegmentEntry& entry, const ArchiveRetention& retention, std::uint64_t now_s) {
    const bool old = retention.keep_s != 0 && now_s > retention.keep_s && entry.key.slot_s < now_s - retention.keep_s;
    return old ? "too old" : "for room";
}

// Retention takes none of them: a slot that outgrows the limits goes when it has ended.
SegmentSums being_written(const std::vector<store::SegmentEntry>& catalogue) {
    SegmentSums sums;
    for (const store::SegmentEntry& entry : catalogue) {
        if (!entry.sealed) sums.add(entry);
    }
    return sums;
}

}  // namespace

Done expire_archive(const Context& context, const ArchiveQuery& query) {
    if (!query.dry_run)
        return failure(Exit::usage,
                       "only net-collectord deletes flows, by itself, as [archive] of the configuration says: give "
                       "--dry-run to see what would go, or change the limits there and `net-collector reload`");
    const auto where = find_daemon(context);
    if (!where) return tl::unexpected(where.error());
    const auto catalogue = read_catalogue(where->data);
    if (!catalogue) return tl::unexpected(catalogue.error());
    control::Config config;
    if (context.data_path.empty() || !context.config_path.empty()) {
        auto read = control::load_whereabouts(config_path(context));
        if (!read) return failure(Exit::failed, read.error().text());
        config = *std::move(read);
    }
    config.data = where->data;
    const auto retention = retention_of(query, config);
    if (!retention) return tl::unexpected(retention.error());
    const std::uint64_t room = free_bytes(where->data);
    const auto gone = store::archive::expired(catalogue->segments, *retention, context.now_s, room);
    SegmentSums sums;
    for (const store::SegmentEntry& entry : gone) sums.add(entry);
    const SegmentSums growing = being_written(catalogue->segments);
    if (context.json) {
        Json json{{"limits", text_of(*retention)},
                  {"free_bytes", room},
                  {"segments", sums.segments},
                  {"flows", sums.rows},
                  {"bytes", sums.bytes},
                  {"being_written", {{"segments", growing.segments}, {"bytes", growing.bytes}}}};
        json["would_go"] = Json::array();
        for (const store::SegmentEntry& entry : gone)
            json["would_go"].push_back({{"segment", entry.key.path()},
                                        {"source", source_of(*catalogue, entry.key)},
                                        {"flows", entry.rows},
                                        {"bytes", entry.bytes},
                                        {"reason", reason_of(entry, *retention, context.now_s)}});
        context.out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
        return {};
    }
    context.out << "limits: " << text_of(*retention) << "; " << scaled(room) << "B are free\n";
    if (growing.segments != 0)
        context.out << "segments that are still being written stay, whatever the limits: " << growing.segments << ", "
                    << scaled(growing.bytes) << "B\n";
    if (gone.empty()) {
        context.out << "nothing would go\n";
        return {};
    }
    Table table({"SEGMENT", "SOURCE", ">FLOWS", ">BYTES", "WHY"});
    for (const store::SegmentEntry& entry : gone)
        table.add({entry.key.path(), source_of(*catalogue, entry.key), scaled(entry.rows), scaled(entry.bytes),
                   reason_of(entry, *retention, context.now_s)});
    table.print(context.out, Style{context.colour});
    context.out << "together " << sums.segments << " segments, " << scaled(sums.rows) << " flows, "
                << scaled(sums.bytes) << "B would go\n";
    return {};
}

}  // namespace cli
