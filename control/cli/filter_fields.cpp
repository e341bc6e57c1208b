// SPDX-License-Identifier: Apache-2.0
// `net-collector filter fields`: everything a filter can ask, from the language's own table.
#include "filters/language/fields.hpp"
#include "filters/language/spellings.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <ostream>

#include "control/cli/commands.hpp"
#include "control/cli/text.hpp"

namespace cli {
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

// What may stand before the value, or instead of it. What texts take is told as their value.
std::string forms(const Field& field) {
    const std::string compares = field.compares ? "= < > <= >=" : "";
    if (!field.lists) return compares;
    return compares.empty() ? "in [..]" : compares + "  in [..]";
}

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

std::string example(const Field& field) {
    const std::string value = example_value(field);
    return (field.sided ? "src " : "") + std::string(field.name()) + (value.empty() ? "" : " " + value);
}

Json field_json(const Field& field) {
    std::vector<std::string> names;
    for (const auto& named : field.names) names.emplace_back(named.name);
    return {{"words", filters::language::spellings_of(field.words)},
            {"directions", field.sided},
            {"takes", field.value},
            {"compares", field.compares},
            {"lists", field.lists},
            {"names", names},
            {"example", example(field)}};
}

// Families of which the table shows the first member only.
constexpr std::array<std::string_view, 3> kFamilies = {"mpls label", "mpls exp", "payload tls version"};

bool is_one_of_many(std::span<const Field> fields, std::size_t i) {
    if (i == 0 || i >= fields.size()) return false;
    return std::any_of(kFamilies.begin(), kFamilies.end(), [&](std::string_view family) {
        return fields[i].name().starts_with(family) && fields[i - 1].name().starts_with(family);
    });
}

std::string joined(const std::vector<std::string_view>& words, std::size_t from) {
    std::string out;
    for (std::size_t i = from; i < words.size(); ++i) (out += out.empty() ? "" : ", ") += words[i];
    return out;
}

std::string asked(const Field& field, bool is_first_of_many) {
    return (field.sided ? "[src|dst] " : "") + std::string(field.name()) + (is_first_of_many ? " ..." : "");
}

// With the other spellings.
std::string value(const Field& field) {
    const std::string others = joined(filters::language::spellings_of(field.words), 1);
    return std::string(field.value) +
           (others.empty() ? "" : (field.value.empty() ? "(also " : " (also ") + others + ")");
}

}  // namespace

Done show_fields(const Context& context) {
    const auto fields = filters::language::fields();
    if (context.json) {
        Json out = Json::array();
        for (const Field& field : fields) out.push_back(field_json(field));
        context.out << out.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
        return {};
    }
    Table table({"A FILTER CAN ASK", "FOR EXAMPLE", "BEFORE THE VALUE", "THE VALUE"});
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const Field& field = fields[i];
        if (is_one_of_many(fields, i)) continue;
        const auto group =
            std::find_if(kGroups.begin(), kGroups.end(), [&](const Group& g) { return g.first == field.name(); });
        if (group != kGroups.end() && (i == 0 || fields[i - 1].name() != field.name())) {
            if (i != 0) table.add({"", "", "", ""});
            table.add({std::string(group->heading), "", "", ""});
        }
        table.add({"  " + asked(field, is_one_of_many(fields, i + 1)), example(field), forms(field), value(field)});
    }
    table.print(context.out, Style{context.colour});
    context.out << "\nJoined by and, or, not and ( ); any is true of every flow; # begins a comment, @include FILE "
                   "takes one in.\n"
                   "Numbers: 1000, 0x3e8, 1k 1m 1g 1t. Directions: src, dst, src or dst, src and dst.\n";
    return {};
}

}  // namespace cli
