// SPDX-License-Identifier: Apache-2.0
#include "store/query/text_pool.hpp"

namespace store::query {

std::uint32_t TextPool::id(std::string_view text) {
    constexpr std::uint64_t kOverhead = sizeof(std::string) + 6 * sizeof(void*);
    const std::lock_guard lock(mutex_);
    if (const auto known = ids_.find(text); known != ids_.end()) return known->second;
    if (texts_.size() >= kMaxTexts || bytes_ + text.size() + kOverhead > limit_) {
        ++lost_;
        text = "(other)";
        if (const auto known = ids_.find(text); known != ids_.end()) return known->second;
    }
    const std::string& kept = texts_.emplace_back(text);
    const auto id = static_cast<std::uint32_t>(texts_.size() - 1);
    ids_.emplace(kept, id);
    bytes_ += kept.size() + kOverhead;
    return id;
}

std::string_view TextPool::text(std::uint32_t id) const {
    const std::lock_guard lock(mutex_);
    return texts_[id];
}

void TextPool::set_limit(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    limit_ = bytes;
}

std::uint64_t TextPool::lost() const {
    const std::lock_guard lock(mutex_);
    return lost_;
}

}  // namespace store::query
