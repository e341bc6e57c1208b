// SPDX-License-Identifier: Apache-2.0
// The daemon's JSON, read leniently: members that a daemon of another version does not send are zero or empty.
//
// Thread: one.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "control/cli/client.hpp"
#include "control/cli/context.hpp"

namespace cli {

// What the running daemon says of itself. Failure: as ask(), or the answer is not understood.
[[nodiscard]] Outcome<nlohmann::ordered_json> ask_status(const std::string& socket);

// The object that an answer is. Failure: it is none.
[[nodiscard]] Outcome<nlohmann::ordered_json> parsed(const Answer& answer);

[[nodiscard]] std::uint64_t number(const nlohmann::ordered_json& j, const char* key);
[[nodiscard]] double ratio(const nlohmann::ordered_json& j, const char* key);
[[nodiscard]] std::string text(const nlohmann::ordered_json& j, const char* key);
[[nodiscard]] bool flag(const nlohmann::ordered_json& j, const char* key);
[[nodiscard]] const nlohmann::ordered_json& part(const nlohmann::ordered_json& j, const char* key);

}  // namespace cli
