// SPDX-License-Identifier: Apache-2.0
// `net-collector exporters --options`: what exporters told about themselves in options data.
//
// Thread: one.
#pragma once

#include "control/cli/commands.hpp"

namespace cli {

[[nodiscard]] Done show_exporter_options(const Context& context, const ExportersQuery& query);

}  // namespace cli
