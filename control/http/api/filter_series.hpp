// SPDX-License-Identifier: Apache-2.0
// What `net-collector series --filter -o json` printed, as the Series that the console draws.
//
// Thread: any; no state.
#pragma once

#include <cstdint>
#include <string>

#include "control/http/api/job.hpp"
#include "control/http/server.hpp"
#include "dataplane/flow/result.hpp"

namespace api {

struct SeriesShape {
    std::string unit = "bytes";
    std::string traffic_class = "any";
};
// Arguments `unit` and `class`.
[[nodiscard]] flow::Result<SeriesShape> read_shape(const http::Request& request);

// Result with `series`, and its totals as sums.
[[nodiscard]] Json series_result(const Job& job, const SeriesShape& shape, std::uint64_t now_s);

}  // namespace api
