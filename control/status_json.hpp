// SPDX-License-Identifier: Apache-2.0
// What the daemon answers on its control socket, as JSON:
//   GET  /api/v1/status   status_json()
//   POST /api/v1/reload   reload_json(), with status 200 when taken and 422 when not
//
// Thread: any; holds nothing.
#pragma once

#include <string>

#include "control/status.hpp"

namespace control {

inline constexpr const char* kStatusPath = "/api/v1/status";
inline constexpr const char* kReloadPath = "/api/v1/reload";
inline constexpr const char* kJsonContentType = "application/json";

[[nodiscard]] std::string status_json(const Status& status);
// {"ok":...,"generation":...,"error":"...","restart_needed":[...]}
[[nodiscard]] std::string reload_json(const ReloadStatus& reload, std::uint64_t generation);

}  // namespace control
