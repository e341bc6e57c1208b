// SPDX-License-Identifier: Apache-2.0
// The part of a configuration file that is about the console and its API: [http]. Beside config_load.cpp.
//
// Thread: one.
#pragma once

#include <filesystem>

#include "control/config_reader.hpp"

namespace control {

// `directory`: where relative paths start. Whether the files that it names are right is for who opens them.
void read_http(const TableReader& top, const std::filesystem::path& directory, Config& config, Problems& problems);

}  // namespace control
