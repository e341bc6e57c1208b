// SPDX-License-Identifier: Apache-2.0
// What a poll-mode core does when there is nothing: a ladder from spinning to short sleeps, and the account of its time.
//
// Thread: one core; ratio() by any.
// Limits: the longest sleep is kLongestSleep_us: a ring of 4,096 descriptors holds 1.4-kB datagrams at 10 GbE for 4 ms.
#pragma once

#include <ctime>

#include <atomic>
#include <cstdint>

#include <x86intrin.h>

namespace dataplane {

class IdleLadder {
  public:
    static constexpr std::uint32_t kSpins = 256;
    static constexpr long kFirstSleep_us = 5, kLongestSleep_us = 250;

    // After each turn of the loop: `busy` = it did something.
    void turn(bool busy) noexcept {
        std::uint64_t now = __rdtsc();
        if (busy) {
            busy_.store(busy_.load(std::memory_order_relaxed) + (now - last_), std::memory_order_relaxed);
            empty_ = 0;
            sleep_us_ = kFirstSleep_us;
        } else {
            rest();
            now = __rdtsc();
            idle_.store(idle_.load(std::memory_order_relaxed) + (now - last_), std::memory_order_relaxed);
        }
        last_ = now;
    }
    // Cycles spent busy and idle since start, for the ratio.
    [[nodiscard]] std::uint64_t busy_cycles() const noexcept { return busy_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t idle_cycles() const noexcept { return idle_.load(std::memory_order_relaxed); }

  private:
    void rest() noexcept {
        if (++empty_ < kSpins) {
            _mm_pause();
            return;
        }
        const timespec pause{.tv_sec = 0, .tv_nsec = sleep_us_ * 1000};
        nanosleep(&pause, nullptr);
        sleep_us_ = sleep_us_ * 2 > kLongestSleep_us ? kLongestSleep_us : sleep_us_ * 2;
    }

    std::uint64_t last_ = __rdtsc();
    std::uint32_t empty_ = 0;
    long sleep_us_ = kFirstSleep_us;
    // written by: the core; read by: control
    alignas(64) std::atomic<std::uint64_t> busy_{0};
    std::atomic<std::uint64_t> idle_{0};
};

}  // namespace dataplane
