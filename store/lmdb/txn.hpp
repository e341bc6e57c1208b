// SPDX-License-Identifier: Apache-2.0
// Transactions and cursors as types: a WriteTxn that was committed is moved from and cannot be used; dropping
// it aborts.
//
// Thread: each by the thread that made it.
// Limits: bytes given by get() and Cursor live until the transaction ends or, in a WriteTxn, until its next
// write.
//         Keys are at most 511 bytes. A Cursor must be gone before its transaction ends.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "dataplane/flow/result.hpp"
#include "dataplane/flow/wire.hpp"
#include "store/lmdb/env.hpp"

struct MDB_txn;
struct MDB_cursor;

namespace store::lmdb {

// Key and value that together are not longer stay inline in a page (4-KiB pages; measured on 0.9.24). Longer
// ones take contiguous overflow pages, which fragment the file.
inline constexpr std::size_t kInlineBytes = 2030;

struct AbortTxn {
    void operator()(MDB_txn* txn) const noexcept;
};
struct CloseCursor {
    void operator()(MDB_cursor* cursor) const noexcept;
};

class Cursor {
  public:
    // To the first key >= `key`; false when there is none.
    [[nodiscard]] flow::Result<bool> seek(flow::Bytes key);
    [[nodiscard]] flow::Result<bool> first();
    [[nodiscard]] flow::Result<bool> last();
    [[nodiscard]] flow::Result<bool> next();
    [[nodiscard]] flow::Result<bool> previous();
    // Of the position reached by the last call that gave true.
    [[nodiscard]] flow::Bytes key() const noexcept { return key_; }
    [[nodiscard]] flow::Bytes value() const noexcept { return value_; }
    // Deletes it (WriteTxn only); next() then goes to the one after.
    [[nodiscard]] flow::Result<void> erase();

  private:
    friend class Txn;
    Cursor(MDB_cursor* cursor, Shared* shared) noexcept : cursor_(cursor), shared_(shared) {}
    [[nodiscard]] flow::Result<bool> move(int operation);

    std::unique_ptr<MDB_cursor, CloseCursor> cursor_;
    Shared* shared_;
    flow::Bytes key_, value_;
};

// What both kinds can do.
class Txn {
  public:
    [[nodiscard]] flow::Result<std::optional<flow::Bytes>> get(Table table, flow::Bytes key) const;
    [[nodiscard]] flow::Result<Cursor> cursor(Table table) const;
    [[nodiscard]] std::uint64_t entries(Table table) const noexcept;

  protected:
    Txn(MDB_txn* txn, Shared* shared) noexcept : txn_(txn), shared_(shared) {}
    std::unique_ptr<MDB_txn, AbortTxn> txn_;
    Shared* shared_;
};

class ReadTxn : public Txn {
  private:
    friend class Env;
    using Txn::Txn;
};

class WriteTxn : public Txn {
  public:
    [[nodiscard]] flow::Result<void> put(Table table, flow::Bytes key, flow::Bytes value);
    // The same, filling pages to the end when `key` is the table's greatest.
    [[nodiscard]] flow::Result<void> put_last(Table table, flow::Bytes key, flow::Bytes value);
    [[nodiscard]] flow::Result<void> erase(Table table, flow::Bytes key);  // no error when it is not there
    // Durable when it returns without an error; with one, nothing of it has happened.
    [[nodiscard]] flow::Result<void> commit() &&;

  private:
    friend class Env;
    using Txn::Txn;
    [[nodiscard]] flow::Result<void> put(Table table, flow::Bytes key, flow::Bytes value, unsigned int flags);
};

}  // namespace store::lmdb
