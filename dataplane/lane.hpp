// SPDX-License-Identifier: Apache-2.0
// A core's fixed ring buffer of FlowBatch slots, filled by the decoder and read in place by match (DESIGN 3.5, 3.6).
//
//   free -> decode -> match -> [archive ->] free    slot numbers travel over SP/SC rings where match is another core;
//                                                   on the same core match is a call. Batches with rows to be archived
//                                                   go on to the archive (archive_outlet.hpp) and come home from there.
// Thread: decode side: one core. match side (take, give_back): one core, the same or the paired one.
// Limits: `slots` batches, allocated and touched by the decoding core at start. No free slot: the rows go to a batch
//         that nobody reads and are booked as flows.lost_ring (live), or the decoder waits (replay).
#pragma once

#include <sys/mman.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "dataplane/archive_outlet.hpp"
#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/spsc_ring.hpp"
#include "dataplane/tally_desk.hpp"

namespace dataplane {

// Frees a batch made by make_batch().
struct UnmapBatch {
    void operator()(flow::FlowBatch* batch) const noexcept { munmap(batch, sizeof(flow::FlowBatch)); }
};
using BatchPointer = std::unique_ptr<flow::FlowBatch, UnmapBatch>;
// A batch on pages of its own, which exist only once they are written: rare columns cost nothing until used.
// nullptr: no memory.
[[nodiscard]] BatchPointer make_batch() noexcept;

// Called by the lane on the decoding core when match runs there too.
class BatchSink {
  public:
    virtual ~BatchSink() = default;
    // Leaves the rows to be archived in batch.keep, and their number in batch.kept.
    virtual void process(flow::FlowBatch& batch) noexcept = 0;
};

class Lane final : public flow::BatchWriter {
  public:
    // `same_core`: where full batches go when match is a call; nullptr: they go to the match core's ring.
    Lane(TallyDesk& desk, std::size_t slots, Pace pace, BatchSink* same_core, ArchiveOutlet& archive);
    // False when memory is short. On the decoding core, so that the pages lie on its NUMA node.
    [[nodiscard]] bool allocate() noexcept;

    // --- decoding core ---
    // Before each datagram: closes the open batch when it belongs to another bucket or generation, or is kBatchAgeMs old.
    // Returns the datagram's bucket.
    std::uint32_t stamp(std::uint64_t received_ms, const Generation& generation) noexcept;
    // Hands on what is open, for example after kBatchAgeMs without traffic.
    void close() noexcept;
    [[nodiscard]] bool open_since(std::uint64_t now_ms) const noexcept {
        return open_->rows != 0 && now_ms - open_->received_ms >= kBatchAgeMs;
    }
    // Tells the match core about a generation although no rows came, so that it lets the old one go.
    void announce(const Generation& generation) noexcept;
    [[nodiscard]] std::size_t free_slots() const noexcept { return free_.size() + given_back_.size(); }
    [[nodiscard]] std::size_t slots() const noexcept { return slots_.size(); }
    // How many of the slots that the archive leaves us wait for match, in thousandths.
    [[nodiscard]] std::uint32_t fill() const noexcept;

    // --- matching core, when it is another ---
    [[nodiscard]] flow::FlowBatch* take() noexcept;
    // A batch that has been matched: home, or on to the archive.
    void give_back(flow::FlowBatch* batch) noexcept;

    static constexpr std::uint64_t kBatchAgeMs = 10;

  private:
    void turn_over() noexcept override;
    void next() noexcept;
    [[nodiscard]] flow::FlowBatch* find_free() noexcept;

    TallyDesk& desk_;
    const Pace pace_;
    BatchSink* const same_core_;
    ArchiveOutlet& archive_;
    std::size_t wanted_;
    std::vector<BatchPointer> slots_;
    BatchPointer spill_;                           // rows that no slot had room for
    std::vector<flow::FlowBatch*> free_;           // last in, first out: the next batch is still in the cache
    flow::SpscRing<flow::FlowBatch*> full_;        // decode -> match
    flow::SpscRing<flow::FlowBatch*> given_back_;  // match -> decode
    // Of the datagram in hand: a batch that is opened in its middle gets them too.
    std::uint64_t received_ms_ = 0;
    const Generation* generation_ = nullptr;
};

}  // namespace dataplane
