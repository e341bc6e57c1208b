// SPDX-License-Identifier: Apache-2.0
// Pieces of the past (store/fill.hpp) on their way into chunks and rows.
//
// Thread: the store thread.
// Shape:  steps in chunks are set there, and the steps above them made anew of the finer ones. Steps of 10 s that are in no
//         chunk yet get a row more with what they lack; where they have too much, the piece waits for their chunk (minutes).
//         10-s steps that retention has passed by go into the 300-s step that they fill; others are left out and counted.
// Limits: kFillChunks chunks written in a transaction, so that commits stay short.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <vector>

#include "dataplane/flow/result.hpp"
#include "store/fill.hpp"
#include "store/lmdb/txn.hpp"
#include "store/series/compactor.hpp"
#include "store/series/resolution.hpp"
#include "store/series/values.hpp"

namespace store {

inline constexpr std::size_t kFillChunks = 512;

// Brings one piece into a transaction.
class Filler {
  public:
    Filler(const lmdb::Env& env, lmdb::WriteTxn& txn, CompactorState& state, const Retention& retention,
           std::uint64_t now_s) noexcept
        : env_(env), txn_(txn), state_(state), retention_(retention), now_s_(now_s) {}

    // False: not yet, and nothing was changed.
    [[nodiscard]] flow::Result<bool> put(const FillPiece& piece);

    [[nodiscard]] std::size_t chunks() const noexcept { return chunks_; }      // written
    [[nodiscard]] std::uint64_t too_old() const noexcept { return too_old_; }  // points left out

  private:
    [[nodiscard]] bool is_due(const FillPiece& piece, std::size_t level) const noexcept;
    [[nodiscard]] flow::Result<bool> find_missing(std::uint32_t series, std::span<const FillPoint> open,
                                                  std::vector<FillPoint>& missing);
    flow::Result<void> add_rows(std::uint32_t series, std::span<const FillPoint> missing);
    flow::Result<void> set(std::uint32_t series, std::size_t level, std::span<const FillPoint> points);
    flow::Result<void> rewrite(std::uint32_t series, std::size_t level, std::uint32_t start_s,
                               const std::function<void(ChunkPoints&)>& edit);
    flow::Result<void> set_chunk(std::uint32_t series, std::size_t level, std::uint32_t start_s,
                                 std::span<const FillPoint> points);
    flow::Result<void> remake_coarser(std::uint32_t series, std::size_t level, std::uint32_t start_s,
                                      std::uint32_t from_s, std::uint32_t to_s);

    const lmdb::Env& env_;
    lmdb::WriteTxn& txn_;
    CompactorState& state_;
    const Retention& retention_;
    std::uint64_t now_s_;
    std::size_t chunks_ = 0;
    std::uint64_t too_old_ = 0;
};

class PendingFills {
  public:
    void add(std::vector<FillPiece>&& pieces);  // in the order of their numbers
    void drop();                                // all that wait
    // As much as a transaction takes.
    [[nodiscard]] flow::Result<void> save(const lmdb::Env& env, lmdb::WriteTxn& txn, CompactorState& state,
                                          const Retention& retention, std::uint64_t now_s);
    void committed();
    [[nodiscard]] FillState state() const noexcept;

  private:
    struct Waiting {
        std::uint64_t number = 0;
        FillPiece piece{};
        bool saved = false;  // by the transaction that is under way
    };
    std::deque<Waiting> pieces_;
    std::uint64_t added_ = 0;  // number of the newest
    std::uint64_t too_old_ = 0, too_old_now_ = 0;
};

}  // namespace store
