// SPDX-License-Identifier: Apache-2.0
// A column of a row as text, so that a decode by others can be compared whatever its types are.
//
// Shape: as tests/support/column_text.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tests/captures/feed.hpp"

namespace captures {

// nullopt: the record did not bring the column.
[[nodiscard]] std::optional<std::string> column_text(const RowPlace& place, flow::Column column);

// What others write, in the same form.
[[nodiscard]] std::string address_text(std::string_view address);
[[nodiscard]] std::string mac_text(std::string_view mac);          // "00:11:22:33:44:55"
[[nodiscard]] std::string base64_number(std::string_view base64);  // at most 8 bytes, and applications of 9
// "2016-11-11T12:09:19.000127768Z" as milliseconds since 1970; what is finer is cut.
[[nodiscard]] std::uint64_t rfc3339_ms(std::string_view time);

}  // namespace captures
