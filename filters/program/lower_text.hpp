// SPDX-License-Identifier: Apache-2.0
// Tests of texts -> predicates: text columns, payload and what is read out of it.
//
// Thread: the compiling one.
#pragma once

#include "dataplane/flow/result.hpp"
#include "filters/language/ast.hpp"
#include "filters/language/fields.hpp"
#include "filters/program/environment.hpp"
#include "filters/program/graph.hpp"

namespace filters::program {

// `field` has subjects of kind text. Errors: a pattern that Hyperscan cannot take; place in the filter's own text.
[[nodiscard]] flow::Result<Edge> lower_text(const language::Field& field, const language::Test& test,
                                            const Environment& environment, GraphBuilder& graph);

}  // namespace filters::program
