// SPDX-License-Identifier: Apache-2.0
// Filter text -> Ast.
//
// Thread: any; no state.
// Source: nfdump's filter language (1.6 to 1.7.8, the union of what they accept), of which this takes:
//
//   filter := nothing | or            nothing (or only comments) takes every flow
//   or     := and { (or | "||") and }
//   and    := not { (and | &&) not }
//   not    := { (not | !) } ( "(" or ")" | test )
//   test   := any | [dir] words-of-a-field value                       see fields.hpp
//   dir    := src | dst | src or dst | dst or src | src and dst | dst and src
//   value  := [comparator] number | in "[" item { [,] item } "]" | name | address | prefix | text
//
// Keywords in any letter case; # starts a comment that ends with the line.
// Limits: kMostFilterBytes of text, kDeepest brackets inside each other.
// Errors: one sentence with what was expected and what stands there; place = line and column in the filter's
// text.
#pragma once

#include <string_view>

#include "dataplane/flow/result.hpp"
#include "filters/language/ast.hpp"
#include "filters/language/context.hpp"

namespace filters::language {

inline constexpr unsigned kDeepest = 100;

[[nodiscard]] flow::Result<Ast> parse(std::string_view filter, const Context& context = {});

// `inner`, a place in a filter's text, as a place in the file where that text begins at `begin`.
[[nodiscard]] flow::Place placed(const flow::Place& begin, const flow::Place& inner);

}  // namespace filters::language
