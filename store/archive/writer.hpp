// SPDX-License-Identifier: Apache-2.0
// An archive writer: takes batches from its lanes, copies their rows into one block builder per source and slot, gives the
// batch home at once, and hands full builders to its Encoder, that hands blocks to its DiskThread. It never waits for either.
//
// Thread: add_lane() before start(); the rest is a thread of its own. No lock is shared with the cores.
// Limits: half of the archive's memory for rows in builders: beyond it the largest one is closed early. While the encoder is
//         behind, batches stay in the lanes.
//         kMostPlaces sources and slots at a time: beyond it the oldest slots are sealed early.
// Cost:   idle, it looks into its lanes 250 times a second.
#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <unordered_map>
#include <vector>

#include "store/archive/block.hpp"
#include "store/archive/encoder.hpp"
#include "store/archive/source_split.hpp"

namespace store::archive {

inline constexpr std::size_t kMostPlaces = 4096;

class Writer {
  public:
    Writer(Context& context, std::uint16_t number, const flow::ExporterTable& exporters);
    ~Writer();

    void add_lane(flow::ArchiveLane& lane) { lanes_.push_back({&lane, {}}); }
    // `core`: at most one. Error: cannot run there.
    flow::Result<void> start(const std::vector<std::uint32_t>& core);
    // After the cores have stopped: takes what is in the lanes, writes, seals, syncs, tells.
    void stop();
    [[nodiscard]] DiskThread::Figures figures() const { return encoder_.figures(); }

  private:
    struct Lane {
        flow::ArchiveLane* lane;
        std::vector<flow::FlowBatch*> homeless;  // whose way home was full
    };
    using Place = std::uint64_t;  // slot << 32 | source
    // Rows of a source and slot. Sealed when the slot is over and nothing has come for a while.
    struct Builder {
        std::unique_ptr<BlockBuilder> rows{};  // only while it has some
        std::uint64_t opened_ms = 0;           // steady clock, of the first of them
        std::uint64_t touched_ms = 0;
        std::size_t memory = 0;
    };

    void run();
    bool empty_lanes();
    void take(const flow::FlowBatch& batch);
    void append(Builder& builder, Place place, const flow::FlowBatch& batch, const std::uint64_t* rows);
    void close(Builder& builder, Place place);
    void close_largest();
    void look_around();
    void seal_oldest();
    [[nodiscard]] bool is_over(std::uint32_t slot_s) const;
    void end();

    Context& context_;
    const std::uint16_t number_;
    const std::size_t most_memory_;
    SourceSplit split_;
    Encoder encoder_;
    std::vector<Lane> lanes_;

    std::unordered_map<Place, Builder> builders_;
    std::size_t memory_ = 0;  // of rows in builders
    std::uint32_t newest_slot_s_ = 0;
    std::uint64_t now_ms_ = 0;  // steady clock, as of the last turn
    std::uint64_t wall_s_ = 0;  // as of the last look around

    std::atomic<bool> stopping_{false};  // written by: control
    std::thread thread_;
};

}  // namespace store::archive
