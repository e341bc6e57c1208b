// SPDX-License-Identifier: Apache-2.0
// Any bytes as a block, and blocks with some bytes changed and their checksums put right: an error, or rows that can be read.
// First byte: 255: the rest is the block; else which block is changed, and the rest is 5 bytes a change: where, and to what.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "store/archive/block.hpp"
#include "store/archive/layout.hpp"
#include "store/archive/pieces.hpp"
#include "tests/support/random_rows.hpp"

namespace {

using flow::Column;
using store::archive::BlockHeader;
using store::archive::BlockReader;
using store::archive::ColumnEntry;
using store::archive::Compression;
using store::archive::Encoding;
using Bytes = std::vector<std::uint8_t>;

void require(bool holds) {
    if (!holds) std::abort();
}

// Where everything about a source address is the same wherever it is, and times, sizes and ports are all over.
void make_plausible(flow::FlowBatch& batch) {
    for (std::uint32_t row = 0; row < batch.rows; ++row) {
        const std::uint32_t host = row * row % 13;
        batch.src_addr[row] = flow::IpAddress::v4(0x0a000000 + host);
        batch.src_as[row] = row == 77 ? 1 : 64'500 + host % 5;
        batch.first_ms[row] = batch.received_ms - row % 77;
        batch.last_ms[row] = batch.first_ms[row] + row % 5;
        batch.dst_port[row] = static_cast<std::uint16_t>(row * 31'337);
    }
}

std::vector<Bytes> make_blocks() {
    flow::ExporterTable exporters;
    support::add_random_exporters(exporters, 1, 3);
    std::vector<Bytes> out;
    for (const std::uint32_t rows : {3u, 40u, 700u}) {
        for (const Compression compression : {Compression::none, Compression::lz4, Compression::zstd}) {
            auto batch = std::make_unique<flow::FlowBatch>();
            batch->reset();
            batch->received_ms = 1'768'477'800'000;
            batch->keep.fill(~0ull);
            support::RandomRows(rows, exporters, 1).add(*batch, rows);
            if (rows == 700) make_plausible(*batch);
            store::archive::BlockBuilder builder;
            builder.add(*batch, batch->keep.data(), 0);
            builder.encode(exporters, compression, out.emplace_back());
        }
    }
    return out;
}

// So that what is read is not refused at once.
void put_checksums_right(Bytes& block) {
    BlockHeader header;
    if (block.size() < sizeof header) return;
    std::memcpy(&header, block.data(), sizeof header);
    const std::span<const std::uint8_t> bytes(block);
    for (std::uint64_t i = 0; i < header.columns; ++i) {
        const std::uint64_t at = sizeof header + i * sizeof(ColumnEntry);
        if (at + sizeof(ColumnEntry) > block.size()) break;
        ColumnEntry entry;
        std::memcpy(&entry, block.data() + at, sizeof entry);
        if (entry.encoding == Encoding::constant || entry.at[0] > block.size()) continue;
        if (entry.at[1] > block.size() - entry.at[0]) continue;
        entry.checksum = store::archive::checksum(bytes.subspan(entry.at[0], entry.at[1]));
        std::memcpy(block.data() + at, &entry, sizeof entry);
    }
    if (header.header_bytes < sizeof header || header.header_bytes > block.size()) return;
    header.checksum = store::archive::checksum(bytes.subspan(16, header.header_bytes - 16));
    std::memcpy(block.data(), &header, sizeof header);
}

void read_column(BlockReader& reader, std::uint32_t page, Column column, flow::FlowBatch& into) {
    static const std::vector<std::uint32_t> ids(256, 5);
    (void)reader.zone(column);
    (void)reader.address_zone(column);
    const BlockReader::Place place = reader.column_place(column);
    require(place.offset + place.bytes <= reader.bytes());
    if (reader.read(page, {column}, ids, 1, into)) require(into.rows == reader.page_rows(page));
    const auto dictionary = reader.dictionary(column);
    if (!dictionary) return;
    std::uint32_t places[flow::kBatchRows];
    require(reader.read_places(page, column, places).has_value());
    std::uint64_t sum = 0;
    for (const auto& address : dictionary->addresses) sum += address.low();
    for (const std::uint64_t number : dictionary->numbers) sum += number;
    volatile std::uint64_t used = sum;
    (void)used;
}

void read(const Bytes& block) {
    static BlockReader reader;
    static const auto batch = std::make_unique<flow::FlowBatch>();
    if (!reader.open(block)) return;
    (void)reader.check();
    (void)reader.may_have_source(flow::IpAddress::v4(1));
    (void)reader.may_have_destination(flow::IpAddress::v4(2));
    for (std::uint32_t page = 0; page < reader.pages(); ++page) {
        batch->reset();
        (void)reader.read_received(page, *batch);
        for (std::size_t c = 0; c < flow::kColumns; ++c) read_column(reader, page, static_cast<Column>(c), *batch);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::vector<Bytes> blocks = make_blocks();
    if (size == 0) return 0;
    const std::uint8_t choice = *data++;
    --size;
    if (choice == 255) {
        read(Bytes(data, data + size));
        return 0;
    }
    Bytes block = blocks[choice % blocks.size()];
    for (; size >= 5; data += 5, size -= 5) {
        std::uint32_t at;
        std::memcpy(&at, data, sizeof at);
        block[at % block.size()] = data[4];
    }
    read(block);
    put_checksums_right(block);
    read(block);
    return 0;
}
