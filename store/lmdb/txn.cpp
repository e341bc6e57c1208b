// SPDX-License-Identifier: Apache-2.0
#include "store/lmdb/txn.hpp"

#include "store/lmdb/shared.hpp"

namespace store::lmdb {

void AbortTxn::operator()(MDB_txn* txn) const noexcept {
    mdb_txn_abort(txn);
}
void CloseCursor::operator()(MDB_cursor* cursor) const noexcept {
    mdb_cursor_close(cursor);
}

flow::Result<bool> Cursor::move(int operation) {
    if (!cursor_) return false;
    MDB_val key = to_val(key_), value{};
    const int rc = mdb_cursor_get(cursor_.get(), &key, &value, static_cast<MDB_cursor_op>(operation));
    if (rc != 0) key_ = value_ = {};
    if (rc == MDB_NOTFOUND) return false;
    if (rc != 0) return fail(*shared_, "read", rc);
    key_ = to_bytes(key);
    value_ = to_bytes(value);
    return true;
}

flow::Result<bool> Cursor::seek(flow::Bytes key) {
    key_ = key;
    return move(MDB_SET_RANGE);
}
flow::Result<bool> Cursor::first() {
    return move(MDB_FIRST);
}
flow::Result<bool> Cursor::last() {
    return move(MDB_LAST);
}
flow::Result<bool> Cursor::next() {
    return move(MDB_NEXT);
}
flow::Result<bool> Cursor::previous() {
    return move(MDB_PREV);
}

flow::Result<void> Cursor::erase() {
    if (const int rc = mdb_cursor_del(cursor_.get(), 0); rc != 0) return fail(*shared_, "delete", rc);
    return {};
}

flow::Result<std::optional<flow::Bytes>> Txn::get(Table table, flow::Bytes key) const {
    if (table.dbi == Table::kNone) return std::nullopt;
    MDB_val k = to_val(key), value{};
    const int rc = mdb_get(txn_.get(), table.dbi, &k, &value);
    if (rc == MDB_NOTFOUND) return std::nullopt;
    if (rc != 0) return fail(*shared_, "read", rc);
    return to_bytes(value);
}

flow::Result<Cursor> Txn::cursor(Table table) const {
    MDB_cursor* cursor = nullptr;
    if (table.dbi == Table::kNone) return Cursor(nullptr, shared_);
    const int rc = mdb_cursor_open(txn_.get(), table.dbi, &cursor);
    if (rc != 0) return fail(*shared_, "read", rc);
    return Cursor(cursor, shared_);
}

std::uint64_t Txn::entries(Table table) const noexcept {
    MDB_stat stat{};
    return table.dbi != Table::kNone && mdb_stat(txn_.get(), table.dbi, &stat) == 0 ? stat.ms_entries : 0;
}

flow::Result<void> WriteTxn::put(Table table, flow::Bytes key, flow::Bytes value, unsigned int flags) {
    MDB_val k = to_val(key), v = to_val(value);
    int rc = mdb_put(txn_.get(), table.dbi, &k, &v, flags);
    // Not the greatest key: refused before anything is changed.
    if (rc == MDB_KEYEXIST && flags == MDB_APPEND) rc = mdb_put(txn_.get(), table.dbi, &k, &v, 0);
    if (rc != 0) return fail(*shared_, "write", rc);
    return {};
}
flow::Result<void> WriteTxn::put(Table table, flow::Bytes key, flow::Bytes value) {
    return put(table, key, value, 0);
}
flow::Result<void> WriteTxn::put_last(Table table, flow::Bytes key, flow::Bytes value) {
    return put(table, key, value, MDB_APPEND);
}

flow::Result<void> WriteTxn::erase(Table table, flow::Bytes key) {
    MDB_val k = to_val(key);
    const int rc = mdb_del(txn_.get(), table.dbi, &k, nullptr);
    if (rc != 0 && rc != MDB_NOTFOUND) return fail(*shared_, "delete", rc);
    return {};
}

flow::Result<void> WriteTxn::commit() && {
    // LMDB frees the transaction whether it succeeds or not.
    if (const int rc = mdb_txn_commit(txn_.release()); rc != 0) return fail(*shared_, "commit", rc);
    return {};
}

}  // namespace store::lmdb
