// SPDX-License-Identifier: Apache-2.0
#include "store/series/books.hpp"

#include <algorithm>
#include <limits>

#include "store/series/bytes.hpp"
#include "store/series/exporter_records.hpp"

namespace store {
namespace {

using flow::Bytes;

constexpr std::string_view kLedgerKey = "ledger_counters";
constexpr std::uint32_t kLongest = std::numeric_limits<std::uint32_t>::max();  // a step that puts all into one

std::uint32_t book_start(std::uint64_t at_s) noexcept {
    const auto s = static_cast<std::uint32_t>(std::min<std::uint64_t>(at_s, std::numeric_limits<std::uint32_t>::max()));
    return s - s % kBookSeconds;
}

using BookKey = std::array<std::uint8_t, 8>;
BookKey book_key(std::uint32_t start_s, std::uint32_t exporter) noexcept {
    BookKey key;
    store_be32(key.data(), start_s);
    store_be32(key.data() + 4, exporter);
    return key;
}

// Adds `numbers` to the row of `key`.
flow::Result<void> add_to_row(lmdb::WriteTxn& txn, lmdb::Table to, Bytes key, const CounterOrder& order,
                              std::span<const std::uint64_t> numbers, Buffer& row, std::uint64_t& damaged) {
    auto stored = txn.get(to, key);
    if (!stored) return flow::pass(stored);
    row.clear();
    if (*stored) {
        if (!order.merge(row, **stored, numbers)) ++damaged;
        return txn.put(to, key, row);
    }
    order.encode(row, numbers);
    if (row.empty()) return {};
    return txn.put_last(to, key, row);
}

// The books before the newest become those of `step_s`; none begins before the oldest did.
template <class Map, class StartOf, class WithStart>
void coarsen(Map& books, std::uint32_t step_s, StartOf start_of, WithStart with_start) {
    if (books.empty()) return;
    const std::uint32_t newest_s = start_of(books.rbegin()->first);
    const auto oldest = std::find_if(books.begin(), books.end(), [&](const auto& b) { return start_of(b.first) != 0; });
    const std::uint32_t oldest_s = oldest == books.end() ? 0 : start_of(oldest->first);
    Map coarser;
    for (auto& [key, counts] : books) {
        const std::uint32_t start_s = start_of(key);
        const bool keeps = start_s == 0 || start_s == newest_s;
        coarser[keeps ? key : with_start(key, std::max(start_s - start_s % step_s, oldest_s))].add(counts);
    }
    books = std::move(coarser);
}

}  // namespace

flow::Result<CounterOrder> load_ledger_order(const lmdb::Env& env, const lmdb::Txn& txn) {
    std::array<std::string_view, flow::Ledger::kSize> names;
    for (std::size_t i = 0; i < names.size(); ++i) names[i] = flow::ledger_name(i).path;
    return CounterOrder::load(env, txn, kLedgerKey, names);
}
flow::Result<void> save_ledger_order(const lmdb::Env& env, lmdb::WriteTxn& txn, const CounterOrder& order) {
    return order.save(env, txn, kLedgerKey);
}

bool is_before_archive(const CounterOrder& ledger_order) noexcept {
    return ledger_order.is_new(flow::Ledger::index(flow::Counter::archive_off));
}

void book_not_archived(flow::Ledger& ledger) noexcept {
    ledger[flow::Counter::archive_off] = ledger[flow::Counter::flows_through];
}

flow::Result<void> book_not_archived(const lmdb::Env& env, lmdb::WriteTxn& txn, const CounterOrder& ledger_order) {
    constexpr std::uint32_t kMost = std::numeric_limits<std::uint32_t>::max();
    auto books = read_ledger_books(env, txn, 0, kMost, kMost);
    if (!books) return flow::pass(books);
    for (const LedgerBook& book : *books) {
        Buffer row;
        ledger_order.encode(row, book.ledger.values);
        if (row.empty()) continue;
        if (auto done = txn.put(table(env, TableId::ledger_books), id_key(book.start_s), row); !done) return done;
    }
    return {};
}

void PendingBooks::add(std::uint64_t at_s, std::uint32_t exporter, const flow::ExporterCounts& counts) {
    books_[{book_start(at_s), exporter}].add(counts);
    if (books_.size() > kMaxPendingBooks) bound();
}
void PendingBooks::add(std::uint64_t at_s, const flow::Ledger& ledger) {
    ledgers_[book_start(at_s)].add(ledger);
    if (ledgers_.size() > kMaxPendingBooks) bound();
}

void PendingBooks::bound() {
    for (const std::uint32_t step_s : {3600u, 86400u, kLongest}) {
        coarsen(
            books_, step_s, [](const Key& k) { return k.start_s; },
            [](const Key& k, std::uint32_t start_s) {
                return Key{start_s, k.exporter};
            });
        coarsen(
            ledgers_, step_s, [](std::uint32_t k) { return k; },
            [](std::uint32_t, std::uint32_t start_s) { return start_s; });
        if (size() <= kMaxPendingBooks / 2) return;
    }
}

void PendingBooks::place(std::uint64_t now_s) {
    const std::uint32_t start_s = book_start(now_s);
    if (start_s == 0) return;
    while (!books_.empty() && books_.begin()->first.start_s == 0) {
        const auto without = books_.extract(books_.begin());
        books_[{start_s, without.key().exporter}].add(without.mapped());
    }
    if (const auto without = ledgers_.extract(0)) ledgers_[start_s].add(without.mapped());
}

flow::Result<void> PendingBooks::save(const lmdb::Env& env, lmdb::WriteTxn& txn, const CounterOrder& counts,
                                      const CounterOrder& ledger, std::uint64_t& damaged) const {
    Buffer row;
    for (const auto& [key, sums] : books_) {
        const CountNumbers all = to_numbers(sums);
        const auto additive = std::span(all).first<kAdditiveCounts>();
        auto done = add_to_row(txn, table(env, TableId::books), book_key(key.start_s, key.exporter), counts, additive,
                               row, damaged);
        if (!done) return done;
    }
    for (const auto& [start_s, sums] : ledgers_) {
        auto done =
            add_to_row(txn, table(env, TableId::ledger_books), id_key(start_s), ledger, sums.values, row, damaged);
        if (!done) return done;
    }
    return {};
}

void PendingBooks::clear() {
    books_.clear();
    ledgers_.clear();
}

flow::Result<std::optional<BookPlace>> read_books(const lmdb::Env& env, const lmdb::Txn& txn, BookPlace first,
                                                  std::uint32_t to_s, std::span<const std::uint32_t> exporters,
                                                  std::size_t most, const std::function<void(const Book&)>& use) {
    auto order = load_count_order(env, txn);
    if (!order) return flow::pass(order);
    auto cursor = txn.cursor(table(env, TableId::books));
    if (!cursor) return flow::pass(cursor);
    auto more = cursor->seek(book_key(first.start_s, first.exporter));
    while (more && *more) {
        if (cursor->key().size() != BookKey{}.size()) return fail_damaged(env, "books");
        const BookPlace at{flow::load_be32(cursor->key().data()), flow::load_be32(cursor->key().data() + 4)};
        if (at.start_s >= to_s) return std::nullopt;
        if (most-- == 0) return at;
        const auto wanted = std::lower_bound(exporters.begin(), exporters.end(), at.exporter);
        if (exporters.empty() || (wanted != exporters.end() && *wanted == at.exporter)) {
            CountNumbers numbers{};
            if (!order->decode(cursor->value(), std::span(numbers).first<kAdditiveCounts>()))
                return fail_damaged(env, "books");
            use({at.start_s, at.exporter, to_counts(numbers)});
            more = cursor->next();
        } else if (wanted != exporters.end()) {
            more = cursor->seek(book_key(at.start_s, *wanted));
        } else {
            more = cursor->seek(book_key(at.start_s + 1, 0));
        }
    }
    if (!more) return flow::pass(more);
    return std::nullopt;
}

flow::Result<std::vector<LedgerBook>> read_ledger_books(const lmdb::Env& env, const lmdb::Txn& txn,
                                                        std::uint32_t from_s, std::uint32_t to_s, std::size_t most) {
    auto order = load_ledger_order(env, txn);
    if (!order) return flow::pass(order);
    auto cursor = txn.cursor(table(env, TableId::ledger_books));
    if (!cursor) return flow::pass(cursor);
    std::vector<LedgerBook> all;
    auto more = cursor->seek(id_key(from_s));
    for (; more && *more && all.size() < most; more = cursor->next()) {
        if (cursor->key().size() != IdKey{}.size()) return fail_damaged(env, "ledger_books");
        LedgerBook book{flow::load_be32(cursor->key().data()), {}};
        if (book.start_s >= to_s) break;
        if (!order->decode(cursor->value(), book.ledger.values)) return fail_damaged(env, "ledger_books");
        if (is_before_archive(*order)) book_not_archived(book.ledger);
        all.push_back(book);
    }
    if (!more) return flow::pass(more);
    return all;
}

}  // namespace store
