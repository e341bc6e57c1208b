// SPDX-License-Identifier: Apache-2.0
// What threads of a scan have to do next: slots to look through, and blocks of them to read; and whose turn it is where
// rows are to come in order.
//
// Thread: any.
// Shape:  slots are begun in order, and the first blocks that are known are read first. Slots are begun a little ahead of
//         the reading, so that blocks can be fetched from the disk before they are needed.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "store/query/slot_files.hpp"

namespace store::query {

struct BlockJob {
    std::uint64_t slot = 0;    // its number among the scan's
    std::uint32_t index = 0;   // among the jobs of the slot
    std::uint64_t number = 0;  // for Sink::begin()
    std::shared_ptr<const OpenSegment> segment{};
    std::size_t offset = 0;                           // of the block in the segment
    bool filter_holds = false, window_holds = false;  // for all rows
    // Its bytes that will be read, if they are not on their way yet.
    std::vector<archive::BlockReader::Place> fetch{};  // from the segment's first byte on
};
// Bytes that will be read soon.
struct Fetch {
    std::shared_ptr<const OpenSegment> segment{};
    std::vector<archive::BlockReader::Place> places{};
};

class WorkList {
  public:
    // `ahead`: blocks that should be known before they are read.
    WorkList(std::uint64_t slots, std::size_t ahead) : slots_(slots), ahead_(ahead) {}

    struct Work {
        enum class Kind : std::uint8_t { end, slot, block } kind = Kind::end;
        std::uint64_t slot = 0;
        BlockJob block{};
        Fetch fetch{};  // of a block that comes later
    };
    // Waits until there is something, or nothing will be.
    [[nodiscard]] Work next();
    [[nodiscard]] std::size_t ahead() const noexcept { return ahead_; }
    // What slot `slot` came to; with their index and slot set. The bytes of the first ahead() have been fetched.
    void planned(std::uint64_t slot, std::vector<BlockJob> jobs);
    void done(const BlockJob& job);
    // All blocks before are done. False: the scan was stopped.
    [[nodiscard]] bool await_turn(const BlockJob& job);
    // next() says end from now on.
    void stop();
    [[nodiscard]] bool stopped() const;

  private:
    struct Slot {
        bool planned = false;
        std::vector<bool> done{};
    };
    void advance();

    const std::uint64_t slots_;
    const std::size_t ahead_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    // guarded by mutex_:
    std::map<std::uint64_t, std::deque<BlockJob>> ready_{};
    std::size_t ready_count_ = 0;
    std::map<std::uint64_t, Slot> open_{};  // begun and not yet done
    std::uint64_t next_slot_ = 0;
    std::uint64_t planning_ = 0;
    std::uint64_t turn_slot_ = 0;
    std::uint32_t turn_index_ = 0;
    bool stopped_ = false;
};

}  // namespace store::query
