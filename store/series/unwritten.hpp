// SPDX-License-Identifier: Apache-2.0
// What exporters told and is not committed yet: by key, the newest of each.
//
// Thread: one.
// Limits: `most_bytes`, which a disk that fails for hours would else exceed: beyond, the oldest give way, down to a half.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace store {

template <class Key, class Value>
class Unwritten {
  public:
    struct Entry {
        Value value{};
        std::uint64_t learned_ms = 0;
        std::size_t bytes = 0;
    };

    explicit Unwritten(std::size_t most_bytes) : most_bytes_(most_bytes) {}

    // `bytes`: about what it takes in memory.
    void set(const Key& key, const Value& value, std::uint64_t learned_ms, std::size_t bytes) {
        Entry& entry = entries_[key];
        bytes_ += bytes - entry.bytes;
        entry = {value, learned_ms, bytes};
        if (bytes_ > most_bytes_) drop_oldest();
    }
    void clear() {
        entries_.clear();
        bytes_ = 0;
    }
    [[nodiscard]] const std::map<Key, Entry>& entries() const noexcept { return entries_; }
    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

  private:
    void drop_oldest() {
        std::vector<std::pair<std::uint64_t, Key>> ages;
        for (const auto& [key, entry] : entries_) ages.emplace_back(entry.learned_ms, key);
        std::sort(ages.begin(), ages.end());
        for (const auto& [learned_ms, key] : ages) {
            if (bytes_ <= most_bytes_ / 2) break;
            const auto at = entries_.find(key);
            bytes_ -= at->second.bytes;
            entries_.erase(at);
            ++dropped_;
        }
    }

    std::size_t most_bytes_;
    std::size_t bytes_ = 0;
    std::map<Key, Entry> entries_;
    std::uint64_t dropped_ = 0;
};

}  // namespace store
