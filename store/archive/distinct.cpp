// SPDX-License-Identifier: Apache-2.0
#include "store/archive/distinct.hpp"

#include <numeric>
#include <type_traits>

namespace store::archive {

namespace {

constexpr unsigned kDigitBits = 11;
constexpr std::size_t kDigits = 1u << kDigitBits;
constexpr unsigned kPayloadBits = 16;

constexpr std::size_t kFirstSlots = 1024;  // a column of few values stays within the nearest cache
constexpr std::size_t kGrowth = 4;

// Beyond so many rows it is looked whether nearly all were distinct.
constexpr std::size_t kSampleRows = 4096;
constexpr std::size_t kMostOfSample = kSampleRows - kSampleRows / 8;

// Counts beyond this one are alike to the order by frequency.
constexpr std::uint32_t kMostCount = 255;

// By the high bits, which are mixed best.
std::size_t first_slot(std::uint64_t hash, std::size_t slots) noexcept {
    return hash >> (64 - std::countr_zero(slots));
}

// True: the tag alone tells the key.
bool tag_of(std::uint64_t key, std::uint64_t hash, std::uint32_t& tag) noexcept {
    const bool exact = key >> 32 == 0;
    tag = static_cast<std::uint32_t>(exact ? key : hash);
    return exact;
}
bool tag_of(const flow::IpAddress& key, std::uint64_t hash, std::uint32_t& tag) noexcept {
    const bool exact = key.is_v4();
    tag = exact ? key.as_v4() : static_cast<std::uint32_t>(hash);
    return exact;
}
template <std::size_t n>
bool tag_of(const std::array<std::uint32_t, n>&, std::uint64_t hash, std::uint32_t& tag) noexcept {
    tag = static_cast<std::uint32_t>(hash);
    return false;
}

// 48 bits that order about like the value.
std::uint64_t sort_key(std::uint64_t value) noexcept {
    return value >> (64 - kPayloadBits) == 0 ? value : value >> kPayloadBits;
}
std::uint64_t sort_key(const flow::IpAddress& value) noexcept {
    return value.is_v4() ? value.as_v4() : value.high() >> kPayloadBits;
}
template <std::size_t n>
std::uint64_t sort_key(const std::array<std::uint32_t, n>& value) noexcept {
    return value[0];
}
// Groups stay apart in every order.
std::size_t group_of(const flow::IpAddress& value) noexcept {
    return value.is_v4() ? 0 : 1;
}
template <class Key>
std::size_t group_of(const Key&) noexcept {
    return 0;
}
std::size_t group_of(std::uint64_t value) noexcept {
    return value >> (64 - kPayloadBits) == 0 ? 0 : 1;
}

}  // namespace

void radix_sort(std::vector<std::uint64_t>& keys, std::vector<std::uint64_t>& spare) {
    spare.resize(keys.size());
    std::uint64_t varying = 0;
    for (const std::uint64_t key : keys) varying |= key ^ keys.front();
    for (unsigned shift = kPayloadBits; shift < 64; shift += kDigitBits) {
        if ((varying >> shift & (kDigits - 1)) == 0) continue;
        std::array<std::uint32_t, kDigits> at{};
        for (const std::uint64_t key : keys) ++at[key >> shift & (kDigits - 1)];
        std::exclusive_scan(at.begin(), at.end(), at.begin(), 0u);
        for (const std::uint64_t key : keys) spare[at[key >> shift & (kDigits - 1)]++] = key;
        keys.swap(spare);
    }
}

template <class Key>
template <class T>
bool Distinct<Key>::find(std::span<const T> values, std::size_t most) {
    most = std::min({most, values.size(), std::size_t{kBlockRows}});
    if constexpr (std::is_integral_v<T> && sizeof(T) <= 2) return find_by_table(values, most);
    slots_.assign(kFirstSlots, {});
    keys_.clear();
    ids_.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Key& key = values[i];
        const std::uint64_t hash = hash_of(key);
        std::uint32_t tag = 0;
        const std::uint32_t exact = tag_of(key, hash, tag) ? kExact : 0;
        const std::size_t mask = slots_.size() - 1;
        std::size_t slot = first_slot(hash, slots_.size());
        for (; slots_[slot].place != 0; slot = (slot + 1) & mask) {
            if (slots_[slot].tag != tag || (slots_[slot].place & kExact) != exact) continue;
            if (exact != 0 || same(keys_[slots_[slot].place - 1], key)) break;
        }
        if (slots_[slot].place != 0) {
            ids_[i] = static_cast<std::uint16_t>((slots_[slot].place & ~kExact) - 1);
            continue;
        }
        if (keys_.size() == most || (keys_.size() == kMostOfSample && i < kSampleRows && most < values.size())) {
            return false;
        }
        ids_[i] = static_cast<std::uint16_t>(keys_.size());
        keys_.push_back(key);
        slots_[slot] = {tag, static_cast<std::uint32_t>(keys_.size()) | exact};
        if (keys_.size() * 2 > slots_.size()) grow_slots();
    }
    return true;
}

