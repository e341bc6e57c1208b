// SPDX-License-Identifier: Apache-2.0
// Closes the books of a run that did not end by itself (kill -9, power): what was in flight between cores and their
// hand-overs is lost, and said so, so that the laws between cores hold again.
//
// Source: the laws in dataplane/flow/outcome.hpp, those marked *.
// Thread: any; values.
// Limits: the laws inside a hand-over are kept as they are; a ledger that breaks them was not written by us and goes on
//         breaking them.
#pragma once

#include <cstdint>
#include <string>

#include "dataplane/flow/outcome.hpp"
#include "dataplane/flow/tally.hpp"

namespace store {

struct Closing {
    flow::Ledger added{};  // to the totals
    // In flight when the collector died: committed by the earlier stage, not by the later one.
    std::uint64_t datagrams = 0, flows = 0, sets = 0, fragments = 0, packets = 0;
    // Committed by the later stage only: the earlier one's figures are raised by so much in all.
    std::uint64_t raised = 0;

    // For the operator.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] bool empty() const noexcept { return datagrams + flows + sets + fragments + packets + raised == 0; }
};

// With `added`, flow::broken_law(totals, true) is what broken_law(totals, false) was: empty, unless damaged.
[[nodiscard]] Closing close_books(const flow::Ledger& totals) noexcept;
// The same for one exporter: the sets that were held are lost. Its flows in flight are not known to be: they stay the
// difference between flows and flows through.
[[nodiscard]] flow::ExporterCounts close_books(const flow::ExporterCounts& totals) noexcept;

}  // namespace store
