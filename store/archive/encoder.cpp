// SPDX-License-Identifier: Apache-2.0
#include "store/archive/encoder.hpp"

#include <pthread.h>

namespace store::archive {
namespace {

constexpr std::size_t kShare = 4;  // of the memory
// Builders keep the room that rows took; few are kept, so that a thousand small sources do not hold that of full blocks.
constexpr std::size_t kMostIdle = 4;

}  // namespace

Encoder::Encoder(Context& context, std::uint16_t writer, const flow::ExporterTable& exporters)
    : exporters_(exporters),
      compression_(context.options.compression),
      writer_(writer),
      waited_for_(context.options.replay),
      most_waiting_bytes_(context.options.memory_bytes / context.options.writers / kShare),
      disk_(context, writer) {}

void Encoder::start(const std::vector<std::uint32_t>& core) {
    thread_ = std::thread([this, core] {
        // The writer on this core has said whether that works.
        for (const std::uint32_t c : core) static_cast<void>(run_on_core(c));
        if (!waited_for_) step_back();
        run();
    });
    pthread_setname_np(thread_.native_handle(), ("arch-encode-" + std::to_string(writer_)).c_str());
    disk_.start(core);
}

void Encoder::stop() {
    if (!thread_.joinable()) return;
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
    disk_.stop();
}

std::unique_ptr<BlockBuilder> Encoder::take_builder() {
    {
        const std::scoped_lock lock(mutex_);
        if (!idle_.empty()) {
            auto builder = std::move(idle_.back());
            idle_.pop_back();
            return builder;
        }
    }
    return std::make_unique<BlockBuilder>();
}

void Encoder::offer(std::uint32_t slot_s, std::uint32_t source_id, std::unique_ptr<BlockBuilder> rows) {
    if (rows) waiting_bytes_.fetch_add(rows->memory(), std::memory_order_relaxed);
    {
        const std::scoped_lock lock(mutex_);
        queue_.push_back({slot_s, source_id, std::move(rows)});
    }
    wake_.notify_one();
}

void Encoder::run() {
    for (;;) {
        Work work;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (queue_.empty()) return;
            work = std::move(queue_.front());
            queue_.pop_front();
        }
        if (work.rows) {
            encode(work);
        } else {
            disk_.seal(work.slot_s, work.source_id);
        }
    }
}

void Encoder::encode(Work& work) {
    const std::size_t memory = work.rows->memory();
    EncodedBlock block{work.slot_s, work.source_id, disk_.buffer(), {}};
    block.sums = work.rows->encode(exporters_, compression_, block.bytes, &buffers_);
    if (block.sums.rows != 0) disk_.offer(std::move(block));
    {
        const std::scoped_lock lock(mutex_);
        if (idle_.size() < kMostIdle) idle_.push_back(std::move(work.rows));
    }
    work.rows.reset();
    waiting_bytes_.fetch_sub(memory, std::memory_order_relaxed);
}

}  // namespace store::archive
