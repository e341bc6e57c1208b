// SPDX-License-Identifier: Apache-2.0
// `net-collector passwd`: who may log in at the console.
#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <ostream>

#include "control/cli/commands.hpp"
#include "control/cli/hidden_line.hpp"
#include "control/cli/text.hpp"
#include "control/http/passwords.hpp"
#include "control/http/users.hpp"

namespace cli {
namespace {

// Two at a time would lose what one of them wrote. Held by the directory, for the file itself is replaced.
class Turn {
  public:
    explicit Turn(const std::string& file)
        : directory_(open(std::filesystem::path(file).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
        held_ = directory_ >= 0 && flock(directory_, LOCK_EX) == 0;
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
        if (directory_ >= 0) close(directory_);
    }
    [[nodiscard]] bool held() const noexcept { return held_; }

  private:
    int directory_;
    bool held_ = false;
};

Outcome<std::string> users_file(const control::Config& config) {
    if (!config.http.users.empty()) return config.http.users;
    return failure(Exit::failed, config.file +
                                     " names no file for users: write users = \"/etc/net-collector/users\" below "
                                     "[http], then run this again");
}

Outcome<http::Users> known_users(const std::string& file) {
    std::error_code error;
    if (!std::filesystem::exists(file, error) && !error) return http::Users{};
    auto users = http::load_users(file);
    if (!users) return failure(Exit::failed, users.error().text());
    return *users;
}

// Of the user that the collector becomes; where we are that user already, ours is right.
Outcome<std::optional<gid_t>> group_of_collector(const control::Config& config) {
    if (config.user.empty() || geteuid() != 0) return std::nullopt;
    errno = 0;
    const struct ::passwd* const user = getpwnam(config.user.c_str());
    if (user == nullptr)
        return failure(Exit::failed, "user \"" + config.user +
                                         "\", who shall read the file, does not exist on this machine: create it "
                                         "(useradd --system " +
                                         config.user + ") or change `user` in the configuration");
    return user->pw_gid;
}

flow::Result<std::string> typed_password(const std::string& user, bool standard_input) {
    if (standard_input) {
        std::string line;
        if (!std::getline(std::cin, line)) return flow::fail("standard input has no password");
        return line;
    }
    auto first = read_hidden_line("Password of " + user + ": ");
    if (!first) return flow::pass(first);
    auto second = read_hidden_line("The same again: ");
    if (!second) return flow::pass(second);
    if (*first != *second) return flow::fail("the two are not the same: nothing was changed");
    return first;
}

Outcome<std::string> new_hash(const PasswdQuery& query) {
    const auto password = typed_password(query.user, query.standard_input);
    if (!password) return failure(Exit::failed, password.error().text());
    if (password->size() < http::kLeastPasswordBytes || password->size() > http::kMostPasswordBytes)
        return failure(Exit::failed, "a password has " + std::to_string(http::kLeastPasswordBytes) + " to " +
                                         std::to_string(http::kMostPasswordBytes) + " bytes: nothing was changed");
    const auto hash = http::hash_password(*password);
    if (!hash) return failure(Exit::failed, hash.error().text());
    return *hash;
}

Done list(const Context& context, const http::Users& users) {
    if (context.json) {
        nlohmann::ordered_json out = nlohmann::ordered_json::array();
        for (const auto& [name, user] : users) out.push_back({{"user", name}, {"role", http::role_name(user.role)}});
        context.out << out.dump(2) << '\n';
        return {};
    }
    Table table({"USER", "ROLE"});
    for (const auto& [name, user] : users) table.add({name, http::role_name(user.role)});
    table.print(context.out, Style{context.colour});
    return {};
}

// A role that was not asked for stays; who is new may look.
void set_user(http::Users& users, const PasswdQuery& query, const std::string& hash) {
    http::User& user = users[query.user];
    user.hash = hash;
    if (!query.role.empty()) user.role = query.role == "admin" ? http::Role::admin : http::Role::viewer;
}

Done change(const PasswdQuery& query, const std::string& file, const std::optional<gid_t>& group) {
    std::string hash;
    if (!query.remove) {
        auto made = new_hash(query);
        if (!made) return tl::unexpected(made.error());
        hash = std::move(*made);
    }
    const Turn turn(file);
    if (!turn.held())
        return failure(Exit::failed, "cannot open the directory of users file " + file + ": is it there, and yours?");
    auto users = known_users(file);
    if (!users) return tl::unexpected(users.error());
    if (!query.remove) {
        set_user(*users, query, hash);
    } else if (users->erase(query.user) == 0) {
        return failure(Exit::no_data, "there is no user \"" + query.user + "\" in " + file + ": --list shows them");
    }
    if (users->size() > http::kMaxUsers)
        return failure(Exit::failed, file + " has " + std::to_string(http::kMaxUsers) + " users already: delete one");
    const auto saved = http::save_users(file, *users, group);
    if (!saved) return failure(Exit::failed, saved.error().text());
    return {};
}

}  // namespace

Done passwd(const Context& context, const PasswdQuery& query) {
    if (query.list == !query.user.empty())
        return failure(Exit::usage, "name a user, or say --list: see net-collector passwd --help");
    if (query.remove && (!query.role.empty() || query.standard_input))
        return failure(Exit::usage, "--delete takes neither --role nor --stdin");
    if (!query.list && !http::is_user_name(query.user))
        return failure(Exit::usage,
                       "\"" + query.user + "\" is no name for a user: 1 to 64 letters, digits and ._@- are");
    const auto config = read_config(context);
    if (!config) return tl::unexpected(config.error());
    const auto file = users_file(*config);
    if (!file) return tl::unexpected(file.error());
    if (query.list) {
        const auto users = known_users(*file);
        if (!users) return tl::unexpected(users.error());
        return list(context, *users);
    }
    const auto group = group_of_collector(*config);
    if (!group) return tl::unexpected(group.error());
    if (auto done = change(query, *file, *group); !done) return done;
    if (!context.json)
        context.out << *file << " is written; a running daemon takes it over with: net-collector reload\n";
    return {};
}

}  // namespace cli
