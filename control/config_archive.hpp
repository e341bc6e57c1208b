// SPDX-License-Identifier: Apache-2.0
// The part of a configuration file that is about the archive: [archive], and `archive` of a [[source]]. Beside
// config_load.cpp.
//
// Thread: one.
#pragma once

#include "control/config_reader.hpp"

namespace control {

// [archive]; before the sources.
void read_archive(const TableReader& top, Config& config, Problems& problems);
// `archive` of a source: one of the words of archive.keep, or a table of keep, channels and sample. What it leaves out is as in
// [archive].
void read_source_archive(const TableReader& source, const Config& config, SourceConfig& out, Problems& problems);

}  // namespace control
