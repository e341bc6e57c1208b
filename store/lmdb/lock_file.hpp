// SPDX-License-Identifier: Apache-2.0
// The right to write a data directory: a locked file that names the process that has it.
//
// Thread: any; one owner.
// Limits: flock(2), so it ends with the process however that ends; not reliable on NFS before Linux 2.6.12.
#pragma once

#include <string>
#include <utility>

#include "dataplane/flow/result.hpp"

namespace store::lmdb {

class LockFile {
  public:
    // Takes `directory`/writer.lock. Error: another process has it (its id is in the message), or no
    // permission.
    static flow::Result<LockFile> take(const std::string& directory);
    LockFile(LockFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    LockFile& operator=(LockFile&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~LockFile();

  private:
    explicit LockFile(int fd) noexcept : fd_(fd) {}
    int fd_;
};

}  // namespace store::lmdb
