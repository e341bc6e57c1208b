// SPDX-License-Identifier: Apache-2.0
#include "control/filter_fields.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "filters/language/spellings.hpp"

namespace control {
namespace {

using filters::language::Field;
using filters::language::Operand;
using Json = nlohmann::ordered_json;

// Where a heading stands in the table: before the row of this name.
struct Group {
    std::string_view first;
    std::string_view heading;
};
constexpr std::array kGroups = {
    Group{"proto", "PROTOCOLS, ADDRESSES, PORTS"},
    Group{"packets", "COUNTERS AND TIMES"},
    Group{"if", "INTERFACES, ROUTES, TUNNELS"},
    Group{"geo", "COUNTRIES (of a MaxMind database)"},
    Group{"fwdstat", "OF THE PACKETS"},
    Group{"mac", "MAC ADDRESSES AND MPLS"},
    Group{"nat ip", "NAT AND FIREWALLS"},
    Group{"ingress vrf", "VRF AND LATENCY"},
    Group{"router ip", "WHO EXPORTED IT"},
    Group{"application", "NAMES AND TEXTS"},
    Group{"payload content", "PAYLOAD OF SAMPLED PACKETS"},
};

// A value that the field takes.
std::string example_value(const Field& field) {
    switch (field.operand) {
        case Operand::fixed:
        case Operand::pattern:
            return {};
        case Operand::number:
            if (!field.names.empty()) return std::string(field.names.front().name);
            if (field.most >= 1000) return field.compares ? "> 1000" : "1000";
            return field.compares ? ">= " + std::to_string(field.most / 2) : std::to_string(field.most / 2);
        case Operand::protocol:
            return "tcp";
        case Operand::address:
            return "192.0.2.7";
        case Operand::prefix:
            return "10.0.0.0/8";
        case Operand::mac:
            return "00:53:ab:cd:ef:01";
        case Operand::flags:
            return "SA";
        case Operand::time:
            return "> 2026-01-31T12:00";
        case Operand::ident:
            return "backbone";
        case Operand::country:
            return "CZ";
        case Operand::text:
        case Operand::as_name:
            return "contains 'example'";
        case Operand::ja3:
            return "e7d705a3286e19ea42f587b344ee6865";
        case Operand::ja4:
            return "t13d1516h2_8daaf6152771_b186095e22b6";
        case Operand::content:
            return "'GET /'";
        case Operand::regex:
            return "'^(GET|POST) '";
    }
    return {};
}

Json field_json(const Field& field, std::string_view group) {
    std::vector<std::string> names;
    for (const auto& named : field.names) names.emplace_back(named.name);
    return {{"group", group},
            {"words", filters::language::spellings_of(field.words)},
            {"directions", field.sided},
            {"takes", field.value},
            {"compares", field.compares},
            {"lists", field.lists},
            {"names", names},
            {"example", filter_example(field)}};
}

}  // namespace

std::string_view heading_before(std::size_t row) {
    const auto fields = filters::language::fields();
    const std::string_view name = fields[row].name();
    if (row != 0 && fields[row - 1].name() == name) return {};
    const auto group = std::find_if(kGroups.begin(), kGroups.end(), [&](const Group& g) { return g.first == name; });
    return group == kGroups.end() ? std::string_view{} : group->heading;
}

std::string value_forms(const Field& field) {
    const std::string compares = field.compares ? "= < > <= >=" : "";
    if (!field.lists) return compares;
    return compares.empty() ? "in [..]" : compares + "  in [..]";
}

std::string filter_example(const Field& field) {
    const std::string value = example_value(field);
    return (field.sided ? "src " : "") + std::string(field.name()) + (value.empty() ? "" : " " + value);
}

std::string filter_template(const filters::language::Subject& one, const filters::language::Subject& other) {
    for (const Field& field : filters::language::fields()) {
        const auto& subjects = field.subjects;
        const bool value = field.operand == Operand::number || field.operand == Operand::protocol ||
                           field.operand == Operand::address || field.operand == Operand::mac ||
                           field.operand == Operand::text || field.operand == Operand::flags;
        if (!value) continue;
        const std::string words(field.name());
        const std::string hole = field.operand == Operand::text ? " = '{}'" : " {}";
        const bool pair = subjects.size() == 2;
        if (one == other) {
            if (subjects.size() == 1 && subjects[0] == one) return words + hole;
            if (field.sided && pair && subjects[0] == one) return "src " + words + hole;
            if (field.sided && pair && subjects[1] == one) return "dst " + words + hole;
        } else if (pair && subjects[0] == one && subjects[1] == other) {
            return words + hole;
        }
    }
    return {};
}

Json fields_json() {
    Json out = Json::array();
    const auto fields = filters::language::fields();
    std::string_view group;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (const std::string_view heading = heading_before(i); !heading.empty()) group = heading;
        out.push_back(field_json(fields[i], group));
    }
    return out;
}

}  // namespace control
