// SPDX-License-Identifier: Apache-2.0
// The indexes of a Program for people: what each looks at, how, and about what that costs.
//
// Thread: the compiling one.
// Units:  ns_per_row as in explain.hpp.
#pragma once

#include <string>
#include <vector>

#include "filters/program/tables.hpp"

namespace filters::program {

struct IndexNote {
    std::string subjects;
    std::string way;
    std::string worked_out;
    double ns_per_row = 0;
    std::vector<PredicateId> predicates;  // that it answers; sorted
};

// In the order they run.
[[nodiscard]] std::vector<IndexNote> describe(const PredicateSet& predicates, const Tables& tables);

}  // namespace filters::program
