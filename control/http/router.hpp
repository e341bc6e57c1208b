// SPDX-License-Identifier: Apache-2.0
// Which route a request takes.
//
// Thread: any; unchanged after its making.
// Shape:  of two routes that fit, the one with fewer {places}: "/queries/now" before "/queries/{id}".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/http/server.hpp"

namespace http {

// As a route's path: takes what no other route has, but for /api.
inline constexpr const char* kEverythingElse = "*";

class Router {
  public:
    explicit Router(std::vector<Route> routes);

    struct Found {
        const Route* route = nullptr;  // nullptr: none
        std::map<std::string, std::string, std::less<>> at{};
        std::string
            allow{};  // where there is none for this method: those that there are, "GET, POST"; empty: no such path
    };
    // Valid as long as the router. `parts` as in Target. `unix_socket`: the request came through one.
    [[nodiscard]] Found find(std::string_view method, const std::vector<std::string>& parts, bool unix_socket) const;

  private:
    struct Entry {
        Route route;
        std::vector<std::string> parts;
        std::size_t places = 0;
    };
    static bool fits(const Entry& entry, const std::vector<std::string>& parts);

    std::vector<Entry> entries_;  // fewest places first
    std::optional<Route> everything_else_;
};

}  // namespace http
