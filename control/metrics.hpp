// SPDX-License-Identifier: Apache-2.0
// Status as Prometheus reads it.
//
// Thread: one at a time. Costs a few milliseconds with thousands of series: never call it from a worker.
// Limits: as many exporters as ExporterLabels allows, and the first kMetricsChannels channels, have label values of their
//         own; the rest is added up under "other".
// Units:  by Prometheus' conventions: seconds, bytes, ratios; counters start at zero with the process.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_set>

#include "control/status.hpp"

namespace control {

inline constexpr const char* kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";
inline constexpr std::size_t kMetricsChannels = 2000;

// Which exporters have label values of their own: the busiest, up to a limit; who has one keeps it while the process
// runs, so that no counter ever falls.
class ExporterLabels {
  public:
    // Gives labels to those who sent and have none, the busiest first, as far as `most` allows.
    void give(const std::vector<ExporterStatus>& exporters, std::size_t most);
    // `id`: an index into those vectors.
    [[nodiscard]] bool has(std::size_t id) const { return given_.contains(id); }

  private:
    std::unordered_set<std::size_t> given_;
};

[[nodiscard]] std::string render_metrics(const Status& status, ExporterLabels& labels);

}  // namespace control
