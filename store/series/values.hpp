// SPDX-License-Identifier: Apache-2.0
// What a series counts in a bucket, and the bytes it is stored as.
//
// Thread: any; values.
// Shape:  a number is a varint: 7 bits a byte, lowest first, the top bit says that more follow; at most 10
// bytes.
//         Sums are a byte with a bit per class present, then flows, packets, bytes of each class present.
//         A row holds several series: (id minus the id before, sums)... in ascending order; the first id is
//         in its key. A chunk value holds consecutive points: first index, count, presence bits, then per
//         point present its sums and, where the resolution has maxima of its own, their sums.
// Limits: adding saturates at 2^64-1. Decoding checks every byte: damaged bytes give false.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "dataplane/flow/tally.hpp"
#include "dataplane/flow/wire.hpp"

namespace store {

using Sums = std::array<flow::Cell, flow::kClasses>;

void add(Sums& to, const Sums& from) noexcept;
void raise(Sums& to, const Sums& from) noexcept;  // to the greater of each
[[nodiscard]] bool is_zero(const Sums& sums) noexcept;

struct ChunkPoint {
    bool present = false;
    Sums sum{};
    Sums max{};  // meaningful for resolutions coarser than that of kMaximumOf
};
// As many as the resolution's chunk has.
using ChunkPoints = std::vector<ChunkPoint>;

using Buffer = std::vector<std::uint8_t>;
void put_number(Buffer& to, std::uint64_t number);
void put_sums(Buffer& to, const Sums& sums);
[[nodiscard]] std::uint64_t take_number(flow::Cursor& from) noexcept;  // damaged: from is not ok()
[[nodiscard]] Sums take_sums(flow::Cursor& from) noexcept;

// One series of a row.
struct RowEntry {
    std::uint32_t series = 0;
    Sums sums{};
};
// Packs ascending series into a row of at most `limit` bytes.
class RowPacker {
  public:
    explicit RowPacker(std::size_t limit) : limit_(limit) { bytes_.reserve(limit); }
    // False when the row is full without `entry`: take bytes(), reset(), add again.
    [[nodiscard]] bool add(const RowEntry& entry);
    [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }
    [[nodiscard]] std::uint32_t first() const noexcept { return first_; }
    [[nodiscard]] flow::Bytes bytes() const noexcept { return bytes_; }
    void reset() noexcept { bytes_.clear(); }

  private:
    std::size_t limit_;
    Buffer bytes_, entry_;
    std::uint32_t first_ = 0, last_ = 0;
};
// Reads a row: `first` is the series of its key.
class RowCursor {
  public:
    RowCursor(std::uint32_t first, flow::Bytes value) noexcept : at_(value), series_(first) {}
    // The next series; nullopt at the end or at damaged bytes.
    [[nodiscard]] std::optional<RowEntry> next() noexcept;
    [[nodiscard]] bool damaged() const noexcept { return !at_.ok(); }

  private:
    flow::Cursor at_;
    std::uint32_t series_;
};

// The parts of a chunk, each of at most `limit` bytes, in order; none when no point is present.
[[nodiscard]] std::vector<Buffer> encode_chunk(const ChunkPoints& points, bool with_max, std::size_t limit);
// Adds a part's points to `points`; false and nothing changed when the bytes are damaged.
[[nodiscard]] bool decode_part(flow::Bytes value, bool with_max, ChunkPoints& points);

}  // namespace store
