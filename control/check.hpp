// SPDX-License-Identifier: Apache-2.0
// What load_config() cannot see: whether the filters of all channels parse and compile together.
//
// Thread: any; holds nothing.
#pragma once

#include "control/config.hpp"
#include "dataplane/flow/result.hpp"

namespace control {

// Compiles every filter as the daemon would. Errors carry the file, line and column of the faulty token.
[[nodiscard]] flow::Result<void> check(const Config& config);

}  // namespace control
