// SPDX-License-Identifier: Apache-2.0
#include "dataplane/decode/sequence.hpp"

#include <algorithm>
#include <cstdlib>

namespace decode {

namespace {
// The uptime of one box goes back by a little when datagrams change their order, and by a lot when it starts again.
constexpr std::uint32_t kUptimeSlackMs = 10'000;
// How far the uptime may be from the wall clock after a while: slack and a thousandth of the time (bad quartz, NTP).
constexpr std::uint64_t kDriftPart = 1000;
// The mean of units per datagram is of the last kMeanOver to twice as many.
constexpr std::uint64_t kMeanOver = 1024;
}  // namespace

void Sequence::see(std::uint32_t number, std::uint32_t units, std::uint32_t uptime_ms, std::uint64_t now_ms,
                   flow::ExporterCounts& counts) noexcept {
    settle(now_ms, false, counts);
    learn_mean(units);
    if (resumed_.known) compare_with_mark(number, uptime_ms, now_ms, counts);
    const auto uptime_step = static_cast<std::int32_t>(uptime_ms - uptime_ms_);
    const bool uptime_fell = started_ && uptime_ms != 0 && uptime_step < -static_cast<std::int32_t>(kUptimeSlackMs);
    const auto ahead = static_cast<std::int32_t>(number - expected_);
    const std::uint32_t stale_run = uptime_ms != 0 ? kStaleRunWithUptime : kStaleRun;
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
        insert_gap(gap_count_, {expected_, static_cast<std::uint32_t>(ahead), now_ms}, counts);
        expected_ = number + units;
    } else if (fill_gap(number, units, counts)) {
        ++counts.reordered;
    } else if (++stale_ == stale_run) {
        restart(counts);
        expected_ = number + units;
    } else {
        ++counts.duplicates;
    }
    if (ahead >= 0 || stale_ == stale_run) stale_ = 0;
    if (!started_ || uptime_fell || uptime_step > 0) uptime_ms_ = uptime_ms;
    started_ = synced_ = true;
    seen_ms_ = now_ms;
}

void Sequence::compare_with_mark(std::uint32_t number, std::uint32_t uptime_ms, std::uint64_t now_ms,
                                 flow::ExporterCounts& counts) noexcept {
    const flow::SequenceMark mark = resumed_;
    resumed_.known = false;
    if (now_ms < mark.at_ms) return;  // a clock that was set, or a replay of the past: nothing can be told
    const std::uint64_t passed_ms = now_ms - mark.at_ms;
    const std::uint32_t ahead = number - mark.next;
    if (uptime_ms != 0 && mark.uptime_ms != 0) {
        const auto off = static_cast<std::int32_t>(uptime_ms - mark.uptime_ms - static_cast<std::uint32_t>(passed_ms));
        const std::uint64_t slack = kUptimeSlackMs + passed_ms / kDriftPart;
        if (static_cast<std::uint64_t>(std::abs(static_cast<std::int64_t>(off))) > slack) {
            ++counts.restarts;
        } else if (static_cast<std::int32_t>(ahead) > 0) {
            lose(ahead, counts);
            counts.lost_down += ahead;
        }
        return;
    }
    const std::uint64_t reach = kWindow + passed_ms * kMostUnitsPerMs;
    if (static_cast<std::int32_t>(ahead) < 0 && 0u - ahead <= kBackWindow && passed_ms < kSettleMs)
        return;  // a late one
    if (number >= mark.next ? ahead <= reach : ahead <= kWindow) {
        lose(ahead, counts);
        counts.lost_down += ahead;
    } else if (number < mark.next) {
        ++counts.restarts;
    } else {
        ++counts.gaps_unknown;
    }
}

void Sequence::lose(std::uint32_t units, flow::ExporterCounts& counts) const noexcept {
    if (units == 0) return;
    counts.lost += units;
    const std::uint64_t datagrams = units_ == 0 ? 1 : (units * datagrams_ + units_ / 2) / units_;
    counts.lost_datagrams += std::max<std::uint64_t>(datagrams, 1);
}

void Sequence::learn_mean(std::uint32_t units) noexcept {
    if (datagrams_ == 2 * kMeanOver) {
        units_ /= 2;
        datagrams_ /= 2;
    }
    units_ += units;
    ++datagrams_;
}

void Sequence::restart(flow::ExporterCounts& counts) noexcept {
    settle(0, true, counts);
    ++counts.restarts;
}

bool Sequence::fill_gap(std::uint32_t number, std::uint32_t units, flow::ExporterCounts& counts) noexcept {
    for (std::size_t i = 0; i < gap_count_; ++i) {
        Gap& gap = gaps_[i];
        const std::uint32_t before = number - gap.from;
        if (before >= gap.units) continue;
        if (units == 0) return true;
        const std::uint32_t behind = gap.units - before - std::min(units, gap.units - before);
        const Gap rest{number + units, behind, gap.since_ms};
        gap.units = before;
        if (before == 0 && behind == 0)
            erase_gaps(i, 1);
        else if (before == 0)
            gap = rest;
        else if (behind != 0)
            insert_gap(i + 1, rest, counts);
        return true;
    }
    return false;
}

void Sequence::insert_gap(std::size_t at, const Gap& gap, flow::ExporterCounts& counts) noexcept {
    if (gap_count_ == gaps_.size()) {
        lose(gaps_[0].units, counts);
        erase_gaps(0, 1);
        at = at == 0 ? 0 : at - 1;
    }
    const auto place = gaps_.begin() + static_cast<std::ptrdiff_t>(at);
    std::copy_backward(place, gaps_.begin() + static_cast<std::ptrdiff_t>(gap_count_),
                       gaps_.begin() + static_cast<std::ptrdiff_t>(gap_count_) + 1);
    *place = gap;
    ++gap_count_;
}

void Sequence::erase_gaps(std::size_t at, std::size_t count) noexcept {
    const auto place = gaps_.begin() + static_cast<std::ptrdiff_t>(at);
    std::copy(place + static_cast<std::ptrdiff_t>(count), gaps_.begin() + static_cast<std::ptrdiff_t>(gap_count_),
              place);
    gap_count_ -= count;
}

void Sequence::settle(std::uint64_t now_ms, bool all, flow::ExporterCounts& counts) noexcept {
    std::size_t settled = 0;
    while (settled < gap_count_ && (all || now_ms >= gaps_[settled].since_ms + kSettleMs)) {
        lose(gaps_[settled++].units, counts);
    }
    if (settled != 0) erase_gaps(0, settled);
}

}  // namespace decode
