// SPDX-License-Identifier: Apache-2.0
// A block that is open: its header, and its columns as they are taken apart one by one.
//
// Thread: as the BlockReader's.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "store/archive/block.hpp"
#include "store/archive/bloom.hpp"
#include "store/archive/decode.hpp"
#include "store/archive/stored_columns.hpp"

namespace store::archive {

[[nodiscard]] tl::unexpected<flow::Error> damaged(const std::string& what);

struct BlockReader::State {
    std::span<const std::uint8_t> bytes;
    BlockHeader header{};
    BlockSums sums{};
    std::vector<ColumnEntry> entries;
    std::vector<PageEntry> pages;
    std::vector<std::uint32_t> first_rows;
    std::vector<ExporterEntry> stored_exporters;
    std::vector<flow::ExporterKey> exporters;
    std::array<const ColumnEntry*, kStoredIds> entry_of{};
    std::array<bool, kStoredIds> loaded{};
    std::array<NumberColumn, kStoredIds> numbers;
    std::array<AddressColumn, kStoredIds> addresses;
    std::array<RecordColumn, kStoredIds> records;
    std::array<TextColumn, kStoredIds> texts;
    PieceReader pieces;
    // Of a block in a file that is not mapped.
    const ByteFile* file = nullptr;
    std::uint64_t file_offset = 0;
    std::vector<std::uint8_t> head;
    std::array<std::vector<std::uint8_t>, kStoredIds> read_columns;

    // `from`: the block, or its header at least; `available`: bytes that there are from its first on.
    flow::Result<void> open(std::span<const std::uint8_t> from, std::uint64_t available);
    flow::Result<void> open_header(const ByteFile& from, std::uint64_t offset);
    flow::Result<void> check_header(std::span<const std::uint8_t> from, std::uint64_t available);
    [[nodiscard]] bool may_have(std::uint32_t offset, std::uint32_t lines,
                                const flow::IpAddress& address) const noexcept;
    [[nodiscard]] bool parts_fit() const noexcept;
    flow::Result<void> load(std::uint8_t id, Shape shape);
    flow::Result<void> load_origin(const ColumnEntry& entry, const Places*& origin);
    flow::Result<void> load_with_references(flow::Column column);
    [[nodiscard]] ByteSpan stored(const ColumnEntry& entry) const noexcept {
        return entry.encoding == Encoding::constant ? ByteSpan{} : bytes.subspan(entry.at[0], entry.at[1]);
    }
    // As stored(), of a file too. False: it cannot be read.
    [[nodiscard]] bool bring(const ColumnEntry& entry, ByteSpan& out);
    [[nodiscard]] ByteSpan filter(std::uint32_t offset, std::uint32_t lines) const noexcept {
        return bytes.subspan(offset, lines * kLineBytes);
    }
    void read_times(flow::Column column, std::uint32_t from, std::uint32_t n, std::uint64_t* out) const noexcept;
    template <class T>
    flow::Result<void> read(flow::Column column, std::uint32_t page, T* out, flow::FlowBatch& into);
};

}  // namespace store::archive
