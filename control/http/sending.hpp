// SPDX-License-Identifier: Apache-2.0
// Answers on their way out. Private to the server.
//
// Thread: the server's.
#pragma once

#include "control/http/exchange.hpp"

namespace http {

MHD_Result send(Listening& listening, MHD_Connection* connection, const Response& response);
// An answer of the server's own: JSON {error, detail} below /api/, else the sentence as text.
[[nodiscard]] Response refusal(const std::string& path, unsigned status, const char* error, const std::string& detail);

}  // namespace http
