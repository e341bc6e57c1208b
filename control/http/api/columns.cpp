// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/columns.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <unordered_map>

#include "control/filter_fields.hpp"
#include "control/http/api/members.hpp"
#include "store/query/elements.hpp"

namespace api {
namespace {

using filters::language::Reading;
using filters::language::Subject;
using flow::Column;
using store::query::Element;
using store::query::ElementKind;

struct Shown {
    std::string name{}, title{}, unit{}, filter{};
};

struct Known {
    std::string_view name, title, unit;
};
// Those that people look at, in this order; the others stand behind.
constexpr std::array kFirst = {
    Known{"first", "First seen", "time_ms"},
    Known{"last", "Last seen", "time_ms"},
    Known{"duration_ms", "Duration", "duration_ms"},
    Known{"proto", "Protocol", "proto"},
    Known{"src_addr", "Source address", "address"},
    Known{"src_port", "Source port", "port"},
    Known{"dst_addr", "Destination address", "address"},
    Known{"dst_port", "Destination port", "port"},
    Known{"icmp_type", "ICMP type", "number"},
    Known{"icmp_code", "ICMP code", "number"},
    Known{"tcp_flags", "Flags", "flags"},
    Known{"tos", "ToS", "number"},
    Known{"packets", "Packets", "packets"},
    Known{"bytes", "Bytes", "bytes"},
    Known{"flows", "Flows", "flows"},
    Known{"out_packets", "Packets out", "packets"},
    Known{"out_bytes", "Bytes out", "bytes"},
    Known{"bps", "Bit/s", "bits_per_second"},
    Known{"pps", "Packets/s", "packets_per_second"},
    Known{"bpp", "Bytes/packet", "bytes_per_packet"},
    Known{"application", "Application", "text"},
    Known{"src_as", "Source AS", "as"},
    Known{"dst_as", "Destination AS", "as"},
    Known{"input_if", "Interface in", "number"},
    Known{"output_if", "Interface out", "number"},
};
constexpr std::array kLast = {
    Known{"received", "Received", "time_ms"},
    Known{"exporter_address", "Exporter", "address"},
    Known{"exporter_protocol", "Exporter's protocol", "text"},
    Known{"exporter_domain", "Exporter's domain", "number"},
};

// "nat_src_addr" -> "Nat src addr"
std::string titled(std::string_view name) {
    std::string out(name);
    std::replace(out.begin(), out.end(), '_', ' ');
    if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
    return out;
}

template <class Type>
std::string unit_of(std::string_view name) {
    if constexpr (std::is_same_v<Type, flow::IpAddress>) return "address";
    if constexpr (!std::is_arithmetic_v<Type>) return "text";
    if (name.ends_with("_mac")) return "text";
    if (name.ends_with("_port")) return "port";
    if (name.ends_with("_as")) return "as";
    return name == "event_ms" ? "time_ms" : "number";
}

// Of a record's member.
Subject subject_of(std::string_view name) {
    if (name == "icmp_type") return Subject(Reading::icmp_type);
    if (name == "icmp_code") return Subject(Reading::icmp_code);
    if (name == "exporter_address") return Subject(Reading::exporter_address);
#define X(column, type, what) \
    if (name == #column) return Subject(Column::column);
    FLOW_COMMON_COLUMNS(X)
    FLOW_RARE_COLUMNS(X)
#undef X
    return {};
}

const std::vector<Shown>& records() {
    static const std::vector<Shown> all = [] {
        std::vector<Shown> out;
        const auto add = [&out](std::string_view name, const std::string& title, const std::string& unit) {
            if (std::any_of(out.begin(), out.end(), [&](const Shown& s) { return s.name == name; })) return;
            const Subject subject = subject_of(name);
            const bool asks = unit != "time_ms" && !(subject == Subject{});
            out.push_back({std::string(name), title, unit, asks ? control::filter_template(subject, subject) : ""});
        };
        for (const Known& k : kFirst) add(k.name, std::string(k.title), std::string(k.unit));
#define X(column, type, what)                                                                                          \
    if (Column::column != Column::present && Column::column != Column::exporter && Column::column != Column::source && \
        Column::column != Column::family && Column::column != Column::first_ms && Column::column != Column::last_ms && \
        Column::column != Column::in_bytes && Column::column != Column::in_packets &&                                  \
        Column::column != Column::flow_count)                                                                          \
        add(#column, titled(#column), unit_of<type>(#column));
        FLOW_COMMON_COLUMNS(X)
        FLOW_RARE_COLUMNS(X)
#undef X
        for (const Known& k : kLast) add(k.name, std::string(k.title), std::string(k.unit));
        return out;
    }();
    return all;
}

bool is_seen(const Seen& seen, std::size_t column) noexcept {
    return (seen[column / 64] >> column % 64 & 1) != 0;
}

Json column_json(const Shown& column) {
    Json out{{"name", column.name}, {"title", column.title}, {"unit", column.unit}};
    if (!column.filter.empty()) out["filter"] = column.filter;
    return out;
}

// "2026-01-15T11:50:00.123Z" as milliseconds; null where it is no time.
Json milliseconds(const Json& value) {
    if (!value.is_string()) return nullptr;
    const auto text = value.get<std::string>();
    std::tm tm{};
    const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S.", &tm);
    if (rest == nullptr) return nullptr;
    return static_cast<std::int64_t>(timegm(&tm)) * 1000 + std::strtol(rest, nullptr, 10);
}

Json cell(const Json& record, const Shown& column) {
    const auto at = record.find(column.name);
    if (at == record.end()) return nullptr;
    if (column.unit == "time_ms" && at->is_string()) return milliseconds(*at);
    if (column.name == "proto") {
        const auto name = record.find("protocol");
        return name == record.end() ? Json(at->dump()) : *name;
    }
    // Of ICMP it is type and code, which have columns of their own.
    if (column.name.ends_with("_port") && record.contains("icmp_type")) return nullptr;
    if (column.name == "tcp_flags") {
        std::string letters = text_in(record, "tcp_flags");
        std::erase(letters, '.');
        return letters.empty() ? Json(nullptr) : Json(letters);
    }
    return at->is_structured() ? Json(at->dump()) : *at;
}

std::string unit_of(const Element& element) {
    switch (element.kind) {
        case ElementKind::address:
            return "address";
        case ElementKind::port:
            return "port";
        case ElementKind::number:
            return element.statistic.ends_with("as") ? "as" : "number";
        case ElementKind::protocol:
            return "proto";
        case ElementKind::flags:
            return "flags";
        default:
            return "text";
    }
}

std::string filter_of(const Element& element) {
    switch (element.kind) {
        case ElementKind::address:
        case ElementKind::port:
        case ElementKind::number:
        case ElementKind::protocol:
        case ElementKind::mac:
        case ElementKind::text:
            return element.sides() > 2 ? "" : control::filter_template(element.source, element.destination);
        default:
            return {};
    }
}

constexpr std::array kCounters = {
    Known{"first", "First seen", "time_ms"},         Known{"last", "Last seen", "time_ms"},
    Known{"duration_ms", "Duration", "duration_ms"}, Known{"flows", "Flows", "flows"},
    Known{"flows_percent", "Flows %", "ratio"},      Known{"packets", "Packets", "packets"},
    Known{"packets_percent", "Packets %", "ratio"},  Known{"bytes", "Bytes", "bytes"},
    Known{"bytes_percent", "Bytes %", "ratio"},      Known{"bps", "Bit/s", "bits_per_second"},
    Known{"pps", "Packets/s", "packets_per_second"}, Known{"bpp", "Bytes/packet", "bytes_per_packet"},
};

const Element* element_of(const Json& statistic) {
    return store::query::find_statistic(text_in(statistic, "element"));
}
// Then the protocol is a column beside the value.
bool by_protocol(const Json& statistic) {
    const Element* element = element_of(statistic);
    return flag_in(statistic, "by_protocol") && (element == nullptr || element->kind != ElementKind::protocol);
}

}  // namespace

void see(std::string_view line, Seen& seen) noexcept {
    static const std::unordered_map<std::string_view, std::size_t> places = [] {
        std::unordered_map<std::string_view, std::size_t> out;
        for (std::size_t i = 0; i < records().size(); ++i) out.emplace(records()[i].name, i);
        return out;
    }();
    // Quotes within texts are escaped, so that ," stands before members only.
    for (std::size_t at = line.find(",\""); at != std::string_view::npos; at = line.find(",\"", at)) {
        at += 2;
        const std::size_t end = line.find('"', at);
        if (end == std::string_view::npos) return;
        const auto place = places.find(line.substr(at, end - at));
        if (place != places.end()) seen[place->second / 64] |= std::uint64_t{1} << place->second % 64;
        at = end;
    }
}

Json record_columns(const Seen& seen) {
    Json out = Json::array();
    for (std::size_t i = 0; i < records().size(); ++i) {
        if (is_seen(seen, i)) out.push_back(column_json(records()[i]));
    }
    return out;
}

Json record_row(const Json& record, const Seen& seen) {
    Json out = Json::array();
    for (std::size_t i = 0; i < records().size(); ++i) {
        if (is_seen(seen, i)) out.push_back(cell(record, records()[i]));
    }
    return out;
}

Json statistic_columns(const Json& statistic) {
    Json out = Json::array();
    const Element* element = element_of(statistic);
    Shown value{"value", text_in(statistic, "title"), "text", ""};
    if (element != nullptr) {
        value.unit = unit_of(*element);
        value.filter = filter_of(*element);
    }
    out.push_back(column_json(value));
    if (by_protocol(statistic)) out.push_back(column_json({"proto", "Protocol", "proto", "proto {}"}));
    for (const Known& k : kCounters)
        out.push_back(column_json({std::string(k.name), std::string(k.title), std::string(k.unit), ""}));
    return out;
}

Json statistic_row(const Json& statistic, const Json& row) {
    const Element* element = element_of(statistic);
    Json out = Json::array();
    Json value = member(row, "value");
    const std::string unit = element == nullptr ? "text" : unit_of(*element);
    if (unit == "proto") value = member(row, "protocol");
    const bool numeric = unit == "port" || unit == "number" || unit == "as";
    if (numeric && value.is_string()) {
        const auto text = value.get<std::string>();
        if (!text.empty() && text.size() < 19 && text.find_first_not_of("0123456789") == std::string::npos)
            value = std::stoull(text);
    }
    out.push_back(value);
    if (by_protocol(statistic)) out.push_back(member(row, "protocol"));
    for (const Known& k : kCounters) {
        const Json& at = member(row, k.name.data());
        if (k.unit == "time_ms") {
            out.push_back(milliseconds(at));
        } else if (k.unit == "ratio" && at.is_number()) {
            out.push_back(at.get<double>() / 100);
        } else {
            out.push_back(at);
        }
    }
    return out;
}

}  // namespace api
