// SPDX-License-Identifier: Apache-2.0
// Everything that is stored besides the series' values: names, ledger, exporters, templates, and where the
// writer stands.
//
// Thread: any with its own transaction.
// Errors: load_*: a damaged record, by its table's name. Unknown ledger names and counters are left alone: a
// newer program
//         wrote them.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "dataplane/flow/exporter.hpp"
#include "dataplane/flow/outcome.hpp"
#include "dataplane/flow/result.hpp"
#include "dataplane/flow/tally.hpp"
#include "store/lmdb/txn.hpp"
#include "store/reader.hpp"
#include "store/series/schema.hpp"

namespace store {

using Templates = std::unordered_map<std::uint32_t, std::vector<flow::TemplateDefinition>>;

// Of the writer; meta "progress" and "clock".
struct WriterState {
    Progress progress;
    std::uint64_t last_commit_ms = 0;    // wall clock
    std::uint64_t deletion_waits_s = 0;  // see LeapGuard
};

[[nodiscard]] flow::Result<WriterState> load_writer_state(const lmdb::Env& env, const lmdb::Txn& txn);
[[nodiscard]] flow::Result<void> save_writer_state(const lmdb::Env& env, lmdb::WriteTxn& txn, const WriterState& state);

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

[[nodiscard]] flow::Result<std::vector<StoredExporter>> load_exporters(const lmdb::Env& env, const lmdb::Txn& txn);
[[nodiscard]] flow::Result<void> save_exporter(const lmdb::Env& env, lmdb::WriteTxn& txn, std::uint32_t id,
                                               const flow::ExporterKey& key);
[[nodiscard]] flow::Result<void> save_counts(const lmdb::Env& env, lmdb::WriteTxn& txn, std::uint32_t id,
                                             const flow::ExporterCounts& counts);
// Counts are stored in the order of this list. True when the file has them in another one, so that all must
// be saved.
[[nodiscard]] flow::Result<bool> save_counter_names(const lmdb::Env& env, lmdb::WriteTxn& txn);

[[nodiscard]] flow::Result<Templates> load_templates(const lmdb::Env& env, const lmdb::Txn& txn);
[[nodiscard]] flow::Result<void> save_template(const lmdb::Env& env, lmdb::WriteTxn& txn,
                                               const flow::LearnedTemplate& learned);

}  // namespace store
