// SPDX-License-Identifier: Apache-2.0
// Passwords and secrets, by libsodium.
//
// Thread: any. A hash takes about 0.1 s and 64 MiB (argon2id, crypto_pwhash's INTERACTIVE limits).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "dataplane/flow/result.hpp"

namespace http {

inline constexpr std::size_t kLeastPasswordBytes = 8;
inline constexpr std::size_t kMostPasswordBytes = 1024;

// "$argon2id$v=19$m=...".
[[nodiscard]] flow::Result<std::string> hash_password(std::string_view password);
[[nodiscard]] bool is_hash(std::string_view text) noexcept;
// False for a faulty hash, too, after as long.
[[nodiscard]] bool verify_password(const std::string& hash, std::string_view password);
// 256 bits at random, as 64 hexadecimal digits.
[[nodiscard]] std::string make_secret();
// In a time that does not depend on where they differ.
[[nodiscard]] bool same_secret(std::string_view a, std::string_view b) noexcept;

}  // namespace http
