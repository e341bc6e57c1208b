// SPDX-License-Identifier: Apache-2.0
// What the language asks of the world outside the text: host names and included files. Without them both are errors.
//
// Thread: those of parse().
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/flow/address.hpp"
#include "dataplane/flow/result.hpp"

namespace filters::language {

struct Context {
    // All addresses of a host name, IPv4 and IPv6; bounded in time. An error is a sentence without place.
    std::function<flow::Result<std::vector<flow::IpAddress>>(std::string_view name)> resolve{};
    // The text of the file that `@include path` names; `from` is the file the words stand in, empty: the filter itself.
    // Returns its text and the name to show and to give as `from`.
    struct Included {
        std::string name;
        std::string text;
    };
    std::function<flow::Result<Included>(std::string_view path, std::string_view from)> include{};
};

}  // namespace filters::language
