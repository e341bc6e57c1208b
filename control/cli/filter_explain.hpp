// SPDX-License-Identifier: Apache-2.0
// What `filter explain` is put together from.
//
// Thread: one.
#pragma once

#include <string>

#include "control/cli/commands.hpp"
#include "control/cli/filter_input.hpp"

namespace cli {

// All channels of the configuration as one program.
[[nodiscard]] Done explain_channels(const Context& context, const FilterWorld& world);

// "0.42", "12.3", "150"
[[nodiscard]] std::string nanoseconds(double ns);

}  // namespace cli
