// SPDX-License-Identifier: Apache-2.0
#include "control/http/users.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>

#include "control/http/listener.hpp"
#include "control/http/passwords.hpp"
#include "control/http/small_file.hpp"

namespace http {
namespace {

flow::Result<void> parse_line(std::string_view line, Users& out) {
    const auto first = line.find(':');
    const auto second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) return flow::fail("is not NAME:ROLE:HASH");
    const std::string_view name = line.substr(0, first);
    const std::string_view role = line.substr(first + 1, second - first - 1);
    User user{.role = role == "admin" ? Role::admin : Role::viewer, .hash = std::string(line.substr(second + 1))};
    if (!is_user_name(name)) return flow::fail("has no proper name: letters, digits and ._@- are");
    if (role != "admin" && role != "viewer") return flow::fail("has neither of the roles viewer and admin");
    if (!is_hash(user.hash)) return flow::fail("has no hash by argon2id");
    if (out.size() == kMaxUsers) return flow::fail("is one user more than " + std::to_string(kMaxUsers));
    if (!out.emplace(name, std::move(user)).second) return flow::fail("names a user again");
    return {};
}

}  // namespace

const char* role_name(Role role) noexcept {
    switch (role) {
        case Role::none:
            return "none";
        case Role::viewer:
            return "viewer";
        case Role::admin:
            return "admin";
    }
    return "none";
}

bool is_user_name(std::string_view name) noexcept {
    return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return c < 0x80 && (std::isalnum(c) != 0 || c == '.' || c == '_' || c == '@' || c == '-');
    });
}

flow::Result<Users> parse_users(const std::string& file, std::string_view text) {
    Users out;
    for (unsigned number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line.front() == '#') continue;
        if (auto ok = parse_line(line, out); !ok) {
            return flow::fail("users file " + file + ": line " + std::to_string(number) + " " + ok.error().message +
                              ": write it with net-collector passwd");
        }
    }
    return out;
}

flow::Result<Users> load_users(const std::string& file) {
    auto text = read_small_file("users file", file, Secrecy::secret);
    if (!text) return flow::pass(text);
    return parse_users(file, *text);
}

flow::Result<void> save_users(const std::string& file, const Users& users, const std::optional<gid_t>& group) {
    std::string text = "# Who may log in at the console. Written by net-collector passwd; NAME:ROLE:HASH.\n";
    for (const auto& [name, user] : users) text += name + ":" + role_name(user.role) + ":" + user.hash + "\n";
    const std::string fresh = file + ".new";
    struct stat old {};
    const bool replaced = stat(file.c_str(), &old) == 0;
    unlink(fresh.c_str());
    const Socket out(open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (out.fd() < 0) return flow::fail_errno("cannot write users file " + fresh);
    const uid_t owner = replaced ? old.st_uid : static_cast<uid_t>(-1);
    const bool owned = fchown(out.fd(), owner, replaced ? old.st_gid : group.value_or(static_cast<gid_t>(-1))) == 0;
    if (!owned || fchmod(out.fd(), 0640) != 0 ||
        write(out.fd(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) || fsync(out.fd()) != 0 ||
        rename(fresh.c_str(), file.c_str()) != 0) {
        const int fault = errno;
        unlink(fresh.c_str());
        errno = fault;
        return flow::fail_errno("cannot write users file " + file);
    }
    return {};
}

}  // namespace http
