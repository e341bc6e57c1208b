// SPDX-License-Identifier: Apache-2.0
// A line that somebody types at the terminal without seeing it.
//
// Thread: the main one.
// Errors: no terminal, Ctrl-C, a line of more than kMaxHiddenBytes; the terminal is afterwards as before.
#pragma once

#include <cstddef>
#include <string>

#include "dataplane/flow/result.hpp"

namespace cli {

inline constexpr std::size_t kMaxHiddenBytes = 4096;

// Without its line break. `prompt` goes to the terminal, wherever standard output goes.
[[nodiscard]] flow::Result<std::string> read_hidden_line(const std::string& prompt);

}  // namespace cli
