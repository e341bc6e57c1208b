// SPDX-License-Identifier: Apache-2.0
// A filter as a drawing: what must hold together, what instead of each other.
//
// Thread: any; values.
// Shape:  and
//         ├─ proto tcp
//         ├─ or
//         │  ├─ dst port 80
//         │  └─ dst port 443
//         └─ not src net 10.0.0.0/8
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "filters/language/ast.hpp"

namespace cli {

// Tests that are longer are cut.
inline constexpr std::size_t kTreeColumns = 100;

// Lines, each ended; every line begins with `indent`.
[[nodiscard]] std::string drawn(const filters::language::Ast& ast, std::string_view indent);

// `text`, and where it has more than `most` characters, its beginning and "...".
[[nodiscard]] std::string shortened(std::string_view text, std::size_t most);

}  // namespace cli
