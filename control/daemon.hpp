// SPDX-License-Identifier: Apache-2.0
// The daemon's life: configuration, supervisor, HTTP, privileges, signals.
//
// Thread: the main thread, once a process.
#pragma once

#include <string>
#include <vector>

#include "control/config.hpp"

namespace control {

struct DaemonOptions {
    std::string config_file;           // empty: kDefaultConfigPath, else ./conf/net-collector.toml of a checkout
    std::string data;                  // empty: the configuration's
    std::vector<std::string> devices;  // empty: the configuration's
    std::vector<std::string> replay;   // captures; empty: live
    std::string command;               // net-collector, for queries; empty: the one beside this program
    std::string output = "text";       // of the replay's ledger: text or json
    bool live_rates = false;
};

// Returns the exit code: 0, 1 (start or store failed), 3 (configuration).
[[nodiscard]] int run_daemon(const DaemonOptions& options);

}  // namespace control
