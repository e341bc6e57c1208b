// SPDX-License-Identifier: Apache-2.0
// What is done to values after they were counted: folded when their bucket is over, written as chunks when a
// chunk's span is over, made coarser, deleted when they are too old. A bounded piece in each commit, its
// progress in the same transaction.
//
// Thread: the store thread.
// Limits: a bucket is folded kFoldAfterS after its end and a 10-s chunk written `chunk_after_s` after its
// end; what comes
//         later than that is merged into what is written (merge_late).
#pragma once

#include <cstdint>

#include "dataplane/flow/result.hpp"
#include "store/lmdb/txn.hpp"
#include "store/series/live.hpp"
#include "store/series/schema.hpp"

namespace store {

// Changed by one transaction; the caller keeps the old one until the commit has succeeded.
struct CompactorState {
    Progress progress;
    Unfolded unfolded;
    std::uint64_t damaged = 0;       // values that could not be read
    std::uint64_t deleted_rows = 0;  // by retention, of all tables
    std::uint64_t deleted_books = 0;
};

struct CompactorBudget {
    std::uint64_t buckets = 0;  // to fold
    std::uint64_t series = 0;   // to write a chunk of
    std::uint64_t deletes = 0;  // rows, per table
};

class Compactor {
  public:
    static constexpr std::uint64_t kFoldAfterS = 5;

    // `series`: how many the catalogue has.
    Compactor(const lmdb::Env& env, lmdb::WriteTxn& txn, CompactorState& state, std::uint64_t now_s,
              std::uint32_t series)
        : env_(env), txn_(txn), state_(state), now_s_(now_s), series_(series) {}

    flow::Result<void> fold_buckets(std::uint64_t most);
    flow::Result<void> write_chunks(std::uint64_t chunk_after_s, std::uint64_t most);
    // Rows of `folded` that are in chunks now.
    flow::Result<void> clean_up(std::uint64_t most);
    // What is older than `retention`; chunks, once the coarser ones are made from them.
    flow::Result<void> expire(const Retention& retention, std::uint64_t most);

  private:
    flow::Result<std::uint64_t> expire_table(TableId id, std::uint32_t days, std::uint64_t most);
    flow::Result<bool> skip_empty(std::size_t level, std::uint64_t end_s);
    flow::Result<void> write_finest(std::uint32_t start_s, std::uint32_t first, std::uint32_t end);
    flow::Result<void> write_coarser(std::size_t level, std::uint32_t start_s, std::uint32_t first, std::uint32_t end);
    flow::Result<void> advance(std::size_t level, std::uint64_t end_s, std::uint64_t& budget);

    const lmdb::Env& env_;
    lmdb::WriteTxn& txn_;
    CompactorState& state_;
    std::uint64_t now_s_;
    std::uint32_t series_;
};

}  // namespace store
