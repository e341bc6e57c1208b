// SPDX-License-Identifier: Apache-2.0
// What a request asks for in the words of store/query and print: which sinks, which orders, how many lines.
//
// Thread: one; values.
// Errors: Trouble::usage, in nfdump's words where it has some: unknown statistics, fields, orders and formats.
#pragma once

#include <cstdint>
#include <vector>

#include "control/query/options.hpp"
#include "control/query/outcome.hpp"
#include "control/query/print.hpp"
#include "store/query/aggregate.hpp"

namespace query {

struct Shape {
    enum class Kind : std::uint8_t {
        listing,     // rows as they come
        sorted,      // rows in an order
        groups,      // -a, -A, -b, -B
        statistics,  // -s
        totals,      // sums alone: -o null, -I
    };
    Kind kind = Kind::listing;
    // Of groups one; of statistics one each, those of records (all -s record together) first.
    std::vector<store::query::Grouping> groupings{};
    std::vector<store::query::StatisticRequest> statistics{};
    store::query::Ordering order{};  // of sorted and groups
    store::query::GroupLimits limits{};
    std::uint64_t top = 0;  // 0 = all
    bool by_class = false;  // -I
    PrintOptions print{};
};

[[nodiscard]] Outcome<Shape> shape_of(const Request& request, const flow::ExporterTable& exporters);

}  // namespace query
