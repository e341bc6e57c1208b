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
    out.lists_.reset(static_cast<std::uint32_t*>(std::malloc(kListed * sizeof(std::uint32_t))));
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

std::uint32_t KnownTexts::find(std::string_view text, const TextTable& table, Scratch& scratch) noexcept {
    if (text.size() > kLongestKnown) return look_at(text, table, scratch);
    const std::uint64_t hash = text_hash(text);
    Set& set = sets_[hash % kSets];
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    std::uint32_t alike = 0;
    for (std::size_t way = 0; way < kWays; ++way) alike |= static_cast<std::uint32_t>(set.tags[way] == tag) << way;
    for (; alike != 0; alike &= alike - 1) {
        const auto way = static_cast<std::size_t>(std::countr_zero(alike));
        const Slot& slot = slots_[set.slots[way]];
        if (set.slots[way] == 0 || slot.length != text.size()) continue;
        if (!same_bytes(slot.text.data(), text.data(), text.size())) continue;
        const std::uint32_t bit = 1u << way;
        if ((set.asked_for & bit) == 0) set.asked_for |= bit;
        return slot.found;
    }
    const std::uint64_t failures_before = failures_;
    const std::uint32_t found = look_at(text, table, scratch);
    if (failures_ == failures_before) remember(text, found, hash);
    return found;
}

std::uint32_t KnownTexts::look_at(std::string_view text, const TextTable& table, Scratch& scratch) noexcept {
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
    if (listed_ + 1 >= kListed) forget();
    // One word in front of them is for their count.
    const auto room = [&] { return std::span(lists_.get() + listed_ + 1, kListed - listed_ - 1); };
    Target target{room(), 0};
    bool ok = table.match(text, scratch, add, &target);
    if (target.count > target.room.size() && listed_ > 0) {
        forget();
        target = {room(), 0};
        ok = table.match(text, scratch, add, &target);
    }
    if (!ok || target.count > target.room.size()) ++failures_;
    const std::size_t count = std::min(target.count, target.room.size());
    if (count == 0) return kNone;
    if (count == 1) return target.room.front();
    const auto at = static_cast<std::uint32_t>(listed_);
    lists_[at] = static_cast<std::uint32_t>(count);
    listed_ += 1 + count;
    return kList | at;
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

void KnownTexts::remember(std::string_view text, std::uint32_t found, std::uint64_t hash) noexcept {
    Slot& slot = slots_[slot_for(sets_[hash % kSets], static_cast<std::uint32_t>(hash >> 32))];
    slot.length = static_cast<std::uint32_t>(text.size());
    slot.found = found;
    std::memcpy(slot.text.data(), text.data(), text.size());
}

}  // namespace filters::text
