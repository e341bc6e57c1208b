// SPDX-License-Identifier: Apache-2.0
// The part of an archive writer that may wait for the disk: writes encoded blocks, syncs them together, tells the store.
// The other parts (writer.hpp, encoder.hpp) never wait for it: what the disk cannot take in time is given up.
//
// Thread: offer(), seal(), buffer() by the encoder; figures() by any; the rest is a thread of its own.
// Order:  write, fdatasync, tell. A block that cannot be written, or not be synced, is booked as archive.shed_disk.
// Limits: a quarter of the archive's memory for blocks that wait, as much for empty buffers while blocks keep coming;
//         kMostOpenFiles descriptors for all writers together.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "store/archive/context.hpp"
#include "store/archive/segment.hpp"

namespace store::archive {

inline constexpr std::size_t kMostOpenFiles = 256;

struct EncodedBlock {
    std::uint32_t slot_s = 0, source_id = 0;
    std::vector<std::uint8_t> bytes{};  // empty: the slot is over, seal its segment
    BlockSums sums{};
};

class DiskThread {
  public:
    struct Figures {
        std::uint64_t blocks_written = 0, rows_written = 0, bytes_written = 0, rows_shed = 0;
        std::uint64_t syncs = 0, failed_writes = 0;
        double sync_last_s = 0, sync_max_s = 0;
        std::uint64_t failing_since_ms = 0;
        std::string error{};
    };

    DiskThread(Context& context, std::uint16_t writer);
    ~DiskThread();

    void start(const std::vector<std::uint32_t>& core);  // at most one
    // Takes what was offered, seals all, syncs, tells. Nothing may be offered any more.
    void stop();

    // False: too much waits already; the rows are booked as given up.
    bool offer(EncodedBlock&& block);
    void seal(std::uint32_t slot_s, std::uint32_t source_id);
    // An empty buffer, one that was used before if there is any.
    [[nodiscard]] std::vector<std::uint8_t> buffer();
    [[nodiscard]] Figures figures() const;

  private:
    using Place = std::uint64_t;  // slot << 32 | source
    struct Open {
        std::unique_ptr<SegmentWriter> file{};
        bool dirty = false;
        bool ended = false;  // to be sealed with the next sync
        std::uint64_t used = 0;
    };

    void run();
    bool wait_for_work(std::deque<EncodedBlock>& work);
    void take(EncodedBlock& block);
    [[nodiscard]] int last_part_of(const SegmentKey& key) const;
    flow::Result<Open*> open_for(std::uint32_t slot_s, std::uint32_t source_id);
    flow::Result<void> write(const EncodedBlock& block);
    void sync_all();
    void sync_one(Open& open);
    void finish(Open& open);
    void limit_descriptors();
    void tell();
    void lost(std::uint64_t rows, const std::string& why);
    void all_is_well();
    void keep_buffer(std::vector<std::uint8_t>&& buffer);
    void release_buffers();  // but a few; the mutex is held

    Context& context_;
    const std::uint16_t writer_;
    const std::uint64_t sync_every_ms_;
    const std::size_t most_queued_bytes_, most_open_;

    // Of the thread.
    std::unordered_map<Place, Open> open_;
    std::size_t descriptors_ = 0;
    std::uint64_t uses_ = 0, next_sync_ms_ = 0, room_bytes_ = 0;
    bool anything_to_sync_ = false;
    bool succeeded_ = false, failed_ = false;  // something, since the last sync
    std::map<SegmentKey, SegmentEntry> untold_;
    flow::Ledger untold_ledger_;
    bool tell_refused_ = false;

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<EncodedBlock> queue_;  // guarded by mutex_, as all below
    std::size_t queued_bytes_ = 0;
    std::uint64_t refused_rows_ = 0;  // that found no room in the queue
    std::vector<std::vector<std::uint8_t>> buffers_;
    std::size_t buffers_bytes_ = 0;  // theirs; no more than may be queued
    bool stopping_ = false;
    Figures figures_;
    std::thread thread_;
};

}  // namespace store::archive
