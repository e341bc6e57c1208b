// SPDX-License-Identifier: Apache-2.0
// The file of users: any bytes are refused with the line, or become users with proper names, roles and hashes.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "control/http/passwords.hpp"
#include "control/http/users.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto users = http::parse_users("users", {reinterpret_cast<const char*>(data), size});
    if (!users) {
        if (users.error().message.find("line ") == std::string::npos) std::abort();
        return 0;
    }
    if (users->size() > http::kMaxUsers) std::abort();
    for (const auto& [name, user] : *users) {
        if (!http::is_user_name(name) || !http::is_hash(user.hash) || user.role == http::Role::none) std::abort();
    }
    return 0;
}
