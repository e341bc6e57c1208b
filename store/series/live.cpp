// SPDX-License-Identifier: Apache-2.0
#include "store/series/live.hpp"

#include <algorithm>
#include <limits>

namespace store {
namespace {

constexpr std::uint64_t kEndOfTime = 1ull << 32;

std::uint32_t bucket_of(flow::Bytes key) noexcept {
    return flow::load_be32(key.data());
}
std::uint32_t sequence_of(flow::Bytes key) noexcept {
    return flow::load_be32(key.data() + 4);
}
std::uint32_t first_of(flow::Bytes key) noexcept {
    return flow::load_be32(key.data() + 8);
}
bool is_row(flow::Bytes key) noexcept {
    return key.size() == RowKey{}.size();
}

// Puts the cursor on the row of (bucket, sequence) that would hold `series`: the last one that starts at or
// before it, else the first one after. False at the end of the table.
flow::Result<bool> seek_row(lmdb::Cursor& cursor, std::uint32_t bucket_s, std::uint32_t sequence,
                            std::uint32_t series) {
    auto found = cursor.seek(row_key(bucket_s, sequence, series));
    if (!found) return found;
    if (*found && first_of(cursor.key()) == series && bucket_of(cursor.key()) == bucket_s &&
        sequence_of(cursor.key()) == sequence) {
        return true;
    }
    auto before = *found ? cursor.previous() : cursor.last();
    if (!before) return before;
    if (*before && is_row(cursor.key()) && bucket_of(cursor.key()) == bucket_s && sequence_of(cursor.key()) == sequence)
        return true;
    return cursor.seek(row_key(bucket_s, sequence, series));
}

// Calls use(entry) for the row's entries until it gives false.
template <class Use>
void read_row(const lmdb::Cursor& cursor, std::uint64_t& damaged, Use use) {
    RowCursor row(first_of(cursor.key()), cursor.value());
    while (const auto entry = row.next()) {
        if (!use(*entry)) return;
    }
    if (row.damaged()) ++damaged;
}

}  // namespace

flow::Result<Unfolded> load_unfolded(const lmdb::Env& env, const lmdb::Txn& txn) {
    Unfolded unfolded;
    auto cursor = txn.cursor(table(env, TableId::live));
    if (!cursor) return flow::pass(cursor);
    auto more = cursor->first();
    for (; more && *more; more = cursor->next()) {
        if (!is_row(cursor->key())) return fail_damaged(env, "live");
        unfolded[bucket_of(cursor->key())] = sequence_of(cursor->key()) + 1;
    }
    if (!more) return flow::pass(more);
    return unfolded;
}

flow::Result<void> put_rows(lmdb::WriteTxn& txn, lmdb::Table table, std::uint32_t bucket_s, std::uint32_t sequence,
                            std::span<const RowEntry> entries) {
    RowPacker row(kRowBytes);
    const auto put = [&] { return txn.put_last(table, row_key(bucket_s, sequence, row.first()), row.bytes()); };
    for (const RowEntry& entry : entries) {
        if (row.add(entry)) continue;
        if (auto done = put(); !done) return done;
        row.reset();
        static_cast<void>(row.add(entry));  // an empty row takes any entry
    }
    return row.empty() ? flow::Result<void>{} : put();
}

flow::Result<void> fold(const lmdb::Env& env, lmdb::WriteTxn& txn, std::uint32_t bucket_s, std::uint64_t& damaged) {
    std::vector<RowEntry> entries;
    const auto take = [&](std::uint32_t, const RowEntry& entry) { entries.push_back(entry); };
    for (const TableId id : {TableId::folded, TableId::live}) {
        const auto end = static_cast<std::uint64_t>(bucket_s) + 1;
        constexpr auto kAll = std::numeric_limits<std::uint32_t>::max();
        if (auto done = read_range(txn, table(env, id), bucket_s, end, 0, kAll, damaged, take); !done) return done;
        auto cursor = txn.cursor(table(env, id));
        if (!cursor) return flow::pass(cursor);
        auto more = cursor->seek(row_key(bucket_s, 0, 0));
        for (; more && *more && bucket_of(cursor->key()) == bucket_s; more = cursor->next()) {
            if (auto done = cursor->erase(); !done) return done;
        }
        if (!more) return flow::pass(more);
    }
    std::sort(entries.begin(), entries.end(), [](const RowEntry& a, const RowEntry& b) { return a.series < b.series; });
    std::size_t count = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (count > 0 && entries[count - 1].series == entries[i].series) {
            add(entries[count - 1].sums, entries[i].sums);
        } else {
            entries[count++] = entries[i];
        }
    }
    entries.resize(count);
    return put_rows(txn, table(env, TableId::folded), bucket_s, 0, entries);
}

