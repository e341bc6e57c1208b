// SPDX-License-Identifier: Apache-2.0
// The archive's catalogue (store/segments.hpp) on its way to disk and back.
//
// Thread: the store thread; reading by any with its own transaction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "dataplane/flow/result.hpp"
#include "store/lmdb/txn.hpp"
#include "store/segments.hpp"

namespace store {

// Not committed yet, of the archive and of the store together; beyond it the store takes no more, and the archive waits.
inline constexpr std::size_t kMaxPendingSegments = 200'000;

// What the archive told since the last commit: the newest of each key. Ledgers go their own way.
class PendingSegments {
  public:
    void add(const ArchiveNews& news);
    // What `later` says holds.
    void add(PendingSegments&& later);
    [[nodiscard]] flow::Result<void> save(const lmdb::Env& env, lmdb::WriteTxn& txn) const;
    void clear() { changes_.clear(); }
    [[nodiscard]] std::size_t size() const noexcept { return changes_.size(); }

  private:
    std::map<SegmentKey, std::optional<SegmentEntry>> changes_;  // nullopt: gone
};

// Appends the entries of slots in [from, to_s) and of `sources` (ascending; empty = all), by key; about `most` of them, and
// those of a source and slot together, for they are replaced by each other. Where the next transaction goes on; nullopt at
// the end.
[[nodiscard]] flow::Result<std::optional<SegmentKey>> read_segments(const lmdb::Env& env, const lmdb::Txn& txn,
                                                                    const SegmentKey& from, std::uint32_t to_s,
                                                                    std::span<const std::uint32_t> sources,
                                                                    std::size_t most, std::vector<SegmentEntry>& all);

}  // namespace store
