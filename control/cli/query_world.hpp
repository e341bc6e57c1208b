// SPDX-License-Identifier: Apache-2.0
// What the commands that read the archive have in common.
//
// Thread: one.
#pragma once

#include <string>

#include "control/cli/context.hpp"
#include "control/query/outcome.hpp"
#include "control/query/run.hpp"

namespace cli {

[[nodiscard]] Failure failure_of(const query::Refusal& refusal);
// Where the segments are.
[[nodiscard]] std::string archive_of(const std::string& data_directory);
// What the running daemon says of how busy it is; nobody waits long for that.
[[nodiscard]] query::DaemonLoad daemon_load(const std::string& socket);

}  // namespace cli
