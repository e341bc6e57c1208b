// SPDX-License-Identifier: Apache-2.0
// Who may log in: a file with a line "name:role:hash" each.
//
// Thread: any; values.
// Limits: kMaxUsers users, files as small_file.hpp reads them: one that others may read, or any but its owner write, is an error.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "control/http/server.hpp"
#include "dataplane/flow/result.hpp"

namespace http {

inline constexpr std::size_t kMaxUsers = 1024;

struct User {
    Role role = Role::viewer;
    std::string hash;
};
using Users = std::map<std::string, User, std::less<>>;

[[nodiscard]] const char* role_name(Role role) noexcept;  // "none", "viewer", "admin"
// [A-Za-z0-9._@-]{1,64}
[[nodiscard]] bool is_user_name(std::string_view name) noexcept;
// Errors name file and line. Empty lines and those that begin with '#' say nothing.
[[nodiscard]] flow::Result<Users> parse_users(const std::string& file, std::string_view text);
[[nodiscard]] flow::Result<Users> load_users(const std::string& file);
// In place of the file, atomically; mode 0640, owner and group as they were. `group`: of a new file.
[[nodiscard]] flow::Result<void> save_users(const std::string& file, const Users& users,
                                            const std::optional<gid_t>& group = {});

}  // namespace http
