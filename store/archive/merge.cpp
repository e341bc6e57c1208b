// SPDX-License-Identifier: Apache-2.0
#include "store/archive/merge.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>

namespace store::archive {
namespace {

constexpr std::chrono::milliseconds kSoon{1};
constexpr std::uint64_t kAfterS = 60;         // the end of the slot, so that what comes late comes along
constexpr std::uint64_t kAfterReplayS = 900;  // cores read at different places of the captures
constexpr int kIoIdle = 3 << 13;              // ioprio_set(2): IOPRIO_CLASS_IDLE

// A block of one of the inputs.
struct Piece {
    std::size_t input = 0, offset = 0;
    std::uint64_t received_from_ms = 0;
};

using Inputs = std::vector<SegmentFile>;

flow::Result<Inputs> open_inputs(const Context& context, std::span<const Held> inputs) {
    Inputs files;
    for (const Held& held : inputs) {
        bool gone = false;
        auto file = SegmentFile::open(context.options.directory + "/" + held.key.path(), held.bytes, gone);
        if (!file) return flow::pass(file);
        files.push_back(std::move(*file));
    }
    return files;
}

// All blocks, in order of arrival; those of one file keep their order.
flow::Result<std::vector<Piece>> find_pieces(const Inputs& inputs) {
    std::vector<Piece> pieces;
    BlockReader reader;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        std::uint64_t newest_ms = 0;
        for (std::size_t at = inputs[i].first_block(); at < inputs[i].bytes().size(); at += reader.bytes()) {
            if (auto opened = reader.open(inputs[i].bytes().subspan(at)); !opened) return flow::pass(opened);
            newest_ms = std::max(newest_ms, reader.sums().received_from_ms);
            pieces.push_back({i, at, newest_ms});
        }
    }
    std::stable_sort(pieces.begin(), pieces.end(),
                     [](const Piece& a, const Piece& b) { return a.received_from_ms < b.received_from_ms; });
    return pieces;
}

// Rows on their way from blocks to larger ones.
class Copy {
  public:
    Copy(SegmentWriter& to, Compression compression) : to_(to), compression_(compression) {}

    flow::Result<void> add(BlockReader& block) {
        std::vector<std::uint32_t> ids;
        for (const flow::ExporterKey& key : block.exporters()) {
            const auto id = exporters_.find_or_add(key);
            if (!id) return flow::fail("archive: too many exporters to merge");
            ids.push_back(*id);
        }
        for (std::uint32_t page = 0; page < block.pages(); ++page) {
            page_->reset();
            if (auto done = block.read(page, flow::ColumnSet::all(), ids, 0, *page_); !done) return done;
            if (auto done = block.read_received(page, *page_); !done) return done;
            if (auto done = add_page(); !done) return done;
        }
        return {};
    }
    flow::Result<void> finish() {
        if (builder_.rows() == 0) return {};
        bytes_.clear();
        const BlockSums sums = builder_.encode(exporters_, compression_, bytes_, &buffers_);
        return to_.append(bytes_, sums);
    }

  private:
    flow::Result<void> add_page() {
        std::array<std::uint64_t, flow::kBatchRows / 64> all;
        all.fill(~0ull);
        for (std::uint32_t from = 0; from < page_->rows;) {
            from = builder_.add(*page_, all.data(), from, page_->row_received_ms.data());
            if (!builder_.full() && from >= page_->rows) break;
            if (auto done = finish(); !done) return done;
        }
        return {};
    }

