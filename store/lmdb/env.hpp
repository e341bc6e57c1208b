// SPDX-License-Identifier: Apache-2.0
// One LMDB environment: a data file, its tables, its one writer and many readers. With txn.hpp the only door
// to LMDB.
//
// Thread: read(), info(), copy_to() by any; write() by one thread of one machine at a time (LockFile sees to
// that). Source: lmdb.h 0.9.24, "Caveats": one environment per file and process, so that open() of a file
// that this process
//         already has gives a second handle on the same one; not across fork().
// Limits: the map is address space only; the file grows as it is filled. Commits are synchronous.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "dataplane/flow/result.hpp"
#include "dataplane/flow/wire.hpp"

namespace store::lmdb {

class ReadTxn;
class WriteTxn;
struct Shared;

// Number of an opened table; valid as long as its Env.
struct Table {
    static constexpr unsigned int kNone = ~0u;  // an older file, opened to read, does not have it: it reads as empty
    unsigned int dbi = 0;
};

struct EnvOptions {
    std::string directory;            // holds data.mdb and lock.mdb
    std::vector<std::string> tables;  // opened, and created unless read_only; Table i is the i-th
    std::uint32_t schema = 1;         // under "schema" in table 0; a file with a greater one is refused, unchanged
    bool read_only = false;
    std::uint64_t map_bytes = 1ull << 40;
    std::uint64_t check_pages = 0;  // of leaves, read and checked for damage at open; tree pages always are
};

struct EnvInfo {
    std::uint64_t map_bytes = 0;
    std::uint64_t used_bytes = 0;
    std::uint64_t file_bytes = 0;
};

class Env {
  public:
    static flow::Result<Env> open(const EnvOptions& options);
    Env(Env&& other) noexcept : shared_(std::exchange(other.shared_, nullptr)) {}
    Env& operator=(Env&& other) noexcept {
        std::swap(shared_, other.shared_);
        return *this;
    }
    ~Env();

    [[nodiscard]] flow::Result<ReadTxn> read() const;
    [[nodiscard]] flow::Result<WriteTxn> write();

    [[nodiscard]] Table table(std::size_t i) const noexcept;
    [[nodiscard]] EnvInfo info() const;
    [[nodiscard]] const std::string& directory() const noexcept;
    // What open() had to do differently, for the operator; empty = nothing.
    [[nodiscard]] const std::string& note() const noexcept;
    // A write failed in a way (meta page) that LMDB wants the environment reopened for.
    [[nodiscard]] bool needs_reopen() const noexcept;
    // Other handles of this process on the same environment.
    [[nodiscard]] bool is_shared() const;

    // Frees the reader slots of processes that died. Thread: any.
    void clear_dead_readers() noexcept;
    // A consistent copy into `directory`, made if missing, refused if it holds a data file.
    flow::Result<void> copy_to(const std::string& directory) const;

  private:
    explicit Env(Shared* shared) noexcept : shared_(shared) {}
    Shared* shared_;  // owned by the process-wide list in env.cpp, which counts its handles
};

}  // namespace store::lmdb
