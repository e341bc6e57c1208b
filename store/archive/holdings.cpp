// SPDX-License-Identifier: Apache-2.0
#include "store/archive/holdings.hpp"

#include <algorithm>

#include "store/archive/block.hpp"

namespace store::archive {
namespace {

constexpr std::size_t kManyFiles = 4;

Held held_of(const SegmentEntry& e) noexcept {
    return {e.key, e.sealed, e.blocks, e.damaged_blocks, e.rows, e.bytes};
}
bool is_before(const Held& a, const SegmentKey& b) noexcept {
    return a.key < b;
}

// Twice the blocks that the rows need, or many files. What is damaged is left for verify to tell; what was merged already
// is as good as it gets, for texts fill blocks too.
bool is_worth_merging(std::span<const Held> group) noexcept {
    if (group.size() == 1 && group[0].key.writer == kMergedWriter) return false;
    std::uint64_t rows = 0, blocks = 0;
    for (const Held& h : group) {
        if (!h.sealed || h.damaged_blocks != 0) return false;
        rows += h.rows;
        blocks += h.blocks;
    }
    const std::uint64_t needed = (rows + kBlockRows - 1) / kBlockRows;
    return rows != 0 && (blocks >= 2 * needed || group.size() >= kManyFiles);
}

}  // namespace

Holdings::Holdings(std::span<const SegmentEntry> catalogue) {
    for (const SegmentEntry& e : catalogue) set(held_of(e));
}

void Holdings::apply(const ArchiveNews& news) {
    const std::scoped_lock lock(mutex_);
    for (const SegmentKey& key : news.gone) erase(key);
    for (const SegmentEntry& e : news.segments) set(held_of(e));
}

void Holdings::set(const Held& held) {
    erase(held.key);
    std::vector<Held>& slot = slots_[held.key.slot_s];
    slot.insert(std::lower_bound(slot.begin(), slot.end(), held.key, is_before), held);
    ++totals_.segments;
    totals_.open += held.sealed ? 0 : 1;
    totals_.rows += held.rows;
    totals_.bytes += held.bytes;
    if (held.sealed) to_look_at_.insert(held.key.slot_s);
}

void Holdings::erase(const SegmentKey& key) {
    const auto slot = slots_.find(key.slot_s);
    if (slot == slots_.end()) return;
    std::vector<Held>& all = slot->second;
    const auto at = std::lower_bound(all.begin(), all.end(), key, is_before);
    if (at == all.end() || at->key != key) return;
    --totals_.segments;
    totals_.open -= at->sealed ? 0 : 1;
    totals_.rows -= at->rows;
    totals_.bytes -= at->bytes;
    all.erase(at);
    if (!all.empty()) return;
    slots_.erase(slot);
    to_look_at_.erase(key.slot_s);
    left_alone_.erase(left_alone_.lower_bound({key.slot_s, 0}), left_alone_.upper_bound({key.slot_s, ~0u}));
}

std::optional<std::uint16_t> Holdings::last_part(const SegmentKey& like) const {
    const std::scoped_lock lock(mutex_);
    const auto slot = slots_.find(like.slot_s);
    if (slot == slots_.end()) return std::nullopt;
    SegmentKey behind = like;
    behind.part = 0xffff;
    const auto at = std::upper_bound(slot->second.begin(), slot->second.end(), behind,
                                     [](const SegmentKey& a, const Held& b) { return a < b.key; });
    if (at == slot->second.begin()) return std::nullopt;
    const SegmentKey& found = std::prev(at)->key;
    if (found.source_id != like.source_id || found.writer != like.writer) return std::nullopt;
    return found.part;
}

std::vector<Held> Holdings::expired(const ArchiveRetention& retention, std::uint64_t now_s, std::uint64_t free_bytes,
                                    std::size_t most) const {
    const std::scoped_lock lock(mutex_);
    Expiry expiry(retention, now_s, free_bytes, totals_.bytes);
    std::vector<Held> out;
    for (const auto& [slot_s, all] : slots_) {
        for (const Held& h : all) {
            if (!h.sealed || merging_ == Place{slot_s, h.key.source_id}) continue;
            const bool enough = out.size() >= most && out.back().key.slot_s != slot_s;
            if (enough || !expiry.takes(slot_s, h.bytes)) return out;
            out.push_back(h);
        }
    }
    return out;
}

std::vector<Held> Holdings::next_merge(std::uint64_t ended_s) {
    const std::scoped_lock lock(mutex_);
    for (auto slot = to_look_at_.begin(); slot != to_look_at_.end() && *slot + kSlotSeconds <= ended_s;) {
        const std::vector<Held>& all = slots_.at(*slot);
        for (std::size_t i = 0, end = 0; i < all.size(); i = end) {
            const std::uint32_t source = all[i].key.source_id;
            for (end = i; end < all.size() && all[end].key.source_id == source;) ++end;
            const std::span group(all.data() + i, end - i);
            if (left_alone_.contains({*slot, source}) || !is_worth_merging(group)) continue;
            merging_ = Place{*slot, source};
            return {group.begin(), group.end()};
        }
        slot = to_look_at_.erase(slot);
    }
    return {};
}

void Holdings::merged(bool again) {
    const std::scoped_lock lock(mutex_);
    if (!again && merging_ && slots_.contains(merging_->first)) left_alone_.insert(*merging_);
    merging_.reset();
}

Holdings::Totals Holdings::totals() const {
    const std::scoped_lock lock(mutex_);
    Totals t = totals_;
    if (!slots_.empty()) {
        t.oldest_slot_s = slots_.begin()->first;
        t.newest_slot_s = slots_.rbegin()->first;
    }
    return t;
}

}  // namespace store::archive