template <class Key>
void Distinct<Key>::grow_slots() {
    const std::size_t slots = slots_.size() * kGrowth;
    slots_.assign(slots, {});
    for (std::size_t place = 0; place < keys_.size(); ++place) {
        const std::uint64_t hash = hash_of(keys_[place]);
        std::uint32_t tag = 0;
        const std::uint32_t exact = tag_of(keys_[place], hash, tag) ? kExact : 0;
        std::size_t slot = first_slot(hash, slots);
        while (slots_[slot].place != 0) slot = (slot + 1) & (slots - 1);
        slots_[slot] = {tag, static_cast<std::uint32_t>(place + 1) | exact};
    }
}

// Already in order of value.
template <class Key>
template <class T>
bool Distinct<Key>::find_by_table(std::span<const T> values, std::size_t most) {
    if constexpr (std::is_same_v<Key, std::uint64_t>) {
        constexpr std::size_t kValues = std::size_t{1} << 8 * sizeof(T);
        seen_.assign(kValues, 0);
        for (const T value : values) seen_[value] = 1;
        table_.resize(kValues);
        keys_.clear();
        for (std::size_t value = 0; value < kValues; ++value) {
            if (seen_[value] == 0) continue;
            table_[value] = static_cast<std::uint16_t>(keys_.size());
            keys_.push_back(value);
        }
        if (keys_.size() > most) return false;
        ids_.resize(values.size());
        for (std::size_t i = 0; i < values.size(); ++i) ids_[i] = table_[values[i]];
    }
    return true;
}

// Groups one after the other, each by a radix sort.
template <class Key>
void Distinct<Key>::order_by_value() {
    std::array<std::vector<std::uint64_t>, kGroups>& groups = sort_keys_;
    for (auto& group : groups) group.clear();
    for (std::uint32_t i = 0; i < keys_.size(); ++i) {
        groups[group_of(keys_[i])].push_back(sort_key(keys_[i]) << kPayloadBits | i);
    }
    order_.clear();
    for (auto& group : groups) {
        if (group.empty()) continue;
        radix_sort(group, spare_keys_);
        for (const std::uint64_t key : group) order_.push_back(static_cast<std::uint16_t>(key));
    }
}

// A stable sort; groups stay apart.
template <class Key>
void Distinct<Key>::order_by_frequency() {
    counts_.assign(keys_.size(), 0);
    for (const std::uint16_t id : ids_) ++counts_[id];
    constexpr std::size_t kClasses = kMostCount + 1;
    const auto class_of = [this](std::uint32_t place) {
        return group_of(keys_[place]) * kClasses + kMostCount - std::min(counts_[place], kMostCount);
    };
    std::array<std::uint32_t, kGroups * kClasses> at{};
    for (const std::uint32_t place : order_) ++at[class_of(place)];
    std::exclusive_scan(at.begin(), at.end(), at.begin(), 0u);
    spare_order_.resize(order_.size());
    for (const std::uint32_t place : order_) spare_order_[at[class_of(place)]++] = place;
    order_.swap(spare_order_);
}

template <class Key>
void Distinct<Key>::apply_order() {
    rank_.resize(keys_.size());
    sorted_.resize(keys_.size());
    for (std::size_t i = 0; i < order_.size(); ++i) {
        rank_[order_[i]] = static_cast<std::uint16_t>(i);
        sorted_[i] = keys_[order_[i]];
    }
    keys_.swap(sorted_);
    for (std::uint16_t& id : ids_) id = rank_[id];
}

template <class Key>
void Distinct<Key>::sort(bool by_frequency) {
    order_by_value();
    if (by_frequency) order_by_frequency();
    apply_order();
}

template class Distinct<std::uint64_t>;
template bool NumberDictionary::find<std::uint8_t>(std::span<const std::uint8_t>, std::size_t);
template bool NumberDictionary::find<std::uint16_t>(std::span<const std::uint16_t>, std::size_t);
template bool NumberDictionary::find<std::uint32_t>(std::span<const std::uint32_t>, std::size_t);
template bool NumberDictionary::find<std::uint64_t>(std::span<const std::uint64_t>, std::size_t);
template class Distinct<flow::IpAddress>;
template bool AddressDictionary::find<flow::IpAddress>(std::span<const flow::IpAddress>, std::size_t);
template class Distinct<std::array<std::uint32_t, 3>>;
template bool Distinct<std::array<std::uint32_t, 3>>::find<std::array<std::uint32_t, 3>>(
    std::span<const std::array<std::uint32_t, 3>>, std::size_t);
template class Distinct<std::array<std::uint32_t, 11>>;
template bool Distinct<std::array<std::uint32_t, 11>>::find<std::array<std::uint32_t, 11>>(
    std::span<const std::array<std::uint32_t, 11>>, std::size_t);

}  // namespace store::archive
