// SPDX-License-Identifier: Apache-2.0
// Template definitions on their way to disk and back.
//
// Thread: the store thread; load_templates() by any with its own transaction.
// Limits: of one exporter kMaxTemplatesOfOne: beyond, those learned longest ago are deleted. Of all exporters
//         kMaxTemplateBytes: beyond, each exporter keeps its newest ones, as many as the others. What is pending:
//         kMaxPendingTemplateBytes.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "dataplane/flow/exporter.hpp"
#include "dataplane/flow/result.hpp"
#include "dataplane/flow/tally.hpp"
#include "store/lmdb/txn.hpp"
#include "store/series/schema.hpp"
#include "store/series/unwritten.hpp"

namespace store {

using Templates = std::unordered_map<std::uint32_t, std::vector<flow::TemplateDefinition>>;  // by exporter
using TemplateId = std::uint64_t;                                                            // exporter << 16 | id

// As many as a core keeps of an exporter (decode::kMaxTemplates, which the store does not know): those that gave way there
// are not needed after a restart either.
inline constexpr std::size_t kMaxTemplatesOfOne = 1024;
inline constexpr std::uint64_t kMaxTemplateBytes = 64ull << 20;  // of definitions, with kTemplateRowBytes for each
inline constexpr std::size_t kTemplateRowBytes = 64;             // of one, besides its definition
inline constexpr std::size_t kMaxPendingTemplateBytes = 16u << 20;

struct LoadedTemplates {
    Templates templates;             // within the limits
    std::vector<TemplateId> excess;  // stored beyond them, by a program that had none; ascending
    std::uint64_t bytes = 0;         // of `templates`, as kMaxTemplateBytes counts them
};
// Errors: a damaged record.
[[nodiscard]] flow::Result<LoadedTemplates> load_templates(const lmdb::Env& env, const lmdb::Txn& txn);

class PendingTemplates {
  public:
    // What is stored, at start.
    void load(std::vector<TemplateId> excess, std::uint64_t bytes);
    void add(const flow::LearnedTemplate& learned);
    // What is new since the last commit. Deletes what is then beyond the limits.
    [[nodiscard]] flow::Result<void> save(const lmdb::Env& env, lmdb::WriteTxn& txn);
    void committed();

    [[nodiscard]] std::uint64_t dropped() const noexcept { return pending_.dropped(); }  // while commits failed
    [[nodiscard]] std::uint64_t deleted() const noexcept { return deleted_; }            // beyond the limits

  private:
    [[nodiscard]] flow::Result<bool> put(const lmdb::Env& env, lmdb::WriteTxn& txn,
                                         const flow::LearnedTemplate& learned);
    [[nodiscard]] flow::Result<void> limit(const lmdb::Env& env, lmdb::WriteTxn& txn, std::uint32_t first,
                                           std::uint32_t last, std::uint64_t most_bytes);

    Unwritten<TemplateId, flow::LearnedTemplate> pending_{kMaxPendingTemplateBytes};
    std::vector<TemplateId> excess_;  // stored, and to be deleted
    std::uint64_t bytes_ = 0, deleted_ = 0;
    std::uint64_t next_bytes_ = 0, next_deleted_ = 0;  // once the transaction is committed
};

}  // namespace store
