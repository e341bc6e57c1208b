// SPDX-License-Identifier: Apache-2.0
// Everything a filter can ask, for people and programs that look for it: from the language's own table.
//
// Thread: any; constant.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "filters/language/fields.hpp"

namespace control {

// What stands above row `row` of fields() in a list of all; mostly empty.
[[nodiscard]] std::string_view heading_before(std::size_t row);
// What may stand before the value, or instead of it: "= < > <= >=  in [..]". What texts take is told as their value.
[[nodiscard]] std::string value_forms(const filters::language::Field& field);
// A test that asks the field: "src port > 1000".
[[nodiscard]] std::string filter_example(const filters::language::Field& field);
// How a value of a subject is asked for, "{}" standing for the value: "src ip {}". `other`: the subject of the other side,
// where a value may stand on either; else `one`. Empty: the language cannot ask for it.
[[nodiscard]] std::string filter_template(const filters::language::Subject& one,
                                          const filters::language::Subject& other);
// All of them in the table's order: {group, words, directions, takes, compares, lists, names, example}.
[[nodiscard]] nlohmann::ordered_json fields_json();

}  // namespace control
