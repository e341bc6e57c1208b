// SPDX-License-Identifier: Apache-2.0
// `net-collector filter fields`: everything a filter can ask, from the language's own table.
#include "control/filter_fields.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <ostream>

#include "control/cli/commands.hpp"
#include "control/cli/text.hpp"
#include "filters/language/spellings.hpp"

namespace cli {
namespace {

using filters::language::Field;
using Json = nlohmann::ordered_json;

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
        context.out << control::fields_json().dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
        return {};
    }
    Table table({"A FILTER CAN ASK", "FOR EXAMPLE", "BEFORE THE VALUE", "THE VALUE"});
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const Field& field = fields[i];
        if (is_one_of_many(fields, i)) continue;
        if (const std::string_view heading = control::heading_before(i); !heading.empty()) {
            if (i != 0) table.add({"", "", "", ""});
            table.add({std::string(heading), "", "", ""});
        }
        table.add({"  " + asked(field, is_one_of_many(fields, i + 1)), control::filter_example(field),
                   control::value_forms(field), value(field)});
    }
    table.print(context.out, Style{context.colour});
    context.out << "\nJoined by and, or, not and ( ); any is true of every flow; # begins a comment, @include FILE "
                   "takes one in.\n"
                   "Numbers: 1000, 0x3e8, 1k 1m 1g 1t. Directions: src, dst, src or dst, src and dst.\n";
    return {};
}

}  // namespace cli
