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

// Operand::country. Errors: no database, no such country; place as the test has it.
[[nodiscard]] flow::Result<Edge> lower_country(const language::Field& field, const language::Test& test,
                                               const Environment& environment, GraphBuilder& graph);

// Operand::as_name: rows whose AS number has such a name. Errors: no database, a bad pattern.
[[nodiscard]] flow::Result<Edge> lower_as_name(const language::Field& field, const language::Test& test,
                                               const Environment& environment, GraphBuilder& graph);

// Whether a row that tells no AS (or 0) is judged by its address, as nfdump 1.7.8 does: the AS numbers of both ends, with
// a database.
[[nodiscard]] bool fills_as(const language::Field& field, const Environment& environment);
// A test of numbers for which fills_as() holds.
[[nodiscard]] Edge lower_as(const language::Field& field, const language::Test& test, const Environment& environment,
                            GraphBuilder& graph);

}  // namespace filters::program
