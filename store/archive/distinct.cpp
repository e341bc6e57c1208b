// SPDX-License-Identifier: Apache-2.0
#include "store/archive/distinct.hpp"

#include <numeric>
#include <type_traits>

namespace store::archive {

namespace {

constexpr unsigned kDigitBits = 11;
constexpr std::size_t kDigits = 1u << kDigitBits;
constexpr unsigned kPayloadBits = 16;
constexpr unsigned kMostDigits = (64 - kPayloadBits + kDigitBits - 1) / kDigitBits;

constexpr std::size_t kFirstSlots = 1024;  // a column of few values stays within the nearest cache
constexpr std::size_t kGrowth = 4;

// Beyond so many rows it is looked whether nearly all were distinct.
constexpr std::size_t kSampleRows = 4096;
constexpr std::size_t kMostOfSample = kSampleRows - kSampleRows / 8;
// With so many a hash table outgrows the nearest cache, and sorting all rows costs less.
constexpr std::size_t kManyOfSample = kSampleRows / 4;

// Of numbers as close together as this a table of all costs less than a hash table of those that there are.
constexpr std::size_t kMostOfTable = 16384;

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

// 48 bits that order about like the value; in the first group they tell it.
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
// Of the first group.
template <class Key>
Key key_of(std::uint64_t sort_key) noexcept {
    if constexpr (std::is_same_v<Key, flow::IpAddress>) {
        return flow::IpAddress::v4(static_cast<std::uint32_t>(sort_key));
    } else {
        return sort_key;
    }
}

}  // namespace

void radix_sort(std::vector<std::uint64_t>& keys, std::vector<std::uint64_t>& spare) {
    spare.resize(keys.size());
    std::uint64_t varying = 0;
    for (const std::uint64_t key : keys) varying |= key ^ keys.front();
    varying >>= kPayloadBits;
    if (varying == 0) return;
    // As few digits as there must be, and each as short as can be.
    const unsigned bits = static_cast<unsigned>(std::bit_width(varying));
    const unsigned digits = (bits + kDigitBits - 1) / kDigitBits;
    const unsigned of_digit = (bits + digits - 1) / digits;
    const std::uint64_t mask = (1u << of_digit) - 1;
    std::array<std::array<std::uint32_t, kDigits>, kMostDigits> counts;
    for (unsigned digit = 0; digit < digits; ++digit) counts[digit].fill(0);
    for (const std::uint64_t key : keys) {
        std::uint64_t rest = key >> kPayloadBits;
        for (unsigned digit = 0; digit < digits; ++digit, rest >>= of_digit) ++counts[digit][rest & mask];
    }
    for (unsigned digit = 0; digit < digits; ++digit) {
        if ((varying >> digit * of_digit & mask) == 0) continue;
        auto& at = counts[digit];
        std::exclusive_scan(at.begin(), at.end(), at.begin(), 0u);
        const unsigned shift = kPayloadBits + digit * of_digit;
        for (const std::uint64_t key : keys) spare[at[key >> shift & mask]++] = key;
        keys.swap(spare);
    }
}

template <class Key>
void Distinct<Key>::begin(std::size_t rows) {
    slots_.assign(kFirstSlots, {});
    keys_.clear();
    rows_.clear();
    ids_.resize(rows);
    in_order_ = false;
}

template <class Key>
template <class T, class RowOf>
bool Distinct<Key>::find_by_hash(std::span<const T> values, std::size_t from, std::size_t to, std::size_t most,
                                 RowOf row_of) {
    for (std::size_t i = from; i < to; ++i) {
        const std::size_t row = row_of(i);
        const Key& key = values[row];
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
            ids_[row] = static_cast<std::uint16_t>((slots_[slot].place & ~kExact) - 1);
            continue;
        }
        if (keys_.size() == most) return false;
        ids_[row] = static_cast<std::uint16_t>(keys_.size());
        keys_.push_back(key);
        if constexpr (kTellsRows) rows_.push_back(static_cast<std::uint16_t>(row));
        slots_[slot] = {tag, static_cast<std::uint32_t>(keys_.size()) | exact};
        if (keys_.size() * 2 > slots_.size()) grow_slots();
    }
    return true;
}

template <class Key>
template <class T>
bool Distinct<Key>::find_by_sort(std::span<const T> values, std::size_t most) {
    begin(values.size());
    auto& sorted = sort_keys_[0];
    sorted.resize(values.size());
    other_rows_.resize(values.size());
    std::size_t n = 0, others = 0;
    for (std::size_t row = 0; row < values.size(); ++row) {
        const Key& key = values[row];
        const bool other = group_of(key) != 0;
        sorted[n] = sort_key(key) << kPayloadBits | row;
        other_rows_[others] = static_cast<std::uint16_t>(row);
        n += !other;
        others += other;
    }
    sorted.resize(n);
    other_rows_.resize(others);
    if (n != 0) radix_sort(sorted, spare_keys_);
    std::size_t distinct = n != 0;
    for (std::size_t i = 1; i < n; ++i) distinct += (sorted[i] ^ sorted[i - 1]) >> kPayloadBits != 0;
    if (distinct > most) return false;
    if (!find_by_hash(values, 0, others, most - distinct, [this](std::size_t i) { return other_rows_[i]; })) {
        return false;
    }
    sorted_.resize(distinct + keys_.size());
    if constexpr (kTellsRows) sorted_rows_.resize(sorted_.size());
    place_sorted();
    order_by_value(kGroups - 1);
    place_others(distinct);
    keys_.swap(sorted_);
    rows_.swap(sorted_rows_);
    in_order_ = true;
    return true;
}

