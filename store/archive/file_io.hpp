// SPDX-License-Identifier: Apache-2.0
// The calls that make bytes durable, in one place: tests put a failing disk or a power loss here.
//
// Thread: any; the object has no state of its own.
// Errors: as the system calls: -1 and errno; write() has written all of it or fails.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "dataplane/flow/result.hpp"

namespace store::archive {

class FileIo {
  public:
    virtual ~FileIo() = default;
    virtual int write(int fd, std::span<const std::uint8_t> bytes, std::uint64_t offset);
    virtual void begin_sync(int fd);     // starts writing out; waits for nothing
    virtual int sync(int fd);            // fdatasync
    virtual int sync_directory(int fd);  // fsync: names of new files
    virtual int truncate(int fd, std::uint64_t bytes);
    virtual int remove(const std::string& path);
    virtual int remove_directory(const std::string& path);  // an empty one
    // Bytes of the file system that may still be written, and all it has.
    struct Space {
        std::uint64_t free_bytes = 0, all_bytes = 0;
    };
    virtual Space space(const std::string& directory);
};

// The system's.
[[nodiscard]] FileIo& real_files() noexcept;

// A descriptor that closes itself.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int fd) noexcept : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor() { reset(); }
    [[nodiscard]] int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }
    void reset() noexcept;
    int release() noexcept;

  private:
    int fd_ = -1;
};

// Makes `directory` and what is above it; group may look into it (queries).
[[nodiscard]] flow::Result<void> make_directories(const std::string& directory);

}  // namespace store::archive
