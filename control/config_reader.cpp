// SPDX-License-Identifier: Apache-2.0
#include "control/config_reader.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace control {
namespace {

std::string_view type_name(const toml::node& node) {
    switch (node.type()) {
        case toml::node_type::table:
            return "a table";
        case toml::node_type::array:
            return "a list";
        case toml::node_type::string:
            return "a text";
        case toml::node_type::integer:
            return "a number";
        case toml::node_type::floating_point:
            return "a number with a fraction";
        case toml::node_type::boolean:
            return "true or false";
        default:
            return "a date or time";
    }
}

std::string quoted(std::string_view text) {
    return "\"" + std::string(text) + "\"";
}

}  // namespace

flow::Place TableReader::place_of(const toml::node& node) const {
    const auto& begin = node.source().begin;
    return {file_, begin.line, begin.column};
}

flow::Place TableReader::place(std::string_view key) const {
    const toml::node* found = table_.get(key);
    return found == nullptr ? place() : place_of(*found);
}

void TableReader::fault(std::string_view key, const std::string& message) const {
    problems_.add(place(key), path_ + std::string(key) + " " + message);
}

void TableReader::fault_at(std::string_view key, std::size_t element, const std::string& message) const {
    problems_.add(place_of(*table_.get(key)->as_array()->get(element)), path_ + std::string(key) + ": " + message);
}

bool TableReader::wrong_type(std::string_view key, const toml::node& node, std::string_view wanted) const {
    problems_.add(place_of(node),
                  path_ + std::string(key) + " is " + std::string(type_name(node)) + ": write " + std::string(wanted));
    return false;
}

void TableReader::only(std::initializer_list<std::string_view> keys) const {
    for (const auto& [key, value] : table_) {
        if (std::find(keys.begin(), keys.end(), key.str()) != keys.end()) continue;
        const auto near = nearest(key.str(), {keys.begin(), keys.size()});
        std::string known;
        for (const std::string_view k : keys) known += (known.empty() ? "" : ", ") + std::string(k);
        const auto& begin = key.source().begin;
        problems_.add(
            {file_, begin.line, begin.column},
            "there is no key " + quoted(path_ + std::string(key.str())) + " here: " +
                (near.empty() ? "known are " + known : "did you mean " + quoted(path_ + std::string(near)) + "?"));
    }
}

bool TableReader::text(std::string_view key, std::string& out) const {
    const toml::node* found = table_.get(key);
    if (found == nullptr) return false;
    const auto* value = found->as_string();
    if (value == nullptr) return wrong_type(key, *found, "a text in quotes");
    if (value->get().find('\0') != std::string::npos) {
        fault(key, "contains a NUL character: remove it");
        return false;
    }
    out = value->get();
    return true;
}

bool TableReader::number(std::string_view key, std::int64_t least, std::int64_t most, std::int64_t& out) const {
    const toml::node* found = table_.get(key);
    if (found == nullptr) return false;
    const std::string wanted = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    const auto* value = found->as_integer();
    if (value == nullptr) return wrong_type(key, *found, wanted);
    if (value->get() < least || value->get() > most) {
        fault(key, "is " + std::to_string(value->get()) + ": write " + wanted);
        return false;
    }
    out = value->get();
    return true;
}

bool TableReader::flag(std::string_view key, bool& out) const {
    const toml::node* found = table_.get(key);
    if (found == nullptr) return false;
    const auto* value = found->as_boolean();
    if (value == nullptr) return wrong_type(key, *found, "true or false");
    out = value->get();
    return true;
}

bool TableReader::texts(std::string_view key, std::vector<std::string>& out) const {
    const toml::node* found = table_.get(key);
    if (found == nullptr) return false;
    const toml::array* list = found->as_array();
    if (list == nullptr) return wrong_type(key, *found, "a list of texts: [\"...\", \"...\"]");
    std::vector<std::string> values;
    for (const toml::node& element : *list) {
        const auto* value = element.as_string();
        if (value == nullptr) return wrong_type(key, element, "a list of texts: [\"...\", \"...\"]");
        values.push_back(value->get());
    }
    out = std::move(values);
    return true;
}

