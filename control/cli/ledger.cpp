// SPDX-License-Identifier: Apache-2.0
// `net-collector ledger`: where everything that came in ended up.
#include "control/cli/ledger.hpp"

#include <nlohmann/json.hpp>
#include <ostream>

#include "control/cli/daemon_json.hpp"
#include "control/duration.hpp"
#include "control/json_parts.hpp"
#include "control/ledger_laws.hpp"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;
using flow::Ledger;

// Asks the daemon, when it runs, which devices cannot tell what they lose.
CannotTell ask_devices(const std::string& socket) {
    CannotTell out;
    const auto status = ask_status(socket);
    if (!status) return out;
    const auto add = [](std::string& names, const Json& device, const char* key) {
        if (device.contains(key) && device[key].is_null()) names += (names.empty() ? "" : ", ") + text(device, "name");
    };
    for (const Json& device : part(*status, "devices")) {
        add(out.missed, device, "missed");
        add(out.no_buffer, device, "no_buffer");
        add(out.errors, device, "errors");
    }
    return out;
}

Json laws_json(const Ledger& ledger, bool idle) {
    Json out = Json::array();
    for (const control::Law& law : control::laws()) {
        const control::Balance balance = control::weigh(law, ledger);
        Json one{{"law", law.name},
                 {"text", law.text},
                 {"left", balance.left},
                 {"right", balance.right},
                 {"holds", control::holds(law, ledger, idle)}};
        if (law.kind == control::Law::Kind::in_flight) one["in_flight"] = balance.difference();
        out.push_back(std::move(one));
    }
    return out;
}

Json cannot_tell_json(const CannotTell& unknown) {
    Json out = Json::object();
    if (!unknown.missed.empty()) out["packets.missed"] = unknown.missed;
    if (!unknown.no_buffer.empty()) out["packets.no_buffer"] = unknown.no_buffer;
    if (!unknown.errors.empty()) out["packets.device_errors"] = unknown.errors;
    return out;
}

void print_json(const Context& context, const LedgerQuery& query, const LedgerView& view, const CannotTell& unknown) {
    Json json = query.exporter.empty() ? control::ledger_json(view.ledger) : Json::object();
    if (query.exporter.empty()) {
        const std::string broken = unbalanced(view.ledger, query.idle);
        json["balanced"] = broken.empty();
        if (!broken.empty()) json["broken_law"] = broken;
        json["laws"] = laws_json(view.ledger, query.idle);
        json["unknown"] = cannot_tell_json(unknown);
    }
    json["committed_ms"] = view.commit_ms;
    json["completeness"] = view.sums.completeness.ratio();
    json["missing"] = {{"records", view.sums.missing_records}, {"datagrams", view.sums.missing_datagrams}};
    json["exporters"] = Json::array();
    for (const auto& e : view.exporters) json["exporters"].push_back(control::exporter_json(e.key, e.source, e.counts));
    context.out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

void print_entries(std::ostream& out, const std::vector<store::StoredExporter>& exporters, Style style) {
    Table table({"EXPORTER", "PROTOCOL", ">DOMAIN", ">DATAGRAMS", ">FLOWS", ">MISSING", ">COMPLETE", "SAMPLING"});
    for (const auto& e : exporters) {
        control::Completeness completeness;
        completeness.add(e.key.protocol, e.counts);
        table.add({address_text(e.key), flow::protocol_name(e.key.protocol), std::to_string(e.key.domain),
                   scaled(e.counts.datagrams), scaled(e.counts.flows), scaled(e.counts.lost),
                   complete_text(completeness.ratio()), sampling_text(e.counts)});
    }
    table.print(out, style);
    out << '\n';
}

}  // namespace

Outcome<LedgerView> read_ledger(const store::Reader& reader, const std::string& exporter) {
    LedgerView view;
    const auto commit_ms = reader.last_commit_ms();
    if (!commit_ms) return failure(Exit::failed, commit_ms.error().text());
    view.commit_ms = *commit_ms;
    const auto ledger = reader.ledger();
    if (!ledger) return failure(Exit::failed, ledger.error().text());
    view.ledger = *ledger;
    auto chosen = choose_exporters(reader, exporter);
    if (!chosen) return tl::unexpected(chosen.error());
    view.exporters = *std::move(chosen);
    for (const auto& e : view.exporters) view.sums.add(e.key.protocol, e.counts);
    return view;
}

Picture picture_of(const LedgerQuery& query, const LedgerView& view, const CannotTell& unknown) {
    return query.exporter.empty() ? ledger_picture(view.ledger, unknown) : exporter_picture(view.sums.counts);
}

void print_ledger(std::ostream& out, const LedgerQuery& query, const LedgerView& view, const Picture& picture,
                  const std::vector<double>& rates, Style style, bool brief) {
    if (!query.exporter.empty()) print_entries(out, view.exporters, style);
    picture.print(out, style, rates, brief);
    out << '\n' << "exporters: " << view.sums.entries << "; ";
    print_missing(out, view.sums, style);
}

std::string unbalanced(const Ledger& ledger, bool idle) {
    for (const control::Law& law : control::laws()) {
        if (control::holds(law, ledger, idle)) continue;
        const control::Balance balance = control::weigh(law, ledger);
        return std::string(law.text) + ": " + exact(balance.left) + " against " + exact(balance.right);
    }
    return {};
}

std::string verdict(const Ledger& ledger, bool idle, Style style) {
    const std::string broken = unbalanced(ledger, idle);
    return broken.empty() ? style.good("balanced: everything that came in is accounted for")
                          : style.bad("NOT BALANCED: " + broken);
}

Done judge(const Ledger& ledger, bool idle) {
    if (unbalanced(ledger, idle).empty()) return {};
    return failure(Exit::failed,
                   "the ledger does not balance, which is a bug: please report it with `net-collector ledger -o json`");
}

Done show_ledger(const Context& context, const LedgerQuery& query) {
    const auto where = find_daemon(context);
    if (!where) return tl::unexpected(where.error());
    const auto reader = open_data(where->data);
    if (!reader) return tl::unexpected(reader.error());
    if (!query.since.empty() || !query.from.empty() || !query.to.empty() || query.per_bucket)
        return show_ledger_of_time(context, query, *reader);
    const CannotTell unknown = ask_devices(where->socket);
    if (query.watch) return watch_ledger(context, query, *reader, unknown);
    const auto view = read_ledger(*reader, query.exporter);
    if (!view) return tl::unexpected(view.error());
    if (context.json) {
        print_json(context, query, *view, unknown);
    } else {
        const Style style{context.colour};
        print_ledger(context.out, query, *view, picture_of(query, *view, unknown), {}, style);
        if (query.exporter.empty()) context.out << verdict(view->ledger, query.idle, style) << '\n';
    }
    return judge(view->ledger, query.idle);
}

}  // namespace cli
