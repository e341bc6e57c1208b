// SPDX-License-Identifier: Apache-2.0
// Syntax tree -> graph: tests become predicates, what one index can answer at once becomes one predicate.
//
// Thread: the compiling one.
#pragma once

#include "dataplane/flow/result.hpp"
#include "filters/language/ast.hpp"
#include "filters/program/environment.hpp"
#include "filters/program/graph.hpp"

namespace filters::program {

// Errors: a payload pattern that Hyperscan cannot take; place in the filter's own text.
[[nodiscard]] flow::Result<Edge> lower(const language::Ast& ast, const Environment& environment, GraphBuilder& graph);

}  // namespace filters::program
