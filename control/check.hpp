// SPDX-License-Identifier: Apache-2.0
// What load_config() cannot see: whether the filters of all channels parse, and whether the store accepts the
// retention.
//
// Thread: any; holds nothing.
#pragma once

#include "control/config.hpp"
#include "dataplane/flow/result.hpp"
#include "store/series/resolution.hpp"

namespace control {

// Every faulty filter is reported, with the file, line and column of the token.
[[nodiscard]] flow::Result<void> check(const Config& config);

// As the store counts it.
[[nodiscard]] store::Retention store_retention(const Retention& retention);

}  // namespace control
