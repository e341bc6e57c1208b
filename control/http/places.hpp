// SPDX-License-Identifier: Apache-2.0
// So many at a time, and no more.
//
// Thread: any.
#pragma once

#include <atomic>
#include <memory>

namespace http {

// Taken until the last copy of it goes, whether what it was taken for was done or refused.
using Place = std::shared_ptr<void>;

class Places {
  public:
    explicit Places(unsigned most) : most_(most) {}

    // nullptr: none is free.
    [[nodiscard]] Place take() {
        if (taken_->fetch_add(1) >= most_) {
            --*taken_;
            return nullptr;
        }
        return {taken_.get(), [taken = taken_](void*) { --*taken; }};
    }

  private:
    const unsigned most_;
    const std::shared_ptr<std::atomic<unsigned>> taken_ =
        std::make_shared<std::atomic<unsigned>>(0);  // places may outlive us
};

}  // namespace http
