// SPDX-License-Identifier: Apache-2.0
// The chunk tables: runs of points of one series at one resolution (level = index into kResolutions).
//
// Thread: any with its own transaction; writing by the store thread.
// Errors: of LMDB. A damaged part counts as missing and is counted.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "dataplane/flow/result.hpp"
#include "store/lmdb/txn.hpp"
#include "store/series/schema.hpp"
#include "store/series/values.hpp"

namespace store {

[[nodiscard]] constexpr bool has_max(std::size_t level) noexcept {
    return level > kMaximumOf;
}

// Adds the chunk's points to `points`, which has as many as the level's chunks.
[[nodiscard]] flow::Result<void> read_chunk(lmdb::Cursor& cursor, std::size_t level, std::uint32_t start_s,
                                            std::uint32_t series, std::uint64_t& damaged, ChunkPoints& points);

// Calls use(series, points) for the chunks that start at `start_s` of the series [first, end), ascending.
using UseChunk = std::function<void(std::uint32_t series, const ChunkPoints& points)>;
[[nodiscard]] flow::Result<void> read_chunks(lmdb::Cursor& cursor, std::size_t level, std::uint32_t start_s,
                                             std::uint32_t first, std::uint32_t end, std::uint64_t& damaged,
                                             const UseChunk& use);

// Writes a chunk that is not there yet.
[[nodiscard]] flow::Result<void> write_chunk(const lmdb::Env& env, lmdb::WriteTxn& txn, std::size_t level,
                                             std::uint32_t start_s, std::uint32_t series, const ChunkPoints& points);

// Replaces a chunk, written or not, by what edit() makes of its points. False: there was none, and there is none.
[[nodiscard]] flow::Result<bool> rewrite_chunk(const lmdb::Env& env, lmdb::WriteTxn& txn, std::size_t level,
                                               std::uint32_t start_s, std::uint32_t series, std::uint64_t& damaged,
                                               const std::function<void(ChunkPoints&)>& edit);

// Adds `finer`, the points of the next finer level's chunk at `finer_start_s`, to those of the chunk of `level` at `start_s`.
// Those outside of it are left out.
void add_finer(std::size_t level, std::uint32_t start_s, std::uint32_t finer_start_s, const ChunkPoints& finer,
               ChunkPoints& points) noexcept;

// Values that come after their chunk was written.
struct Late {
    std::uint32_t series = 0;
    std::uint32_t bucket_s = 0;
    Sums sums{};
    Sums peak{};  // sums of the whole bucket of the level kMaximumOf that it lies in; set by
                  // merge_late(kMaximumOf)
};
// Adds to chunks of `level`. To be called from the finest level to the coarsest. Reorders `late`.
[[nodiscard]] flow::Result<void> merge_late(const lmdb::Env& env, lmdb::WriteTxn& txn, std::size_t level,
                                            std::span<Late> late, std::uint64_t& damaged);

}  // namespace store
