// SPDX-License-Identifier: Apache-2.0
// The middle of an archive writer: encodes full builders, so that the lanes are emptied meanwhile.
//
// Thread: take_builder(), offer(), is_behind() by the writer; start(), stop() by control; the rest is a thread of its
//         own.
// Limits: a quarter of the archive's memory for rows that wait here; beyond it is_behind(), and the lanes wait: then a core
//         that runs out of slots books archive.shed_busy, and a replay waits.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "store/archive/block.hpp"
#include "store/archive/disk_thread.hpp"

namespace store::archive {

class Encoder {
  public:
    Encoder(Context& context, std::uint16_t writer, const flow::ExporterTable& exporters);
    ~Encoder() { stop(); }

    void start(const std::vector<std::uint32_t>& core);  // at most one
    // Encodes what was offered, and has the disk end its work. Nothing may be offered any more.
    void stop();

    // An empty one.
    [[nodiscard]] std::unique_ptr<BlockBuilder> take_builder();
    // `rows` of a slot and source; then nullptr: its slot is over.
    void offer(std::uint32_t slot_s, std::uint32_t source_id, std::unique_ptr<BlockBuilder> rows);
    [[nodiscard]] bool is_behind() const noexcept {
        return waiting_bytes_.load(std::memory_order_relaxed) > most_waiting_bytes_;
    }
    [[nodiscard]] DiskThread::Figures figures() const { return disk_.figures(); }

  private:
    struct Work {
        std::uint32_t slot_s = 0, source_id = 0;
        std::unique_ptr<BlockBuilder> rows{};
    };
    void run();
    void encode(Work& work);

    const flow::ExporterTable& exporters_;
    const Compression compression_;
    const std::uint16_t writer_;
    const bool waited_for_;  // a replay's cores wait for us
    const std::size_t most_waiting_bytes_;
    DiskThread disk_;
    EncodeBuffers buffers_;                      // the thread's
    std::atomic<std::size_t> waiting_bytes_{0};  // written by both

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Work> queue_;  // guarded by mutex_, as all below
    std::vector<std::unique_ptr<BlockBuilder>> idle_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace store::archive
