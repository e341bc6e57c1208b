// SPDX-License-Identifier: Apache-2.0
#include "store/query/work_list.hpp"

#include <utility>

namespace store::query {

WorkList::Work WorkList::next() {
    std::unique_lock lock(mutex_);
    while (!stopped_) {
        if (next_slot_ < slots_ && ready_count_ + planning_ < ahead_) {
            ++planning_;
            open_.try_emplace(next_slot_);
            return {.kind = Work::Kind::slot, .slot = next_slot_++, .block = {}, .fetch = {}};
        }
        if (ready_count_ != 0) {
            const auto first = ready_.begin();
            std::deque<BlockJob>& jobs = first->second;
            Work out{.kind = Work::Kind::block, .slot = first->first, .block = std::move(jobs.front()), .fetch = {}};
            jobs.pop_front();
            if (jobs.size() >= ahead_) {
                BlockJob& later = jobs[ahead_ - 1];
                out.fetch = {later.segment, std::exchange(later.fetch, {})};
            }
            if (jobs.empty()) ready_.erase(first);
            --ready_count_;
            return out;
        }
        if (planning_ == 0) break;
        changed_.wait(lock);
    }
    return {};
}

void WorkList::planned(std::uint64_t slot, std::vector<BlockJob> jobs) {
    const std::lock_guard lock(mutex_);
    --planning_;
    Slot& of = open_[slot];
    of.planned = true;
    of.done.assign(jobs.size(), false);
    ready_count_ += jobs.size();
    if (!jobs.empty()) ready_[slot].assign(std::make_move_iterator(jobs.begin()), std::make_move_iterator(jobs.end()));
    advance();
    changed_.notify_all();
}

void WorkList::done(const BlockJob& job) {
    const std::lock_guard lock(mutex_);
    open_[job.slot].done[job.index] = true;
    if (job.slot == turn_slot_) {
        advance();
        changed_.notify_all();
    }
}

// The turn goes past all blocks that are done.
void WorkList::advance() {
    for (;;) {
        const auto slot = open_.find(turn_slot_);
        if (slot == open_.end() || !slot->second.planned) return;
        const std::vector<bool>& done = slot->second.done;
        while (turn_index_ < done.size() && done[turn_index_]) ++turn_index_;
        if (turn_index_ < done.size()) return;
        open_.erase(slot);
        ++turn_slot_;
        turn_index_ = 0;
    }
}

bool WorkList::await_turn(const BlockJob& job) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || (turn_slot_ == job.slot && turn_index_ == job.index); });
    return !stopped_;
}

void WorkList::stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
}

bool WorkList::stopped() const {
    const std::lock_guard lock(mutex_);
    return stopped_;
}

}  // namespace store::query
