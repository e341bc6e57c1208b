// SPDX-License-Identifier: Apache-2.0
// What a request asks for, out of the bytes that a client sent: "/api/v1/profiles/a%20b?from=-1h".
//
// Thread: any; pure functions.
// Source: RFC 3986 2.1, 3.3, 3.4; queries as HTML forms send them ('+' is a space).
// Limits: kMaxParts parts of the path, kMaxArguments of the query. Decoded parts and names are without control
//         characters, values without NUL, parts without '/'; "." and ".." are no parts. All else is an error, a sentence.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/flow/result.hpp"

namespace http {

inline constexpr std::size_t kMaxParts = 16;
inline constexpr std::size_t kMaxArguments = 64;

struct Target {
    std::vector<std::string> parts;            // decoded; "/" has one, empty
    std::map<std::string, std::string> query;  // decoded; the last of equal names

    // "/" and the parts.
    [[nodiscard]] std::string path() const;
};

[[nodiscard]] flow::Result<Target> parse_target(std::string_view raw);

}  // namespace http
