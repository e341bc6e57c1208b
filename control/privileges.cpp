// SPDX-License-Identifier: Apache-2.0
#include "control/privileges.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>

namespace control {
namespace {

namespace fs = std::filesystem;

struct CapFree {
    void operator()(cap_t caps) const noexcept { cap_free(caps); }
};
using Caps = std::unique_ptr<std::remove_pointer_t<cap_t>, CapFree>;

flow::Result<void> keep_only(std::span<const char* const> capabilities) {
    const Caps caps(cap_init());
    if (!caps) return flow::fail_errno("cannot allocate a capability set");
    for (const char* name : capabilities) {
        cap_value_t value = 0;
        if (cap_from_name(name, &value) != 0) return flow::fail_errno(std::string("unknown capability ") + name);
        for (const cap_flag_t flag : {CAP_PERMITTED, CAP_EFFECTIVE}) {
            if (cap_set_flag(caps.get(), flag, 1, &value, CAP_SET) != 0)
                return flow::fail_errno("cannot set capability");
        }
    }
    if (cap_set_proc(caps.get()) != 0) return flow::fail_errno("cannot keep capabilities after giving up root");
    return {};
}

// Owner and group, and for the group read (and enter for directories); what others may do is left alone.
flow::Result<void> hand_over(const std::string& path, const Identity& owner) {
    struct stat file {};
    if (lstat(path.c_str(), &file) != 0) return flow::fail_errno("cannot look at " + path);
    if (file.st_uid != owner.uid || file.st_gid != owner.gid) {
        if (lchown(path.c_str(), owner.uid, owner.gid) != 0) {
            return flow::fail_errno("cannot give " + path + " to user " + owner.name + "; start as root or chown it");
        }
    }
    const mode_t readable = S_ISDIR(file.st_mode) ? S_IRGRP | S_IXGRP | S_ISGID : S_ISREG(file.st_mode) ? S_IRGRP : 0;
    if ((file.st_mode & readable) != readable && chmod(path.c_str(), (file.st_mode | readable) & 07777) != 0) {
        return flow::fail_errno("cannot make " + path + " readable for the group of user " + owner.name);
    }
    return {};
}

flow::Result<void> make_directory(const std::string& path) {
    std::error_code error;
    const bool made = fs::create_directories(path, error);
    if (error) return flow::fail("cannot create directory " + path + ": " + error.message());
    if (made && chmod(path.c_str(), 02750) != 0) return flow::fail_errno("cannot set the mode of directory " + path);
    return {};
}

// Nothing but compiled patterns is in it, and only its owner writes there.
bool is_pattern_cache(const std::string& path) {
    struct stat about {};
    if (lstat(path.c_str(), &about) != 0 || !S_ISDIR(about.st_mode) || (about.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return false;
    }
    std::error_code error;
    fs::directory_iterator entry(path, error);
    for (; !error && entry != fs::directory_iterator{}; entry.increment(error)) {
        if (entry->path().extension() != ".patterns") return false;
    }
    return !error;
}

}  // namespace

flow::Result<Identity> find_user(const std::string& name) {
    errno = 0;
    const passwd* entry = getpwnam(name.c_str());
    if (entry == nullptr) {
        if (errno != 0) return flow::fail_errno("cannot look up user \"" + name + "\"");
        return flow::fail("user \"" + name + "\" does not exist on this machine: create it (useradd --system " + name +
                          ") or change `user` in the configuration");
    }
    Identity out{name, entry->pw_uid, entry->pw_gid, {}};
    int count = 64;
    out.groups.resize(64);
    if (getgrouplist(name.c_str(), out.gid, out.groups.data(), &count) < 0) {
        out.groups.resize(static_cast<std::size_t>(count));
        getgrouplist(name.c_str(), out.gid, out.groups.data(), &count);
    }
    out.groups.resize(static_cast<std::size_t>(count));
    return out;
}

flow::Result<void> give_to(const std::string& path, const Identity& owner) {
    if (lchown(path.c_str(), owner.uid, owner.gid) == 0) return {};
    return flow::fail_errno("cannot give " + path + " to user " + owner.name);
}

flow::Result<void> prepare_directory(const std::string& path, const Identity* owner, const std::string& patterns) {
    if (auto made = make_directory(path); !made) return made;
    if (owner == nullptr) return {};
    if (auto given = hand_over(path, *owner); !given) return given;
    std::error_code error;
    fs::recursive_directory_iterator entry(path, error);
    for (; !error && entry != fs::recursive_directory_iterator{}; entry.increment(error)) {
        if (entry->is_symlink(error)) continue;
        if (entry->path() == patterns) {
            entry.disable_recursion_pending();
            continue;
        }
        if (auto given = hand_over(entry->path().string(), *owner); !given) return given;
    }
    if (error) return flow::fail("cannot read directory " + path + ": " + error.message());
    return {};
}

flow::Result<void> prepare_pattern_cache(const std::string& path, const Identity* owner) {
    if (auto made = make_directory(path); !made) return made;
    if (owner == nullptr || !is_pattern_cache(path)) return {};
    return hand_over(path, *owner);
}

flow::Result<void> drop_privileges(const Identity& identity, std::span<const char* const> capabilities) {
    if (geteuid() != 0) {
        if (geteuid() == identity.uid) return {};
        return flow::fail("cannot become user \"" + identity.name +
                          "\" without being root: start as root, or set user = \"\" in the configuration");
    }
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0)
        return flow::fail_errno("cannot keep capabilities across the change of user");
    if (setgroups(identity.groups.size(), identity.groups.data()) != 0 ||
        setresgid(identity.gid, identity.gid, identity.gid) != 0 ||
        setresuid(identity.uid, identity.uid, identity.uid) != 0) {
        return flow::fail_errno("cannot become user \"" + identity.name + "\"");
    }
    if (auto kept = keep_only(capabilities); !kept) return kept;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return flow::fail_errno("cannot forbid new privileges");
    // setresuid clears the dumpable flag; without it a crash leaves no core and /proc/self is root's.
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    if (identity.uid != 0 && setuid(0) == 0)
        return flow::fail("root could be regained after becoming user \"" + identity.name + "\"");
    return {};
}

}  // namespace control
