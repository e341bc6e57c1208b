// SPDX-License-Identifier: Apache-2.0
#include "store/archive/disk_thread.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>

namespace store::archive {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kQueueShare = 4;       // of the memory
constexpr std::size_t kMostIdleBuffers = 8;  // kept when nothing comes
constexpr std::uint64_t kSleepMs = 500;      // while there is nothing to do
constexpr int kLastTells = 20;
constexpr milliseconds kBetweenLastTells{100};
constexpr int kMostPartTries = 1000;
constexpr int kPartsBetweenMerges = 64, kLastFreshPart = 0xf000;

std::uint64_t place_of(std::uint32_t slot_s, std::uint32_t source_id) noexcept {
    return std::uint64_t{slot_s} << 32 | source_id;
}

}  // namespace

DiskThread::DiskThread(Context& context, std::uint16_t writer)
    : context_(context),
      writer_(writer),
      sync_every_ms_(context.options.block_age_ms / 4),
      most_queued_bytes_(context.options.memory_bytes / context.options.writers / kQueueShare),
      most_open_(std::max<std::size_t>(kMostOpenFiles / context.options.writers, 8)) {}

DiskThread::~DiskThread() {
    stop();
}

void DiskThread::start(const std::vector<std::uint32_t>& core) {
    thread_ = std::thread([this, core] {
        // The writer on this core has said whether that works.
        for (const std::uint32_t c : core) static_cast<void>(run_on_core(c));
        run();
    });
    pthread_setname_np(thread_.native_handle(), ("arch-disk-" + std::to_string(writer_)).c_str());
}

