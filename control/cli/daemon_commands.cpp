// SPDX-License-Identifier: Apache-2.0
// `net-collector status`, `reload` and `backup`: the running daemon, and a copy of what it keeps.
#include <filesystem>
#include <ostream>

#include "control/cli/commands.hpp"
#include "control/cli/daemon_json.hpp"
#include "control/cli/text.hpp"
#include "control/duration.hpp"
#include "control/status_json.hpp"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr long kReloadTimeout_s = 60;  // compiling many thousands of filters takes its time

std::string known(const Json& j, const char* key) {
    const auto found = j.find(key);
    return found != j.end() && found->is_number() ? scaled(found->get<std::uint64_t>()) : "unknown";
}

std::string percent(double value) {
    return scaled(value * 100) + "%";
}

void print_config(std::ostream& out, const Json& status, Style style) {
    const Json& config = part(status, "config");
    out << "configuration  " << text(status, "config_file") << ", generation " << number(config, "generation") << " of "
        << control::time_text(number(config, "taken_ms") / 1000) << '\n';
    if (!flag(config, "ok")) {
        out << style.bad("               the last reload FAILED at " +
                         control::time_text(number(config, "when_ms") / 1000) + "; the old one stays:")
            << '\n'
            << text(config, "error") << '\n';
    }
    for (const Json& key : part(config, "restart_needed")) {
        if (key.is_string())
            out << style.bad("               `" + key.get<std::string>() + "` changed and waits for a restart") << '\n';
    }
    for (const Json& fault : part(config, "http_faults")) {
        if (fault.is_string()) out << style.bad("               " + fault.get<std::string>()) << '\n';
    }
}

void print_store(std::ostream& out, const Json& status, Style style) {
    const Json& store = part(status, "store");
    const std::uint64_t now_ms = number(status, "now_ms");
    const std::uint64_t last_ms = number(store, "last_commit_ms");
    out << "data           " << text(status, "data_directory") << ", " << scaled(number(store, "file_bytes")) << "B, "
        << scaled(number(store, "disk_free_bytes")) << "B free; " << number(store, "series") << " series, "
        << number(store, "exporters") << " exporters\n";
    out << "store          last commit ";
    if (last_ms == 0)
        out << "never";
    else
        out << control::duration_text(now_ms > last_ms ? (now_ms - last_ms) / 1000 : 0) << " ago";
    out << ", median " << scaled(ratio(part(store, "commit_seconds"), "median") * 1000) << " ms\n";
    if (number(store, "failing_since_ms") != 0)
        out << style.bad("               FAILING: " + text(store, "error")) << '\n';
    if (flag(store, "clock_leap")) out << style.bad("               " + text(store, "clock")) << '\n';
    if (!text(store, "note").empty()) out << "               " << text(store, "note") << '\n';
}

void print_archive(std::ostream& out, const Json& status, Style style) {
    const Json& archive = part(status, "archive");
    if (archive.empty()) return;  // of an older daemon
    out << "archive        " << text(archive, "policy");
    if (!flag(archive, "enabled")) {
        out << '\n';
        return;
    }
    const std::uint64_t oldest_s = number(archive, "oldest_s");
    out << "; " << scaled(number(archive, "rows")) << " flows, " << scaled(number(archive, "bytes")) << "B in "
        << number(archive, "segments") << " files" << (oldest_s != 0 ? ", since " + control::time_text(oldest_s) : "")
        << "; " << scaled(number(archive, "disk_free_bytes")) << "B free, last sync "
        << scaled(ratio(part(archive, "sync_seconds"), "last") * 1000) << " ms\n";
    const Json& counted = part(part(part(status, "ledger"), "process"), "archive");
    const std::uint64_t busy = number(counted, "shed_busy"), disk = number(counted, "shed_disk");
    if (busy + disk != 0) {
        out << style.bad("               not archived since start: " + scaled(busy) +
                         " flows, the writers were behind; " + scaled(disk) + ", the disk was full or failed")
            << '\n';
    }
    if (number(archive, "damaged_blocks") != 0)
        out << style.bad("               " + scaled(number(archive, "damaged_blocks")) +
                         " damaged blocks were found at start; `net-collector archive verify` names them")
            << '\n';
    if (number(archive, "failing_since_ms") != 0)
        out << style.bad("               FAILING: " + text(archive, "error")) << '\n';
}