bool TableReader::cores(std::string_view key, std::vector<std::uint32_t>& out) const {
    const toml::node* found = table_.get(key);
    if (found == nullptr) return false;
    const toml::array* list = found->as_array();
    if (list == nullptr) return wrong_type(key, *found, "a list of CPU numbers: [1, 2]");
    std::vector<std::uint32_t> values;
    for (const toml::node& element : *list) {
        const auto* value = element.as_integer();
        if (value == nullptr) return wrong_type(key, element, "a list of CPU numbers: [1, 2]");
        if (value->get() < 0 || value->get() > 1023) {
            fault_at(key, values.size(),
                     "CPU " + std::to_string(value->get()) + " does not exist: numbers go from 0 to 1023");
            return false;
        }
        const auto core = static_cast<std::uint32_t>(value->get());
        if (std::find(values.begin(), values.end(), core) != values.end()) {
            fault_at(key, values.size(), "CPU " + std::to_string(core) + " stands twice: one worker fits on a core");
            return false;
        }
        values.push_back(core);
    }
    out = std::move(values);
    return true;
}

bool TableReader::choice(std::string_view key, std::initializer_list<std::string_view> choices,
                         std::size_t& out) const {
    std::string value;
    if (!text(key, value)) return false;
    const auto* const found = std::find(choices.begin(), choices.end(), value);
    if (found == choices.end()) {
        std::string all;
        for (const std::string_view c : choices) all += (all.empty() ? "" : ", ") + quoted(c);
        fault(key, "is " + quoted(value) + ": write one of " + all);
        return false;
    }
    out = static_cast<std::size_t>(found - choices.begin());
    return true;
}

bool TableReader::colour(std::string_view key, std::string& out) const {
    std::string value;
    if (!text(key, value)) return false;
    const bool right =
        value.size() == 7 && value[0] == '#' &&
        std::all_of(value.begin() + 1, value.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
    if (!right) {
        fault(key, "is " + quoted(value) + ": write \"#RRGGBB\" with six hexadecimal digits, like \"#48c6ff\"");
        return false;
    }
    std::transform(value.begin(), value.end(), value.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    out = value;
    return true;
}

bool TableReader::name(std::string_view key, std::string& out) const {
    std::string value;
    if (!text(key, value)) return false;
    if (!is_name(value)) {
        fault(key, "is " + quoted(value) + ": write 1 to 32 of the characters A-Z a-z 0-9 _ -");
        return false;
    }
    out = value;
    return true;
}

void TableReader::require(std::string_view key, std::string_view what_for) const {
    if (table_.contains(key)) return;
    problems_.add(place(), path_ + std::string(key) + " is missing: " + std::string(what_for));
}

std::vector<const toml::table*> TableReader::tables(std::string_view key) const {
    std::vector<const toml::table*> out;
    const toml::node* found = table_.get(key);
    if (found == nullptr) return out;
    const std::string wanted = "[[" + std::string(key) + "]] above each of them";
    const toml::array* list = found->as_array();
    if (list == nullptr) {
        wrong_type(key, *found, wanted);
        return out;
    }
    for (const toml::node& element : *list) {
        if (const toml::table* t = element.as_table(); t != nullptr) {
            out.push_back(t);
        } else {
            wrong_type(key, element, wanted);
        }
    }
    return out;
}

const toml::table* TableReader::subtable(std::string_view key) const {
    const toml::node* found = table_.get(key);
    if (found == nullptr) return nullptr;
    if (found->as_table() == nullptr) wrong_type(key, *found, "[" + std::string(key) + "] and its keys below it");
    return found->as_table();
}

}  // namespace control