flow::Result<void> read_range(const lmdb::Txn& txn, lmdb::Table table, std::uint64_t from_s, std::uint64_t to_s,
                              std::uint32_t first, std::uint32_t end, std::uint64_t& damaged, const UseEntry& use) {
    if (from_s >= std::min(to_s, kEndOfTime)) return {};
    auto cursor = txn.cursor(table);
    if (!cursor) return flow::pass(cursor);
    auto more = cursor->seek(row_key(static_cast<std::uint32_t>(from_s), 0, 0));
    while (more && *more && is_row(cursor->key()) && bucket_of(cursor->key()) < to_s) {
        const std::uint32_t bucket = bucket_of(cursor->key()), sequence = sequence_of(cursor->key());
        const auto same = [&] { return bucket_of(cursor->key()) == bucket && sequence_of(cursor->key()) == sequence; };
        if (first > first_of(cursor->key())) more = seek_row(*cursor, bucket, sequence, first);
        for (; more && *more && is_row(cursor->key()) && same() && first_of(cursor->key()) < end;
             more = cursor->next()) {
            read_row(*cursor, damaged, [&](const RowEntry& entry) {
                if (entry.series >= end) return false;
                if (entry.series >= first) use(bucket, entry);
                return true;
            });
        }
        if (more && *more && is_row(cursor->key()) && same()) {
            if (sequence == std::numeric_limits<std::uint32_t>::max()) break;
            more = cursor->seek(row_key(bucket, sequence + 1, 0));
        }
    }
    if (!more) return flow::pass(more);
    return {};
}

flow::Result<void> read_some(const lmdb::Txn& txn, lmdb::Table table, std::uint64_t from_s, std::uint64_t to_s,
                             std::span<const std::uint32_t> series, std::uint64_t& damaged, const UseEntry& use) {
    // Neighbours are read in one go: a row holds many series.
    constexpr std::uint32_t kNear = 64;
    for (std::size_t i = 0; i < series.size();) {
        std::size_t end = i + 1;
        while (end < series.size() && series[end] - series[end - 1] <= kNear) ++end;
        const auto wanted = series.subspan(i, end - i);
        auto done = read_range(txn, table, from_s, to_s, wanted.front(), wanted.back() + 1, damaged,
                               [&](std::uint32_t bucket, const RowEntry& entry) {
                                   if (std::binary_search(wanted.begin(), wanted.end(), entry.series))
                                       use(bucket, entry);
                               });
        if (!done) return done;
        i = end;
    }
    return {};
}

flow::Result<std::uint64_t> next_bucket(const lmdb::Txn& txn, lmdb::Table table, std::uint64_t from_s) {
    if (from_s >= kEndOfTime) return kNoBucket;
    auto cursor = txn.cursor(table);
    if (!cursor) return flow::pass(cursor);
    auto found = cursor->seek(id_key(static_cast<std::uint32_t>(from_s)));
    if (!found) return flow::pass(found);
    return *found && cursor->key().size() >= 4 ? bucket_of(cursor->key()) : kNoBucket;
}

flow::Result<std::uint64_t> erase_head(lmdb::WriteTxn& txn, lmdb::Table table, std::uint64_t limit_s,
                                       std::uint64_t most) {
    std::uint64_t erased = 0;
    if (most == 0) return erased;
    auto cursor = txn.cursor(table);
    if (!cursor) return flow::pass(cursor);
    auto more = cursor->first();
    for (; more && *more && erased < most && bucket_of(cursor->key()) < limit_s; more = cursor->next()) {
        if (auto done = cursor->erase(); !done) return flow::pass(done);
        ++erased;
    }
    if (!more) return flow::pass(more);
    return erased;
}

}  // namespace store
