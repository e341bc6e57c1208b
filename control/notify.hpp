// SPDX-License-Identifier: Apache-2.0
// What systemd is told about the daemon (sd_notify(3)). Without systemd each of them does nothing.
//
// Thread: any.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string_view>
#include <thread>

namespace control {

// Ports are up and the store is open. `status` is the line that `systemctl status` shows.
void notify_ready(std::string_view status);
void notify_reloading();
void notify_stopping();
// Each second; WatchdogSec= must be longer.
void notify_alive();

// While it lives, systemd goes on waiting for notify_ready(), whatever TimeoutStartSec= says.
class StillStarting {
  public:
    StillStarting();
    ~StillStarting();
    StillStarting(const StillStarting&) = delete;
    StillStarting& operator=(const StillStarting&) = delete;

  private:
    std::mutex mutex_;
    std::condition_variable wake_;
    bool ended_ = false;  // guarded by mutex_
    std::thread thread_;
};

}  // namespace control
