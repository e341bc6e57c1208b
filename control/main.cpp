// SPDX-License-Identifier: Apache-2.0
// net-collectord: up in order, down in reverse.
#include <CLI/CLI.hpp>
#include <malloc.h>

#include <iostream>

#include "control/config.hpp"
#include "control/daemon.hpp"
#include "control/standard_places.hpp"
#include "control/version.hpp"

namespace {

constexpr const char* kAbout =
    "net-collectord collects NetFlow v5/v9, IPFIX and sFlow, matches every flow against the channels of your profiles "
    "and "
    "keeps time series.\n"
    "SIGHUP (or `net-collector reload`) reads the configuration again; SIGTERM drains, commits and ends.";

constexpr const char* kExitCodes =
    "Exit codes: 0 ended as asked, 1 could not start, lost its store, or (--replay) the books do not balance, 2 the "
    "command line is wrong, 3 the configuration is wrong.";

// Answers and configurations are large now and then, and made on many threads: what they took goes back to the system.
void give_memory_back() {
    constexpr int kArenas = 2, kMappedBytes = 256 * 1024;
    mallopt(M_ARENA_MAX, kArenas);
    mallopt(M_MMAP_THRESHOLD, kMappedBytes);
    mallopt(M_TRIM_THRESHOLD, 4 * kMappedBytes);
}

}  // namespace

int main(int argc, char** argv) {
    control::keep_standard_places();
    give_memory_back();
    control::DaemonOptions options;
    CLI::App app{kAbout, "net-collectord"};
    app.footer(kExitCodes);
    app.set_version_flag("--version", std::string("net-collectord ") + control::kVersion);
    app.add_option(
        "-c,--config", options.config_file,
        "Configuration file (default /etc/net-collector/net-collector.toml, or conf/net-collector.toml in a checkout)");
    app.add_option("-d,--data", options.data, "Data directory, instead of the configuration's");
    app.add_option("--device", options.devices,
                   "Device, instead of the configuration's (repeatable): PCI address, af_xdp:IFACE, af_packet:IFACE, "
                   "tap:NAME, pcap:FILE, loopback");
    app.add_option(
        "--replay", options.replay,
        "Read a capture through the whole collector at full speed, commit, print the ledger and end (repeatable)");
    app.add_option("--command", options.command,
                   "net-collector, which answers queries; default: the one beside this program");
    app.add_option("-o,--output", options.output, "Form of the replay's ledger")
        ->check(CLI::IsMember({"text", "json"}))
        ->capture_default_str();
    app.add_flag("--live-rates", options.live_rates, "Show a line of rates on the terminal each second");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error);
        return code == 0 ? 0 : 2;
    }
    return control::run_daemon(options);
}
