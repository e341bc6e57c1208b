// SPDX-License-Identifier: Apache-2.0
// Filter text -> Ast.
//
// Thread: any; no state.
// Source: nfdump's filter language, the union of what versions 1.6 to 1.7.8 accept, and texts of our own:
//
//   filter := nothing | or            nothing (or only comments, which nfdump 1.7.1 lets match nothing) takes every flow
//   or     := and { (or | "||") and }
//   and    := not { (and | &&) not }
//   not    := { (not | !) } ( "(" or ")" | test )
//   test   := any | [dir] words value                                  see fields.hpp
//   dir    := src | dst | src or dst | dst or src | src and dst | dst and src
//   value  := [comparator] number | in list | name | address | host name | prefix | a.b.c.d m.m.m.m | MAC address
//           | flag letters | = flag letters | [comparator] time | country | [=] text | contains text | matches regex
//           | defined                                                  which of them: Operand in fields.hpp
//   list   := "[" item { [,] item } "]"                                addresses and prefixes may stand in one list
//   text   := word | '...' | "..." , then perhaps i: letters of either case
//   regex  := /.../ | /.../i | '...' | '...' i
//
// @include and a file's name puts that file's text in its place, anywhere between tokens. Keywords in any letter case;
// # starts a comment that ends with the line. Of words spelt alike the longer run is meant, where its value can begin
// behind it: `host 10.0.0.1` is the address, `host = x` the text; `asa event denied ingress` is one test.
// Limits: kMostFilterBytes of text, kDeepest brackets inside each other, kMostTests; those of include.hpp and operand.hpp.
// Errors: one sentence with what was expected and what stands there, and for a mistyped word what was perhaps meant;
//         place = line and column in the filter's text, or in the included file that it names.
#pragma once

#include <cstddef>
#include <string_view>

#include "dataplane/flow/result.hpp"
#include "filters/language/ast.hpp"
#include "filters/language/context.hpp"

namespace filters::language {

inline constexpr unsigned kDeepest = 100;
inline constexpr std::size_t kMostTests = 100'000;

[[nodiscard]] flow::Result<Ast> parse(std::string_view filter, const Context& context = {});

// `inner`, a place in a filter's text, as a place in the file where that text begins at `begin`. Places in included files
// stay as they are.
[[nodiscard]] flow::Place placed(const flow::Place& begin, const flow::Place& inner);

}  // namespace filters::language
