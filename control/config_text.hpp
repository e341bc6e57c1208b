// SPDX-License-Identifier: Apache-2.0
// The text of a configuration file, before and beside its being TOML.
//
// Thread: any; pure functions.
#pragma once

#include <string>
#include <string_view>

#include "dataplane/flow/result.hpp"

namespace control {

// Refuses what no TOML file may contain and toml++ 3.3.0 meets with undefined behaviour: control characters
// other than tab and line ends, and characters beyond ASCII outside of quotes and comments.
[[nodiscard]] flow::Result<void> check_text(const std::string& file, std::string_view text);

// Of the first character inside the quotes that begin at `quote`; one column a character.
[[nodiscard]] flow::Place text_place(flow::Place quote, std::string_view text);

// Byte offset of a place; the end when it lies beyond.
[[nodiscard]] std::size_t offset_of(const flow::Place& place, std::string_view text);

}  // namespace control
