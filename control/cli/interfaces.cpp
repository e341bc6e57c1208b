// SPDX-License-Identifier: Apache-2.0
// `net-collector interfaces`: what devices count on their interfaces, from sFlow's counter samples.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>

#include "control/cli/commands.hpp"
#include "control/cli/exporter_sums.hpp"
#include "control/duration.hpp"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;
using flow::InterfaceSample;
using store::InterfaceIncrease;

// What was counted over a span; nothing where a device does not count it.
struct Traffic {
    double seconds = 0;
    std::optional<double> in_bit_s, out_bit_s, in_packets_s, out_packets_s;
    std::optional<std::uint64_t> errors, discards;
    std::optional<double> utilisation;  // of the busier direction, 0 to 1
};

struct Row {
    const store::StoredExporter* exporter = nullptr;
    InterfaceSample last;
    std::string name;
    Traffic traffic;
};

// Of some totals added up over all points; nothing when all of them are not counted. Broadcasts may not be where unicasts
// are.
std::optional<std::uint64_t> sum(const std::vector<store::InterfacePoint>& points,
                                 std::initializer_list<std::uint64_t InterfaceIncrease::*> totals) {
    std::optional<std::uint64_t> out;
    for (const store::InterfacePoint& point : points) {
        for (const auto total : totals) {
            const std::uint64_t value = point.increase.*total;
            if (value != InterfaceSample::kNotCounted) out = out.value_or(0) + value;
        }
    }
    return out;
}

std::optional<double> a_second(const std::optional<std::uint64_t>& count, double seconds, double factor = 1) {
    if (!count || seconds <= 0) return std::nullopt;
    return static_cast<double>(*count) * factor / seconds;
}

// Both directions share a half-duplex line.
std::optional<double> utilisation(const Traffic& t, const InterfaceSample& last) {
    constexpr std::uint32_t kHalfDuplex = 2;
    if (last.speed == 0 || (!t.in_bit_s && !t.out_bit_s)) return std::nullopt;
    const double in = t.in_bit_s.value_or(0);
    const double out = t.out_bit_s.value_or(0);
    return (last.direction == kHalfDuplex ? in + out : std::max(in, out)) / static_cast<double>(last.speed);
}

Traffic traffic_of(const std::vector<store::InterfacePoint>& points, const InterfaceSample& last) {
    using I = InterfaceIncrease;
    Traffic t;
    for (const store::InterfacePoint& point : points) t.seconds += point.seconds;
    t.in_bit_s = a_second(sum(points, {&I::in_octets}), t.seconds, 8);
    t.out_bit_s = a_second(sum(points, {&I::out_octets}), t.seconds, 8);
    t.in_packets_s = a_second(sum(points, {&I::in_unicast, &I::in_multicast, &I::in_broadcast}), t.seconds);
    t.out_packets_s = a_second(sum(points, {&I::out_unicast, &I::out_multicast, &I::out_broadcast}), t.seconds);
    t.errors = sum(points, {&I::in_errors, &I::out_errors});
    t.discards = sum(points, {&I::in_discards, &I::out_discards});
    t.utilisation = utilisation(t, last);
    return t;
}

const char* status_text(const InterfaceSample& last) {
    constexpr std::uint32_t kAdminUp = 1, kOperationUp = 2;
    if ((last.status & kAdminUp) == 0) return "off";
    return (last.status & kOperationUp) != 0 ? "up" : "DOWN";
}

// Names that a device told by NetFlow v9 or IPFIX serve for its sFlow, too.
using Names = std::map<std::pair<flow::IpAddress, std::uint64_t>, std::string>;

Outcome<Names> read_names(const store::Reader& reader, const std::vector<store::StoredExporter>& exporters) {
    const auto options = reader.options();
    if (!options) return failure(Exit::failed, options.error().text());
    Names names;
    for (const auto& e : exporters) {
        const auto found = options->find(e.id);
        if (found == options->end()) continue;
        for (const flow::OptionValue& option : found->second) {
            if (option.kind != flow::OptionKind::interface || option.text.empty()) continue;
            names[{e.key.address, option.id}] = option.text;
            if (e.key.protocol == flow::Protocol::sflow5) names[{e.key.agent, option.id}] = option.text;
        }
    }
    return names;
}

