// SPDX-License-Identifier: Apache-2.0
#include "store/lmdb/lock_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace store::lmdb {

flow::Result<LockFile> LockFile::take(const std::string& directory) {
    const std::string path = directory + "/writer.lock";
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0) {
        return flow::fail_errno("cannot open " + path +
                                " (give the directory to the collector's user, or choose another)");
    }
    LockFile lock(fd);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return flow::fail_errno("cannot lock " + path);
        std::array<char, 16> text{};
        const ssize_t size = pread(fd, text.data(), text.size() - 1, 0);
        std::string pid(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
        while (!pid.empty() && pid.back() == '\n') pid.pop_back();
        return flow::fail("data directory " + directory + " is in use by another collector" +
                          (pid.empty() ? "" : ", process " + pid) + ": stop that one, or use another directory");
    }
    // The number only helps people: a disk too full for it is no reason not to start.
    const std::string pid = std::to_string(getpid()) + "\n";
    if (ftruncate(fd, 0) == 0 && pwrite(fd, pid.data(), pid.size(), 0) < 0) return lock;
    return lock;
}

LockFile::~LockFile() {
    if (fd_ >= 0) close(fd_);
}

}  // namespace store::lmdb
