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

// Bytes, zeroed, that grow in place or move whole pages.
class GroupBuffer {
  public:
    GroupBuffer() = default;
    GroupBuffer(GroupBuffer&& o) noexcept
        : data_(std::exchange(o.data_, nullptr)), bytes_(std::exchange(o.bytes_, 0)) {}
    GroupBuffer& operator=(GroupBuffer&& o) noexcept {
        std::swap(data_, o.data_);
        std::swap(bytes_, o.bytes_);
        return *this;
    }
    ~GroupBuffer() { release(); }

    // To at least `bytes`; what was there stays. False: the system has none, and nothing changed.
    [[nodiscard]] bool grow(std::size_t bytes) noexcept;
    void release() noexcept;
    [[nodiscard]] std::byte* data() const noexcept { return data_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  private:
    std::byte* data_ = nullptr;
    std::size_t bytes_ = 0;
};

}  // namespace store::query
