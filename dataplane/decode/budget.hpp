// SPDX-License-Identifier: Apache-2.0
// Memory that one kind of knowledge may take: of all exporters of a worker together, and of one address, so that a sender
// with made-up domains, templates or names takes nothing from the others.
//
// Thread: one worker.
#pragma once

#include <cstddef>
#include <unordered_map>

#include "dataplane/flow/address.hpp"

namespace decode {

class Budget {
  public:
    // What one address has of it.
    class Share {
      public:
        explicit Share(Budget& budget) noexcept : budget_(budget) {}
        // False, and nothing taken, when address or budget would exceed its limit.
        [[nodiscard]] bool take(std::size_t bytes) noexcept {
            if (used_ + bytes > budget_.each_ || budget_.used_ + bytes > budget_.all_) return false;
            used_ += bytes;
            budget_.used_ += bytes;
            return true;
        }
        void give(std::size_t bytes) noexcept {
            used_ -= bytes;
            budget_.used_ -= bytes;
        }
        [[nodiscard]] std::size_t used() const noexcept { return used_; }

      private:
        Budget& budget_;
        std::size_t used_ = 0;
    };

    // Bytes of all and of one address.
    Budget(std::size_t all, std::size_t each) noexcept : all_(all), each_(each) {}
    // Stays where it is as long as the budget lives. As many as there are admitted addresses: bounded by kMaxExporters.
    [[nodiscard]] Share& of(const flow::IpAddress& address) {
        return shares_.try_emplace(address, *this).first->second;
    }
    [[nodiscard]] std::size_t used() const noexcept { return used_; }

  private:
    std::size_t all_, each_;
    std::size_t used_ = 0;
    std::unordered_map<flow::IpAddress, Share> shares_;
};

}  // namespace decode
