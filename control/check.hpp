// SPDX-License-Identifier: Apache-2.0
// What load_config() cannot see: whether the filters of all channels compile, and whether the store accepts the
// retention.
//
// Thread: any; holds nothing.
// Errors: every faulty filter is told, with the file, line and column of the token, its line and a caret.
#pragma once

#include <memory>
#include <span>

#include "control/config.hpp"
#include "dataplane/flow/result.hpp"
#include "filters/program/program.hpp"
#include "store/series/resolution.hpp"

namespace control {

// As the daemon would take it over, except that no compiled patterns are kept.
[[nodiscard]] flow::Result<void> check(const Config& config);

// The channels of all profiles but `live`, by profile and place in it.
[[nodiscard]] std::vector<filters::ChannelSpec> channel_specs(const Config& config);
[[nodiscard]] flow::Result<std::unique_ptr<const filters::Program>> compile_filters(
    std::span<const filters::ChannelSpec> channels, const filters::Environment& environment);

// As the store counts it.
[[nodiscard]] store::Retention store_retention(const Retention& retention);
[[nodiscard]] flow::Result<void> check_retention(const Config& config);

}  // namespace control
