// SPDX-License-Identifier: Apache-2.0
// FlowBatch: the one thing that flows. Decoders write it, match and aggregate read it, the archive stores it.
//
// Thread: one owner at a time; moves whole, by slot number, between the threads of a worker (see dataplane/lane.hpp).
// Shape:  structure of arrays, host byte order, rows in order of arrival; self-contained: texts lie in its own arena.
// Limits: kBatchRows rows; kArenaBytes of text and payload. Full of either = closed.
// Memory: rare columns and arena are pages that cost nothing until a template brings such a column.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "dataplane/flow/columns.hpp"

namespace flow {

inline constexpr std::uint32_t kBatchRows = 2048;
inline constexpr std::uint32_t kArenaBytes = 512 * 1024;
inline constexpr std::uint32_t kBucketSeconds = 10;

// Bytes of text in a batch, each distinct short string once.
class TextArena {
  public:
    void reset() noexcept {
        used_ = 0;
        recent_.fill(Text{});
    }
    [[nodiscard]] std::uint32_t free_bytes() const noexcept { return kArenaBytes - used_; }
    [[nodiscard]] std::string_view view(Text t) const noexcept { return {bytes_.data() + t.offset, t.length}; }
    // False when it does not fit; `out` is then empty.
    bool add(std::string_view text, Text& out) noexcept;
    // Start of the used bytes; `used()` of them.
    [[nodiscard]] const char* data() const noexcept { return bytes_.data(); }
    [[nodiscard]] std::uint32_t used() const noexcept { return used_; }

  private:
    std::uint32_t used_ = 0;
    std::array<Text, 256> recent_{};  // by hash: the string that last had it, so that repeats are stored once
    std::array<char, kArenaBytes> bytes_;
};

struct FlowBatch {
    std::uint32_t rows = 0;
    std::uint32_t bucket_s = 0;  // start of the 10-s bucket of receive time that all rows belong to, seconds since 1970
    std::uint64_t received_ms = 0;     // receive time of the first row
    const void* generation = nullptr;  // dataplane::Generation under which `source` was given
    std::uint64_t present_any = 0;     // or of all rows' `present`
    // Written by match, read by the archive: row r is to be archived when bit r % 64 of keep[r / 64] is set.
    std::array<std::uint64_t, kBatchRows / 64> keep;
    std::uint32_t kept = 0;

#define X(name, type, what) alignas(64) std::array<type, kBatchRows> name;
    FLOW_COMMON_COLUMNS(X)
    FLOW_RARE_COLUMNS(X)
#undef X
    // Receive time of each row. Only the archive's reader fills it, when asked; while rows are live there is received_ms alone.
    alignas(64) std::array<std::uint64_t, kBatchRows> row_received_ms;
    TextArena arena;

    void reset() noexcept {
        rows = 0;
        present_any = 0;
        kept = 0;
        arena.reset();
    }
    [[nodiscard]] bool has(std::uint32_t row, Column c) const noexcept {
        return (present[row] & present_bit(c)) != 0;
    }
};

#define X(name, type, what) +sizeof(type)
static_assert(0 FLOW_COMMON_COLUMNS(X) <= 128, "common columns: at most 128 bytes a row");
#undef X

// Gives decoders somewhere to put rows. One virtual call per full batch, none per row.
//
// Thread: the decoding worker only.
class BatchWriter {
  public:
    BatchWriter() = default;
    BatchWriter(const BatchWriter&) = delete;
    BatchWriter& operator=(const BatchWriter&) = delete;
    virtual ~BatchWriter() = default;

    // The open batch with room for at least one row and `arena_bytes` of text (at most kArenaBytes).
    // Rows [rows, kBatchRows) may be filled; then raise `rows`. Always succeeds: when no slot is free the rows go to
    // a batch that is counted as lost_ring.
    [[nodiscard]] FlowBatch& room(std::uint32_t arena_bytes = 0) noexcept {
        if (open_->rows == kBatchRows || open_->arena.free_bytes() < arena_bytes) turn_over();
        return *open_;
    }

  protected:
    // Hands open_ on and sets it to an empty batch.
    virtual void turn_over() noexcept = 0;
    FlowBatch* open_ = nullptr;
};

}  // namespace flow
