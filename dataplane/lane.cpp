// SPDX-License-Identifier: Apache-2.0
#include "dataplane/lane.hpp"

#include <sched.h>

#include <algorithm>
#include <cassert>
#include <type_traits>

#include "dataplane/exporter_runs.hpp"

namespace dataplane {

using flow::FlowBatch;

// The pages of a batch are used as they come, all zero, without running a constructor over two megabytes.
static_assert(std::is_trivially_destructible_v<FlowBatch> && std::is_trivially_copyable_v<FlowBatch>);

namespace {
std::uint32_t bucket_of(std::uint64_t received_ms) noexcept {
    return static_cast<std::uint32_t>(received_ms / 1000 / flow::kBucketSeconds * flow::kBucketSeconds);
}
}  // namespace

BatchPointer make_batch() noexcept {
    void* pages = mmap(nullptr, sizeof(FlowBatch), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) return nullptr;
    return BatchPointer(static_cast<FlowBatch*>(pages));
}

Lane::Lane(TallyDesk& desk, std::size_t slots, Pace pace, BatchSink* same_core, ArchiveOutlet& archive)
    : desk_(desk),
      pace_(pace),
      same_core_(same_core),
      archive_(archive),
      wanted_(slots),
      full_(slots),
      given_back_(slots) {}

bool Lane::allocate() noexcept {
    for (std::size_t i = 0; i < wanted_; ++i) {
        slots_.push_back(make_batch());
        if (slots_.back() == nullptr) return false;
        free_.push_back(slots_.back().get());
    }
    spill_ = make_batch();
    if (spill_ == nullptr) return false;
    next();
    return true;
}

std::uint32_t Lane::stamp(std::uint64_t received_ms, const Generation& generation) noexcept {
    const std::uint32_t bucket_s = bucket_of(received_ms);
    received_ms_ = received_ms;
    generation_ = &generation;
    if (open_->rows != 0 && (open_->bucket_s != bucket_s || open_->generation != &generation ||
                             received_ms - open_->received_ms >= kBatchAgeMs)) {
        turn_over();
    }
    if (open_->rows == 0) {
        open_->bucket_s = bucket_s;
        open_->received_ms = received_ms;
        open_->generation = &generation;
    }
    return bucket_s;
}

void Lane::close() noexcept {
    if (open_->rows != 0) turn_over();
}

void Lane::turn_over() noexcept {
    archive_.collect(free_);  // before it is asked for room for one more
    FlowBatch* const full = open_;
    if (full == spill_.get()) {
        flow::Tally& tally = desk_.tally();
        tally.ledger[flow::Counter::flows_lost_ring] += full->rows;
        each_exporter_run(*full, [&](std::uint32_t id, std::uint32_t rows) { tally.exporter(id).flows_lost += rows; });
    } else if (same_core_ != nullptr) {
        same_core_->process(*full);
        if (full->kept != 0)
            archive_.push(full);
        else
            free_.push_back(full);
    } else {
        const bool room = full_.push(full);  // as many places as slots
        assert(room);
        (void)room;
    }
    next();
}

void Lane::next() noexcept {
    open_ = find_free();
    while (open_ == nullptr && pace_ == Pace::replay) {
        sched_yield();
        open_ = find_free();
    }
    if (open_ == nullptr) open_ = spill_.get();
    open_->reset();
    if (generation_ == nullptr) return;
    open_->received_ms = received_ms_;
    open_->bucket_s = bucket_of(received_ms_);
    open_->generation = generation_;
}

FlowBatch* Lane::find_free() noexcept {
    FlowBatch* batch = nullptr;
    archive_.collect(free_);
    if (given_back_.pop(batch)) return batch;
    if (free_.empty()) return nullptr;
    batch = free_.back();
    free_.pop_back();
    return batch;
}

std::uint32_t Lane::fill() const noexcept {
    const std::size_t ours = slots_.size() - std::min(archive_.at_archive(), slots_.size());
    const std::size_t idle = std::min(free_slots() + 1, ours);  // one batch is always open
    return static_cast<std::uint32_t>((ours - idle) * 1000 / std::max<std::size_t>(ours, 1));
}

void Lane::announce(const Generation& generation) noexcept {
    close();
    if (same_core_ != nullptr) return;
    // An empty batch carries the news, in order behind the last rows of the old generation.
    while (open_ == spill_.get()) {  // rare: wait for a slot, the match core is busy freeing some
        sched_yield();
        next();
    }
    open_->generation = &generation;
    generation_ = &generation;
    const bool room = full_.push(open_);
    assert(room);
    (void)room;
    next();
}

FlowBatch* Lane::take() noexcept {
    FlowBatch* batch = nullptr;
    return full_.pop(batch) ? batch : nullptr;
}

void Lane::give_back(FlowBatch* batch) noexcept {
    if (batch->kept != 0) return archive_.push(batch);
    const bool room = given_back_.push(batch);
    assert(room);
    (void)room;
}

}  // namespace dataplane
