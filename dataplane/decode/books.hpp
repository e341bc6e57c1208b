// SPDX-License-Identifier: Apache-2.0
// The books of one exporter entry, kept by what the ledger gains while they are open. Private to this folder.
//
// Thread: the decoding worker.
#pragma once

#include <array>
#include <cstdint>

#include "dataplane/flow/tally.hpp"

namespace decode {

class Books {
  public:
    // Both must outlive it.
    Books(const flow::Ledger& ledger, flow::ExporterCounts& counts) noexcept
        : ledger_(ledger), counts_(&counts), before_(read()) {}

    // What the ledger gained so far goes to the present entry, what it gains from here on to `counts`.
    void turn_to(flow::ExporterCounts& counts) noexcept {
        close();
        counts_ = &counts;
    }
    void close() noexcept {
        const Figures now = read();
        const auto gained = [&](std::size_t i) { return now[i] - before_[i]; };
        const std::uint64_t flow = gained(0), option = gained(1), counter = gained(2);
        counts_->records += flow;
        counts_->options += option;
        counts_->counters += counter;
        counts_->skipped += gained(3) - flow - option - counter;
        counts_->flows += gained(4);
        counts_->flows_unknown_rate += gained(5);
        counts_->flows_discarded += gained(6);
        counts_->sets_held += gained(7);
        counts_->held_replayed += gained(8);
        counts_->held_lost += gained(9);
        counts_->templates_changed += gained(10);
        before_ = now;
    }

  private:
    using Figures = std::array<std::uint64_t, 11>;
    [[nodiscard]] Figures read() const noexcept {
        using flow::Counter;
        const flow::Ledger& l = ledger_;
        return {l[Counter::records_flow],     l[Counter::records_option],
                l[Counter::records_counter],  l[Counter::records_seen],
                l[Counter::flows_decoded],    l[Counter::flows_unknown_rate],
                l[Counter::flows_discarded],  l[Counter::sets_held],
                l[Counter::held_replayed],    l[Counter::held_expired] + l[Counter::held_evicted],
                l[Counter::templates_changed]};
    }

    const flow::Ledger& ledger_;
    flow::ExporterCounts* counts_;
    Figures before_;
};

}  // namespace decode