void print_filters(std::ostream& out, const Json& status, Style style) {
    const Json& filters = part(status, "filters");
    if (filters.empty()) return;  // of an older daemon
    const std::size_t indexes = part(filters, "indexes").size();
    out << "filters        " << number(filters, "channels") << " channels ask " << number(filters, "predicates")
        << " different things, " << number(filters, "text_patterns") << " texts among them; " << indexes
        << (indexes == 1 ? " index, " : " indexes, ") << number(filters, "operations") << " ANDs and ORs; "
        << scaled(number(filters, "bytes")) << "B, compiled in "
        << scaled(static_cast<double>(number(filters, "compile_us")) / 1000) << " ms\n";
    const std::string trouble = text(filters, "pattern_cache_trouble");
    if (!trouble.empty()) out << "               " << trouble << '\n';
    std::uint64_t failures = 0;
    for (const Json& worker : part(status, "workers")) failures += number(worker, "text_failures");
    if (failures != 0)
        out << style.bad("               " + scaled(failures) +
                         " texts could not be scanned and matched no text filter: a fault of this machine or a bug")
            << '\n';
    for (const Json& geo : part(status, "geo_databases")) {
        out << "               " << text(geo, "type") << " of " << control::time_text(number(geo, "built_s")) << ", "
            << text(geo, "path") << '\n';
    }
}

std::string of_all(std::uint64_t part, std::uint64_t all) {
    const std::string share =
        all == 0 ? "" : " (" + percent(static_cast<double>(part) / static_cast<double>(all)) + ")";
    return scaled(part) + share;
}

void print_devices(std::ostream& out, const Json& status, Style style) {
    Table devices({"DEVICE", "DRIVER", "MAC", "LINK", ">QUEUES", ">MISSED", ">NO BUFFER", ">ERRORS"});
    for (const Json& d : part(status, "devices")) {
        devices.add({text(d, "name"), text(d, "driver"), text(d, "mac"), flag(d, "link_up") ? "up" : "DOWN",
                     std::to_string(number(d, "queues")), known(d, "missed"), known(d, "no_buffer"),
                     known(d, "errors")});
    }
    devices.print(out, style);
    for (const Json& d : part(status, "devices")) {
        out << "  " << text(d, "name") << " is spread by " << text(d, "rss") << '\n';
        if (text(d, "tap").empty()) continue;
        const Json& punt = part(d, "punt");
        out << "  its other packets go to the kernel's " << text(d, "tap") << ": " << scaled(number(punt, "passed"))
            << " (" << scaled(ratio(punt, "passed_per_second")) << "/s), " << scaled(number(punt, "dropped"))
            << " dropped (" << scaled(ratio(punt, "dropped_per_second")) << "/s), " << scaled(number(punt, "answers"))
            << " answered\n";
    }
}

void print_queues(std::ostream& out, const Json& status, Style style) {
    Table queues({"DEVICE", ">QUEUE", ">CORE", ">PACKETS", ">FULL"});
    for (const Json& q : part(status, "queues")) {
        const auto fill = q.find("fill_ratio");
        const bool told = fill != q.end() && fill->is_number();
        queues.add({text(q, "device"), std::to_string(number(q, "queue")), std::to_string(number(q, "core")),
                    scaled(number(q, "packets")), told ? percent(fill->get<double>()) : "unknown"});
    }
    if (queues.empty()) return;
    out << '\n';
    queues.print(out, style);
}

void print_workers(std::ostream& out, const Json& status, Style style) {
    Table workers({">CORE", ">MATCH CORE", ">BUSY", ">PACKETS", ">HANDED OFF", ">LOST THERE", ">BATCHES"});
    for (const Json& w : part(status, "workers")) {
        const std::string match = w.contains("match_core") ? std::to_string(number(w, "match_core")) : "same";
        workers.add({std::to_string(number(w, "core")), match, percent(ratio(w, "busy_ratio")),
                     scaled(number(w, "packets")), of_all(number(w, "handed_off"), number(w, "packets")),
                     scaled(number(w, "handoff_lost")),
                     std::to_string(number(w, "slots_used")) + "/" + std::to_string(number(w, "slots"))});
    }
    out << '\n';
    workers.print(out, style);
}

