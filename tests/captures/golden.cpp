// SPDX-License-Identifier: Apache-2.0
#include "tests/captures/golden.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace captures {

void compare(const Json& record, const RowPlace& place, std::span<const Mapping> mappings, std::string_view file,
             std::span<const KnownDifference> known, std::span<bool> used) {
    for (const auto& [field, value] : record.items()) {
        const auto mapping =
            std::find_if(mappings.begin(), mappings.end(), [&](const Mapping& m) { return m.field == field; });
        if (mapping == mappings.end()) {
            ADD_FAILURE() << "the field " << field << " = " << value << " is neither mapped nor listed as not mapped";
            continue;
        }
        if (mapping->expected == nullptr) continue;
        const auto expected = mapping->expected(value, record, place);
        if (!expected) continue;
        const auto ours = column_text(place, mapping->column);
        if (ours.value_or("") == *expected) continue;
        const auto listed = std::find_if(known.begin(), known.end(), [&](const KnownDifference& k) {
            return k.field == field && file.find(k.file) != std::string_view::npos;
        });
        if (listed != known.end()) {
            used[static_cast<std::size_t>(listed - known.begin())] = true;
            continue;
        }
        ADD_FAILURE() << field << " = " << value << ": " << flow::column_name(mapping->column) << " must be "
                      << *expected << " and is " << ours.value_or("not there");
    }
}

}  // namespace captures
