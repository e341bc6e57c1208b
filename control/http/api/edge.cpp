// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/edge.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace api {
namespace {

// The sums are since start and never fall; a series that is new began at nothing.
void add_growth(std::uint32_t series, const store::SeriesCells& now, const store::SeriesCells& then,
                std::vector<Edge::Entry>& out) {
    for (std::uint32_t c = 0; c < flow::kClasses; ++c) {
        const flow::Cell grown{now[c].flows - then[c].flows, now[c].packets - then[c].packets,
                               now[c].bytes - then[c].bytes};
        if (grown.flows != 0 || grown.packets != 0 || grown.bytes != 0) out.push_back({series, c, grown});
    }
}

}  // namespace

void Edge::take(std::uint32_t at_s, std::vector<store::SeriesCells> sums) {
    std::vector<Entry> entries;
    if (began_) {
        for (std::uint32_t id = 0; id < sums.size(); ++id)
            add_growth(id, sums[id], id < last_.size() ? last_[id] : store::SeriesCells{}, entries);
    }
    last_ = std::move(sums);
    if (!std::exchange(began_, true)) return;

    const std::unique_lock lock(mutex_);
    // The clock was set, or stood still for longer than is kept: what was before has no place any more.
    const bool leapt = !seconds_.empty() && (at_s < seconds_.back().at_s || at_s - seconds_.back().at_s > kSeconds);
    if (leapt) {
        seconds_.clear();
        entries_ = 0;
    }
    entries_ += entries.size();
    if (!seconds_.empty() && seconds_.back().at_s == at_s) {
        std::vector<Entry>& same = seconds_.back().entries;
        same.insert(same.end(), entries.begin(), entries.end());
    } else {
        while (!seconds_.empty() && seconds_.back().at_s + 1 < at_s) seconds_.push_back({seconds_.back().at_s + 1, {}});
        seconds_.push_back({at_s, std::move(entries)});
    }
    while (seconds_.size() > kSeconds || (entries_ > kMostEntries && seconds_.size() > 1)) {
        entries_ -= seconds_.front().entries.size();
        seconds_.pop_front();
    }
}

std::uint32_t Edge::from_s() const {
    const std::shared_lock lock(mutex_);
    return seconds_.empty() ? 0 : seconds_.front().at_s;
}

std::uint32_t Edge::to_s() const {
    const std::shared_lock lock(mutex_);
    return seconds_.empty() ? 0 : seconds_.back().at_s + 1;
}

void Edge::visit(std::uint32_t from_s, std::uint32_t to_s,
                 const std::function<void(std::uint32_t, const Entry&)>& use) const {
    const std::shared_lock lock(mutex_);
    auto second = std::lower_bound(seconds_.begin(), seconds_.end(), from_s,
                                   [](const Second& s, std::uint32_t at_s) { return s.at_s < at_s; });
    for (; second != seconds_.end() && second->at_s < to_s; ++second) {
        for (const Entry& entry : second->entries) use(second->at_s, entry);
    }
}

}  // namespace api
