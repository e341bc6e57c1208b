// SPDX-License-Identifier: Apache-2.0
// Files that the daemon trusts: users, certificate, key.
//
// Thread: any.
// Limits: kMaxFileBytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "dataplane/flow/result.hpp"

namespace http {

inline constexpr std::size_t kMaxFileBytes = 1u << 20;

// Secrets: nobody but owner and group may read the file, and only its owner write it.
enum class Secrecy : std::uint8_t { open, secret };

// `what`: "users file", for messages.
[[nodiscard]] flow::Result<std::string> read_small_file(const std::string& what, const std::string& file,
                                                        Secrecy secrecy);

}  // namespace http
