// SPDX-License-Identifier: Apache-2.0
// The distinct values of a column, in order, and which of them each row has.
//
// Thread: an object belongs to one thread; buffers are kept.
// Limits: kBlockRows rows.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "dataplane/flow/address.hpp"
#include "store/archive/block.hpp"
#include "store/archive/hash_secret.hpp"

namespace store::archive {

inline constexpr std::uint64_t kHashFactor = 0x9e3779b97f4a7c15ull;
// A bit of the value moves all bits above it, then these all others.
[[nodiscard]] inline std::uint64_t hash_of(std::uint64_t v) noexcept {
    const std::uint64_t mixed = (v ^ kHashSecret.first) * kHashSecret.odd;
    return (mixed ^ mixed >> 32) * kHashFactor;
}
[[nodiscard]] inline std::uint64_t hash_of(const flow::IpAddress& a) noexcept {
    std::array<std::uint64_t, 2> words;
    std::memcpy(words.data(), a.bytes.data(), sizeof words);
    const std::uint64_t mixed = (words[0] * kHashSecret.odd ^ words[1] ^ kHashSecret.first) * kHashSecret.other_odd;
    return (mixed ^ mixed >> 32) * kHashFactor;
}
template <std::size_t n>
[[nodiscard]] std::uint64_t hash_of(const std::array<std::uint32_t, n>& words) noexcept {
    std::uint64_t h = kHashSecret.first;
    for (const std::uint32_t word : words) h = (h ^ word ^ h >> 29) * kHashSecret.odd;
    return (h ^ h >> 32) * kHashFactor;
}

template <class T>
[[nodiscard]] bool same(const T& a, const T& b) noexcept {
    return a == b;
}
// Whole words at once: the comparison of its bytes is a call.
[[nodiscard]] inline bool same(const flow::IpAddress& a, const flow::IpAddress& b) noexcept {
    return a.low() == b.low() && a.high() == b.high();
}

// Sorts by the key's high 48 bits; the low 16 go with them, and equal keys keep their order. `spare`: as many.
void radix_sort(std::vector<std::uint64_t>& keys, std::vector<std::uint64_t>& spare);

template <class Key>
class Distinct {
  public:
    // False: more than `most` are distinct, or so many of the first ones that it is not worth while; nothing else is told then.
    template <class T>
    bool find(std::span<const T> values, std::size_t most);
    // The same of numbers from `low` to `high`.
    template <class T>
    bool find(std::span<const T> values, T low, T high, std::size_t most);
    // Near enough by value, so that neighbours differ little; IPv4 addresses before others. `by_frequency`: frequent ones first,
    // and by value among equally frequent ones, so that places are skewed numbers, which an entropy coder makes use of.
    void sort(bool by_frequency);

    [[nodiscard]] std::span<const Key> keys() const noexcept { return keys_; }
    [[nodiscard]] std::span<const std::uint16_t> ids() const noexcept { return ids_; }
    // Of addresses: a row of each key.
    [[nodiscard]] std::span<const std::uint16_t> rows() const noexcept { return rows_; }

  private:
    struct Slot {
        std::uint32_t tag = 0;
        std::uint32_t place = 0;  // 1 + index into keys_, and kExact where the tag tells the key; 0: free
    };
    static constexpr std::uint32_t kExact = 1u << 31;
    static constexpr bool kSorts = !std::is_class_v<Key> || std::is_same_v<Key, flow::IpAddress>;
    static constexpr bool kTellsRows = std::is_same_v<Key, flow::IpAddress>;

    void begin(std::size_t rows);
    // Rows `row_of(from)` to `row_of(to - 1)`. False: more than `most` keys.
    template <class T, class RowOf>
    bool find_by_hash(std::span<const T> values, std::size_t from, std::size_t to, std::size_t most, RowOf row_of);
    // Of many distinct values: sorted with their rows, where 48 bits tell them, which leaves the keys in order. What there is of
    // others is hashed.
    template <class T>
    bool find_by_sort(std::span<const T> values, std::size_t most);
    void place_sorted() requires kSorts;
    void place_others(std::size_t before);
    // Numbers that lie close together: by a table of all from `low` to `low` + `range`.
    template <class T>
    bool find_by_table(std::span<const T> values, T low, std::size_t range, std::size_t most);
    void grow_slots();
    void order_by_value(std::size_t first);
    void order_by_frequency();
    void apply_order();

    std::vector<Key> keys_, sorted_;
    bool in_order_ = false;  // by value
    std::vector<std::uint16_t> ids_, rank_, rows_, sorted_rows_;
    std::vector<std::uint16_t> other_rows_;  // that are not sorted but hashed
    std::vector<Slot> slots_;
    std::vector<std::uint32_t> order_, spare_order_, counts_;
    static constexpr std::size_t kGroups = 2;  // of addresses: IPv4, others; of numbers: of up to 48 bits, others
    std::array<std::vector<std::uint64_t>, kGroups> sort_keys_;
    std::vector<std::uint64_t> spare_keys_;
    std::vector<std::uint16_t> table_;
    std::vector<std::uint8_t> seen_;
};

using NumberDictionary = Distinct<std::uint64_t>;
using AddressDictionary = Distinct<flow::IpAddress>;

}  // namespace store::archive
