// SPDX-License-Identifier: Apache-2.0
// Is the wall clock to be trusted? A leap of more than an hour (a dead clock battery, a wrong time zone, then
// NTP) must not delete what is only made to look old, nor close buckets whose time has not come.
//
// Thread: the store thread.
// Limits: while the collector is stopped a leap looks like a long stop, so a stop of more than an hour counts
// as one.
#pragma once

#include <cstdint>
#include <string>

namespace store {

class LeapGuard {
  public:
    static constexpr std::uint64_t kLeapMs = 3600'000;
    // Steady time after a leap until data is deleted again, and until chunks are written again.
    static constexpr std::uint64_t kDeletionWaitS = 86400;
    static constexpr std::uint64_t kChunkWaitS = 3600;

    // What the data directory says; last_wall_ms 0 = it is new.
    LeapGuard(std::uint64_t last_wall_ms, std::uint64_t deletion_waits_s) noexcept
        : last_wall_ms_(last_wall_ms), waits_ms_(deletion_waits_s * 1000) {}

    // Once a turn: both clocks, in milliseconds.
    void observe(std::uint64_t wall_ms, std::uint64_t steady_ms);

    [[nodiscard]] bool deletion_waits() const noexcept { return waits_ms_ != 0; }
    [[nodiscard]] bool chunks_wait() const noexcept { return waits_ms_ > (kDeletionWaitS - kChunkWaitS) * 1000; }
    [[nodiscard]] std::uint64_t deletion_waits_s() const noexcept { return (waits_ms_ + 999) / 1000; }
    // For the operator; empty when nothing waits.
    [[nodiscard]] std::string text() const;

  private:
    bool observed_ = false;  // since the start
    std::uint64_t last_wall_ms_, last_steady_ms_ = 0;
    std::uint64_t waits_ms_;
    std::string what_;
};

}  // namespace store
