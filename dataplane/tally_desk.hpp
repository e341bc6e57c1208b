// SPDX-License-Identifier: Apache-2.0
// One core's current tally, and its exchange with the store: full ones out, empty ones in.
//
// Thread: one core.
#pragma once

#include <cstdint>

#include "dataplane/generation.hpp"

namespace dataplane {

// What happens when the store is behind: live traffic goes on adding to the tally it has (counted as tally.delayed),
// a replay waits.
enum class Pace : std::uint8_t { live, replay };

class TallyDesk {
  public:
    // `handover` goes to the store; it must hold the tallies of all generations that may be alive.
    TallyDesk(flow::SpscRing<flow::Tally*>& handover, std::size_t core, Pace pace) noexcept
        : handover_(handover), core_(core), pace_(pace) {}

    // Moves on to a generation: hands over what the old one's tally holds, takes one of the new. The first call starts.
    void use(const Generation& generation) noexcept;
    [[nodiscard]] flow::Tally& tally() noexcept { return *tally_; }
    [[nodiscard]] CoreKit& kit() noexcept { return *kit_; }
    [[nodiscard]] const Generation* generation() const noexcept { return generation_; }

    // Makes the tally one of bucket `bucket_s`, handing over one of another bucket first.
    void open_bucket(std::uint32_t bucket_s, std::uint64_t received_ms) noexcept;
    // It is time for a hand-over; true a few times a second.
    [[nodiscard]] bool due(std::uint64_t now_ms) noexcept;
    // Hands over what there is, if anything. False: no empty tally is there, and it was kept.
    bool hand_over() noexcept;
    // Before the end: hands over and takes no other.
    void finish() noexcept;

  private:
    void give() noexcept;
    bool take(flow::Tally*& fresh, bool wait) noexcept;

    flow::SpscRing<flow::Tally*>& handover_;
    const std::size_t core_;
    const Pace pace_;
    const Generation* generation_ = nullptr;
    CoreKit* kit_ = nullptr;
    flow::Tally* tally_ = nullptr;
    bool delayed_ = false;  // the store is behind, and it was counted
    std::uint64_t last_due_ms_ = 0;
};

}  // namespace dataplane