Outcome<std::vector<Row>> read_rows(const store::Reader& reader, const std::vector<store::StoredExporter>& exporters,
                                    std::uint32_t from_s, std::uint32_t to_s) {
    const auto interfaces = reader.interfaces();
    if (!interfaces) return failure(Exit::failed, interfaces.error().text());
    const auto names = read_names(reader, exporters);
    if (!names) return tl::unexpected(names.error());
    std::map<std::uint32_t, const store::StoredExporter*> by_id;
    for (const auto& e : exporters) by_id[e.id] = &e;
    std::vector<Row> rows;
    for (const store::StoredInterface& interface : *interfaces) {
        const auto exporter = by_id.find(interface.last.exporter);
        if (exporter == by_id.end()) continue;
        const auto points = reader.interface_points(interface.last.exporter, interface.last.index, from_s, to_s);
        if (!points) return failure(Exit::failed, points.error().text());
        const flow::ExporterKey& key = exporter->second->key;
        auto name = names->find({key.agent, interface.last.index});
        if (name == names->end()) name = names->find({key.address, interface.last.index});
        rows.push_back({.exporter = exporter->second,
                        .last = interface.last,
                        .name = name == names->end() ? std::string() : name->second,
                        .traffic = traffic_of(*points, interface.last)});
    }
    return rows;
}

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}
template <class T>
std::string or_dash(const std::optional<T>& value) {
    return value ? scaled(*value) : "-";
}

Json row_json(const Row& row) {
    const flow::ExporterKey& key = row.exporter->key;
    const Traffic& t = row.traffic;
    Json out{{"exporter", key.address.text()},
             {"agent", key.agent.text()},
             {"source", row.exporter->source},
             {"domain", key.domain},
             {"index", row.last.index},
             {"name", row.name},
             {"type", row.last.type},
             {"speed", row.last.speed},
             {"direction", row.last.direction},
             {"admin_up", (row.last.status & 1) != 0},
             {"oper_up", (row.last.status & 2) != 0},
             {"last_ms", row.last.received_ms},
             {"seconds", t.seconds}};
    out["in_bit_s"] = or_null(t.in_bit_s);
    out["out_bit_s"] = or_null(t.out_bit_s);
    out["in_packets_s"] = or_null(t.in_packets_s);
    out["out_packets_s"] = or_null(t.out_packets_s);
    out["utilisation"] = or_null(t.utilisation);
    out["errors"] = or_null(t.errors);
    out["discards"] = or_null(t.discards);
    Json& totals = out["totals"];
#define X(name, bits) \
    totals[#name] = row.last.name == InterfaceSample::kNotCounted ? Json(nullptr) : Json(row.last.name);
    FLOW_INTERFACE_TOTALS(X)
#undef X
    return out;
}

void print_rows(std::ostream& out, const std::vector<Row>& rows, Style style) {
    Table table({"EXPORTER", ">IF", "NAME", "LINK", ">SPEED", ">IN BIT/S", ">OUT BIT/S", ">IN P/S", ">OUT P/S", ">UTIL",
                 ">ERRORS", ">DISCARDS"});
    for (const Row& row : rows) {
        const Traffic& t = row.traffic;
        const flow::ExporterKey& key = row.exporter->key;
        const auto percent = t.utilisation ? std::optional<double>(*t.utilisation * 100) : std::nullopt;
        table.add({address_text(key), std::to_string(row.last.index), row.name, status_text(row.last),
                   row.last.speed == 0 ? "-" : scaled(row.last.speed), or_dash(t.in_bit_s), or_dash(t.out_bit_s),
                   or_dash(t.in_packets_s), or_dash(t.out_packets_s), percent ? scaled(*percent) + "%" : "-",
                   or_dash(t.errors), or_dash(t.discards)});
    }
    table.print(out, style);
}

}  // namespace

Done show_interfaces(const Context& context, const InterfacesQuery& query) {
    const auto length = control::parse_duration(query.since);
    if (!length || *length == 0)
        return failure(Exit::usage, "--since " + query.since + " is no length of time: write 10m, 1h, 7d");
    const auto where = find_daemon(context);
    if (!where) return tl::unexpected(where.error());
    const auto reader = open_data(where->data);
    if (!reader) return tl::unexpected(reader.error());
    const auto exporters = choose_exporters(*reader, query.exporter);
    if (!exporters) return tl::unexpected(exporters.error());
    const auto rows =
        read_rows(*reader, *exporters, static_cast<std::uint32_t>(context.now_s - std::min(context.now_s, *length)),
                  static_cast<std::uint32_t>(context.now_s + 1));
    if (!rows) return tl::unexpected(rows.error());
    if (context.json) {
        Json out = Json::array();
        for (const Row& row : *rows) out.push_back(row_json(row));
        context.out << out.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    } else if (rows->empty()) {
        context.out << "no interface has been counted yet: sFlow agents send counter samples when polling is set\n";
    } else {
        print_rows(context.out, *rows, Style{context.colour});
    }
    return {};
}

}  // namespace cli
