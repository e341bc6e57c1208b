// SPDX-License-Identifier: Apache-2.0
// What systemd is told about the daemon (sd_notify(3)). Without systemd each of them does nothing.
//
// Thread: any.
#pragma once

#include <cstdint>
#include <string_view>

namespace control {

// Ports are up and the store is open. `status` is the line that `systemctl status` shows.
void notify_ready(std::string_view status);
void notify_reloading();
void notify_stopping();
void notify_status(std::string_view status);
void notify_alive();
// How often systemd wants notify_alive() at the latest, with a safety factor of two; 0 = not at all.
// Microseconds.
[[nodiscard]] std::uint64_t watchdog_interval_us();

}  // namespace control
