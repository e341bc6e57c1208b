// SPDX-License-Identifier: Apache-2.0
// A core's way out to the archive: matched batches go, their slots come home. Live, at most half of the slots may be away,
// so that a slow archive never costs a flow its tally; a replay gives away all and waits for them.
//
// Thread: is_there(), has_room() and push(): the matching core; collect(): the decoding core; at_archive(): any.
// Limits: a push always finds its place: the lane has as many as there are slots.
#pragma once

#include <atomic>
#include <cassert>
#include <cstdint>
#include <vector>

#include "dataplane/flow/archive_lane.hpp"
#include "dataplane/tally_desk.hpp"

namespace dataplane {

class ArchiveOutlet {
  public:
    // `lane` must outlive the outlet; nullptr: nothing is archived.
    ArchiveOutlet(flow::ArchiveLane* lane, std::size_t slots, Pace pace) noexcept
        : lane_(lane), most_(pace == Pace::replay ? slots : slots / 2) {}

    [[nodiscard]] bool is_there() const noexcept { return lane_ != nullptr; }
    // One more batch may go.
    [[nodiscard]] bool has_room() const noexcept { return at_archive() < most_; }
    void push(flow::FlowBatch* batch) noexcept {
        const bool room = lane_->filled.push(batch);
        assert(room);
        (void)room;
        pushed_.store(pushed_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    }
    // Appends what has come home; `free` must have room for every slot.
    void collect(std::vector<flow::FlowBatch*>& free) noexcept {
        if (lane_ == nullptr) return;
        std::size_t came = 0;
        for (flow::FlowBatch* batch = nullptr; lane_->home.pop(batch); ++came) free.push_back(batch);
        if (came != 0) home_.store(home_.load(std::memory_order_relaxed) + came, std::memory_order_release);
    }
    [[nodiscard]] std::size_t at_archive() const noexcept {
        const std::size_t home = home_.load(std::memory_order_acquire);  // first: what came home had been pushed
        return pushed_.load(std::memory_order_acquire) - home;
    }

  private:
    flow::ArchiveLane* const lane_;
    const std::size_t most_;
    alignas(64) std::atomic<std::size_t> pushed_{0};  // written by: the matching core
    alignas(64) std::atomic<std::size_t> home_{0};    // written by: the decoding core
};

}  // namespace dataplane