// The sorted ones come first.
template <class Key>
void Distinct<Key>::place_sorted() requires kSorts {
    const auto& sorted = sort_keys_[0];
    std::size_t place = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        place += i != 0 && (sorted[i] ^ sorted[i - 1]) >> kPayloadBits != 0;
        const auto row = static_cast<std::uint16_t>(sorted[i]);
        ids_[row] = static_cast<std::uint16_t>(place);
        sorted_[place] = key_of<Key>(sorted[i] >> kPayloadBits);
        if constexpr (kTellsRows) sorted_rows_[place] = row;
    }
}

// Those that were hashed, in order_, behind `before` sorted ones.
template <class Key>
void Distinct<Key>::place_others(std::size_t before) {
    rank_.resize(keys_.size());
    for (std::size_t i = 0; i < order_.size(); ++i) {
        rank_[order_[i]] = static_cast<std::uint16_t>(before + i);
        sorted_[before + i] = keys_[order_[i]];
        if constexpr (kTellsRows) sorted_rows_[before + i] = rows_[order_[i]];
    }
    for (const std::uint16_t row : other_rows_) ids_[row] = rank_[ids_[row]];
}

template <class Key>
template <class T>
bool Distinct<Key>::find(std::span<const T> values, std::size_t most) {
    most = std::min({most, values.size(), std::size_t{kBlockRows}});
    begin(values.size());
    const auto itself = [](std::size_t i) { return i; };
    const std::size_t sample = std::min(kSampleRows, values.size());
    if (!find_by_hash(values, 0, sample, most, itself)) return false;
    if (sample < values.size()) {
        if (keys_.size() >= kMostOfSample && most < values.size()) return false;
        if constexpr (kSorts) {
            if (keys_.size() >= kManyOfSample) return find_by_sort(values, most);
        }
    }
    return find_by_hash(values, sample, values.size(), most, itself);
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
bool Distinct<Key>::find_by_table(std::span<const T> values, T low, std::size_t range, std::size_t most) {
    seen_.assign(range + 1, 0);
    for (const T value : values) seen_[static_cast<T>(value - low)] = 1;
    std::size_t distinct = 0;
    for (const std::uint8_t seen : seen_) distinct += seen;
    if (distinct > most) return false;
    table_.resize(range + 1);
    keys_.resize(distinct + 1);
    std::size_t place = 0;
    for (std::size_t i = 0; i <= range; ++i) {
        table_[i] = static_cast<std::uint16_t>(place);
        keys_[place] = low + i;
        place += seen_[i];
    }
    keys_.resize(distinct);
    ids_.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) ids_[i] = table_[static_cast<T>(values[i] - low)];
    in_order_ = true;
    return true;
}

template <class Key>
template <class T>
bool Distinct<Key>::find(std::span<const T> values, T low, T high, std::size_t most) {
    const auto range = static_cast<T>(high - low);
    const bool close = range < kMostOfTable && range <= values.size();
    return close || sizeof(T) <= 2 ? find_by_table(values, low, range, std::min(most, values.size()))
                                   : find(values, most);
}

// Groups from `first` on, one after the other, each by a radix sort.
template <class Key>
void Distinct<Key>::order_by_value(std::size_t first) {
    std::array<std::vector<std::uint64_t>, kGroups>& groups = sort_keys_;
    for (std::size_t group = first; group < kGroups; ++group) groups[group].clear();
    for (std::uint32_t i = 0; i < keys_.size(); ++i) {
        groups[group_of(keys_[i])].push_back(sort_key(keys_[i]) << kPayloadBits | i);
    }
    order_.clear();
    for (std::size_t group = first; group < kGroups; ++group) {
        if (groups[group].empty()) continue;
        radix_sort(groups[group], spare_keys_);
        for (const std::uint64_t key : groups[group]) order_.push_back(static_cast<std::uint16_t>(key));
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
    if constexpr (kTellsRows) {
        sorted_rows_.resize(rows_.size());
        for (std::size_t i = 0; i < order_.size(); ++i) sorted_rows_[i] = rows_[order_[i]];
        rows_.swap(sorted_rows_);
    }
    for (std::uint16_t& id : ids_) id = rank_[id];
}

template <class Key>
void Distinct<Key>::sort(bool by_frequency) {
    if (in_order_ && !by_frequency) return;
    if (in_order_) {
        order_.resize(keys_.size());
        std::iota(order_.begin(), order_.end(), 0u);
    } else {
        order_by_value(0);
    }
    if (by_frequency) order_by_frequency();
    apply_order();
}

template class Distinct<std::uint64_t>;
template bool NumberDictionary::find<std::uint8_t>(std::span<const std::uint8_t>, std::uint8_t, std::uint8_t,
                                                   std::size_t);
template bool NumberDictionary::find<std::uint16_t>(std::span<const std::uint16_t>, std::uint16_t, std::uint16_t,
                                                    std::size_t);
template bool NumberDictionary::find<std::uint32_t>(std::span<const std::uint32_t>, std::uint32_t, std::uint32_t,
                                                    std::size_t);
template bool NumberDictionary::find<std::uint64_t>(std::span<const std::uint64_t>, std::uint64_t, std::uint64_t,
                                                    std::size_t);
template class Distinct<flow::IpAddress>;
template bool AddressDictionary::find<flow::IpAddress>(std::span<const flow::IpAddress>, std::size_t);
template class Distinct<std::array<std::uint32_t, 3>>;
template bool Distinct<std::array<std::uint32_t, 3>>::find<std::array<std::uint32_t, 3>>(
    std::span<const std::array<std::uint32_t, 3>>, std::size_t);
template class Distinct<std::array<std::uint32_t, 11>>;
template bool Distinct<std::array<std::uint32_t, 11>>::find<std::array<std::uint32_t, 11>>(
    std::span<const std::array<std::uint32_t, 11>>, std::size_t);

}  // namespace store::archive
