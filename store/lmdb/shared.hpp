// SPDX-License-Identifier: Apache-2.0
// Inside of the room: what the handles of one environment share, and how LMDB's codes become sentences.
#pragma once

#include <lmdb.h>

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dataplane/flow/result.hpp"

namespace store::lmdb {

struct CloseEnv {
    void operator()(MDB_env* env) const noexcept { mdb_env_close(env); }
};

struct Shared {
    std::string directory;
    std::uint64_t device = 0, inode = 0;  // of data.mdb
    bool read_only = false;
    bool is_older = false;  // at open: of a schema before ours
    std::string note;
    std::vector<MDB_dbi> tables;
    std::vector<std::string> table_names;
    std::size_t handles = 0;                // guarded by the list's mutex (env.cpp)
    std::atomic<bool> needs_reopen{false};  // written by: whoever meets MDB_PANIC
    std::unique_ptr<MDB_env, CloseEnv> env;
};

// "data directory D: <what>: <reason>: <advice>"
[[nodiscard]] tl::unexpected<flow::Error> fail(Shared& shared, const char* what, int code);
[[nodiscard]] std::string explain(const std::string& directory, const char* what, int code);

inline MDB_val to_val(std::span<const std::uint8_t> bytes) noexcept {
    return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())};
}
inline std::span<const std::uint8_t> to_bytes(const MDB_val& val) noexcept {
    return {static_cast<const std::uint8_t*>(val.mv_data), val.mv_size};
}

}  // namespace store::lmdb
