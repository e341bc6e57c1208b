// SPDX-License-Identifier: Apache-2.0
// Texts that flows are grouped by, each once, as small numbers.
//
// Thread: any, by a mutex; a thread keeps the numbers it was given for a batch (see key_plan.cpp).
// Limits: kMaxTexts and set_limit(); others are one more text, "(other)", and lost() counts them.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace store::query {

inline constexpr std::uint32_t kMaxTexts = 4'000'000;

class TextPool {
  public:
    TextPool() { (void)id(""); }
    // 0: the empty text.
    [[nodiscard]] std::uint32_t id(std::string_view text);
    // Of an id that was given; stays where it is.
    [[nodiscard]] std::string_view text(std::uint32_t id) const;
    void set_limit(std::uint64_t bytes);
    [[nodiscard]] std::uint64_t lost() const;

  private:
    mutable std::mutex mutex_;
    std::deque<std::string> texts_;                            // guarded by mutex_; elements never move
    std::unordered_map<std::string_view, std::uint32_t> ids_;  // guarded by mutex_
    std::uint64_t bytes_ = 0, limit_ = ~0ull, lost_ = 0;       // guarded by mutex_
};

}  // namespace store::query
