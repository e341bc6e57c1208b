// SPDX-License-Identifier: Apache-2.0
// What `net-collector series --filter -o json` printed, as the Series that the console draws.
//
// Thread: any; no state.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "control/http/api/job.hpp"
#include "control/http/api/losses.hpp"
#include "control/http/server.hpp"
#include "dataplane/flow/result.hpp"

namespace api {

struct SeriesShape {
    std::string unit = "bytes";
    std::string traffic_class = "any";
};
// Arguments `unit` and `class`.
[[nodiscard]] flow::Result<SeriesShape> read_shape(const http::Request& request);

// When the series of `job` is of.
struct SeriesSteps {
    control::TimeSpan span{};
    std::uint32_t step_s = 1;
};
[[nodiscard]] SeriesSteps steps_of(const Job& job);

// Result with `series`, and its totals as sums. `gaps`: of its steps.
[[nodiscard]] Json series_result(const Job& job, const SeriesShape& shape, const std::vector<Gap>& gaps,
                                 std::uint64_t now_s);

}  // namespace api
