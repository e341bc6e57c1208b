// SPDX-License-Identifier: Apache-2.0
// What of a file changes, as `diff -u` shows it and `patch` takes it.
//
// Thread: any; pure but for `out`.
// Limits: beyond kMostCells of lines times lines, what lies between the first and the last change is shown as replaced whole.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>

#include "control/cli/text.hpp"

namespace cli {

inline constexpr std::size_t kMostCells = 4u << 20;

// Empty contents: the file is not there. Nothing where both are equal.
void print_difference(std::ostream& out, const std::string& path, std::string_view before, std::string_view after,
                      Style style);

}  // namespace cli
