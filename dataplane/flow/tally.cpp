// SPDX-License-Identifier: Apache-2.0
#include "dataplane/flow/tally.hpp"

#include <algorithm>

namespace flow {

Tally::Tally(const SeriesMap& series, SpscRing<Tally*>& home)
    : series_(&series),
      home_(&home),
      cells_(static_cast<std::size_t>(series.slots()) * kClasses),
      touched_(cells_.size()),
      exporter_slot_(kMaxExporters) {
    exporters_.reserve(kMaxExporters);
}

void Tally::clear() noexcept {
    for (const std::uint32_t i : touched()) cells_[i] = Cell{};
    touched_count_ = 0;
    for (const Exporter& e : exporters_) exporter_slot_[e.id] = 0;
    exporters_.clear();
    ledger = Ledger{};
    templates.clear();
    options.clear();
    interfaces.clear();
    bucket_s = 0;
    last_ms = 0;
}

bool Tally::empty() const noexcept {
    return touched_count_ == 0 && exporters_.empty() && templates.empty() && options.empty() && interfaces.empty() &&
           std::all_of(ledger.values.begin(), ledger.values.end(), [](std::uint64_t v) { return v == 0; });
}

}  // namespace flow
