// SPDX-License-Identifier: Apache-2.0
// Tests that a database of addresses answers -> predicates.
//
// Thread: the compiling one.
#pragma once

#include "dataplane/flow/result.hpp"
#include "filters/language/ast.hpp"
#include "filters/language/fields.hpp"
#include "filters/program/environment.hpp"
#include "filters/program/graph.hpp"

namespace filters::program {

// Countries and names of AS; with a database also the AS numbers of both ends: a row that tells none, or 0, is judged by
// its address, as nfdump 1.7.8 does.
[[nodiscard]] bool asks_database(const language::Field& field, const Environment& environment);

// A test for which asks_database() holds. Errors: no database, no such country, a bad pattern; place as the test has it.
[[nodiscard]] flow::Result<Edge> lower_geo(const language::Field& field, const language::Test& test,
                                           const Environment& environment, GraphBuilder& graph);

}  // namespace filters::program
