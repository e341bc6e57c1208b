// SPDX-License-Identifier: Apache-2.0
// Books on their way to disk and back (store/books.hpp).
//
// Thread: the store thread; reading by any with its own transaction.
// Limits: what is pending is bounded by kMaxPendingBooks: beyond, books of a disk that fails for hours are put together into
//         longer ones. Their sums stay exact.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "dataplane/flow/result.hpp"
#include "store/books.hpp"
#include "store/lmdb/txn.hpp"
#include "store/series/counter_order.hpp"
#include "store/series/schema.hpp"

namespace store {

inline constexpr std::size_t kMaxPendingBooks = 4 * static_cast<std::size_t>(flow::kMaxExporters);

// Of ledger books and of the ledger's names.
[[nodiscard]] flow::Result<CounterOrder> load_ledger_order(const lmdb::Env& env, const lmdb::Txn& txn);
[[nodiscard]] flow::Result<void> save_ledger_order(const lmdb::Env& env, lmdb::WriteTxn& txn,
                                                   const CounterOrder& order);

// The directory is of before there was an archive: what went through then counts as archive.off. Readers see it so at once;
// the first transaction writes it into every book (and the order, so that it is done once).
[[nodiscard]] bool is_before_archive(const CounterOrder& ledger_order) noexcept;
void book_not_archived(flow::Ledger& ledger) noexcept;
[[nodiscard]] flow::Result<void> book_not_archived(const lmdb::Env& env, lmdb::WriteTxn& txn,
                                                   const CounterOrder& ledger_order);

// What was counted and is not committed yet.
class PendingBooks {
  public:
    // `at_s`: a time in the book; 0 = that of the next commit.
    void add(std::uint64_t at_s, std::uint32_t exporter, const flow::ExporterCounts& counts);
    void add(std::uint64_t at_s, const flow::Ledger& ledger);
    // Gives what has no time the book of `now_s`.
    void place(std::uint64_t now_s);
    // Adds it to what is stored. Counts rows that were damaged, and are begun anew.
    [[nodiscard]] flow::Result<void> save(const lmdb::Env& env, lmdb::WriteTxn& txn, const CounterOrder& counts,
                                          const CounterOrder& ledger, std::uint64_t& damaged) const;
    void clear();
    [[nodiscard]] std::size_t size() const noexcept { return books_.size() + ledgers_.size(); }

  private:
    void bound();

    struct Key {
        std::uint32_t start_s = 0, exporter = 0;
        friend auto operator<=>(const Key&, const Key&) noexcept = default;
    };
    std::map<Key, flow::ExporterCounts> books_;  // only the additive ones are stored
    std::map<std::uint32_t, flow::Ledger> ledgers_;
};

// Calls use(book) for those that begin in [from_s, to_s), of `exporters` (ascending; empty = all), from `first` on, and at
// most `most` of them; where the next transaction goes on, nullopt at the end.
struct BookPlace {
    std::uint32_t start_s = 0, exporter = 0;
};
[[nodiscard]] flow::Result<std::optional<BookPlace>> read_books(const lmdb::Env& env, const lmdb::Txn& txn,
                                                                BookPlace first, std::uint32_t to_s,
                                                                std::span<const std::uint32_t> exporters,
                                                                std::size_t most,
                                                                const std::function<void(const Book&)>& use);
[[nodiscard]] flow::Result<std::vector<LedgerBook>> read_ledger_books(const lmdb::Env& env, const lmdb::Txn& txn,
                                                                      std::uint32_t from_s, std::uint32_t to_s,
                                                                      std::size_t most);

}  // namespace store
