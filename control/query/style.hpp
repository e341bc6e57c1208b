// SPDX-License-Identifier: Apache-2.0
// What the options of an answer come to.
//
// Thread: any.
#pragma once

#include <string>

#include "control/query/print.hpp"
#include "control/query/record.hpp"

namespace query {

[[nodiscard]] Style style_of(const PrintOptions& options);
// "line" of "LINE6"; fmt:... as it is.
[[nodiscard]] std::string base_format(const PrintOptions& options);

}  // namespace query
