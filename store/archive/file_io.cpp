// SPDX-License-Identifier: Apache-2.0
#include "store/archive/file_io.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace store::archive {

int FileIo::write(int fd, std::span<const std::uint8_t> bytes, std::uint64_t offset) {
    while (!bytes.empty()) {
        const ssize_t n = pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n == 0) errno = ENOSPC;
        if (n <= 0) return -1;
        bytes = bytes.subspan(static_cast<std::size_t>(n));
        offset += static_cast<std::uint64_t>(n);
    }
    return 0;
}
void FileIo::begin_sync(int fd) {
    sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);  // what fails is told by sync()
}
int FileIo::sync(int fd) {
    return fdatasync(fd);
}
int FileIo::sync_directory(int fd) {
    return fsync(fd);
}
int FileIo::truncate(int fd, std::uint64_t bytes) {
    return ftruncate(fd, static_cast<off_t>(bytes));
}
int FileIo::remove(const std::string& path) {
    return unlink(path.c_str());
}
int FileIo::remove_directory(const std::string& path) {
    return rmdir(path.c_str());
}
FileIo::Space FileIo::space(const std::string& directory) {
    struct statvfs disk {};
    if (statvfs(directory.c_str(), &disk) != 0) return {};
    return {std::uint64_t{disk.f_bavail} * disk.f_frsize, std::uint64_t{disk.f_blocks} * disk.f_frsize};
}

FileIo& real_files() noexcept {
    static FileIo files;  // no state
    return files;
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    reset();
    fd_ = other.release();
    return *this;
}
void Descriptor::reset() noexcept {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
}
int Descriptor::release() noexcept {
    return std::exchange(fd_, -1);
}

flow::Result<void> make_directories(const std::string& directory) {
    std::error_code code;
    std::filesystem::create_directories(directory, code);
    if (!code) return {};
    return flow::fail("cannot make the directory " + directory + ": " + code.message() +
                      ": make it, owned by the collector's user");
}

}  // namespace store::archive
