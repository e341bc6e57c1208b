// SPDX-License-Identifier: Apache-2.0
// What the API sees of the daemon: functions, so that it is tested without one.
//
// Thread: the functions are called from the server's thread and from those of answer_later(), several at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "control/config.hpp"
#include "control/status.hpp"
#include "filters/program/program.hpp"
#include "store/store.hpp"

namespace api {

inline constexpr const char* kRoot = "/api/v1";

struct World {
    std::function<control::Status()> status;
    std::function<control::Config()> config;  // the one in use
    // Reads the configuration again, as SIGHUP does; takes as long as host names and compiling take.
    std::function<control::ReloadStatus()> reload;
    // A remark in the daemon's log; audit lines too.
    std::function<void(const std::string&)> log;
    store::Store* store = nullptr;  // nullptr: there is none (tests); what it offers to "any" thread only
    std::string data_directory{};   // for store::Reader
    std::string command{};          // path of net-collector, to be started for queries
    std::function<std::uint64_t()> now_ms{};
};

}  // namespace api
