// SPDX-License-Identifier: Apache-2.0
// What the record files share: texts and numbers as bytes of keys and values, and walking a whole table.
//
// Thread: any with its own transaction.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "dataplane/flow/result.hpp"
#include "dataplane/flow/wire.hpp"
#include "store/lmdb/txn.hpp"
#include "store/series/schema.hpp"
#include "store/series/values.hpp"

namespace store {

[[nodiscard]] inline flow::Bytes as_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string as_text(flow::Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// As in memory: little-endian.
template <class T>
void put_raw(Buffer& to, const T& value) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&value);
    to.insert(to.end(), bytes, bytes + sizeof value);
}
template <class T>
[[nodiscard]] T take_raw(flow::Cursor& from) noexcept {
    T value{};
    const flow::Bytes bytes = from.take(sizeof value);
    if (!bytes.empty()) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

// Calls use(key, value) -> bool for every record; false = damaged.
template <class Use>
[[nodiscard]] flow::Result<void> for_each(const lmdb::Env& env, const lmdb::Txn& txn, TableId id, const char* name,
                                          Use use) {
    auto cursor = txn.cursor(table(env, id));
    if (!cursor) return flow::pass(cursor);
    auto more = cursor->first();
    for (; more && *more; more = cursor->next()) {
        if (!use(cursor->key(), cursor->value())) return fail_damaged(env, name);
    }
    if (!more) return flow::pass(more);
    return {};
}

// Ids are given without gaps, so records come as 0, 1, 2 ...
[[nodiscard]] inline bool is_next_id(flow::Bytes key, std::size_t size) noexcept {
    return key.size() == 4 && flow::load_be32(key.data()) == size;
}

}  // namespace store
