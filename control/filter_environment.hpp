// SPDX-License-Identifier: Apache-2.0
// What the filters of a configuration are compiled against: its sources, how missing fields compare, databases of
// countries and autonomous systems, host names, included files. The daemon and the command make it here, so that both
// find the same faults.
//
// Thread: one.
// Errors: of a database, with file, line and column of the key that names it.
#pragma once

#include <memory>
#include <string>

#include "control/config.hpp"
#include "dataplane/flow/result.hpp"
#include "filters/geo/database.hpp"
#include "filters/program/environment.hpp"

namespace control {

struct FilterEnvironment {
    // Without exporters, which only the daemon has. Host names are looked up once and remembered: make another for the
    // next reload. `pattern_cache` is the configuration's; commands other than the daemon must not write there, and clear
    // it.
    filters::Environment environment{};
    std::shared_ptr<const filters::geo::Database> geo{};  // what environment.geo points to; null without one
    std::string geo_files{};                              // which files those were, to see a change
};

// `before`: databases that have not changed since are taken from it.
[[nodiscard]] flow::Result<FilterEnvironment> make_filter_environment(const Config& config,
                                                                      const FilterEnvironment* before = nullptr);

// Context::include for filters that stand in files of `directory`: relative paths begin there, or in an included file at
// that file's own directory; absolute ones are taken as they are. Regular files only.
[[nodiscard]] decltype(filters::language::Context::include) include_from(const std::string& directory);

// The same, of files below `directory` only, wherever links lead: for filters of people who may not read all that this
// process may.
[[nodiscard]] decltype(filters::language::Context::include) include_within(const std::string& directory);

}  // namespace control