    SegmentWriter& to_;
    Compression compression_;
    flow::ExporterTable exporters_;
    BlockBuilder builder_;
    EncodeBuffers buffers_;
    std::vector<std::uint8_t> bytes_;
    std::unique_ptr<flow::FlowBatch> page_ = std::make_unique<flow::FlowBatch>();
};

flow::Result<void> copy_all(const Inputs& inputs, SegmentWriter& to, Compression compression,
                            const std::function<bool()>& stop) {
    const auto pieces = find_pieces(inputs);
    if (!pieces) return tl::unexpected(pieces.error());
    Copy copy(to, compression);
    BlockReader reader;
    for (const Piece& piece : *pieces) {
        if (stop()) return flow::fail("archive: merging was stopped");
        if (auto opened = reader.open(inputs[piece.input].bytes().subspan(piece.offset)); !opened) return opened;
        if (auto sound = reader.check(); !sound) return sound;
        if (auto done = copy.add(reader); !done) return done;
    }
    if (auto done = copy.finish(); !done) return done;
    return to.sync();
}

}  // namespace

flow::Result<SegmentEntry> merge(const Context& context, std::span<const Held> inputs, const SegmentKey& target,
                                 const std::function<bool()>& stop) {
    auto files = open_inputs(context, inputs);
    if (!files) return flow::pass(files);
    NewSegment segment{target, context.source_name(target.source_id), {}, context.wall_ms()};
    std::uint64_t rows = 0;
    for (const Held& held : inputs) {
        segment.replaces.push_back({held.key.writer, held.key.part});
        rows += held.rows;
    }
    bool exists = false;
    auto to = SegmentWriter::create(context.options.directory, segment, exists, context.files);
    if (!to) return flow::pass(to);
    auto done = copy_all(*files, **to, context.options.compression, stop);
    if (done && (*to)->entry().rows != rows) {
        done = flow::fail("archive: " + target.path() + " would have " + std::to_string((*to)->entry().rows) + " of " +
                          std::to_string(rows) + " rows: run `net-collector archive verify`");
    }
    if (!done) {
        (*to)->discard();
        return flow::pass(done);
    }
    (*to)->seal();
    return (*to)->entry();
}

void Merger::start() {
    const auto lowest_priority = [] {
        const sched_param lowest{};
        pthread_setschedparam(pthread_self(), SCHED_IDLE, &lowest);
        syscall(SYS_ioprio_set, 1, 0, kIoIdle);  // 1: IOPRIO_WHO_PROCESS, 0: this thread
    };
    thread_.start(
        "archive-merge", kSoon, [this] { return step(); }, lowest_priority);
}

bool Merger::step() {
    delete_replaced();
    const std::uint64_t now_s =
        context_.options.replay ? context_.holdings.totals().newest_slot_s : context_.wall_ms() / 1000;
    const std::uint64_t wait_s = context_.options.replay ? kAfterReplayS : kAfterS;
    const std::vector<Held> group = context_.holdings.next_merge(now_s - std::min(now_s, wait_s));
    if (group.empty()) return false;
    const Done done = merge_group(group);
    context_.holdings.merged(done != Done::never);
    return done != Done::later;
}

Merger::Done Merger::merge_group(std::span<const Held> group) {
    std::uint64_t bytes = 0;
    for (const Held& held : group) bytes += held.bytes;
    if (bytes > context_.room_bytes()) return Done::later;
    SegmentKey target = group.front().key;
    target.writer = kMergedWriter;
    target.part = 0;
    const auto last = context_.holdings.last_part(target);
    if (last) target.part = static_cast<std::uint16_t>(*last + 1);
    auto merged = merge(context_, group, target, [this] { return thread_.is_stopping(); });
    if (!merged) return thread_.is_stopping() ? Done::later : Done::never;
    ArchiveNews news;
    news.segments.push_back(*merged);
    for (const Held& held : group) news.gone.push_back(held.key);
    const std::uint64_t number = context_.tell(news);
    if (number == 0) {
        context_.files.remove(context_.options.directory + "/" + target.path());
        return Done::later;
    }
    replaced_.push_back({number, std::move(news.gone)});
    ++context_.merged_segments;
    return Done::yes;
}

void Merger::delete_replaced() {
    for (; !replaced_.empty() && context_.is_durable(replaced_.front().number); replaced_.pop_front()) {
        for (const SegmentKey& key : replaced_.front().files)
            context_.files.remove(context_.options.directory + "/" + key.path());
    }
}

}  // namespace store::archive
