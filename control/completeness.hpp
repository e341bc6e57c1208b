// SPDX-License-Identifier: Apache-2.0
// Which part of the flows is here, of several exporters or times together: flows are added up, never ratios.
//
// Thread: one.
#pragma once

#include <cstdint>

#include "dataplane/flow/tally.hpp"

namespace control {

class Completeness {
  public:
    // Of one exporter: missing datagrams are valued at its own mean where `protocol` numbers datagrams.
    void add(flow::Protocol protocol, const flow::ExporterCounts& counts) noexcept;

    // 0 to 1; 1 when nothing was expected.
    [[nodiscard]] double ratio() const noexcept { return expected_ > 0 ? here_ / expected_ : 1; }
    [[nodiscard]] double missing_flows() const noexcept { return expected_ - here_; }

  private:
    double here_ = 0, expected_ = 0;
};

// Flows lost in us of one exporter: those for which no slot was free, and datagrams lost or left out on purpose, valued at
// its own mean. The rest of what is missing was lost before us.
[[nodiscard]] double lost_in_us(const flow::ExporterCounts& counts) noexcept;

}  // namespace control
