// SPDX-License-Identifier: Apache-2.0
// What is stored of each exporter: its key and totals, and what its options told. Its templates: templates.hpp.
//
// Thread: any with its own transaction.
// Errors: load_*: a damaged record, by its table's name. Options of kinds and counters of names that this program does not
//         know are left alone: a newer program wrote them.
#pragma once

#include <cstdint>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "dataplane/flow/exporter.hpp"
#include "dataplane/flow/result.hpp"
#include "dataplane/flow/tally.hpp"
#include "store/lmdb/txn.hpp"
#include "store/reader.hpp"
#include "store/series/counter_order.hpp"
#include "store/series/schema.hpp"
#include "store/series/unwritten.hpp"

namespace store {

using ExporterOptions = std::unordered_map<std::uint32_t, std::vector<flow::OptionValue>>;

// ExporterCounts as a row of numbers: first the additive ones, then what is of the newest datagram.
#define X(name, text) +1
inline constexpr std::size_t kAdditiveCounts = 0 FLOW_EXPORTER_COUNTS(X);
#undef X
using CountNumbers = std::array<std::uint64_t, kAdditiveCounts + 6>;
[[nodiscard]] CountNumbers to_numbers(const flow::ExporterCounts& counts) noexcept;
[[nodiscard]] flow::ExporterCounts to_counts(const CountNumbers& numbers) noexcept;
// Of both, counts and books.
[[nodiscard]] flow::Result<CounterOrder> load_count_order(const lmdb::Env& env, const lmdb::Txn& txn);
[[nodiscard]] flow::Result<void> save_count_order(const lmdb::Env& env, lmdb::WriteTxn& txn, const CounterOrder& order);

// Of schema 1, too.
[[nodiscard]] flow::Result<std::vector<StoredExporter>> load_exporters(const lmdb::Env& env, const lmdb::Txn& txn);
[[nodiscard]] flow::Result<void> save_exporter(const lmdb::Env& env, lmdb::WriteTxn& txn, std::uint32_t id,
                                               const flow::ExporterKey& key);
[[nodiscard]] flow::Result<void> save_counts(const lmdb::Env& env, lmdb::WriteTxn& txn, const CounterOrder& order,
                                             std::uint32_t id, const flow::ExporterCounts& counts);

// By exporter, then by kind and id.
[[nodiscard]] flow::Result<ExporterOptions> load_options(const lmdb::Env& env, const lmdb::Txn& txn);
// False: kMaxOptions are stored already, and this one is not among them. A text is cut where its row would not fit a page.
inline constexpr std::uint64_t kMaxOptions = 1u << 20;
[[nodiscard]] flow::Result<bool> save_option(const lmdb::Env& env, lmdb::WriteTxn& txn,
                                             const flow::LearnedOption& learned);
using PendingOptions = Unwritten<std::tuple<std::uint32_t, flow::OptionKind, std::uint64_t>, flow::LearnedOption>;
inline constexpr std::size_t kMaxPendingOptionBytes = 32u << 20;
void add_option(PendingOptions& pending, const flow::LearnedOption& learned);

}  // namespace store
