// SPDX-License-Identifier: Apache-2.0
// What is stored besides values and exporters: names, the ledger, the schema, and where the writer stands.
//
// Thread: any with its own transaction.
// Errors: load_*: a damaged record, by its table's name. Unknown ledger names are left alone: a newer program wrote them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dataplane/flow/outcome.hpp"
#include "dataplane/flow/result.hpp"
#include "store/lmdb/txn.hpp"
#include "store/reader.hpp"
#include "store/series/schema.hpp"

namespace store {

// Of the writer; meta "progress", "clock" and "run".
struct WriterState {
    Progress progress;
    std::uint64_t last_commit_ms = 0;    // wall clock
    std::uint64_t deletion_waits_s = 0;  // see LeapGuard
    bool clean = false;                  // the last commit was that of a stop: nothing was in flight
};

[[nodiscard]] flow::Result<WriterState> load_writer_state(const lmdb::Env& env, const lmdb::Txn& txn);
[[nodiscard]] flow::Result<void> save_writer_state(const lmdb::Env& env, lmdb::WriteTxn& txn, const WriterState& state);

// As of this transaction: it changes with the first commit of a newer program.
[[nodiscard]] flow::Result<std::uint32_t> stored_schema(const lmdb::Env& env, const lmdb::Txn& txn);
[[nodiscard]] flow::Result<void> save_schema(const lmdb::Env& env, lmdb::WriteTxn& txn);

[[nodiscard]] flow::Result<flow::Ledger> load_ledger(const lmdb::Env& env, const lmdb::Txn& txn);
// Those values that differ from `stored`.
[[nodiscard]] flow::Result<void> save_ledger(const lmdb::Env& env, lmdb::WriteTxn& txn, const flow::Ledger& stored,
                                             const flow::Ledger& now);

[[nodiscard]] flow::Result<std::vector<std::string>> load_sources(const lmdb::Env& env, const lmdb::Txn& txn);
[[nodiscard]] flow::Result<void> save_source(const lmdb::Env& env, lmdb::WriteTxn& txn, std::uint32_t id,
                                             const std::string& name);

[[nodiscard]] flow::Result<std::vector<StoredSeries>> load_catalogue(const lmdb::Env& env, const lmdb::Txn& txn);
// Names and the newest mark.
[[nodiscard]] flow::Result<void> save_series(const lmdb::Env& env, lmdb::WriteTxn& txn, const StoredSeries& series);

}  // namespace store
