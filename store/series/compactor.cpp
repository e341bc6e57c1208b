// SPDX-License-Identifier: Apache-2.0
#include "store/series/compactor.hpp"

#include <algorithm>

#include "store/series/chunks.hpp"

namespace store {
namespace {

// Series transposed at a time: 30 points of 200 bytes each.
constexpr std::uint32_t kSeriesAtOnce = 1024;

std::uint64_t align_down(std::uint64_t at_s, std::size_t level) noexcept {
    return at_s - at_s % kResolutions[level].span_s();
}
std::uint64_t before(std::uint64_t a, std::uint64_t b) noexcept {
    return a > b ? a - b : 0;
}

}  // namespace

flow::Result<void> Compactor::fold_buckets(std::uint64_t most) {
    auto& unfolded = state_.unfolded;
    while (!unfolded.empty() && most-- > 0) {
        const std::uint32_t bucket_s = unfolded.begin()->first;
        if (bucket_s + kBucketS + kFoldAfterS > now_s_) break;
        if (auto done = fold(env_, txn_, bucket_s, state_.damaged); !done) return done;
        unfolded.erase(unfolded.begin());
    }
    return {};
}

flow::Result<void> Compactor::write_chunks(std::uint64_t chunk_after_s, std::uint64_t most) {
    if (!state_.progress.started) return {};
    std::uint64_t end_s = before(now_s_, chunk_after_s);
    if (!state_.unfolded.empty()) end_s = std::min<std::uint64_t>(end_s, state_.unfolded.begin()->first);
    for (std::size_t level = 0; level < kResolutionCount; ++level) {
        if (auto done = advance(level, end_s, most); !done) return done;
        end_s = state_.progress.closed[level].until_s;  // coarser chunks are made of whole finer ones
    }
    return {};
}

// Writes chunks of `level` whose span ends at `end_s` or before, while the budget lasts.
flow::Result<void> Compactor::advance(std::size_t level, std::uint64_t end_s, std::uint64_t& budget) {
    const std::uint32_t span = kResolutions[level].span_s();
    Closed& closed = state_.progress.closed[level];
    while (budget > 0 && closed.until_s + span <= end_s) {
        if (closed.series_done == 0) {
            auto skipped = skip_empty(level, end_s);
            if (!skipped) return flow::pass(skipped);
            if (*skipped) continue;
        }
        const auto start_s = static_cast<std::uint32_t>(closed.until_s);
        const auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(budget, kSeriesAtOnce));
        const std::uint32_t first = closed.series_done;
        const std::uint32_t end = first + std::min(count, series_ - std::min(series_, first));
        auto done = level == 0 ? write_finest(start_s, first, end) : write_coarser(level, start_s, first, end);
        if (!done) return done;
        budget -= std::max(end - first, 1u);
        closed.series_done = end;
        if (end >= series_) closed = {closed.until_s + span, 0};
    }
    return {};
}

// Goes over chunks that would hold nothing: the collector was stopped, or its clock leapt. True when it did.
flow::Result<bool> Compactor::skip_empty(std::size_t level, std::uint64_t end_s) {
    Closed& closed = state_.progress.closed[level];
    const lmdb::Table finer = level == 0 ? table(env_, TableId::folded) : points_table(env_, level - 1);
    auto next = next_bucket(txn_, finer, closed.until_s);
    if (!next) return flow::pass(next);
    const std::uint64_t to = align_down(std::min(*next, end_s), level);
    if (to <= closed.until_s) return false;
    closed.until_s = to;
    return true;
}

flow::Result<void> Compactor::write_finest(std::uint32_t start_s, std::uint32_t first, std::uint32_t end) {
    std::vector<ChunkPoints> chunks(end - first);
    const auto take = [&](std::uint32_t bucket_s, const RowEntry& entry) {
        ChunkPoints& points = chunks[entry.series - first];
        if (points.empty()) points.resize(kResolutions[0].points);
        ChunkPoint& point = points[(bucket_s - start_s) / kBucketS];
        point.present = true;
        add(point.sum, entry.sums);
    };
    const std::uint64_t end_s = start_s + static_cast<std::uint64_t>(kResolutions[0].span_s());
    auto done = read_range(txn_, table(env_, TableId::folded), start_s, end_s, first, end, state_.damaged, take);
    for (std::uint32_t i = 0; done && i < end - first; ++i) {
        if (!chunks[i].empty()) done = write_chunk(env_, txn_, 0, start_s, first + i, chunks[i]);
    }
    return done;
}

flow::Result<void> Compactor::write_coarser(std::size_t level, std::uint32_t start_s, std::uint32_t first,
                                            std::uint32_t end) {
    const Resolution &finer = kResolutions[level - 1], &ours = kResolutions[level];
    std::vector<ChunkPoints> chunks(end - first);
    {
        auto cursor = txn_.cursor(points_table(env_, level - 1));
        if (!cursor) return flow::pass(cursor);
        for (std::uint64_t at_s = start_s; at_s < start_s + static_cast<std::uint64_t>(ours.span_s());
             at_s += finer.span_s()) {
            const auto take = [&](std::uint32_t series, const ChunkPoints& from) {
                ChunkPoints& points = chunks[series - first];
                if (points.empty()) points.resize(ours.points);
                add_finer(level, start_s, static_cast<std::uint32_t>(at_s), from, points);
            };
            auto done =
                read_chunks(*cursor, level - 1, static_cast<std::uint32_t>(at_s), first, end, state_.damaged, take);
            if (!done) return done;
        }
    }
    for (std::uint32_t i = 0; i < end - first; ++i) {
        if (chunks[i].empty()) continue;
        if (auto done = write_chunk(env_, txn_, level, start_s, first + i, chunks[i]); !done) return done;
    }
    return {};
}

flow::Result<void> Compactor::clean_up(std::uint64_t most) {
    auto erased = erase_head(txn_, table(env_, TableId::folded), state_.progress.closed[0].until_s, most);
    if (!erased) return flow::pass(erased);
    return {};
}

flow::Result<void> Compactor::expire(const Retention& retention, std::uint64_t most) {
    for (std::size_t level = 0; level < kResolutionCount; ++level) {
        std::uint64_t limit_s = retention.kept_from(level, now_s_);
        if (level + 1 < kResolutionCount) limit_s = std::min(limit_s, state_.progress.closed[level + 1].until_s);
        auto erased = erase_head(txn_, points_table(env_, level), limit_s, most);
        if (!erased) return flow::pass(erased);
        state_.deleted_rows += *erased;
    }
    for (const TableId id : {TableId::books, TableId::ledger_books}) {
        auto erased = expire_table(id, retention.days_books, most);
        if (!erased) return flow::pass(erased);
        state_.deleted_books += *erased;
    }
    auto erased = expire_table(TableId::interface_hours, retention.days_interfaces, most);
    if (!erased) return flow::pass(erased);
    return {};
}

// Of a table whose keys begin with a time.
flow::Result<std::uint64_t> Compactor::expire_table(TableId id, std::uint32_t days, std::uint64_t most) {
    auto erased = erase_head(txn_, table(env_, id), before(now_s_, days * 86400ull), most);
    if (erased) state_.deleted_rows += *erased;
    return erased;
}

}  // namespace store
