// SPDX-License-Identifier: Apache-2.0
#include "store/query/nfdump_order.hpp"

#include <algorithm>
#include <utility>

namespace store::query {

namespace {

constexpr std::uint32_t kFirstBuckets = 16;
constexpr double kFull = 0.77;
constexpr std::uint32_t kFree = ~0u;

std::uint32_t pair_at(std::span<const std::uint8_t> bytes, std::size_t at) noexcept {
    return bytes[at] | static_cast<std::uint32_t>(bytes[at + 1]) << 8;
}

// Steps of 1, 2, 3 ... from the hash's place.
template <class IsFree>
std::uint32_t free_bucket(std::uint32_t hash, std::uint32_t mask, IsFree is_free) {
    std::uint32_t at = hash & mask;
    for (std::uint32_t step = 1; !is_free(at); ++step) at = (at + step) & mask;
    return at;
}

class Buckets {
  public:
    explicit Buckets(std::span<const std::uint32_t> hashes) : hashes_(hashes) {}

    void add(std::uint32_t name) {
        make_room();
        const auto mask = static_cast<std::uint32_t>(names_.size() - 1);
        const auto at = free_bucket(hashes_[name], mask, [&](std::uint32_t i) { return names_[i] == kFree; });
        names_[at] = name;
        ++used_;
    }
    void make_room() {
        if (used_ >= static_cast<std::size_t>(kFull * static_cast<double>(names_.size()) + 0.5)) grow();
    }
    [[nodiscard]] const std::vector<std::uint32_t>& names() const noexcept { return names_; }

  private:
    // In place: a name that lands where another has not moved yet sends that one on its way next.
    void grow() {
        const std::size_t before = names_.size();
        const std::size_t after = before == 0 ? kFirstBuckets : before * 2;
        std::vector<bool> waiting(before);
        for (std::size_t i = 0; i < before; ++i) waiting[i] = names_[i] != kFree;
        std::vector<bool> settled(after);
        names_.resize(after, kFree);
        for (std::size_t from = 0; from < before; ++from) {
            if (!waiting[from]) continue;
            waiting[from] = false;
            std::uint32_t name = std::exchange(names_[from], kFree);
            for (bool moving = true; moving;) {
                const auto at = free_bucket(hashes_[name], static_cast<std::uint32_t>(after - 1),
                                            [&](std::uint32_t i) { return !settled[i]; });
                settled[at] = true;
                moving = at < before && waiting[at];
                if (moving) waiting[at] = false;
                std::swap(name, names_[at]);
            }
        }
    }

    std::span<const std::uint32_t> hashes_;
    std::vector<std::uint32_t> names_{};
    std::size_t used_ = 0;
};

}  // namespace

std::uint32_t statistic_hash(std::uint64_t low) noexcept {
    return static_cast<std::uint32_t>(low >> 33 ^ low ^ low << 11);
}

std::uint32_t packed_key_hash(std::span<const std::uint8_t> key) noexcept {
    auto hash = static_cast<std::uint32_t>(key.size());
    std::size_t at = 0;
    for (; at + 4 <= key.size(); at += 4) {
        hash += pair_at(key, at);
        hash = hash << 16 ^ (pair_at(key, at + 2) << 11 ^ hash);
        hash += hash >> 11;
    }
    // Its rest counts in signed bytes.
    const auto signed_at = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<std::int8_t>(key[i])); };
    switch (key.size() - at) {
        case 3:
            hash += pair_at(key, at);
            hash ^= hash << 16;
            hash ^= signed_at(at + 2) << 18;
            hash += hash >> 11;
            break;
        case 2:
            hash += pair_at(key, at);
            hash ^= hash << 11;
            hash += hash >> 17;
            break;
        case 1:
            hash += signed_at(at);
            hash ^= hash << 10;
            hash += hash >> 1;
            break;
        default:
            break;
    }
    hash ^= hash << 3;
    hash += hash >> 5;
    hash ^= hash << 4;
    hash += hash >> 17;
    hash ^= hash << 25;
    return hash + (hash >> 6);
}

std::vector<std::uint32_t> bucket_order(std::span<const std::uint32_t> hashes, bool looked_up_again) {
    Buckets buckets(hashes);
    for (std::uint32_t name = 0; name < hashes.size(); ++name) buckets.add(name);
    if (looked_up_again) buckets.make_room();
    std::vector<std::uint32_t> out;
    for (const std::uint32_t name : buckets.names()) {
        if (name != kFree) out.push_back(name);
    }
    return out;
}

void sort_as_nfdump(std::vector<std::uint32_t>& names, std::vector<std::uint64_t>& values, bool ascending) {
    // The root of the heap is what is printed first; it goes to the end, and the end is printed first.
    const auto goes_before = [&](std::size_t a, std::size_t b) {
        return ascending ? values[a] < values[b] : values[a] > values[b];
    };
    const auto swap_both = [&](std::size_t a, std::size_t b) {
        std::swap(values[a], values[b]);
        std::swap(names[a], names[b]);
    };
    const auto sift = [&](std::size_t node, std::size_t size) {
        for (;;) {
            std::size_t best = node;
            for (const std::size_t child : {2 * node + 1, 2 * node + 2}) {
                if (child < size && goes_before(child, best)) best = child;
            }
            if (best == node) return;
            swap_both(node, best);
            node = best;
        }
    };
    for (std::size_t node = names.size(); node-- > 0;) sift(node, names.size());
    for (std::size_t end = names.size(); end-- > 1;) {
        swap_both(0, end);
        sift(0, end);
    }
    std::reverse(names.begin(), names.end());
    std::reverse(values.begin(), values.end());
}

}  // namespace store::query
