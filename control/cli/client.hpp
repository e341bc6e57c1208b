// SPDX-License-Identifier: Apache-2.0
// Talks to the running daemon through its Unix socket.
//
// Thread: one.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "control/cli/context.hpp"

namespace cli {

struct Answer {
    long status = 0;
    std::string body;
};

// Failure: Exit::not_running when nobody listens on the socket; Exit::failed when it may not be opened or the
// answer takes longer than `timeout_s`. `body`: JSON; `headers`: "Name: value".
[[nodiscard]] Outcome<Answer> ask(const std::string& socket, const std::string& method, const std::string& path,
                                  long timeout_s, const std::string& body = {}, std::vector<std::string> headers = {});

// Takes what GET `path` sends, for as long as `take` and `go_on` say true and the daemon sends; `go_on` is asked several
// times a second. Failure: as ask(), or the daemon refuses; its reason is the message.
[[nodiscard]] Outcome<void> follow(const std::string& socket, const std::string& path,
                                   const std::function<bool(std::string_view)>& take,
                                   const std::function<bool()>& go_on);
// `text` as a value of a query.
[[nodiscard]] std::string escaped(const std::string& text);

}  // namespace cli
