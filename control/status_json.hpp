// SPDX-License-Identifier: Apache-2.0
// What the daemon answers on its control socket, as JSON:
//   GET  /api/v1/status   status_json()
//   POST /api/v1/reload   reload_json(), with status 200 when taken and 422 when not
//   GET  /api/v1/capture/counts   capture_counts_json() of the capture under way, or 404
// and /api/v1/capture as a file: control/capture_stream.hpp.
//
// Thread: any; holds nothing.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "control/status.hpp"

namespace control {

inline constexpr const char* kStatusPath = "/api/v1/status";
inline constexpr const char* kReloadPath = "/api/v1/reload";
inline constexpr const char* kCapturePath = "/api/v1/capture";
inline constexpr const char* kCaptureCountsPath = "/api/v1/capture/counts";
inline constexpr const char* kJsonContentType = "application/json";

// What the daemon is, and those parts of it that are asked for; none: all.
[[nodiscard]] nlohmann::ordered_json status_object(const Status& status, const std::vector<std::string>& parts = {});
[[nodiscard]] std::string status_json(const Status& status, const std::vector<std::string>& parts = {});
[[nodiscard]] bool is_status_part(std::string_view name) noexcept;
[[nodiscard]] std::string status_part_names();  // "devices, queues, ..."
// {"frames":N,"dropped":N}: given to the reader, and lost because the reader was too slow.
[[nodiscard]] std::string capture_counts_json(std::uint64_t frames, std::uint64_t dropped);
// {"ok":...,"generation":...,"error":"...","restart_needed":[...],"http_faults":[...]}
[[nodiscard]] std::string reload_json(const ReloadStatus& reload, std::uint64_t generation);

}  // namespace control
