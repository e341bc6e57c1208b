// SPDX-License-Identifier: Apache-2.0
// Series as JSON: the numbers go straight into the text.
//
// Thread: any; pure.
#pragma once

#include <string>
#include <vector>

#include "control/http/api/losses.hpp"
#include "control/http/api/series_routes.hpp"

namespace api {

[[nodiscard]] Json gaps_json(const std::vector<Gap>& gaps);
[[nodiscard]] std::string series_text(const SeriesQuestion& question, const SeriesValues& values,
                                      const std::vector<Gap>& gaps);

}  // namespace api
