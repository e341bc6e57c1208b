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
    std::uint64_t unarchived = 0;  // flows that went through, of which the archive has told nothing
    // Committed by the later stage only: the earlier one's figures are raised by so much in all.
    std::uint64_t raised = 0;

    // For the operator.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::uint64_t in_flight() const noexcept { return datagrams + flows + sets + fragments + packets; }
    [[nodiscard]] bool empty() const noexcept { return in_flight() + unarchived + raised == 0; }
};

// With `added`, flow::broken_law(totals, true) is what broken_law(totals, false) was: empty, unless damaged.
[[nodiscard]] Closing close_books(const flow::Ledger& totals) noexcept;
// The same for one exporter: the sets that were held are lost. Its flows in flight are not known to be: they stay the
// difference between flows and flows through.
[[nodiscard]] flow::ExporterCounts close_books(const flow::ExporterCounts& totals) noexcept;

// The books of the run before, which may be closed again when more of it is found: flows that reached the archive's disk, but
// not the catalogue.
class LastRun {
  public:
    LastRun() = default;
    // `totals` as it left them; `clean`: it ended by itself, so that there is nothing to close.
    LastRun(const flow::Ledger& totals, std::uint64_t ended_s, bool clean) noexcept
        : totals_(totals), ended_s_(ended_s), clean_(clean) {}

    // What to add to the totals now that `found` is known, beyond what was said before. A difference: a value may be
    // "negative" (2^64 - n), where what was counted as lost turned up.
    [[nodiscard]] flow::Ledger add(const flow::Ledger& found) noexcept;
    [[nodiscard]] std::uint64_t ended_s() const noexcept { return ended_s_; }
    [[nodiscard]] const Closing& closing() const noexcept { return closing_; }

  private:
    flow::Ledger totals_{};
    std::uint64_t ended_s_ = 0;
    bool clean_ = true;
    Closing closing_{};
};

}  // namespace store
