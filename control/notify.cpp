// SPDX-License-Identifier: Apache-2.0
#include "control/notify.hpp"

#include <systemd/sd-daemon.h>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <string>

namespace control {
namespace {

constexpr std::chrono::seconds kEvery{10};

// Nobody to tell is no error, and there is nothing to be done about any other.
void tell(const std::string& text) {
    static_cast<void>(sd_notify(0, text.c_str()));
}

}  // namespace

void notify_ready(std::string_view status) {
    tell("READY=1\nSTATUS=" + std::string(status));
}

void notify_reloading() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const std::int64_t now_us = now.tv_sec * 1'000'000 + now.tv_nsec / 1'000;
    tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now_us));
}

void notify_stopping() {
    tell("STOPPING=1");
}
void notify_alive() {
    tell("WATCHDOG=1");
}

StillStarting::StillStarting() {
    thread_ = std::thread([this] {
        std::unique_lock lock(mutex_);
        while (!wake_.wait_for(lock, kEvery, [this] { return ended_; })) {
            tell("EXTEND_TIMEOUT_USEC=" + std::to_string(4 * std::chrono::microseconds(kEvery).count()) +
                 "\nSTATUS=opening the data");
        }
    });
}

StillStarting::~StillStarting() {
    {
        const std::scoped_lock lock(mutex_);
        ended_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

}  // namespace control
