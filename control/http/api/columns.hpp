// SPDX-License-Identifier: Apache-2.0
// The lines of `net-collector query --json` as a table with typed columns.
//
// Thread: any; no state.
// Source: control/query/print_object.hpp says what stands in a line.
// Shape:  a column for each thing that some record of the answer has, in an order for people; statistics have theirs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "control/http/api/reply.hpp"

namespace api {

// Which columns of records() some record has: a bit each.
using Seen = std::uint64_t[2];

// Enters the members of a record, which is one line of JSON.
void see(std::string_view line, Seen& seen) noexcept;
// [{name, title, unit, filter}] of those that were seen.
[[nodiscard]] Json record_columns(const Seen& seen);
[[nodiscard]] Json record_row(const Json& record, const Seen& seen);

// Of a line of type "statistic".
[[nodiscard]] Json statistic_columns(const Json& statistic);
[[nodiscard]] Json statistic_row(const Json& statistic, const Json& row);

}  // namespace api
