// SPDX-License-Identifier: Apache-2.0
// `net-collector filter fields`: everything a filter can ask, from the language's own table.
#include "filters/language/fields.hpp"

#include <nlohmann/json.hpp>
#include <ostream>

#include "control/cli/commands.hpp"
#include "control/cli/text.hpp"

namespace cli {
namespace {

using filters::language::Field;
using filters::language::Operand;
using Json = nlohmann::ordered_json;

// "src, dst"
std::vector<std::string> spellings(const Field& field) {
    std::vector<std::string> out;
    for (std::string_view rest = field.words; !rest.empty();) {
        const std::size_t bar = rest.find('|');
        out.emplace_back(rest.substr(0, bar));
        rest.remove_prefix(bar == std::string_view::npos ? rest.size() : bar + 1);
    }
    return out;
}

// What may stand after the words besides the value itself.
std::string forms(const Field& field) {
    std::string out;
    if (field.compares) out += "= < > <= >=";
    if (field.operand == Operand::text || field.operand == Operand::as_name) out += "= contains matches defined";
    if (field.lists) out += out.empty() ? "in [..]" : "  in [..]";
    return out;
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
    return {{"words", spellings(field)},  {"directions", field.sided}, {"takes", field.value},
            {"compares", field.compares}, {"lists", field.lists},      {"names", names},
            {"example", example(field)}};
}

std::string joined(const std::vector<std::string>& words, std::size_t from) {
    std::string out;
    for (std::size_t i = from; i < words.size(); ++i) out += (out.empty() ? "" : ", ") + words[i];
    return out;
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
    Table table({"A FILTER CAN ASK", "FOLLOWED BY", "OR", "EXAMPLE", "SPELT ALSO"});
    for (const Field& field : fields) {
        table.add({(field.sided ? "[src|dst] " : "") + std::string(field.name()), std::string(field.value),
                   forms(field), example(field), joined(spellings(field), 1)});
    }
    table.print(context.out, Style{context.colour});
    context.out << "\nJoined by and, or, not and ( ); any is true of every flow; # begins a comment, @include FILE "
                   "takes one in.\n"
                   "Numbers: 1000, 0x3e8, 1k 1m 1g 1t. Directions: src, dst, src or dst, src and dst.\n";
    return {};
}

}  // namespace cli
