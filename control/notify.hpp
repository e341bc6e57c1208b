// SPDX-License-Identifier: Apache-2.0
// What systemd is told about the daemon (sd_notify(3)). Without systemd each of them does nothing.
//
// Thread: any.
#pragma once

#include <string_view>

namespace control {

// Ports are up and the store is open. `status` is the line that `systemctl status` shows.
void notify_ready(std::string_view status);
void notify_reloading();
void notify_stopping();
// Each second; WatchdogSec= must be longer.
void notify_alive();

}  // namespace control
