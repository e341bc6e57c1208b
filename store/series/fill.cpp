// SPDX-License-Identifier: Apache-2.0
#include "store/series/fill.hpp"

#include <algorithm>
#include <map>

#include "store/series/chunks.hpp"
#include "store/series/live.hpp"

namespace store {
namespace {

std::size_t level_of(std::uint32_t step_s) noexcept {
    std::size_t level = 0;
    while (level + 1 < kResolutionCount && kResolutions[level].step_s != step_s) ++level;
    return level;
}

// False: some counter of `has` is higher.
bool subtract(Sums& from, const Sums& has) noexcept {
    for (std::size_t c = 0; c < from.size(); ++c) {
        if (from[c].flows < has[c].flows || from[c].packets < has[c].packets || from[c].bytes < has[c].bytes)
            return false;
        from[c].flows -= has[c].flows;
        from[c].packets -= has[c].packets;
        from[c].bytes -= has[c].bytes;
    }
    return true;
}

// Of steps that come in ascending order.
std::uint64_t end_of(std::span<const FillPoint> points, std::size_t level) noexcept {
    return points.back().at_s + std::uint64_t{kResolutions[level].step_s};
}

// 10-s steps before `kept_s` as the 300-s steps that they fill; others are left out.
std::vector<FillPoint> coarsened(std::span<const FillPoint> points, std::uint64_t kept_s) {
    const Resolution& fine = kResolutions[0];
    std::vector<FillPoint> out;
    std::size_t from = 0;  // steps since then are of one chunk, without a gap
    for (std::size_t i = 0; i < points.size() && points[i].at_s < kept_s; ++i) {
        const std::uint32_t start_s = fine.chunk_start(points[i].at_s);
        if (points[i].at_s == start_s) from = i;
        const bool last = points[i].at_s == start_s + fine.span_s() - fine.step_s;
        if (!last || i - from + 1 != fine.points || points[from].at_s != start_s) continue;
        FillPoint& sum = out.emplace_back(FillPoint{.at_s = start_s});
        for (std::size_t k = from; k <= i; ++k) {
            add(sum.sum, points[k].sum);
            sum.at_least = sum.at_least || points[k].at_least;
        }
    }
    return out;
}

}  // namespace

bool Filler::is_due(const FillPiece& piece, std::size_t level) const noexcept {
    const std::uint64_t end_s = end_of(piece.points, level);
    if (!state_.progress.started || end_s + kFillAfterS > now_s_) return false;
    // Longer steps are made of the finer ones first: what is set in them before would be made over.
    return level == 0 || end_s <= state_.progress.closed_until(level, piece.series);
}

flow::Result<bool> Filler::put(const FillPiece& piece) {
    const std::size_t level = level_of(piece.step_s);
    if (piece.points.empty()) return true;
    if (!is_due(piece, level)) return false;
    const std::uint64_t kept_s = retention_.kept_from(level, now_s_);
    const std::span<const FillPoint> all(piece.points);
    const auto kept = std::find_if(all.begin(), all.end(), [&](const FillPoint& p) { return p.at_s >= kept_s; });
    const std::uint64_t closed_s = state_.progress.closed_until(level, piece.series);
    const auto open = std::find_if(kept, all.end(), [&](const FillPoint& p) { return p.at_s >= closed_s; });
    std::vector<FillPoint> missing;
    auto found = find_missing(piece.series, {open, all.end()}, missing);
    if (!found || !*found) return found;

    std::vector<FillPoint> coarser;
    if (level == 0) coarser = coarsened({all.begin(), kept}, kept_s);
    if (!coarser.empty() && end_of(coarser, kMaximumOf) > state_.progress.closed_until(kMaximumOf, piece.series))
        return false;
    too_old_ += static_cast<std::uint64_t>(kept - all.begin()) - coarser.size() * kResolutions[0].points;
    auto done = set(piece.series, kMaximumOf, coarser);
    if (done) done = set(piece.series, level, {kept, open});
    if (done) done = add_rows(piece.series, missing);
    if (!done) return flow::pass(done);
    return true;
}

// What steps that are in no chunk lack; false: one has too much.
flow::Result<bool> Filler::find_missing(std::uint32_t series, std::span<const FillPoint> open,
                                        std::vector<FillPoint>& missing) {
    if (open.empty()) return true;
    std::map<std::uint32_t, Sums> stored;
    const auto take = [&](std::uint32_t bucket_s, const RowEntry& entry) { add(stored[bucket_s], entry.sums); };
    for (const TableId id : {TableId::folded, TableId::live}) {
        auto done = read_range(txn_, table(env_, id), open.front().at_s, end_of(open, 0), series, series + 1,
                               state_.damaged, take);
        if (!done) return flow::pass(done);
    }
    for (FillPoint point : open) {
        const Sums& has = stored[point.at_s];
        if (point.at_least) raise(point.sum, has);
        if (!subtract(point.sum, has)) return false;
        if (!is_zero(point.sum)) missing.push_back(point);
    }
    return true;
}

flow::Result<void> Filler::add_rows(std::uint32_t series, std::span<const FillPoint> missing) {
    for (const FillPoint& point : missing) {
        const RowEntry row{series, point.sum};
        auto done = put_rows(txn_, table(env_, TableId::live), point.at_s, state_.unfolded[point.at_s]++, {&row, 1});
        if (!done) return done;
        ++chunks_;
    }
    return {};
}

flow::Result<void> Filler::set(std::uint32_t series, std::size_t level, std::span<const FillPoint> points) {
    const std::size_t before = chunks_;
    for (std::size_t i = 0; i < points.size();) {
        const std::uint32_t start_s = kResolutions[level].chunk_start(points[i].at_s);
        std::size_t end = i + 1;
        while (end < points.size() && kResolutions[level].chunk_start(points[end].at_s) == start_s) ++end;
        if (auto done = set_chunk(series, level, start_s, points.subspan(i, end - i)); !done) return done;
        i = end;
    }
    if (chunks_ == before) return {};  // where nothing was there is nothing: most of a quiet source
    // Level by level, so that a chunk is written once for all that changed below it.
    for (std::size_t finer = level; finer + 1 < kResolutionCount; ++finer) {
        const std::uint64_t end_s = end_of(points, level);
        const std::uint32_t span_s = kResolutions[finer + 1].span_s();
        std::uint32_t at_s = points.front().at_s;
        for (std::uint32_t start_s = kResolutions[finer + 1].chunk_start(at_s); start_s < end_s; start_s += span_s) {
            const auto to_s =
                static_cast<std::uint32_t>(std::min<std::uint64_t>(end_s, start_s + std::uint64_t{span_s}));
            auto done = remake_coarser(series, finer + 1, start_s, std::max(at_s, start_s), to_s);
            if (!done) return done;
        }
    }
    return {};
}

flow::Result<void> Filler::rewrite(std::uint32_t series, std::size_t level, std::uint32_t start_s,
                                   const std::function<void(ChunkPoints&)>& edit) {
    auto touched = rewrite_chunk(env_, txn_, level, start_s, series, state_.damaged, edit);
    if (!touched) return flow::pass(touched);
    chunks_ += *touched ? 1 : 0;
    return {};
}

flow::Result<void> Filler::set_chunk(std::uint32_t series, std::size_t level, std::uint32_t start_s,
                                     std::span<const FillPoint> points) {
    return rewrite(series, level, start_s, [&](ChunkPoints& chunk) {
        for (const FillPoint& point : points) {
            ChunkPoint& to = chunk[(point.at_s - start_s) / kResolutions[level].step_s];
            if (!point.at_least) to = {};
            raise(to.sum, point.sum);
            raise(to.max, point.max);
            to.present = !is_zero(to.sum);
        }
    });
}

// The steps of `level` that touch [from_s, to_s), all of the chunk at `start_s`, out of the next finer ones.
flow::Result<void> Filler::remake_coarser(std::uint32_t series, std::size_t level, std::uint32_t start_s,
                                          std::uint32_t from_s, std::uint32_t to_s) {
    const Resolution &ours = kResolutions[level], &finer = kResolutions[level - 1];
    if (start_s >= state_.progress.closed_until(level, series)) return {};  // the compactor will
    ChunkPoints made(ours.points);
    const std::uint32_t first = (from_s - start_s) / ours.step_s, last = (to_s - 1 - start_s) / ours.step_s;
    {
        auto cursor = txn_.cursor(points_table(env_, level - 1));
        if (!cursor) return flow::pass(cursor);
        const std::uint32_t end_s = start_s + (last + 1) * ours.step_s;
        for (std::uint32_t at_s = finer.chunk_start(start_s + first * ours.step_s); at_s < end_s;
             at_s += finer.span_s()) {
            ChunkPoints from(finer.points);
            auto done = read_chunk(*cursor, level - 1, at_s, series, state_.damaged, from);
            if (!done) return done;
            add_finer(level, start_s, at_s, from, made);
        }
    }
    return rewrite(series, level, start_s, [&](ChunkPoints& chunk) {
        std::copy(made.begin() + first, made.begin() + last + 1, chunk.begin() + first);
    });
}

void PendingFills::add(std::vector<FillPiece>&& pieces) {
    for (FillPiece& piece : pieces) pieces_.push_back({++added_, std::move(piece)});
}

void PendingFills::drop() {
    pieces_.clear();
}

flow::Result<void> PendingFills::save(const lmdb::Env& env, lmdb::WriteTxn& txn, CompactorState& state,
                                      const Retention& retention, std::uint64_t now_s) {
    Filler filler(env, txn, state, retention, now_s);
    for (Waiting& waiting : pieces_) {
        waiting.saved = false;
        if (filler.chunks() >= kFillChunks) continue;
        auto done = filler.put(waiting.piece);
        if (!done) return flow::pass(done);
        waiting.saved = *done;
    }
    too_old_now_ = filler.too_old();
    return {};
}

void PendingFills::committed() {
    std::erase_if(pieces_, [](const Waiting& waiting) { return waiting.saved; });
    too_old_ += too_old_now_;
    too_old_now_ = 0;
}

FillState PendingFills::state() const noexcept {
    return {pieces_.empty() ? added_ : pieces_.front().number - 1, pieces_.size(), too_old_};
}

}  // namespace store
