// SPDX-License-Identifier: Apache-2.0
// The files of the profiles' directory: found, locked, written.
//
// Thread: any; several threads and processes at once, by the lock.
// Errors: with the file, the reason and what to do.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/profile_text.hpp"
#include "dataplane/flow/result.hpp"

namespace control {

// One at a time of those that change files in a directory; of the kernel, so that who dies lets go. The directory itself is
// what is locked: no file is left behind.
class DirectoryLock {
  public:
    // Waits for at most `patience_ms`. Error: it cannot be opened, or another has it for longer.
    [[nodiscard]] static flow::Result<DirectoryLock> take(const std::string& directory, int patience_ms);
    DirectoryLock(DirectoryLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
    DirectoryLock& operator=(DirectoryLock&&) = delete;
    ~DirectoryLock();

  private:
    explicit DirectoryLock(int fd) : fd_(fd) {}
    int fd_;
};

// A profile's file as it is at the moment; `profile`: nothing where it is no profile's file.
struct ProfileFile {
    std::string path;
    std::string text;
    std::string name;  // the profile's: as it says, or as the file is called
    std::optional<ProfileText> profile{};
};

// Those that load_config() reads, by path. One that cannot be read is left out; load_config() tells.
[[nodiscard]] std::vector<ProfileFile> profile_files(const std::string& directory);

// Where a new profile's file goes: NAME.toml, or NAME-2.toml ... where that is taken.
[[nodiscard]] std::string new_profile_path(const std::string& directory, const std::string& name);

// What is read at `path` becomes `text`, whole or not at all, whatever ends in between; durable at return. Mode and owner stay; of a
// new file they are the directory's. A link is followed, but not out of `directory`.
[[nodiscard]] flow::Result<void> replace_file(const std::string& directory, const std::string& path,
                                              std::string_view text);
// The same for its end; of a link, the link.
[[nodiscard]] flow::Result<void> remove_file(const std::string& path);

}  // namespace control
