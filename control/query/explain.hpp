// SPDX-License-Identifier: Apache-2.0
// --explain: what became of the filter, what was read, what was skipped and why, how long each part took.
//
// Thread: one.
#pragma once

#include <iosfwd>

#include "control/query/answer.hpp"

namespace query {

struct Explained {
    const Filter& filter;
    const Shape& shape;
    const Selection& selection;
    store::query::Window window{};
    Effort effort{};
    const store::query::Report& report;
    Stages stages{};
};

void explain(std::ostream& out, const Explained& explained);

}  // namespace query
