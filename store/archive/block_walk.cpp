// SPDX-License-Identifier: Apache-2.0
#include "store/archive/block_walk.hpp"

#include <algorithm>

namespace store::archive {

bool BlockWalk::next(const std::function<void(Damage)>& damage) {
    const std::span<const std::uint8_t> bytes = file_.bytes();
    while (at_ < bytes.size()) {
        auto done = reader_.open(bytes.subspan(at_));
        if (done) done = reader_.check();
        if (done) {
            at_ += reader_.bytes();
            return true;
        }
        // Not by the length that it gives: that may be what is wrong.
        const std::uint64_t behind = file_.find_block(at_ + 1);
        damage({at_, behind - at_, std::move(done.error().message)});
        at_ = behind;
    }
    return false;
}

void add_block(SegmentEntry& entry, const BlockSums& sums) noexcept {
    ++entry.blocks;
    entry.rows += sums.rows;
    entry.received_from_ms = std::min(entry.received_from_ms, sums.received_from_ms);
    entry.received_to_ms = std::max(entry.received_to_ms, sums.received_to_ms);
    entry.first_ms = std::min(entry.first_ms, sums.first_ms);
    entry.last_ms = std::max(entry.last_ms, sums.last_ms);
    entry.flows += sums.flows;
    entry.packets += sums.packets;
    entry.bytes_sum += sums.bytes;
}

}  // namespace store::archive
