// SPDX-License-Identifier: Apache-2.0
// Frames on their way from one thread to another: copied, in order, in one block of memory.
//
// For what is rare beside the exports (packets for the kernel, captures): a copy costs less than a packet buffer that comes
// home from another thread, and takes nothing from the pool that the device receives into.
// Thread: push() by one thread, front() and pop() by one other.
// Limits: the block never grows; push() of what does not fit is refused, never waits.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "dataplane/flow/wire.hpp"

namespace dataplane {

// What goes with the bytes of a frame.
struct FrameHead {
    std::uint64_t received_ns = 0;  // since 1970
    std::uint32_t wire_bytes = 0;   // as received; more than the bytes here where the frame was cut
};

class FrameRing {
  public:
    // `at_least`: bytes of frames and their heads.
    explicit FrameRing(std::size_t at_least)
        : mask_(std::bit_ceil(at_least) - 1),
          block_(std::make_unique_for_overwrite<std::uint64_t[]>((mask_ + 1) / 8)) {}

    [[nodiscard]] bool push(const FrameHead& head, flow::Bytes frame) noexcept {
        const std::size_t need = place(frame.size());
        const std::size_t tail = tail_.load(std::memory_order_relaxed);  // only we write it
        const std::size_t to_end = mask_ + 1 - (tail & mask_);
        const std::size_t skip = to_end < need ? to_end : 0;  // a frame lies in one piece
        if (tail + skip + need - head_seen_ > mask_ + 1) {
            head_seen_ = head_.load(std::memory_order_acquire);  // the reader is done with these bytes
            if (tail + skip + need - head_seen_ > mask_ + 1) return false;
        }
        if (skip != 0) write(tail, Record{kSkip, {}});
        write(tail + skip, Record{frame.size(), head});
        if (!frame.empty()) std::memcpy(at(tail + skip) + sizeof(Record), frame.data(), frame.size());
        tail_.store(tail + skip + need, std::memory_order_release);  // publishes the frame
        return true;
    }

    // The oldest frame, which stays until pop(); false: there is none.
    [[nodiscard]] bool front(FrameHead& head, flow::Bytes& frame) noexcept {
        std::size_t first = head_.load(std::memory_order_relaxed);  // only we write it
        if (first == tail_.load(std::memory_order_acquire)) return false;
        Record record = read(first);
        if (record.bytes == kSkip) {  // never without a frame behind it
            first += mask_ + 1 - (first & mask_);
            head_.store(first, std::memory_order_release);
            record = read(first);
        }
        head = record.head;
        frame = {at(first) + sizeof(Record), static_cast<std::size_t>(record.bytes)};
        return true;
    }
    // Gives the place of front() back.
    void pop() noexcept {
        const std::size_t first = head_.load(std::memory_order_relaxed);
        head_.store(first + place(static_cast<std::size_t>(read(first).bytes)), std::memory_order_release);
    }

  private:
    static constexpr std::uint64_t kSkip = ~0ull;  // the rest of the block holds nothing
    struct Record {
        std::uint64_t bytes = 0;  // first: it fits wherever a record may begin
        FrameHead head{};
    };
    static constexpr std::size_t place(std::size_t bytes) noexcept {
        return (sizeof(Record) + bytes + 7) & ~std::size_t{7};
    }
    std::uint8_t* at(std::size_t index) const noexcept {
        return reinterpret_cast<std::uint8_t*>(block_.get()) + (index & mask_);
    }
    void write(std::size_t index, const Record& record) noexcept {
        // At the end of the block there may be room for the first word only.
        std::memcpy(at(index), &record, record.bytes == kSkip ? sizeof record.bytes : sizeof record);
    }
    [[nodiscard]] Record read(std::size_t index) const noexcept {
        Record record;
        std::memcpy(&record.bytes, at(index), sizeof record.bytes);
        if (record.bytes != kSkip) std::memcpy(&record, at(index), sizeof record);
        return record;
    }

    const std::size_t mask_;
    const std::unique_ptr<std::uint64_t[]> block_;
    // written by: the pushing thread
    alignas(64) std::atomic<std::size_t> tail_{0};
    std::size_t head_seen_ = 0;
    // written by: the popping thread
    alignas(64) std::atomic<std::size_t> head_{0};
};

}  // namespace dataplane
