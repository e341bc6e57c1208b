// SPDX-License-Identifier: Apache-2.0
// Mapped files whose disk fails, or that somebody cuts short, end a process by SIGBUS when their bytes are read. While a
// BusGuard lives, such bytes of guarded mappings read as 0 instead: checksums do the rest.
//
// Thread: any. The signal's handler is the process's: it is set with the first guard and what it was before comes back with
//         the end of the last. Faults elsewhere are left to that.
// Limits: kMostGuarded mappings at a time; others are not guarded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace store::query {

inline constexpr std::size_t kMostGuarded = 4096;

class BusGuard {
  public:
    BusGuard();
    ~BusGuard();
    BusGuard(const BusGuard&) = delete;
    BusGuard& operator=(const BusGuard&) = delete;
};

// A mapping, for as long as this lives; it must be there longer.
class GuardedMapping {
  public:
    explicit GuardedMapping(std::span<const std::uint8_t> bytes) noexcept;
    ~GuardedMapping();
    GuardedMapping(const GuardedMapping&) = delete;
    GuardedMapping& operator=(const GuardedMapping&) = delete;

  private:
    std::size_t place_ = kMostGuarded;
};

}  // namespace store::query
