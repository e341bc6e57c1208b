// SPDX-License-Identifier: Apache-2.0
#include "store/series/chunks.hpp"

#include <algorithm>
#include <tuple>

namespace store {
namespace {

bool is_chunk_key(flow::Bytes key) noexcept {
    return key.size() == ChunkKey{}.size();
}
std::uint32_t start_of(flow::Bytes key) noexcept {
    return flow::load_be32(key.data());
}
std::uint32_t series_of(flow::Bytes key) noexcept {
    return flow::load_be32(key.data() + 4);
}

bool is_part_of(flow::Bytes key, std::uint32_t start_s, std::uint32_t series) noexcept {
    return is_chunk_key(key) && start_of(key) == start_s && series_of(key) == series;
}

// Reads a chunk and deletes its parts. False: there is none.
flow::Result<bool> take_chunk(const lmdb::Env& env, lmdb::WriteTxn& txn, std::size_t level, std::uint32_t start_s,
                              std::uint32_t series, std::uint64_t& damaged, ChunkPoints& points) {
    auto cursor = txn.cursor(points_table(env, level));
    if (!cursor) return flow::pass(cursor);
    auto more = cursor->seek(chunk_key(start_s, series, 0));
    bool found = false;
    for (; more && *more && is_part_of(cursor->key(), start_s, series); more = cursor->next()) {
        found = true;
        if (!decode_part(cursor->value(), has_max(level), points)) ++damaged;
        if (auto done = cursor->erase(); !done) return flow::pass(done);
    }
    if (!more) return flow::pass(more);
    return found;
}

void add_late(std::size_t level, std::uint32_t start_s, std::span<Late> late, ChunkPoints& points) {
    const auto point = [&](const Late& l) -> ChunkPoint& {
        return points[(l.bucket_s - start_s) / kResolutions[level].step_s];
    };
    for (const Late& l : late) {
        point(l).present = true;
        add(point(l).sum, l.sums);
        if (has_max(level)) raise(point(l).max, l.peak);
    }
    if (level != kMaximumOf) return;
    for (Late& l : late) l.peak = point(l).sum;
}

}  // namespace

flow::Result<void> read_chunk(lmdb::Cursor& cursor, std::size_t level, std::uint32_t start_s, std::uint32_t series,
                              std::uint64_t& damaged, ChunkPoints& points) {
    auto more = cursor.seek(chunk_key(start_s, series, 0));
    for (; more && *more && is_part_of(cursor.key(), start_s, series); more = cursor.next()) {
        if (!decode_part(cursor.value(), has_max(level), points)) ++damaged;
    }
    if (!more) return flow::pass(more);
    return {};
}

flow::Result<void> read_chunks(lmdb::Cursor& cursor, std::size_t level, std::uint32_t start_s, std::uint32_t first,
                               std::uint32_t end, std::uint64_t& damaged, const UseChunk& use) {
    ChunkPoints points(kResolutions[level].points);
    auto more = cursor.seek(chunk_key(start_s, first, 0));
    const auto wanted = [&] {
        return more && *more && is_chunk_key(cursor.key()) && start_of(cursor.key()) == start_s &&
               series_of(cursor.key()) < end;
    };
    while (wanted()) {
        const std::uint32_t series = series_of(cursor.key());
        std::fill(points.begin(), points.end(), ChunkPoint{});
        for (; wanted() && series_of(cursor.key()) == series; more = cursor.next()) {
            if (!decode_part(cursor.value(), has_max(level), points)) ++damaged;
        }
        use(series, points);
    }
    if (!more) return flow::pass(more);
    return {};
}

flow::Result<void> write_chunk(const lmdb::Env& env, lmdb::WriteTxn& txn, std::size_t level, std::uint32_t start_s,
                               std::uint32_t series, const ChunkPoints& points) {
    std::uint8_t part = 0;
    for (const Buffer& bytes : encode_chunk(points, has_max(level), kPartBytes)) {
        auto done = txn.put_last(points_table(env, level), chunk_key(start_s, series, part++), bytes);
        if (!done) return done;
    }
    return {};
}

flow::Result<bool> rewrite_chunk(const lmdb::Env& env, lmdb::WriteTxn& txn, std::size_t level, std::uint32_t start_s,
                                 std::uint32_t series, std::uint64_t& damaged,
                                 const std::function<void(ChunkPoints&)>& edit) {
    ChunkPoints points(kResolutions[level].points);
    auto found = take_chunk(env, txn, level, start_s, series, damaged, points);
    if (!found) return found;
    edit(points);
    if (auto done = write_chunk(env, txn, level, start_s, series, points); !done) return flow::pass(done);
    return *found || std::any_of(points.begin(), points.end(), [](const ChunkPoint& p) { return p.present; });
}

void add_finer(std::size_t level, std::uint32_t start_s, std::uint32_t finer_start_s, const ChunkPoints& finer,
               ChunkPoints& points) noexcept {
    const Resolution& ours = kResolutions[level];
    for (std::size_t i = 0; i < finer.size(); ++i) {
        const std::uint64_t at_s = finer_start_s + i * kResolutions[level - 1].step_s;
        if (!finer[i].present || at_s < start_s || at_s >= start_s + std::uint64_t{ours.span_s()}) continue;
        ChunkPoint& to = points[(at_s - start_s) / ours.step_s];
        to.present = true;
        add(to.sum, finer[i].sum);
        if (has_max(level)) raise(to.max, has_max(level - 1) ? finer[i].max : finer[i].sum);
    }
}

flow::Result<void> merge_late(const lmdb::Env& env, lmdb::WriteTxn& txn, std::size_t level, std::span<Late> late,
                              std::uint64_t& damaged) {
    const Resolution& resolution = kResolutions[level];
    const auto chunk = [&](const Late& l) { return std::tuple(resolution.chunk_start(l.bucket_s), l.series); };
    std::sort(late.begin(), late.end(), [&](const Late& a, const Late& b) { return chunk(a) < chunk(b); });
    for (std::size_t i = 0; i < late.size();) {
        std::size_t end = i + 1;
        while (end < late.size() && chunk(late[end]) == chunk(late[i])) ++end;
        const auto [start_s, series] = chunk(late[i]);
        auto done =
            rewrite_chunk(env, txn, level, start_s, series, damaged, [&, start_s = start_s](ChunkPoints& points) {
                add_late(level, start_s, late.subspan(i, end - i), points);
            });
        if (!done) return flow::pass(done);
        i = end;
    }
    return {};
}

}  // namespace store
