// SPDX-License-Identifier: Apache-2.0
// What exporters told about themselves in options data, in words.
//
// Thread: any; pure.
#pragma once

#include <string>

#include "dataplane/flow/exporter.hpp"

namespace control {

// {"sampler", "every", "1 in 100"}, {"interface", "7", "ge-0/0/1"} ...
struct OptionText {
    std::string kind, id, value;
};
[[nodiscard]] OptionText option_text(const flow::OptionValue& option);
[[nodiscard]] const char* option_kind_name(flow::OptionKind kind) noexcept;

}  // namespace control
