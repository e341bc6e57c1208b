// SPDX-License-Identifier: Apache-2.0
#include "store/archive/text_list.hpp"

#include <xxhash.h>

#include <cstring>

#include "store/archive/hash_secret.hpp"

namespace store::archive {

namespace {

constexpr std::size_t kFirstSlots = 256;

}  // namespace

void TextCollector::clear() {
    bytes_.clear();
    lengths_.assign(1, 0);
    page_of_.assign(1, 0);
    offsets_.assign(1, 0);
    hashes_.assign(1, 0);
    slots_.assign(kFirstSlots, 0);
    begin_batch();
}

std::uint32_t TextCollector::find_or_add(const flow::TextArena& arena, flow::Text text) {
    if (text.length == 0) return 0;
    Seen& seen = seen_[(text.offset ^ text.offset >> 8) % seen_.size()];
    if (seen.length != text.length || seen.offset != text.offset) {
        seen = {text.offset, text.length, find_or_add(arena.view(text))};
    }
    return seen.id;
}

std::uint32_t TextCollector::find_or_add(std::string_view text) {
    const std::uint64_t hash = XXH3_64bits_withSeed(text.data(), text.size(), kHashSecret.first);
    std::size_t slot = hash & (slots_.size() - 1);
    for (; slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1)) {
        const std::uint32_t id = slots_[slot];
        if (hashes_[id] == hash && lengths_[id] == text.size() &&
            std::memcmp(bytes_.data() + offsets_[id], text.data(), text.size()) == 0) {
            return id;
        }
    }
    const auto id = static_cast<std::uint32_t>(lengths_.size());
    slots_[slot] = id;
    offsets_.push_back(bytes_.size());
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    lengths_.push_back(static_cast<std::uint32_t>(text.size()));
    page_of_.push_back(0);
    hashes_.push_back(hash);
    if (lengths_.size() * 2 > slots_.size()) grow_slots();
    return id;
}

void TextCollector::grow_slots() {
    slots_.assign(slots_.size() * 4, 0);
    for (std::uint32_t id = 1; id < lengths_.size(); ++id) {
        std::size_t slot = hashes_[id] & (slots_.size() - 1);
        while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
        slots_[slot] = id;
    }
}

std::size_t TextCollector::memory() const noexcept {
    return bytes_.capacity() + lengths_.capacity() * 24 + slots_.capacity() * sizeof(std::uint32_t);
}

}  // namespace store::archive
