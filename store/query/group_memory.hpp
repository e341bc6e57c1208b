// SPDX-License-Identifier: Apache-2.0
// Memory of groups: counted for all of a query together, growing without copies, never an exception.
//
// Thread: GroupMemory any; a GroupBuffer belongs to one thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace store::query {

// What groups have taken.
class GroupMemory {
  public:
    // False: it would be more than `limit`.
    [[nodiscard]] bool take(std::uint64_t bytes, std::uint64_t limit) noexcept {
        const std::uint64_t before = used_.fetch_add(bytes, std::memory_order_relaxed);
        if (before + bytes <= limit) return true;
        used_.fetch_sub(bytes, std::memory_order_relaxed);
        return false;
    }
    // Whatever the limit.
    void take(std::uint64_t bytes) noexcept { used_.fetch_add(bytes, std::memory_order_relaxed); }
    void give_back(std::uint64_t bytes) noexcept { used_.fetch_sub(bytes, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t used() const noexcept { return used_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> used_{0};  // written by all threads of the query
};

// One taker's part of it: it may always have `floor` bytes, whatever others have.
class MemoryShare {
  public:
    MemoryShare(GroupMemory& memory, std::uint64_t limit, std::uint64_t floor) noexcept
        : memory_(memory), limit_(limit), floor_(floor) {}
    [[nodiscard]] bool take(std::uint64_t bytes) noexcept {
        if (own_ + bytes <= floor_) {
            memory_.take(bytes);
        } else if (!memory_.take(bytes, limit_)) {
            return false;
        }
        own_ += bytes;
        return true;
    }
    void give_back(std::uint64_t bytes) noexcept {
        own_ -= bytes;
        memory_.give_back(bytes);
    }

  private:
    GroupMemory& memory_;
    std::uint64_t limit_, floor_;
    std::uint64_t own_ = 0;
};

// Zeroed pages; of 2 MiB where that can be had and there are so many.
class GroupPages {
  public:
    GroupPages() = default;
    GroupPages(GroupPages&& o) noexcept : data_(std::exchange(o.data_, nullptr)), bytes_(std::exchange(o.bytes_, 0)) {}
    GroupPages& operator=(GroupPages&& o) noexcept {
        std::swap(data_, o.data_);
        std::swap(bytes_, o.bytes_);
        return *this;
    }
    ~GroupPages();

    // Once. `all`: most of it will be used soon. False: the system has none.
    [[nodiscard]] bool map(std::size_t bytes, bool all) noexcept;
    [[nodiscard]] std::byte* data() const noexcept { return data_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  private:
    std::byte* data_ = nullptr;
    std::size_t bytes_ = 0;
};

}  // namespace store::query
