// SPDX-License-Identifier: Apache-2.0
// The files of the console, compiled in, and how they are answered.
//
// Thread: any; constants.
// Source: RFC 9110 8.8.3 (ETag), 12.5.3 (Accept-Encoding), 13.1.2 (If-None-Match).
// Shape:  "/" and every path without a dot is a page of the console: index.html, which finds out by itself. Names with a hash of their
//         content never change; all else is asked again each time.
#pragma once

#include <span>
#include <string_view>

#include "control/http/server.hpp"

namespace http {

struct Asset {
    std::string_view name;  // "index.html"
    std::string_view type;
    std::string_view tag;  // in quotes
    std::string_view plain;
    std::string_view gzip;
    bool immutable = false;
};

// Empty where the console is not built in.
[[nodiscard]] std::span<const Asset> console_assets() noexcept;
[[nodiscard]] Response answer_asset(std::span<const Asset> assets, const Request& request);
// For every path that no other route has; see Router.
[[nodiscard]] Route console_route();

}  // namespace http
