// SPDX-License-Identifier: Apache-2.0
// What the archive's threads share.
//
// Thread: any, but for what is said to be constant after open().
#pragma once

#include <atomic>
#include <mutex>
#include <string>

#include "store/archive/archive.hpp"
#include "store/archive/holdings.hpp"

namespace store::archive {

// A part of the disk is left to the store: archiving ends before collecting does.
inline constexpr std::uint64_t kReserveBytes = 256ull << 20;

struct Context {
    Context(Options given, std::span<const SegmentEntry> catalogue);

    // The number of the news; 0: not taken, tell it again later. What was taken is in `holdings` too.
    [[nodiscard]] std::uint64_t tell(const ArchiveNews& news);
    [[nodiscard]] bool is_durable(std::uint64_t number) const {
        return !options.durable || options.durable() >= number;
    }
    [[nodiscard]] std::uint64_t wall_ms() const { return options.wall_ms(); }
    [[nodiscard]] std::string source_name(std::uint32_t id) const {
        return options.source_name ? options.source_name(id) : std::string();
    }
    // Bytes that may be written without touching the store's reserve.
    [[nodiscard]] std::uint64_t room_bytes() const;

    const Options options;  // `retention` is set apart
    FileIo& files;
    Holdings holdings;

    // Of retention, merging and recovery, for Stats.
    std::atomic<std::uint64_t> deleted_segments{0}, deleted_bytes{0}, merged_segments{0};
};

[[nodiscard]] std::uint64_t steady_ms() noexcept;
// Runs the calling thread on `core`. Error: no such core, or not allowed.
[[nodiscard]] flow::Result<void> run_on_core(std::uint32_t core);
// Where the calling thread shares a CPU with a core of the data plane, that comes first: a core that waits loses packets, an
// archive that waits sheds.
void step_back() noexcept;

}  // namespace store::archive
