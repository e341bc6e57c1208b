// SPDX-License-Identifier: Apache-2.0
// What the compiler makes of one filter, for people: which questions it asks, which index answers each, and what that
// costs.
//
// Thread: any; no state.
// Units:  ns_per_row: estimates for a batch in which every row has what is asked, made of constants that were measured
//         with tests/bench/match_bench on one core of a small machine; they tell cheap from dear, not more.
//         share: a guess of the part of flows, 0 to 1.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "dataplane/flow/result.hpp"
#include "filters/program/program.hpp"

namespace filters {

struct Explanation {
    // Runs once a batch and serves every predicate that asks these subjects.
    struct Index {
        std::string subjects{};  // "src_port+dst_port"
        std::string way{};  // "table", "blocks", "range compares", "intervals", "prefixes", "masks", "patterns" ...
        std::string worked_out{};  // how the numbers come about that no column holds; empty: a column as it stands
        double ns_per_row = 0;
    };
    struct Predicate {
        std::string text{};                  // as a filter, where one test or OR-ed tests say it; else in words
        std::vector<std::size_t> indexes{};  // that answer it
        double share = 0;
        bool triggers = false;  // where it holds for no row of a batch, the filter is not looked at
    };

    std::string normal_form{};
    std::vector<Index> indexes{};
    std::vector<Predicate> predicates{};    // p1, p2 ... are these in order
    std::vector<std::string> operations{};  // "o1 = p1 and not p2"; o1, o2 ... are these in order
    std::string result{};                   // "o2", "p1", "any", "not any"
    bool always = false;                    // looked at in every batch, whatever the predicates say
    double operations_ns_per_row = 0;
    double ns_per_row = 0;  // all of it
    std::size_t bytes = 0;  // of the Program
};

// Errors: as Program::compile.
[[nodiscard]] flow::Result<Explanation> explain(const ChannelSpec& channel, const Environment& environment);

}  // namespace filters
