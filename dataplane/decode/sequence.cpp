// SPDX-License-Identifier: Apache-2.0
#include "dataplane/decode/sequence.hpp"

#include <algorithm>

namespace decode {

namespace {
// The uptime of one box goes back by a little when datagrams change their order, and by a lot when it starts again.
constexpr std::uint32_t kUptimeSlackMs = 10'000;
}  // namespace

void Sequence::see(std::uint32_t number, std::uint32_t units, std::uint32_t uptime_ms, std::uint64_t now_ms,
                   flow::ExporterCounts& counts) noexcept {
    settle(now_ms, false, counts);
    const auto uptime_step = static_cast<std::int32_t>(uptime_ms - uptime_ms_);
    const bool uptime_fell = started_ && uptime_ms != 0 && uptime_step < -static_cast<std::int32_t>(kUptimeSlackMs);
    const auto ahead = static_cast<std::int32_t>(number - expected_);
    if (!started_ || !synced_) {
        expected_ = number + units;
    } else if (ahead == 0) {
        expected_ += units;
    } else if (uptime_fell || ahead < -static_cast<std::int32_t>(kBackWindow)) {
        restart(counts);
        expected_ = number + units;
    } else if (ahead > static_cast<std::int32_t>(kWindow)) {
        ++counts.gaps_unknown;
        expected_ = number + units;
    } else if (ahead > 0) {
        open_gap(expected_, static_cast<std::uint32_t>(ahead), now_ms, counts);
        expected_ = number + units;
    } else if (fill_gap(number, units)) {
        ++counts.reordered;
    } else if (++stale_ == kStaleRun) {
        restart(counts);
        expected_ = number + units;
    } else {
        ++counts.duplicates;
    }
    if (ahead >= 0 || stale_ == kStaleRun) stale_ = 0;
    if (!started_ || uptime_fell || uptime_step > 0) uptime_ms_ = uptime_ms;
    started_ = synced_ = true;
}

void Sequence::restart(flow::ExporterCounts& counts) noexcept {
    settle(0, true, counts);
    ++counts.restarts;
}

bool Sequence::fill_gap(std::uint32_t number, std::uint32_t units) noexcept {
    for (std::uint32_t i = 0; i < gap_count_; ++i) {
        Gap& gap = gaps_[i];
        if (number - gap.from >= gap.length || gap.units < std::max(units, 1u)) continue;
        gap.units -= units;
        if (gap.units == 0) {
            std::copy(gaps_.begin() + i + 1, gaps_.begin() + gap_count_, gaps_.begin() + i);
            --gap_count_;
        }
        return true;
    }
    return false;
}

void Sequence::open_gap(std::uint32_t from, std::uint32_t units, std::uint64_t now_ms,
                        flow::ExporterCounts& counts) noexcept {
    if (gap_count_ == gaps_.size()) {
        counts.lost += gaps_[0].units;
        std::copy(gaps_.begin() + 1, gaps_.end(), gaps_.begin());
        --gap_count_;
    }
    gaps_[gap_count_++] = {from, units, units, now_ms};
}

void Sequence::settle(std::uint64_t now_ms, bool all, flow::ExporterCounts& counts) noexcept {
    std::uint32_t settled = 0;
    while (settled < gap_count_ && (all || now_ms >= gaps_[settled].since_ms + kSettleMs)) {
        counts.lost += gaps_[settled++].units;
    }
    if (settled == 0) return;
    std::copy(gaps_.begin() + settled, gaps_.begin() + gap_count_, gaps_.begin());
    gap_count_ -= settled;
}

}  // namespace decode
