// SPDX-License-Identifier: Apache-2.0
// From a configuration to an archive: its options, its retention, its opening.
//
// Thread: control.
#pragma once

#include <memory>

#include "control/config.hpp"
#include "control/source_names.hpp"
#include "dataplane/flow/result.hpp"
#include "store/archive/archive.hpp"
#include "store/store.hpp"

namespace control {

// A share of the disk is one of the file system that the data lies on, as large as it is now.
[[nodiscard]] store::archive::ArchiveRetention archive_retention(const Config& config);

// Opens the archive beside the store, which has not been started: what it finds of a run that was killed is told to the store.
// `store` and `sources` must outlive the archive.
[[nodiscard]] flow::Result<std::unique_ptr<store::archive::Archive>> open_archive(const Config& config, bool replay,
                                                                                  store::Store& store,
                                                                                  const SourceNames& sources);

}  // namespace control
