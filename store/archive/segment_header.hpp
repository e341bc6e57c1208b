// SPDX-License-Identifier: Apache-2.0
// The first bytes of a segment, as FORMAT.md describes them.
//
// Thread: any; values.
// Shape:  little-endian. 0 "NCFLOWS1", 8 u32 bytes of the header (a multiple of kHeaderUnit), 12 u32 slot, 16 u32 source id,
//         20 u16 writer, 22 u16 part, 24 u64 made at (ms since 1970 UTC), 32 u16 length of the source's name, 34 u16 number
//         of segments that it replaces, 36 u32 zero, 40 name, then writer u16 and part u16 of each replaced one, zeros, and in
//         the last 8 bytes the XXH3 (64 bits) of all before.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/segments.hpp"

namespace store::archive {

inline constexpr std::size_t kHeaderUnit = 64;

// One of the same slot and source.
struct SegmentPart {
    std::uint16_t writer = 0, part = 0;
    friend bool operator==(const SegmentPart&, const SegmentPart&) noexcept = default;
};

struct SegmentHeader {
    SegmentKey key{};
    std::uint64_t made_ms = 0;
    std::string source{};                 // its name then; of longer ones the first 255 bytes
    std::vector<SegmentPart> replaces{};  // merged into this one
};

[[nodiscard]] std::vector<std::uint8_t> encode(const SegmentHeader& header);

struct FoundHeader {
    SegmentHeader header{};
    std::size_t bytes = 0;  // the first block begins there
};
// nullopt: damaged, cut short, or no segment.
[[nodiscard]] std::optional<FoundHeader> decode(std::span<const std::uint8_t> bytes);

}  // namespace store::archive
