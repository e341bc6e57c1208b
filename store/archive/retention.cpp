// SPDX-License-Identifier: Apache-2.0
#include "store/archive/retention.hpp"

#include <algorithm>

namespace store::archive {

bool Expiry::takes(std::uint32_t slot_s, std::uint64_t bytes) noexcept {
    const std::uint64_t ended_s = std::uint64_t{slot_s} + kSlotSeconds;
    const bool old = retention_.keep_s != 0 && ended_s < now_s_ && now_s_ - ended_s >= retention_.keep_s;
    const bool large = retention_.most_bytes != 0 && total_bytes_ > retention_.most_bytes;
    const bool full = retention_.least_free_bytes != 0 && free_bytes_ < retention_.least_free_bytes;
    if (!old && !large && !full && slot_s != going_) return false;
    going_ = slot_s;
    total_bytes_ -= std::min(total_bytes_, bytes);
    free_bytes_ += bytes;
    return true;
}

std::vector<SegmentEntry> expired(std::span<const SegmentEntry> catalogue, const ArchiveRetention& retention,
                                  std::uint64_t now_s, std::uint64_t free_bytes) {
    std::uint64_t total_bytes = 0;
    std::vector<SegmentEntry> oldest_first;
    for (const SegmentEntry& e : catalogue) {
        total_bytes += e.bytes;
        if (e.sealed) oldest_first.push_back(e);
    }
    std::sort(oldest_first.begin(), oldest_first.end(),
              [](const SegmentEntry& a, const SegmentEntry& b) { return a.key < b.key; });
    Expiry expiry(retention, now_s, free_bytes, total_bytes);
    const auto stays = std::find_if(oldest_first.begin(), oldest_first.end(),
                                    [&](const SegmentEntry& e) { return !expiry.takes(e.key.slot_s, e.bytes); });
    oldest_first.erase(stays, oldest_first.end());
    return oldest_first;
}

}  // namespace store::archive
