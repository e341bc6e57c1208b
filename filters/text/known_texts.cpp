// SPDX-License-Identifier: Apache-2.0
#include "filters/text/known_texts.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace filters::text {

namespace {

constexpr std::uint32_t kAllWays = (1u << KnownTexts::kWays) - 1;

}  // namespace

flow::Result<KnownTexts> KnownTexts::make() {
    KnownTexts out;
    out.sets_.reset(static_cast<Set*>(std::aligned_alloc(alignof(Set), kSets * sizeof(Set))));
    // Slots and lists are written before they are read, so their pages need not be touched here.
    out.slots_.reset(static_cast<Slot*>(std::aligned_alloc(alignof(Set), (kMostTexts + 1) * sizeof(Slot))));
    out.lists_.reset(static_cast<std::uint32_t*>(std::malloc(kMostIds * sizeof(std::uint32_t))));
    if (out.sets_ == nullptr || out.slots_ == nullptr || out.lists_ == nullptr) {
        return flow::fail("no memory for matching texts; add memory or take tests of texts out of the filters");
    }
    out.forget();
    return out;
}

void KnownTexts::forget() noexcept {
    std::memset(static_cast<void*>(sets_.get()), 0, kSets * sizeof(Set));
    places_.fill({});
    slots_used_ = 1;
    listed_ = 0;
}

KnownTexts::Found KnownTexts::find(std::string_view text, const TextTable& table, Scratch& scratch) noexcept {
    if (text.size() > kLongestKnown) return look_at(text, table, scratch);
    const std::uint64_t hash = text_hash(text);
    Set& set = sets_[hash % kSets];
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    for (std::size_t way = 0; way < kWays; ++way) {
        if (set.tags[way] != tag || set.slots[way] == 0) continue;
        const Slot& slot = slots_[set.slots[way]];
        if (slot.length != text.size() || std::memcmp(slot.text.data(), text.data(), text.size()) != 0) continue;
        const std::uint32_t bit = 1u << way;
        if ((set.asked_for & bit) == 0) set.asked_for |= bit;
        return slot.found;
    }
    const std::uint64_t failures_before = failures_;
    const Found found = look_at(text, table, scratch);
    if (failures_ == failures_before) remember(text, found, hash);
    return found;
}

KnownTexts::Found KnownTexts::look_at(std::string_view text, const TextTable& table, Scratch& scratch) noexcept {
    ++looked_at_;
    struct Target {
        std::span<std::uint32_t> room;
        std::size_t count;
    };
    const auto add = [](std::uint32_t id, void* context) {
        auto* to = static_cast<Target*>(context);
        if (to->count < to->room.size()) to->room[to->count] = id;
        ++to->count;
    };
    Target target{{lists_.get() + listed_, kMostIds - listed_}, 0};
    bool ok = table.match(text, scratch, add, &target);
    if (target.count > target.room.size() && listed_ > 0) {
        forget();
        target = {{lists_.get(), kMostIds}, 0};
        ok = table.match(text, scratch, add, &target);
    }
    if (!ok || target.count > target.room.size()) ++failures_;
    const std::size_t count = std::min(target.count, target.room.size());
    Found found{static_cast<std::uint32_t>(count), {}};
    if (count <= kInline) {
        std::copy_n(target.room.begin(), count, found.ids.begin());
    } else {
        found.ids[0] = static_cast<std::uint32_t>(listed_);
        listed_ += count;
    }
    return found;
}

// A free slot, or that of a text which was not asked for since all others of its set were.
std::uint32_t KnownTexts::slot_for(Set& set, std::uint32_t tag) noexcept {
    for (std::size_t way = 0; way < kWays; ++way) {
        if (set.slots[way] != 0) continue;
        set.tags[way] = tag;
        return set.slots[way] = slots_used_++;
    }
    if (set.asked_for == kAllWays) set.asked_for = 0;
    const auto way = static_cast<std::size_t>(std::countr_one(set.asked_for));
    set.tags[way] = tag;
    return set.slots[way];
}

void KnownTexts::remember(std::string_view text, const Found& found, std::uint64_t hash) noexcept {
    Slot& slot = slots_[slot_for(sets_[hash % kSets], static_cast<std::uint32_t>(hash >> 32))];
    slot.length = static_cast<std::uint32_t>(text.size());
    slot.found = found;
    std::memcpy(slot.text.data(), text.data(), text.size());
}

}  // namespace filters::text
