// SPDX-License-Identifier: Apache-2.0
// Status as Prometheus reads it.
//
// Thread: any; holds nothing. Costs a few milliseconds with thousands of series: never call it from a worker.
// Limits: the first kMetricsExporters exporters by id that sent since the start, and the first
// kMetricsChannels channels,
//         have label values of their own; the rest is added up under "other".
// Units:  by Prometheus' conventions: seconds, bytes, ratios; counters start at zero with the process.
#pragma once

#include <string>

#include "control/status.hpp"

namespace control {

inline constexpr const char* kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";
inline constexpr std::size_t kMetricsExporters = 1000;
inline constexpr std::size_t kMetricsChannels = 2000;

[[nodiscard]] std::string render_metrics(const Status& status);

}  // namespace control
