// SPDX-License-Identifier: Apache-2.0
// What a run that did not end by itself left on disk: blocks past the catalogued end, files without an entry, entries without
// a file.
//
// Thread: one, before the archive's threads run.
// Shape:  whole blocks with right checksums are adopted and synced, so that what is told is durable; torn ones are counted and
//         skipped, and cut off where they are the last. Files whose name is not ours, or whose header names another source,
//         are left alone; one of ours whose header cannot be read is put aside as <name>.damaged.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "store/archive/archive.hpp"

namespace store::archive {

struct Recovered {
    ArchiveNews news{};                     // to be told; `recovered` is set
    std::vector<SegmentEntry> catalogue{};  // as it is afterwards
    std::uint64_t blocks = 0, rows = 0;     // adopted
    std::uint64_t damaged_blocks = 0;
};

// Error: the directory cannot be read.
[[nodiscard]] flow::Result<Recovered> recover(const Options& options, std::span<const SegmentEntry> catalogue);

// Keys of the files in the archive's directory, in order; other names are left out.
[[nodiscard]] flow::Result<std::vector<SegmentKey>> list_segments(const std::string& directory);

}  // namespace store::archive
