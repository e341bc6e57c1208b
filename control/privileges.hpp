// SPDX-License-Identifier: Apache-2.0
// From root to the daemon's own user, once everything that needs root is open.
//
// Thread: the control thread, after the ports have started and before it serves anybody. User and groups
// change for the
//         whole process; capabilities are kept on the calling thread only, which must be the one that closes
//         the ports.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>
#include <vector>

#include "dataplane/flow/result.hpp"

namespace control {

struct Identity {
    std::string name;
    uid_t uid = 0;
    gid_t gid = 0;              // of the user's own group: its members may read the data
    std::vector<gid_t> groups;  // all the user is in
};

[[nodiscard]] flow::Result<Identity> find_user(const std::string& name);

// Creates the directory (0750, set-group-id) when it is not there. With `owner`, it and all in it belong to
// the owner, and the owner's group can read all of it. Symbolic links are not followed. What is in a directory of
// compiled patterns, `patterns`, stays whose it is.
[[nodiscard]] flow::Result<void> prepare_directory(const std::string& path, const Identity* owner,
                                                   const std::string& patterns = {});
// The same for a directory of compiled patterns, but what is in it stays whose it is: at the next start root takes only
// what root wrote. A directory that holds anything else, or that others can write, stays as it is.
[[nodiscard]] flow::Result<void> prepare_pattern_cache(const std::string& path, const Identity* owner);
// The same for one file or socket, whose mode stays.
[[nodiscard]] flow::Result<void> give_to(const std::string& path, const Identity& owner);

// Becomes `identity` for good and keeps only `capabilities` ("cap_net_admin" ...), effective and permitted.
// Does nothing when the process already is that user without being root. Afterwards no program it starts can
// gain privileges.
[[nodiscard]] flow::Result<void> drop_privileges(const Identity& identity, std::span<const char* const> capabilities);

}  // namespace control
