// SPDX-License-Identifier: Apache-2.0
// Which worker owns an exporter: claimed once by address, read by all.
//
// An exporter that the configuration splits (split_domains) has an owner for each observation domain, a hash of both; its
// fragments go to one worker all the same, which passes the datagrams that it has put together on to their owners.
//
// Thread: any worker; wait-free to read, one compare-and-swap to claim.
// Limits: kSlots addresses; when the table is full the owner is a hash of the address, the same for everybody.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "dataplane/packet.hpp"

namespace dataplane {

class OwnerTable {
  public:
    explicit OwnerTable(std::uint32_t workers) : workers_(workers), slots_(std::make_unique<Slot[]>(kSlots)) {}

    // Where `packet` belongs: a whole one or a fragment; `me` for all others. Only who is admitted claims a place.
    [[nodiscard]] std::uint32_t route(const Packet& packet, std::uint32_t me, bool sticky) noexcept;

    // The owner of `exporter`. When nobody has claimed it: `me` if `sticky` (the queue it came by always gets it, because
    // the device spreads by address), else a hash of the address.
    [[nodiscard]] std::uint32_t owner(const flow::IpAddress& exporter, std::uint32_t me, bool sticky) noexcept;
    // The same without claiming: a fragment does not tell yet whether it is for us.
    [[nodiscard]] std::uint32_t look_up(const flow::IpAddress& exporter, std::uint32_t me, bool sticky) const noexcept;

  private:
    static constexpr std::size_t kSlots = 65536;
    static constexpr std::size_t kProbes = 16;
    static constexpr std::uint32_t kEmpty = 0, kBusy = 1, kOwned = 2;  // kOwned + worker
    struct Slot {
        std::atomic<std::uint32_t> state{kEmpty};  // written once, by the worker that claims it
        flow::IpAddress address{};                 // constant once state >= kOwned
    };
    const std::uint32_t workers_;
    std::unique_ptr<Slot[]> slots_;
};

}  // namespace dataplane
