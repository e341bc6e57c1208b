// SPDX-License-Identifier: Apache-2.0
// What the archive's tests share: a directory that goes away, a disk that fails or forgets, and bytes of files.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "store/archive/file_io.hpp"
#include "tests/support/temp_dir.hpp"

namespace store::archive::test {

using support::TempDir;

inline std::string path_of(int fd) {
    char path[PATH_MAX];
    const ssize_t n = readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path, sizeof path);
    return n > 0 ? std::string(path, static_cast<std::size_t>(n)) : std::string();
}

// A disk whose faults are switched on and off, and that knows what a loss of power would leave.
class TestDisk final : public FileIo {
  public:
    std::atomic<int> write_error{0}, sync_error{0}, truncate_error{0};  // errno; 0: works
    std::atomic<std::uint64_t> free_bytes{1ull << 40};
    std::atomic<std::uint64_t> writes{0}, syncs{0}, removed{0};

    int write(int fd, std::span<const std::uint8_t> bytes, std::uint64_t offset) override {
        ++writes;
        if (write_error != 0) {
            // Half of it arrives, as on a disk that becomes full.
            static_cast<void>(FileIo::write(fd, bytes.subspan(0, bytes.size() / 2), offset));
            errno = write_error;
            return -1;
        }
        return FileIo::write(fd, bytes, offset);
    }
    int sync(int fd) override {
        ++syncs;
        if (sync_error != 0) {
            errno = sync_error;
            return -1;
        }
        const auto bytes = std::filesystem::file_size(path_of(fd));
        const std::scoped_lock lock(mutex_);
        synced_[path_of(fd)] = bytes;
        return 0;
    }
    int sync_directory(int) override {
        if (sync_error == 0) return 0;
        errno = sync_error;
        return -1;
    }
    int truncate(int fd, std::uint64_t bytes) override {
        if (truncate_error == 0) return FileIo::truncate(fd, bytes);
        errno = truncate_error;
        return -1;
    }
    int remove(const std::string& path) override {
        ++removed;
        return FileIo::remove(path);
    }
    Space space(const std::string&) override { return {free_bytes, 1ull << 41}; }

    // Bytes of each file that were synced.
    [[nodiscard]] std::map<std::string, std::uint64_t> synced() const {
        const std::scoped_lock lock(mutex_);
        return synced_;
    }

  private:
    mutable std::mutex mutex_;
    std::map<std::string, std::uint64_t> synced_;  // guarded by mutex_
};

inline std::vector<std::uint8_t> read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}
inline void write_file(const std::string& path, const std::vector<std::uint8_t>& bytes) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace store::archive::test
