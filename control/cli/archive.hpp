// SPDX-License-Identifier: Apache-2.0
// The parts of `net-collector archive`.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "control/cli/commands.hpp"
#include "store/segments.hpp"

namespace cli {

struct Catalogue {
    std::string directory;  // <data>/archive
    std::vector<store::SegmentEntry> segments;
    std::vector<std::string> sources;  // names by id
};
[[nodiscard]] Outcome<Catalogue> read_catalogue(const std::string& data_directory);

// Several segments together.
struct SegmentSums {
    std::uint64_t segments = 0, rows = 0, bytes = 0, damaged_blocks = 0;
    std::uint64_t received_from_ms = ~0ull, received_to_ms = 0;

    void add(const store::SegmentEntry& entry) noexcept;
    [[nodiscard]] double bytes_per_flow() const noexcept {
        return rows == 0 ? 0 : static_cast<double>(bytes) / static_cast<double>(rows);
    }
};

// "2026-01-15" of a slot, UTC: the directory its segments are in.
[[nodiscard]] std::string day_of(const store::SegmentKey& key);
[[nodiscard]] std::string source_of(const Catalogue& catalogue, const store::SegmentKey& key);

}  // namespace cli
