// SPDX-License-Identifier: Apache-2.0
// One run of the generator: the stream, paced, into its output.
//
// Thread: one.
#pragma once

#include <atomic>
#include <string>

#include "dataplane/flow/result.hpp"
#include "tests/generator/options.hpp"

namespace generator {

// Runs to the end that the options set, or until `stop`; gives the report in the form asked for.
[[nodiscard]] flow::Result<std::string> run(const Options& options, const std::atomic<bool>& stop);

}  // namespace generator
