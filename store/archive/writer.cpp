// SPDX-License-Identifier: Apache-2.0
#include "store/archive/writer.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <future>

namespace store::archive {
namespace {

using std::chrono::microseconds;

constexpr int kBatchesATurn = 16;  // of one lane, before the next lane has its turn
constexpr std::uint64_t kLookEveryMs = 50;
constexpr std::uint64_t kQuietAges = 3;  // of blocks: a slot that is over is sealed when nothing came for so long
constexpr std::uint64_t kGraceS = 10;    // and is over so long after its end
constexpr std::uint64_t kBusyMs = 20;    // after the last batch, the next one is looked for more often
constexpr std::uint64_t kIdleMs = 500;   // and here, less often
constexpr microseconds kNapBusy{200}, kNap{1000}, kNapIdle{4000};

std::uint64_t place_of(std::uint32_t slot_s, std::uint32_t source_id) noexcept {
    return std::uint64_t{slot_s} << 32 | source_id;
}
std::uint32_t slot_of(std::uint64_t place) noexcept {
    return static_cast<std::uint32_t>(place >> 32);
}
std::uint32_t slot_of(const flow::FlowBatch& batch) noexcept {
    const std::uint64_t at_s = batch.bucket_s != 0 ? batch.bucket_s : batch.received_ms / 1000;
    return static_cast<std::uint32_t>(at_s - at_s % kSlotSeconds);
}

}  // namespace

Writer::Writer(Context& context, std::uint16_t number, const flow::ExporterTable& exporters)
    : context_(context),
      number_(number),
      most_memory_(context.options.memory_bytes / context.options.writers / 2),
      split_(exporters),
      encoder_(context, number, exporters) {}

Writer::~Writer() {
    stop();
}

flow::Result<void> Writer::start(const std::vector<std::uint32_t>& core) {
    std::promise<flow::Result<void>> placed;
    auto answer = placed.get_future();
    thread_ = std::thread([this, core, &placed] {
        flow::Result<void> done{};
        for (const std::uint32_t c : core) done = run_on_core(c);
        const bool runs = done.has_value();
        placed.set_value(std::move(done));
        if (runs) run();
    });
    pthread_setname_np(thread_.native_handle(), ("archive-" + std::to_string(number_)).c_str());
    auto done = answer.get();
    if (!done) {
        thread_.join();
        return done;
    }
    encoder_.start(core);
    return {};
}

void Writer::stop() {
    if (!thread_.joinable()) return;
    stopping_.store(true, std::memory_order_release);
    thread_.join();
    encoder_.stop();
}

void Writer::run() {
    std::uint64_t looked_ms = 0, busy_ms = 0;
    for (;;) {
        const bool last = stopping_.load(std::memory_order_acquire);  // asked before the lanes are emptied
        now_ms_ = steady_ms();
        const bool waits = encoder_.is_behind();
        const bool found = !waits && empty_lanes();
        if (found) busy_ms = now_ms_;
        if (now_ms_ - looked_ms >= kLookEveryMs) {
            look_around();
            looked_ms = now_ms_;
        }
        if (found) continue;
        if (last && !waits) break;
        const std::uint64_t quiet_ms = now_ms_ - busy_ms;
        std::this_thread::sleep_for(quiet_ms < kBusyMs ? kNapBusy : quiet_ms < kIdleMs ? kNap : kNapIdle);
    }
    end();
}

bool Writer::empty_lanes() {
    bool found = false;
    for (Lane& l : lanes_) {
        flow::FlowBatch* batch = nullptr;
        for (int i = 0; i < kBatchesATurn && l.lane->filled.pop(batch); ++i) {
            take(*batch);
            l.homeless.push_back(batch);
            // A way home has room for all slots of its core; should it not, they go next time.
            std::erase_if(l.homeless, [&](flow::FlowBatch* b) { return l.lane->home.push(b); });
            found = true;
        }
    }
    return found;
}

void Writer::take(const flow::FlowBatch& batch) {
    const std::uint32_t slot_s = slot_of(batch);
    newest_slot_s_ = std::max(newest_slot_s_, slot_s);
    for (const SourceRows& part : split_.split(batch)) {
        const Place place = place_of(slot_s, part.source_id);
        append(builders_[place], place, batch, part.rows.data());
    }
    while (memory_ > most_memory_) close_largest();
    if (builders_.size() > kMostPlaces) seal_oldest();
}

void Writer::append(Builder& builder, Place place, const flow::FlowBatch& batch, const std::uint64_t* rows) {
    builder.touched_ms = now_ms_;
    for (std::uint32_t from = 0; from < batch.rows;) {
        if (!builder.rows) {
            builder.rows = encoder_.take_builder();
            builder.opened_ms = now_ms_;
        }
        from = builder.rows->add(batch, rows, from);
        const std::size_t memory = builder.rows->memory();
        memory_ += memory - builder.memory;
        builder.memory = memory;
        if (builder.rows->full() || from < batch.rows) close(builder, place);
    }
}

void Writer::close(Builder& builder, Place place) {
    encoder_.offer(slot_of(place), static_cast<std::uint32_t>(place), std::move(builder.rows));
    memory_ -= builder.memory;
    builder.memory = 0;
}

void Writer::close_largest() {
    const auto largest = std::max_element(builders_.begin(), builders_.end(), [](const auto& a, const auto& b) {
        return a.second.memory < b.second.memory;
    });
    close(largest->second, largest->first);
}

// Closes what is old, and seals what is over.
void Writer::look_around() {
    wall_s_ = context_.wall_ms() / 1000;
    for (auto at = builders_.begin(); at != builders_.end();) {
        Builder& b = at->second;
        if (b.rows && now_ms_ - b.opened_ms >= context_.options.block_age_ms) close(b, at->first);
        if (!b.rows && now_ms_ - b.touched_ms >= kQuietAges * context_.options.block_age_ms &&
            is_over(slot_of(at->first))) {
            encoder_.offer(slot_of(at->first), static_cast<std::uint32_t>(at->first), nullptr);
            at = builders_.erase(at);
        } else {
            ++at;
        }
    }
}

bool Writer::is_over(std::uint32_t slot_s) const {
    if (slot_s < newest_slot_s_) return true;
    return !context_.options.replay && slot_s + kSlotSeconds + kGraceS <= wall_s_;
}

void Writer::seal_oldest() {
    std::uint32_t oldest_s = ~0u;
    for (const auto& [place, builder] : builders_) oldest_s = std::min(oldest_s, slot_of(place));
    for (auto at = builders_.begin(); at != builders_.end();) {
        if (slot_of(at->first) != oldest_s) {
            ++at;
            continue;
        }
        if (at->second.rows) close(at->second, at->first);
        encoder_.offer(oldest_s, static_cast<std::uint32_t>(at->first), nullptr);
        at = builders_.erase(at);
    }
}

void Writer::end() {
    for (auto& [place, builder] : builders_) {
        if (builder.rows) close(builder, place);
    }
    builders_.clear();
}

}  // namespace store::archive
