// SPDX-License-Identifier: Apache-2.0
// The part of a configuration file that is about the network: devices, sources and exporters. Beside config_load.cpp.
//
// Thread: one.
#pragma once

#include <filesystem>

#include "control/config_reader.hpp"

namespace control {

// devices = [...] or [[device]]. `directory`: where relative paths start.
void read_devices(const TableReader& top, const std::filesystem::path& directory, Config& config, Problems& problems);
// Every [[source]]; there must be one. False when one of them is faulty and left out.
bool read_sources(const TableReader& top, Config& config, Problems& problems);
// Every [[exporter]].
void read_exporters(const TableReader& top, Config& config, Problems& problems);
// addresses = [...]
void read_addresses(const TableReader& top, Config& config);

[[nodiscard]] std::string absolute_from(const std::filesystem::path& directory, const std::string& path);

}  // namespace control
