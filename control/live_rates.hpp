// SPDX-License-Identifier: Apache-2.0
// The line of rates that `scripts/run` shows: what came in the last second, and what was lost.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <iosfwd>

#include "control/status.hpp"

namespace control {

class LiveRates {
  public:
    // `terminal`: the line is drawn over itself; else a line each ten seconds.
    LiveRates(std::ostream& out, bool terminal) : out_(out), terminal_(terminal) {}

    void show(const Status& status);
    // Leaves the cursor on a line of its own.
    void end();

  private:
    std::ostream& out_;
    const bool terminal_;
    std::uint64_t then_ms_ = 0;
    flow::Ledger then_;
    std::uint32_t calls_ = 0;
};

}  // namespace control
