// SPDX-License-Identifier: Apache-2.0
// Bounded queue between exactly two threads: one pushes, one pops. Carries slot numbers, tallies and packets.
//
// Thread: push by one thread, pop by one other; size() by any (a moment's value).
// Limits: capacity is a power of two, given at construction; push on a full ring is refused, never waits.
// Not rte_ring: this one also serves the rooms that must build without DPDK (thread sanitizer, filters, store).
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <type_traits>

namespace flow {

template <class T>
class SpscRing {
    static_assert(std::is_trivially_copyable_v<T>);

  public:
    explicit SpscRing(std::size_t at_least)
        : mask_(std::bit_ceil(at_least) - 1), items_(std::make_unique<T[]>(mask_ + 1)) {}

    [[nodiscard]] bool push(T item) noexcept {
        const std::size_t tail = tail_.load(std::memory_order_relaxed);  // only we write it
        if (tail - head_seen_ > mask_) {
            head_seen_ = head_.load(std::memory_order_acquire);  // pop of the slot happens before we fill it again
            if (tail - head_seen_ > mask_) return false;
        }
        items_[tail & mask_] = item;
        tail_.store(tail + 1, std::memory_order_release);  // publishes the item
        return true;
    }

    [[nodiscard]] bool pop(T& item) noexcept {
        const std::size_t head = head_.load(std::memory_order_relaxed);  // only we write it
        if (head == tail_seen_) {
            tail_seen_ = tail_.load(std::memory_order_acquire);  // the item's bytes are visible after this
            if (head == tail_seen_) return false;
        }
        item = items_[head & mask_];
        head_.store(head + 1, std::memory_order_release);  // gives the slot back
        return true;
    }

    [[nodiscard]] std::size_t size() const noexcept {
        const std::size_t head = head_.load(std::memory_order_acquire);
        return tail_.load(std::memory_order_acquire) - head;
    }
    [[nodiscard]] std::size_t capacity() const noexcept { return mask_ + 1; }

  private:
    const std::size_t mask_;
    const std::unique_ptr<T[]> items_;
    // written by: the pushing thread
    alignas(64) std::atomic<std::size_t> tail_{0};
    std::size_t head_seen_ = 0;
    // written by: the popping thread
    alignas(64) std::atomic<std::size_t> head_{0};
    std::size_t tail_seen_ = 0;
};

}  // namespace flow
