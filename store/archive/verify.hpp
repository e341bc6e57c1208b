// SPDX-License-Identifier: Apache-2.0
// Reads the archive against its catalogue: every checksum of every block, or what is told of them.
//
// Thread: one; beside a running daemon, too. What retention or merging take away meanwhile is no fault: the caller reads the
//         catalogue again and leaves out what is gone (still_there).
// Cost:   as fast as the disk reads; one file mapped at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "dataplane/flow/result.hpp"
#include "store/archive/block_walk.hpp"
#include "store/segments.hpp"

namespace store::archive {

enum class Fault : std::uint8_t {
    missing,         // catalogued, no such file
    unreadable,      // too short, no header, no permission
    foreign,         // its header is that of another segment
    damaged_block,   // checksum or structure; offset and bytes say where
    wrong_figures,   // whole, but not what the entry says
    not_catalogued,  // a file of ours without an entry: the next start adopts it
};
[[nodiscard]] const char* fault_name(Fault fault) noexcept;  // "missing", "damaged block" ...

struct Finding {
    Fault fault = Fault::missing;
    SegmentKey key{};
    std::uint64_t offset = 0, bytes = 0;
    std::string text{};  // path, reason
};

struct VerifyProgress {
    std::uint64_t segments_done = 0, segments = 0, bytes_done = 0, bytes = 0, blocks = 0, rows = 0;
};

struct VerifyOptions {
    std::string directory{};                                // <data>/archive
    std::function<void(const VerifyProgress&)> progress{};  // after each segment
    std::function<bool()> cancelled{};                      // asked between blocks
    // Whether the catalogue still has it: asked of what is missing. Empty: it has.
    std::function<bool(const SegmentKey&)> still_there{};
    bool whole_archive = true;  // `catalogue` has all entries, so that files without one can be told
};

struct VerifyReport {
    std::vector<Finding> findings{};  // at most kMostFindings; `faults` counts on
    std::uint64_t faults = 0;
    VerifyProgress done{};
    bool cancelled = false;
    // What `repair` tells the store (Store::archive(), with the daemon stopped): entries of damaged segments as they can be
    // read, those without a file as gone.
    ArchiveNews repairs{};
    static constexpr std::size_t kMostFindings = 10'000;
};

// `catalogue`: what to look at. Error: the directory cannot be read.
[[nodiscard]] flow::Result<VerifyReport> verify(const VerifyOptions& options, std::span<const SegmentEntry> catalogue);

}  // namespace store::archive
