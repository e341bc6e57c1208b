// SPDX-License-Identifier: Apache-2.0
// Talks to the running daemon through its Unix socket.
//
// Thread: one.
#pragma once

#include <string>

#include "control/cli/context.hpp"

namespace cli {

struct Answer {
    long status = 0;
    std::string body;
};

// Failure: Exit::not_running when nobody listens on the socket; Exit::failed when it may not be opened or the
// answer takes longer than `timeout_s`.
[[nodiscard]] Outcome<Answer> ask(const std::string& socket, const std::string& method, const std::string& path,
                                  long timeout_s);

}  // namespace cli