// What waits or is left out at this moment.
void print_waiting(std::ostream& out, const Json& status, Style style) {
    for (const Json& law : part(status, "in_flight")) {
        const std::string name = text(law, "law");
        const std::uint64_t waiting = number(law, "waiting");
        if (waiting != 0 && name == "fragments")
            out << "reassembly     " << scaled(waiting) << " fragments wait for others\n";
        if (waiting != 0 && name == "held")
            out << "held           " << scaled(waiting) << " data sets wait for their template\n";
    }
    for (const Json& t : part(status, "thinned")) {
        out << style.bad("thinned        " + text(t, "exporter") + ": 1 in " + std::to_string(number(t, "factor")) +
                         " datagrams is decoded, on core " + std::to_string(number(t, "core")))
            << '\n';
    }
}

void print_totals(std::ostream& out, const Json& status, Style style) {
    const Json& ledger = part(part(status, "ledger"), "process");
    out << "since start    " << scaled(number(part(ledger, "datagrams"), "received")) << " datagrams, "
        << scaled(number(part(ledger, "flows"), "through")) << " flows, "
        << scaled(number(part(ledger, "flows"), "lost_ring")) << " lost; "
        << (flag(ledger, "balanced") ? style.good("balanced")
                                     : style.bad("NOT BALANCED: " + text(ledger, "broken_law")))
        << '\n';
}

}  // namespace

Done show_status(const Context& context) {
    const auto where = find_daemon(context);
    if (!where) return tl::unexpected(where.error());
    const auto status = ask_status(where->socket);
    if (!status) return tl::unexpected(status.error());
    if (context.json) {
        context.out << status->dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
        return {};
    }
    const Style style{context.colour};
    const std::uint64_t up_ms =
        number(*status, "now_ms") - std::min(number(*status, "now_ms"), number(*status, "started_ms"));
    context.out << style.bold("net-collector " + text(*status, "version")) << ", process " << number(*status, "pid")
                << ", running for " << control::duration_text(up_ms / 1000)
                << (flag(*status, "hugepages") ? "" : ", without hugepages") << '\n';
    print_config(context.out, *status, style);
    print_store(context.out, *status, style);
    print_archive(context.out, *status, style);
    print_filters(context.out, *status, style);
    print_totals(context.out, *status, style);
    print_waiting(context.out, *status, style);
    context.out << '\n';
    print_devices(context.out, *status, style);
    print_queues(context.out, *status, style);
    print_workers(context.out, *status, style);
    return {};
}

Done reload(const Context& context) {
    const auto where = find_daemon(context);
    if (!where) return tl::unexpected(where.error());
    const auto answer = ask(where->socket, "POST", control::kReloadPath, kReloadTimeout_s);
    if (!answer) return tl::unexpected(answer.error());
    const auto result = parsed(*answer);
    if (!result) return tl::unexpected(result.error());
    const bool ok = flag(*result, "ok");
    if (context.json) context.out << result->dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    if (!ok)
        return failure(
            Exit::failed,
            context.json ? "" : "the configuration was not taken over, the old one stays:\n" + text(*result, "error"));
    if (context.json) return {};
    context.out << "taken over, generation " << number(*result, "generation") << '\n';
    for (const Json& key : part(*result, "restart_needed")) {
        if (key.is_string()) context.out << "`" << key.get<std::string>() << "` changed too and waits for a restart\n";
    }
    for (const Json& fault : part(*result, "http_faults")) {
        if (fault.is_string()) context.out << "but " << fault.get<std::string>() << '\n';
    }
    return {};
}

Done back_up(const Context& context, const std::string& target_directory) {
    const auto where = find_daemon(context);
    if (!where) return tl::unexpected(where.error());
    const auto reader = open_data(where->data);
    if (!reader) return tl::unexpected(reader.error());
    const auto done = reader->backup(target_directory);
    if (!done) return failure(Exit::failed, done.error().text());
    std::error_code ignored;
    const auto bytes = std::filesystem::file_size(std::filesystem::path(target_directory) / "data.mdb", ignored);
    if (context.json) {
        context.out << Json{{"directory", target_directory}, {"bytes", ignored ? 0 : bytes}}.dump(
                           2, ' ', false, Json::error_handler_t::replace)
                    << '\n';
    } else {
        context.out << where->data << " copied to " << target_directory << ", "
                    << scaled(std::uint64_t{ignored ? 0 : bytes}) << "B; to use it: net-collector --data "
                    << target_directory << " series\n";
    }
    return {};
}

}  // namespace cli
