// SPDX-License-Identifier: Apache-2.0
// The fixed parts of a block as they lie on disk; FORMAT.md tells the whole.
//
// Thread: any; constant data.
// Shape:  little-endian, every part 8-byte aligned, blocks a multiple of 64 bytes. Offsets count from the block's first byte.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <type_traits>

namespace store::archive {

static_assert(std::endian::native == std::endian::little,
              "files are little-endian; elsewhere they would be swapped here");

inline constexpr std::uint64_t kBlockMagic = 0x314b434f4c42434e;  // "NCBLOCK1"
inline constexpr std::uint32_t kBlockVersion = 1;
inline constexpr std::size_t kBlockAlign = 64;

struct BlockHeader {
    std::uint64_t magic = kBlockMagic;
    std::uint64_t checksum = 0;  // XXH3 of the header_bytes - 16 bytes that follow
    std::uint32_t version = kBlockVersion;
    std::uint32_t header_bytes = 0;  // this, the columns, the pages and the exporters
    std::uint64_t block_bytes = 0;
    std::uint32_t rows = 0, columns = 0, pages = 0, exporters = 0;
    std::uint64_t received_from_ms = 0, received_to_ms = 0, first_ms = 0, last_ms = 0;
    std::uint64_t flows = 0, packets = 0, bytes = 0;
    std::uint64_t present_any = 0, present_all = 0;
    std::uint32_t source_filter = 0, source_lines = 0;  // Bloom filter: offset and lines
    std::uint32_t destination_filter = 0, destination_lines = 0;
    std::uint64_t zero = 0;
};
static_assert(sizeof(BlockHeader) == 144);

enum class Encoding : std::uint8_t { constant, plain, dictionary, runs, mapped };
// What a plain number is told against.
enum class Reference : std::uint8_t { none, before_received, after_first };

struct ColumnEntry {
    std::uint8_t column = 0;  // stored_columns.hpp
    Encoding encoding = Encoding::constant;
    Reference reference = Reference::none;
    std::uint8_t map = 0;       // mapped: the column of addresses that it follows from
    std::uint32_t entries = 0;  // of the dictionary, or runs
    // constant: the value, 8 bytes of a number, 16 of an address; else offset, bytes on disk (each u32) and zeros
    std::array<std::uint32_t, 4> at{};
    std::uint64_t checksum = 0;  // XXH3 of those bytes
    // Smallest and largest of the rows that have it: a number in the first word, an address as its 16 bytes.
    std::array<std::uint64_t, 2> low{}, high{};
};
static_assert(sizeof(ColumnEntry) == 64);

struct PageEntry {
    std::uint32_t rows = 0;
    std::uint32_t zero = 0;
    std::uint64_t present_any = 0;
    std::uint64_t received_ms = 0;  // of its first row
};
static_assert(sizeof(PageEntry) == 24);

struct ExporterEntry {
    std::array<std::uint8_t, 16> address{}, agent{};
    std::uint32_t source_id = 0, domain = 0;
    std::uint16_t port = 0;
    std::uint8_t protocol = 0;
    std::array<std::uint8_t, 5> zero{};
};
static_assert(sizeof(ExporterEntry) == 48);

// A stream of numbers: count values of base + (little-endian number from the planes' bytes), modulo 2^64.
// Plane i holds byte i of every value, in the order of values; the last one holds only last_bits of each, lowest bits of a
// byte first. PlaneEntry for each plane, then the planes' bytes, each padded to 8.
struct StreamHeader {
    std::uint64_t base = 0;
    std::uint32_t count = 0;
    std::uint8_t planes = 0;     // 0 to 8
    std::uint8_t last_bits = 8;  // 1, 2, 4 or 8
    std::uint16_t zero = 0;
};
static_assert(sizeof(StreamHeader) == 16);

struct PieceEntry {
    std::uint32_t bytes = 0;       // on disk
    std::uint8_t compression = 0;  // Compression
    std::array<std::uint8_t, 3> zero{};
};
static_assert(sizeof(PieceEntry) == 8);

[[nodiscard]] constexpr std::size_t aligned(std::size_t bytes, std::size_t to = 8) noexcept {
    return (bytes + to - 1) / to * to;
}

}  // namespace store::archive
