// SPDX-License-Identifier: Apache-2.0
// Values that are not in chunks yet, time-major: `live` (what each commit added to a bucket) and `folded`
// (ended buckets).
//
// Thread: any with its own transaction; writing by the store thread.
// Shape:  see schema.hpp. The rows of one (bucket, sequence) hold ascending series, each once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "dataplane/flow/result.hpp"
#include "store/lmdb/txn.hpp"
#include "store/series/schema.hpp"
#include "store/series/values.hpp"

namespace store {

// Buckets that have rows in `live`, and the sequence number for the next.
using Unfolded = std::map<std::uint32_t, std::uint32_t>;
[[nodiscard]] flow::Result<Unfolded> load_unfolded(const lmdb::Env& env, const lmdb::Txn& txn);

// `entries`: ascending series. Puts them as the rows of (bucket, sequence).
[[nodiscard]] flow::Result<void> put_rows(lmdb::WriteTxn& txn, lmdb::Table table, std::uint32_t bucket_s,
                                          std::uint32_t sequence, std::span<const RowEntry> entries);

// Makes one set of rows in `folded` out of the bucket's rows in `live` and those folded before. Counts
// damaged rows.
[[nodiscard]] flow::Result<void> fold(const lmdb::Env& env, lmdb::WriteTxn& txn, std::uint32_t bucket_s,
                                      std::uint64_t& damaged);

// Calls use(bucket_s, entry) for what `table` has of the series [first, end) in buckets [from_s, to_s).
using UseEntry = std::function<void(std::uint32_t bucket_s, const RowEntry& entry)>;
[[nodiscard]] flow::Result<void> read_range(const lmdb::Txn& txn, lmdb::Table table, std::uint64_t from_s,
                                            std::uint64_t to_s, std::uint32_t first, std::uint32_t end,
                                            std::uint64_t& damaged, const UseEntry& use);
// The same for some series (ascending); skips rows without them.
[[nodiscard]] flow::Result<void> read_some(const lmdb::Txn& txn, lmdb::Table table, std::uint64_t from_s,
                                           std::uint64_t to_s, std::span<const std::uint32_t> series,
                                           std::uint64_t& damaged, const UseEntry& use);

// First bucket >= `from_s` with rows in `table`; kNoBucket when there is none.
inline constexpr std::uint64_t kNoBucket = ~0ull;
[[nodiscard]] flow::Result<std::uint64_t> next_bucket(const lmdb::Txn& txn, lmdb::Table table, std::uint64_t from_s);

// Deletes from the head of `table` the keys whose first number is below `limit_s`, at most `most`; how many
// it were.
[[nodiscard]] flow::Result<std::uint64_t> erase_head(lmdb::WriteTxn& txn, lmdb::Table table, std::uint64_t limit_s,
                                                     std::uint64_t most);

}  // namespace store
