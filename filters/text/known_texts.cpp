// SPDX-License-Identifier: Apache-2.0
#include "filters/text/known_texts.hpp"

#include <immintrin.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace filters::text {

namespace {

constexpr std::uint32_t kAllWays = (1u << KnownTexts::kWays) - 1;

std::uint32_t tag_of(std::uint64_t hash) noexcept {
    return static_cast<std::uint32_t>(hash >> 32);
}

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

std::uint32_t KnownTexts::alike(const Set& set, std::uint32_t tag) noexcept {
    static_assert(offsetof(Set, asked_for) == kWays * sizeof tag, "eight words, the last one no tag");
    const __m128i wanted = _mm_set1_epi32(static_cast<int>(tag));
    const auto of = [&](std::size_t first) {
        const char* at = reinterpret_cast<const char*>(&set) + first * sizeof tag;
        const __m128i tags = _mm_load_si128(reinterpret_cast<const __m128i*>(at));
        return static_cast<std::uint32_t>(_mm_movemask_ps(_mm_castsi128_ps(_mm_cmpeq_epi32(tags, wanted))));
    };
    return (of(0) | of(4) << 4) & kAllWays;
}

bool KnownTexts::holds(const Slot& slot, std::string_view text) noexcept {
    return slot.length == text.size() && same_bytes(slot.text.data(), text.data(), text.size());
}

// In steps, each for all texts, so that what a step waits for has been fetched while the one before was at the others.
void KnownTexts::recall(const flow::Text* texts, std::uint64_t rows, const char* arena, Recalled& out) noexcept {
    struct Asked {
        std::uint32_t row;
        std::uint32_t slot;  // 0: none
        std::uint64_t hash;
    };
    std::array<Asked, 64> asked;
    std::size_t count = 0;
    for (std::uint64_t left = rows; left != 0; left &= left - 1) {
        const auto row = static_cast<std::uint32_t>(std::countr_zero(left));
        const Place& place = place_of(texts[row]);
        out.found[row] = place.found;
        __builtin_prefetch(arena + texts[row].offset);
        asked[count].row = row;
        count += static_cast<std::size_t>(place.key != key_of(texts[row]));
    }
    const std::span elsewhere(asked.data(), count);
    const auto text_of = [&](const Asked& a) {
        return std::string_view(arena + texts[a.row].offset, texts[a.row].length);
    };
    for (Asked& a : elsewhere) {
        a.hash = texts[a.row].length <= kLongestKnown ? text_hash(text_of(a)) : 0;
        __builtin_prefetch(&sets_[a.hash % kSets]);
    }
    for (Asked& a : elsewhere) {
        Set& set = sets_[a.hash % kSets];
        const std::uint32_t ways = alike(set, tag_of(a.hash));
        if ((set.asked_for & ways) != ways) set.asked_for |= ways;
        a.slot = ways != 0 ? set.slots[static_cast<std::size_t>(std::countr_zero(ways))] : 0;
        __builtin_prefetch(&slots_[a.slot]);
    }
    out.unknown = 0;
    for (const Asked& a : elsewhere) {
        const Slot& slot = slots_[a.slot];
        if (a.slot == 0 || !holds(slot, text_of(a))) {
            out.unknown |= 1ull << a.row;
            continue;
        }
        out.found[a.row] = slot.found;
        place_of(texts[a.row]) = {key_of(texts[a.row]), slot.found};
    }
    out.ones = out.manys = 0;
    for (std::uint64_t left = rows & ~out.unknown; left != 0; left &= left - 1) {
        const auto row = static_cast<std::uint8_t>(std::countr_zero(left));
        const Found found = out.found[row];
        out.one[out.ones] = out.many[out.manys] = row;
        out.ones += static_cast<std::uint32_t>(found < kList);
        out.manys += static_cast<std::uint32_t>((found >= kList) & (found != kNone));
    }
}

KnownTexts::Found KnownTexts::find(std::string_view text, const TextTable& table, Scratch& scratch) noexcept {
    if (text.size() > kLongestKnown) return look_at(text, table, scratch);
    const std::uint64_t hash = text_hash(text);
    Set& set = sets_[hash % kSets];
    for (std::uint32_t ways = alike(set, tag_of(hash)); ways != 0; ways &= ways - 1) {
        const auto way = static_cast<std::size_t>(std::countr_zero(ways));
        const Slot& slot = slots_[set.slots[way]];
        if (set.slots[way] == 0 || !holds(slot, text)) continue;
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

void KnownTexts::remember(std::string_view text, Found found, std::uint64_t hash) noexcept {
    Slot& slot = slots_[slot_for(sets_[hash % kSets], tag_of(hash))];
    slot.length = static_cast<std::uint32_t>(text.size());
    slot.found = found;
    std::copy(text.begin(), text.end(), slot.text.begin());  // an empty text may be nowhere
}

}  // namespace filters::text
