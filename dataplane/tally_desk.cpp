// SPDX-License-Identifier: Apache-2.0
#include "dataplane/tally_desk.hpp"

#include <sched.h>

#include <cassert>
#include <utility>

namespace dataplane {

void TallyDesk::give() noexcept {
    // The ring holds every tally there is, so this cannot be refused.
    const bool room = handover_.push(tally_);
    assert(room);
    (void)room;
    tally_ = nullptr;
}

bool TallyDesk::take(flow::Tally*& fresh, bool wait) noexcept {
    while (!kit_->home.pop(fresh)) {
        if (!wait) return false;
        sched_yield();
    }
    return true;
}

void TallyDesk::use(const Generation& generation) noexcept {
    if (tally_ != nullptr) give();
    generation_ = &generation;
    kit_ = generation.kits[core_].get();
    take(tally_, true);  // a new generation's tallies are all at home
}

bool TallyDesk::hand_over() noexcept {
    if (tally_->empty()) return true;
    flow::Tally* fresh = nullptr;
    if (!take(fresh, pace_ == Pace::replay)) {
        if (!std::exchange(delayed_, true)) ++tally_->ledger[flow::Counter::tally_delayed];
        return false;
    }
    give();
    tally_ = fresh;
    delayed_ = false;
    return true;
}

bool TallyDesk::due(std::uint64_t now_ms) noexcept {
    // With a commit a second, a crash costs little more than the last second.
    constexpr std::uint64_t kHandOverMs = 200;
    if (now_ms - last_due_ms_ < kHandOverMs) return false;
    last_due_ms_ = now_ms;
    return true;
}

void TallyDesk::open_bucket(std::uint32_t bucket_s, std::uint64_t received_ms) noexcept {
    if (tally_->bucket_s != bucket_s && tally_->bucket_s != 0) hand_over();
    if (tally_->bucket_s == 0) tally_->bucket_s = bucket_s;
    if (received_ms > tally_->last_ms) tally_->last_ms = received_ms;
}

void TallyDesk::finish() noexcept {
    if (tally_ != nullptr) give();
}

}  // namespace dataplane
