// SPDX-License-Identifier: Apache-2.0
#include "control/profile_files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "control/config_problems.hpp"

namespace control {
namespace {

namespace fs = std::filesystem;

constexpr int kLook_ms = 20;
constexpr mode_t kNewMode = 0640;

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) close(fd_);
    }
    [[nodiscard]] int get() const noexcept { return fd_; }

  private:
    int fd_;
};

// What can be done when the system refuses.
tl::unexpected<flow::Error> refused(const std::string& path, int error) {
    const std::string user = geteuid() == 0 ? "root" : "the user of this process";
    std::string advice = "see whether the disk is in order";
    if (error == EROFS)
        advice = "it is mounted read-only: edit the profile where it comes from, then `net-collector reload`";
    if (error == EACCES || error == EPERM)
        advice = "give the profiles' directory to " + user + " (chown -R), or edit the file as who owns it";
    if (error == ENOSPC || error == EDQUOT) advice = "make room on the disk";
    auto out = flow::fail_errno("cannot write " + path, error);
    out.value().message += "; " + advice;
    return out;
}

flow::Result<void> sync_directory(const std::string& directory) {
    const Descriptor fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0 || fsync(fd.get()) != 0) return refused(directory, errno);
    return {};
}

flow::Result<void> write_all(int fd, const std::string& path, std::string_view text) {
    while (!text.empty()) {
        const ssize_t done = write(fd, text.data(), text.size());
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return refused(path, errno);
        text.remove_prefix(static_cast<std::size_t>(done));
    }
    return {};
}

// Where links lead; within `directory`, or it is not touched.
flow::Result<std::string> target_of(const std::string& directory, const std::string& path) {
    std::error_code error;
    if (!fs::is_symlink(path, error)) return path;
    const fs::path real = fs::canonical(path, error);
    if (error) return flow::fail("cannot follow the link " + path + ": " + error.message() + "; remove it");
    const fs::path home = fs::canonical(directory, error);
    const auto [end, rest] = std::mismatch(home.begin(), home.end(), real.begin(), real.end());
    if (!error && end == home.end()) return real.string();
    return flow::fail(path + " is a link to " + real.string() +
                      ", outside of the profiles' directory: edit it there, then `net-collector reload`");
}

// Owner and mode of what is replaced; of something new, the owner of the directory. Not everybody may give files away: then they
// stay whose they are.
void take_after(int fd, const std::string& directory, const std::string& path) {
    struct stat like {};
    const bool is_new = stat(path.c_str(), &like) != 0;
    if (is_new && stat(directory.c_str(), &like) != 0) return;
    if (fchown(fd, like.st_uid, like.st_gid) != 0 && fchown(fd, static_cast<uid_t>(-1), like.st_gid) != 0) errno = 0;
    if (!is_new && fchmod(fd, like.st_mode & 07777) != 0) errno = 0;
}

}  // namespace

flow::Result<DirectoryLock> DirectoryLock::take(const std::string& directory, int patience_ms) {
    const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return flow::fail_errno("cannot open the profiles' directory " + directory + ": create it");
    DirectoryLock lock(fd);
    for (int waited_ms = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; waited_ms += kLook_ms) {
        if (errno != EWOULDBLOCK && errno != EINTR) return flow::fail_errno("cannot lock " + directory);
        if (waited_ms >= patience_ms)
            return flow::fail("another net-collector is changing profiles in " + directory + ": try again in a moment");
        std::this_thread::sleep_for(std::chrono::milliseconds(kLook_ms));
    }
    return lock;
}

DirectoryLock::~DirectoryLock() {
    if (fd_ >= 0) close(fd_);
}

std::vector<ProfileFile> profile_files(const std::string& directory) {
    std::vector<ProfileFile> out;
    std::error_code error;
    for (fs::directory_iterator entry(directory, error); entry != fs::directory_iterator{} && !error;
         entry.increment(error)) {
        const fs::path& path = entry->path();
        std::error_code ignored;
        if (path.extension() != ".toml" || path.filename().string().starts_with(".")) continue;
        if (!fs::is_regular_file(path, ignored) || fs::file_size(path, ignored) > kMaxConfigBytes) continue;
        std::ifstream in(path, std::ios::binary);
        if (!in) continue;
        ProfileFile& file = out.emplace_back();
        file.path = path.string();
        file.text.assign(std::istreambuf_iterator<char>(in), {});
        file.name = path.stem().string();
        auto profile = read_profile_text(file.path, file.text);
        if (!profile) continue;
        file.name = profile->name.value_or(file.name);
        file.profile = std::move(*profile);
    }
    std::sort(out.begin(), out.end(), [](const ProfileFile& a, const ProfileFile& b) { return a.path < b.path; });
    return out;
}

std::string new_profile_path(const std::string& directory, const std::string& name) {
    const std::string stem = directory + "/" + (is_name(name) ? name : "new");
    std::string path = stem + ".toml";
    std::error_code ignored;
    for (int n = 2; fs::exists(fs::symlink_status(path, ignored)); ++n) path = stem + "-" + std::to_string(n) + ".toml";
    return path;
}

flow::Result<void> replace_file(const std::string& directory, const std::string& path, std::string_view text) {
    const auto target = target_of(directory, path);
    if (!target) return tl::unexpected(target.error());
    const fs::path parent = fs::path(*target).parent_path();
    // Always the same name, so that what a crash leaves is taken up again; it is no profile's, and read by nobody.
    const std::string temporary = (parent / ("." + fs::path(*target).filename().string() + ".new")).string();
    unlink(temporary.c_str());
    const Descriptor fd(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kNewMode));
    if (fd.get() < 0) return refused(*target, errno);
    take_after(fd.get(), directory, *target);
    auto written = write_all(fd.get(), *target, text);
    if (written && fsync(fd.get()) != 0) written = refused(*target, errno);
    if (written && rename(temporary.c_str(), target->c_str()) != 0) written = refused(*target, errno);
    if (!written) {
        unlink(temporary.c_str());
        return written;
    }
    return sync_directory(parent.string());
}

flow::Result<void> remove_file(const std::string& path) {
    if (unlink(path.c_str()) != 0 && errno != ENOENT) return refused(path, errno);
    return sync_directory(fs::path(path).parent_path().string());
}

}  // namespace control
