// SPDX-License-Identifier: Apache-2.0
// What every subcommand gets and gives back: where to print, where the data is, how it ended.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "control/config.hpp"
#include "store/reader.hpp"

namespace cli {

// Stable: scripts rely on them, --help lists them.
enum class Exit : int { ok = 0, failed = 1, usage = 2, not_running = 3, no_data = 4, bad_filter = 5 };

struct Failure {
    Exit exit = Exit::failed;
    std::string message;  // says what to do next
};
template <class T>
using Outcome = tl::expected<T, Failure>;

struct Context {
    std::ostream& out;
    std::ostream& err;
    bool colour = false;  // escape sequences are welcome on `out`
    std::uint64_t now_s = 0;
    bool json = false;        // -o json
    std::string config_path;  // --config; empty = where it usually is
    std::string data_path;    // --data; empty = what the configuration says
};

[[nodiscard]] tl::unexpected<Failure> failure(Exit exit, std::string message);

// --config, else kDefaultConfigPath, else ./conf/net-collector.toml of a checkout.
[[nodiscard]] std::string config_path(const Context& context);
[[nodiscard]] Outcome<control::Config> read_config(const Context& context);

// Where the daemon keeps things. With --data no configuration is needed; `retention` is then the default.
struct Whereabouts {
    std::string data;
    std::string socket;
    control::Retention retention;
};
// --data, else what the configuration says; in a checkout whose configured directory is empty, the ./var of
// scripts/run.
[[nodiscard]] Outcome<Whereabouts> find_daemon(const Context& context);
[[nodiscard]] Outcome<store::Reader> open_data(const std::string& directory);

}  // namespace cli
