// SPDX-License-Identifier: Apache-2.0
// What a decode by others and ours have in common: a table says which of their fields is which of our columns.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tests/captures/column_text.hpp"

namespace captures {

using Json = nlohmann::json;

// A field of theirs. `expected` gives what our column must hold, as column_text() writes it; nullopt: it says nothing about
// this record (a port of an ICMP flow, a zero where another element of the record tells). Without it the field has no
// column, for the reason in `why`.
struct Mapping {
    std::string_view field;
    flow::Column column = flow::Column::count_;
    std::optional<std::string> (*expected)(const Json& value, const Json& record, const RowPlace& place) = nullptr;
    std::string_view why{};
};

// A field whose value differs in one file (empty: in any), and why ours is right or as good.
struct KnownDifference {
    std::string_view file;
    std::string_view field;
    std::string_view why;
};

// Compares all fields of `record` with a row. Books which of `known` were needed in `used` (same size).
void compare(const Json& record, const RowPlace& place, std::span<const Mapping> mappings, std::string_view file,
             std::span<const KnownDifference> known, std::span<bool> used);

}  // namespace captures