void DiskThread::stop() {
    if (!thread_.joinable()) return;
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

bool DiskThread::offer(EncodedBlock&& block) {
    {
        const std::scoped_lock lock(mutex_);
        if (queued_bytes_ + block.bytes.size() > most_queued_bytes_ && queued_bytes_ != 0) {
            refused_rows_ += block.sums.rows;
            return false;
        }
        queued_bytes_ += block.bytes.size();
        queue_.push_back(std::move(block));
    }
    wake_.notify_one();
    return true;
}
void DiskThread::seal(std::uint32_t slot_s, std::uint32_t source_id) {
    const std::scoped_lock lock(mutex_);
    queue_.push_back({slot_s, source_id, {}, {}});  // the thread looks at it in its own time
}
std::vector<std::uint8_t> DiskThread::buffer() {
    const std::scoped_lock lock(mutex_);
    if (buffers_.empty()) return {};
    std::vector<std::uint8_t> out = std::move(buffers_.back());
    buffers_.pop_back();
    buffers_bytes_ -= out.capacity();
    return out;
}
void DiskThread::keep_buffer(std::vector<std::uint8_t>&& buffer) {
    const std::scoped_lock lock(mutex_);
    queued_bytes_ -= buffer.size();
    buffer.clear();
    // Blocks come in bursts: they wait while the disk syncs. Fresh memory for each would cost the encoder page faults.
    if (buffers_bytes_ + buffer.capacity() > most_queued_bytes_) return;
    buffers_bytes_ += buffer.capacity();
    buffers_.push_back(std::move(buffer));
}
void DiskThread::release_buffers() {
    while (buffers_.size() > kMostIdleBuffers) {
        buffers_bytes_ -= buffers_.back().capacity();
        buffers_.pop_back();
    }
}
DiskThread::Figures DiskThread::figures() const {
    const std::scoped_lock lock(mutex_);
    return figures_;
}

void DiskThread::run() {
    std::deque<EncodedBlock> work;
    for (bool last = false; !last;) {
        last = wait_for_work(work);
        for (EncodedBlock& block : work) take(block);
        work.clear();
        if (!last && steady_ms() < next_sync_ms_) continue;
        if (last) {
            for (auto& [place, open] : open_) open.ended = anything_to_sync_ = true;
        }
        sync_all();
        next_sync_ms_ = steady_ms() + sync_every_ms_;
    }
    for (int i = 0; i < kLastTells && tell_refused_; ++i) {
        std::this_thread::sleep_for(kBetweenLastTells);
        tell();
    }
}

// Until there is something to write or the time to sync has come; true: it is the last time.
bool DiskThread::wait_for_work(std::deque<EncodedBlock>& work) {
    std::unique_lock lock(mutex_);
    const auto awaited = [this] { return stopping_ || !queue_.empty(); };
    if (!awaited()) {
        const std::uint64_t now_ms = steady_ms();
        const std::uint64_t wait_ms = next_sync_ms_ > now_ms ? next_sync_ms_ - now_ms : 0;
        if (!wake_.wait_for(lock, milliseconds(anything_to_sync_ ? wait_ms : kSleepMs), awaited)) release_buffers();
    }
    work.swap(queue_);
    const std::uint64_t refused = std::exchange(refused_rows_, 0);
    const bool last = stopping_;
    lock.unlock();
    if (refused != 0) lost(refused, "archive: the disk is slower than the flows: archive less, or on a faster disk");
    return last;
}

void DiskThread::take(EncodedBlock& block) {
    if (block.bytes.empty()) {
        const auto found = open_.find(place_of(block.slot_s, block.source_id));
        if (found != open_.end()) found->second.ended = anything_to_sync_ = true;
        return;
    }
    if (auto done = write(block); !done) lost(block.sums.rows, done.error().message);
    keep_buffer(std::move(block.bytes));
}

flow::Result<void> DiskThread::write(const EncodedBlock& block) {
    if (tell_refused_)
        return flow::fail("archive: the store cannot commit, so nothing more is archived: see its error");
    if (block.bytes.size() > room_bytes_) room_bytes_ = context_.room_bytes();
    if (block.bytes.size() > room_bytes_) {
        return flow::fail(
            "archive: " + context_.options.directory +
            ": the disk is full but for what is left to the store: make room or let the archive keep less");
    }
    auto open = open_for(block.slot_s, block.source_id);
    if (!open) return flow::pass(open);
    SegmentWriter& file = *(*open)->file;
    if (!file.is_open() && descriptors_ >= most_open_) limit_descriptors();
    const bool was_open = file.is_open();
    auto done = file.append(block.bytes, block.sums);
    if (!was_open && file.is_open()) ++descriptors_;
    (*open)->used = ++uses_;
    if (!done) return done;
    (*open)->dirty = anything_to_sync_ = true;
    room_bytes_ -= block.bytes.size();
    const std::scoped_lock lock(mutex_);
    ++figures_.blocks_written;
    figures_.bytes_written += block.bytes.size();
    return {};
}

// The part before the first that a new file may take; -1: none. Late rows of a slot that was merged do not take the names
// of the merged files again: a query may still be about to open those, by a catalogue of before.
int DiskThread::last_part_of(const SegmentKey& key) const {
    const auto last = context_.holdings.last_part(key);
    const auto merged = context_.holdings.last_part({key.slot_s, key.source_id, kMergedWriter, 0});
    const int behind = merged ? std::min((*merged + 1) * kPartsBetweenMerges, kLastFreshPart) - 1 : -1;
    return std::max(last ? int{*last} : -1, behind);
}

flow::Result<DiskThread::Open*> DiskThread::open_for(std::uint32_t slot_s, std::uint32_t source_id) {
    const Place place = place_of(slot_s, source_id);
    const auto found = open_.find(place);
    if (found != open_.end() && !found->second.file->broken()) return &found->second;
    if (found != open_.end()) {
        sync_one(found->second);
        finish(found->second);
        open_.erase(found);
    }
    if (descriptors_ >= most_open_) limit_descriptors();
    NewSegment segment{{slot_s, source_id, writer_, 0}, context_.source_name(source_id), {}, context_.wall_ms()};
    int part = last_part_of(segment.key);
    for (int tries = 0; tries < kMostPartTries && part < 0xffff; ++tries) {
        segment.key.part = static_cast<std::uint16_t>(++part);
        bool exists = false;
        auto made = SegmentWriter::create(context_.options.directory, segment, exists, context_.files);
        if (!made && exists) continue;
        if (!made) return flow::pass(made);
        Open& open = open_[place];
        open.file = std::move(*made);
        ++descriptors_;
        return &open;
    }
    return flow::fail("archive: " + segment.key.path() + ": there are too many parts of this slot already");
}

void DiskThread::sync_one(Open& open) {
    if (!open.dirty) return;
    open.dirty = false;
    const std::uint64_t durable = open.file->entry().rows, written = open.file->written().rows;
    const auto done = open.file->sync();
    const std::uint64_t rows = open.file->entry().rows - durable;
    succeeded_ |= rows != 0;
    if (rows != 0) untold_[open.file->entry().key] = open.file->entry();
    untold_ledger_[flow::Counter::flows_archived] += rows;
    {
        const std::scoped_lock lock(mutex_);
        figures_.rows_written += rows;
    }
    if (!done) lost(written - durable - rows, done.error().message);
}

// After its last sync.
void DiskThread::finish(Open& open) {
    descriptors_ -= open.file->is_open() ? 1 : 0;
    if (open.file->entry().rows == 0) {
        open.file->discard();
        return;
    }
    open.file->seal();
    open.file->rest();
    untold_[open.file->entry().key] = open.file->entry();
}

void DiskThread::sync_all() {
    if (anything_to_sync_) {
        const auto begin = std::chrono::steady_clock::now();
        std::vector<Open*> dirty;
        for (auto& [place, open] : open_) {
            if (open.dirty) dirty.push_back(&open);
        }
        if (dirty.size() > 1) {
            for (Open* open : dirty) open->file->begin_sync();
        }
        for (Open* open : dirty) sync_one(*open);
        for (auto at = open_.begin(); at != open_.end();) {
            if (at->second.ended) finish(at->second);
            at = at->second.ended ? open_.erase(at) : std::next(at);
        }
        anything_to_sync_ = false;
        room_bytes_ = context_.room_bytes();
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        const std::scoped_lock lock(mutex_);
        figures_.syncs += dirty.size();
        if (!dirty.empty()) figures_.sync_last_s = took.count();
        figures_.sync_max_s = std::max(figures_.sync_max_s, took.count());
    }
    if (descriptors_ > most_open_) limit_descriptors();
    tell();
    if (succeeded_ && !failed_) all_is_well();
    succeeded_ = failed_ = false;
}

// Closes those that were used least lately, down to a half, syncing them when they must be.
void DiskThread::limit_descriptors() {
    std::vector<Open*> all;
    for (auto& [place, open] : open_) {
        if (open.file->is_open()) all.push_back(&open);
    }
    std::sort(all.begin(), all.end(), [](const Open* a, const Open* b) { return a->used < b->used; });
    const std::size_t closing = all.size() - std::min(all.size(), most_open_ / 2);
    for (std::size_t i = 0; i < closing; ++i) all[i]->file->begin_sync();
    for (std::size_t i = 0; i < closing; ++i) {
        sync_one(*all[i]);
        all[i]->file->rest();
    }
    descriptors_ = all.size() - closing;
}

void DiskThread::tell() {
    if (untold_.empty() && untold_ledger_.values == flow::Ledger{}.values) return;
    ArchiveNews news;
    for (const auto& [key, entry] : untold_) news.segments.push_back(entry);
    news.ledger = untold_ledger_;
    tell_refused_ = context_.tell(news) == 0;
    anything_to_sync_ |= tell_refused_;  // so that it is tried again
    if (tell_refused_) return;
    untold_.clear();
    untold_ledger_ = {};
}

void DiskThread::lost(std::uint64_t rows, const std::string& why) {
    failed_ = true;
    untold_ledger_[flow::Counter::archive_shed_disk] += rows;
    anything_to_sync_ = true;
    const std::scoped_lock lock(mutex_);
    figures_.rows_shed += rows;
    ++figures_.failed_writes;
    figures_.error = why;
    if (figures_.failing_since_ms == 0) figures_.failing_since_ms = std::max<std::uint64_t>(context_.wall_ms(), 1);
}

void DiskThread::all_is_well() {
    const std::scoped_lock lock(mutex_);
    figures_.failing_since_ms = 0;
    figures_.error.clear();
}

}  // namespace store::archive
