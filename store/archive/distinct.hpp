// SPDX-License-Identifier: Apache-2.0
// The distinct values of a column, in order, and which of them each row has.
//
// Thread: an object belongs to one thread; buffers are kept.
// Limits: kBlockRows rows.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "dataplane/flow/address.hpp"
#include "store/archive/block.hpp"

namespace store::archive {

[[nodiscard]] inline std::uint64_t hash_of(std::uint64_t v) noexcept {
    return v * 0x9e3779b97f4a7c15ull;
}
[[nodiscard]] inline std::uint64_t hash_of(const flow::IpAddress& a) noexcept {
    return flow::hash(a) * 0x9e3779b97f4a7c15ull;
}
template <std::size_t n>
[[nodiscard]] std::uint64_t hash_of(const std::array<std::uint32_t, n>& words) noexcept {
    std::uint64_t h = n;
    for (const std::uint32_t word : words) h = (h ^ word ^ h >> 29) * 0x9e3779b97f4a7c15ull;
    return h;
}

template <class Key>
class Distinct {
  public:
    // False: more than `most` are distinct, and nothing else is told.
    template <class T>
    bool find(std::span<const T> values, std::size_t most);
    // Puts them in the order of `less`.
    template <class Less>
    void sort(const Less& less);

    [[nodiscard]] std::span<const Key> keys() const noexcept { return keys_; }
    [[nodiscard]] std::span<const std::uint16_t> ids() const noexcept { return ids_; }

  private:
    std::vector<Key> keys_;
    std::vector<std::uint16_t> ids_;
    std::vector<std::uint32_t> slots_;  // 1 + index into keys_
    std::vector<std::uint32_t> order_;
    std::vector<std::uint16_t> rank_;
    std::vector<Key> sorted_;
};

template <class Key>
template <class T>
bool Distinct<Key>::find(std::span<const T> values, std::size_t most) {
    most = std::min({most, values.size(), std::size_t{kBlockRows}});
    const std::size_t slots = std::bit_ceil(2 * most + 2);
    const int shift = 64 - std::countr_zero(slots);
    slots_.assign(slots, 0);
    keys_.clear();
    ids_.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Key& key = values[i];
        std::size_t slot = hash_of(key) >> shift;
        while (slots_[slot] != 0 && !(keys_[slots_[slot] - 1] == key)) slot = (slot + 1) & (slots - 1);
        if (slots_[slot] == 0) {
            if (keys_.size() == most) return false;
            keys_.push_back(key);
            slots_[slot] = static_cast<std::uint32_t>(keys_.size());
        }
        ids_[i] = static_cast<std::uint16_t>(slots_[slot] - 1);
    }
    return true;
}

template <class Key>
template <class Less>
void Distinct<Key>::sort(const Less& less) {
    order_.resize(keys_.size());
    std::iota(order_.begin(), order_.end(), 0u);
    std::sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) { return less(keys_[a], keys_[b]); });
    rank_.resize(keys_.size());
    sorted_.resize(keys_.size());
    for (std::size_t i = 0; i < order_.size(); ++i) {
        rank_[order_[i]] = static_cast<std::uint16_t>(i);
        sorted_[i] = keys_[order_[i]];
    }
    keys_.swap(sorted_);
    for (std::uint16_t& id : ids_) id = rank_[id];
}

}  // namespace store::archive
