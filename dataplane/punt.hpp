// SPDX-License-Identifier: Apache-2.0
// From the workers to the thread that speaks with the kernel: packets of a device that are no exports, no more of them a
// second than allowed.
//
// Thread: a PuntLane's give(), drop() and settle() by its worker; grant(), front() and pop() by the exception path's thread.
// Limits: the rate; a burst of a tenth of a second's worth; kPuntRingBytes a worker and device.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>

#include "dataplane/flow/outcome.hpp"
#include "dataplane/frame_ring.hpp"

namespace dataplane {

inline constexpr std::size_t kPuntRingBytes = 512u << 10;

// How many packets may pass. Refilled by the clock of the thread that takes them: when it stands still, nothing passes.
class PuntCredit {
  public:
    explicit PuntCredit(std::uint32_t per_s) noexcept
        : per_s_(per_s),
          burst_(per_s == 0        ? 0
                 : per_s / 10 < 16 ? 16
                                   : per_s / 10) {}

    // `now_ns`: of any clock that never goes back.
    void grant(std::uint64_t now_ns) noexcept;
    [[nodiscard]] bool take() noexcept {
        // In a storm all workers only read the same line. Two may take the last one: one packet more, no harm.
        if (left_.load(std::memory_order_relaxed) <= 0) return false;
        left_.fetch_sub(1, std::memory_order_relaxed);
        return true;
    }

  private:
    const std::uint32_t per_s_;
    const std::int64_t burst_;
    std::uint64_t granted_ns_ = 0;  // up to when
    alignas(64) std::atomic<std::int64_t> left_{0};
};

// One worker's way out for the packets of one device.
class PuntLane {
  public:
    explicit PuntLane(PuntCredit& credit) noexcept : credit_(credit), frames_(kPuntRingBytes) {}

    // Passes the packet on, or not; booked either way.
    void give(flow::Bytes frame, flow::Ledger& ledger) noexcept;
    // A packet that the kernel must not see.
    void drop(flow::Ledger& ledger) noexcept;
    // Books what the kernel refused (its interface is down, its queue full) as dropped instead of passed. What the ledger
    // has not enough of to take from waits for the next one.
    void settle(flow::Ledger& ledger) noexcept;

    [[nodiscard]] bool front(flow::Bytes& frame) noexcept {
        FrameHead head;
        return frames_.front(head, frame);
    }
    void pop(bool taken) noexcept;

    // By any thread, for status.
    [[nodiscard]] std::uint64_t passed() const noexcept;
    [[nodiscard]] std::uint64_t dropped() const noexcept;

  private:
    PuntCredit& credit_;
    FrameRing frames_;
    std::uint64_t settled_ = 0;
    // written by: the worker
    alignas(64) std::atomic<std::uint64_t> given_{0};
    std::atomic<std::uint64_t> dropped_{0};
    // written by: the exception path's thread
    alignas(64) std::atomic<std::uint64_t> refused_{0};
};

// All that a device has of it.
struct PuntGate {
    PuntGate(std::size_t workers, std::uint32_t per_s) : credit(per_s) {
        for (std::size_t w = 0; w < workers; ++w) lanes.emplace_back(credit);
    }
    PuntCredit credit;
    std::deque<PuntLane> lanes;  // by worker; they do not move
};

// A LACP frame of the switch (IEEE 802.1AX: slow protocols, subtype 1).
[[nodiscard]] bool is_lacp(flow::Bytes frame) noexcept;

}  // namespace dataplane
