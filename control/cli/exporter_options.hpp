// SPDX-License-Identifier: Apache-2.0
// `net-collector exporters --options`: what exporters told about themselves in options data.
//
// Thread: one.
#pragma once

#include "control/cli/commands.hpp"
#include "dataplane/flow/exporter.hpp"

namespace cli {

[[nodiscard]] Done show_exporter_options(const Context& context, const ExportersQuery& query);

// An option in words: {"sampler", "every", "1 in 100"}, {"interface", "7", "ge-0/0/1"} ...
struct OptionText {
    std::string kind, id, value;
};
[[nodiscard]] OptionText option_text(const flow::OptionValue& option);

}  // namespace cli
