// SPDX-License-Identifier: Apache-2.0
#include "store/series/segment_records.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "store/series/bytes.hpp"

namespace store {
namespace {

using flow::Bytes;
using Key = std::array<std::uint8_t, 12>;

void store_be16(std::uint8_t* to, std::uint16_t v) noexcept {
    v = __builtin_bswap16(v);
    std::memcpy(to, &v, sizeof v);
}

Key key_bytes(const SegmentKey& key) noexcept {
    Key bytes;
    store_be32(bytes.data(), key.slot_s);
    store_be32(bytes.data() + 4, key.source_id);
    store_be16(bytes.data() + 8, key.writer);
    store_be16(bytes.data() + 10, key.part);
    return bytes;
}
SegmentKey take_key(Bytes bytes) noexcept {
    return {flow::load_be32(bytes.data()), flow::load_be32(bytes.data() + 4), flow::load_be16(bytes.data() + 8),
            flow::load_be16(bytes.data() + 10)};
}

// Its numbers in the order in which they are stored.
template <class Entry, class Use>
void each_number(Entry& e, Use use) {
    for (auto* number : {&e.bytes, &e.rows, &e.received_from_ms, &e.received_to_ms, &e.first_ms, &e.last_ms, &e.flows,
                         &e.packets, &e.bytes_sum})
        use(*number);
}

void put_entry(Buffer& to, const SegmentEntry& e) {
    to.push_back(e.sealed ? 1 : 0);
    put_number(to, e.blocks);
    put_number(to, e.damaged_blocks);
    each_number(e, [&](const std::uint64_t& number) { put_number(to, number); });
}
bool take_entry(Bytes key, Bytes value, SegmentEntry& e) {
    if (key.size() != Key{}.size()) return false;
    e.key = take_key(key);
    flow::Cursor from(value);
    e.sealed = from.u8() != 0;
    e.blocks = static_cast<std::uint32_t>(take_number(from));
    e.damaged_blocks = static_cast<std::uint32_t>(take_number(from));
    each_number(e, [&](std::uint64_t& number) { number = take_number(from); });
    return from.ok() && from.left() == 0;
}

bool is_same_place(const SegmentKey& a, const SegmentKey& b) noexcept {
    return a.slot_s == b.slot_s && a.source_id == b.source_id;
}

}  // namespace

void PendingSegments::add(const ArchiveNews& news) {
    for (const SegmentKey& key : news.gone) changes_[key] = std::nullopt;
    for (const SegmentEntry& entry : news.segments) changes_[entry.key] = entry;
}

void PendingSegments::add(PendingSegments&& later) {
    later.changes_.merge(changes_);  // keeps what it has
    changes_.swap(later.changes_);
    later.changes_.clear();
}

flow::Result<void> PendingSegments::save(const lmdb::Env& env, lmdb::WriteTxn& txn) const {
    const lmdb::Table segments = table(env, TableId::segments);
    Buffer value;
    for (const auto& [key, entry] : changes_) {
        if (!entry) {
            if (auto done = txn.erase(segments, key_bytes(key)); !done) return done;
            continue;
        }
        value.clear();
        put_entry(value, *entry);
        if (auto done = txn.put(segments, key_bytes(key), value); !done) return done;
    }
    return {};
}

flow::Result<std::optional<SegmentKey>> read_segments(const lmdb::Env& env, const lmdb::Txn& txn,
                                                      const SegmentKey& from, std::uint32_t to_s,
                                                      std::span<const std::uint32_t> sources, std::size_t most,
                                                      std::vector<SegmentEntry>& all) {
    auto cursor = txn.cursor(table(env, TableId::segments));
    if (!cursor) return flow::pass(cursor);
    std::size_t looked_at = 0;
    SegmentKey last = from;
    auto more = cursor->seek(key_bytes(from));
    for (; more && *more; more = cursor->next()) {
        SegmentEntry entry;
        if (!take_entry(cursor->key(), cursor->value(), entry)) return fail_damaged(env, "segments");
        if (entry.key.slot_s >= to_s) return std::optional<SegmentKey>{};
        if (looked_at++ >= most && !is_same_place(entry.key, last)) return std::optional(entry.key);
        last = entry.key;
        const bool wanted = sources.empty() || std::binary_search(sources.begin(), sources.end(), entry.key.source_id);
        if (wanted) all.push_back(entry);
    }
    if (!more) return flow::pass(more);
    return std::optional<SegmentKey>{};
}

}  // namespace store
