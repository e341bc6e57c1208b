// SPDX-License-Identifier: Apache-2.0
// The tables of the environment, their keys, and how far the chunks are written.
//
// Shape: numbers in keys are big-endian, so that keys sort by them; numbers in values are little-endian or
// varints.
//   meta        text -> see records.hpp
//   ledger      flow::ledger_name().path -> u64
//   sources     source id u32 -> name
//   catalogue   series id u32 -> profile, channel, source: a length byte and the text each
//   marks       series id u32, since_ms u64 -> text of the filter from then on
//   exporters   exporter id u32 -> address 16, agent 16, source id u32, domain u32, port u16, protocol u8
//   counts      exporter id u32 -> counters (counter_order.hpp) by the names in meta "exporter_counters"
//   templates   exporter id u32, template id u16 -> options u8, learned_ms u64, definition as it came
//   options     exporter id u32, kind u8, id u64 -> value u64, learned_ms u64, text
//   books       start u32, exporter id u32 -> increase of counts in kBookSeconds, as counters
//   ledger_books     start u32 -> increase of the ledger, as counters by the names in meta "ledger_counters"
//   interfaces       exporter id u32, index u32 -> newest sample (interface_values.hpp)
//   interface_hours  hour's start u32, exporter id u32, index u32, part u8 -> points that end in that hour
//   live        bucket u32, sequence u32, first series u32 -> row: a second's additions to a 10-s bucket
//   folded      bucket u32, 0 u32, first series u32 -> row: the bucket, after it has ended
//   segments    slot u32, source u32, writer u16, part u16 -> sealed u8, numbers of SegmentEntry (segment_records.cpp)
//   points_N    chunk start u32, series u32, part u8 -> part of a chunk of N-s points
// Schema 1 had no options, books and interfaces, no port in exporters, and counts of 8 bytes each; the first transaction of a
// newer program makes today's of it. Schema 2 had no segments.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "dataplane/flow/result.hpp"
#include "dataplane/flow/wire.hpp"
#include "store/lmdb/txn.hpp"
#include "store/series/resolution.hpp"

namespace store {

inline constexpr std::uint32_t kSchema = 3;

enum class TableId : std::uint8_t {
    meta,
    ledger,
    sources,
    catalogue,
    marks,
    exporters,
    counts,
    templates,
    live,
    folded,
    options,
    books,
    ledger_books,
    interfaces,
    interface_hours,
    segments,
    points,  // the first of kResolutionCount
};
[[nodiscard]] inline lmdb::Table table(const lmdb::Env& env, TableId id) noexcept {
    return env.table(static_cast<std::size_t>(id));
}
[[nodiscard]] inline lmdb::Table points_table(const lmdb::Env& env, std::size_t level) noexcept {
    return env.table(static_cast<std::size_t>(TableId::points) + level);
}

// Opens the environment with all tables. `read_only`: nothing is created.
[[nodiscard]] flow::Result<lmdb::Env> open_environment(const std::string& directory, bool read_only,
                                                       std::uint64_t map_bytes);

// "data directory D: a record of table T is damaged: ..."
[[nodiscard]] tl::unexpected<flow::Error> fail_damaged(const lmdb::Env& env, const char* table);

inline void store_be32(std::uint8_t* to, std::uint32_t v) noexcept {
    v = __builtin_bswap32(v);
    std::memcpy(to, &v, sizeof v);
}
inline void store_be64(std::uint8_t* to, std::uint64_t v) noexcept {
    v = __builtin_bswap64(v);
    std::memcpy(to, &v, sizeof v);
}

using IdKey = std::array<std::uint8_t, 4>;
using RowKey = std::array<std::uint8_t, 12>;
using ChunkKey = std::array<std::uint8_t, 9>;
inline constexpr std::size_t kRowBytes = lmdb::kInlineBytes - RowKey{}.size();
inline constexpr std::size_t kPartBytes = lmdb::kInlineBytes - ChunkKey{}.size();

[[nodiscard]] inline IdKey id_key(std::uint32_t id) noexcept {
    IdKey key;
    store_be32(key.data(), id);
    return key;
}
[[nodiscard]] inline RowKey row_key(std::uint32_t bucket_s, std::uint32_t sequence, std::uint32_t first) noexcept {
    RowKey key;
    store_be32(key.data(), bucket_s);
    store_be32(key.data() + 4, sequence);
    store_be32(key.data() + 8, first);
    return key;
}
[[nodiscard]] inline ChunkKey chunk_key(std::uint32_t start_s, std::uint32_t series, std::uint8_t part) noexcept {
    ChunkKey key;
    store_be32(key.data(), start_s);
    store_be32(key.data() + 4, series);
    key[8] = part;
    return key;
}

// How far the chunks of one resolution are written.
struct Closed {
    std::uint64_t until_s = 0;      // chunks that start before are written for every series; a multiple of the span
    std::uint32_t series_done = 0;  // of the chunk that starts there: for series below
};
// What is not closed is in finer resolutions, or in `folded` and `live`. Finer ones are never behind coarser
// ones.
struct Progress {
    bool started = false;
    std::array<Closed, kResolutionCount> closed{};

    // Until when values of `series` are in chunks of this level.
    [[nodiscard]] std::uint64_t closed_until(std::size_t level, std::uint32_t series) const noexcept {
        const Closed& c = closed[level];
        return c.until_s + (series < c.series_done ? kResolutions[level].span_s() : 0);
    }
};

}  // namespace store
