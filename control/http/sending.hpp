// SPDX-License-Identifier: Apache-2.0
// Answers on their way out. Private to the server.
//
// Thread: the server's.
#pragma once

#include "control/http/exchange.hpp"

namespace http {

// A stream under way.
struct Streaming {
    std::shared_ptr<Stream> stream{};
    Listening* listening = nullptr;
    MHD_Connection* connection = nullptr;
    Principal who{};            // who opened it, and
    Role needs = Role::viewer;  // what they must be for it to go on
};

// The body, and of a stream what stands beside it.
MHD_Result send(MHD_Connection* connection, const Response& response);
MHD_Result send_stream(Streaming streaming, const Response& response);
// An answer of the server's own: JSON {error, detail} below /api/, else the sentence as text.
[[nodiscard]] Response refusal(const std::string& path, unsigned status, const char* error, const std::string& detail);

}  // namespace http
