// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "store/archive/block.hpp"
#include "store/archive/bloom.hpp"
#include "store/archive/decode.hpp"
#include "store/archive/stored_columns.hpp"

namespace store::archive {

namespace {

using flow::Column;
using flow::FlowBatch;

constexpr std::size_t kChecksummedFrom = 16;

tl::unexpected<flow::Error> damaged(const std::string& what) {
    return flow::fail("archive block is damaged: " + what + "; it is skipped (net-collector archive verify tells all)");
}

template <class T>
void read_parts(const std::uint8_t*& at, std::size_t n, std::vector<T>& out) {
    out.resize(n);
    if (n != 0) std::memcpy(static_cast<void*>(out.data()), at, n * sizeof(T));
    at += n * sizeof(T);
}

flow::ExporterKey key_of(const ExporterEntry& entry) noexcept {
    flow::ExporterKey key;
    key.address.bytes = entry.address;
    key.agent.bytes = entry.agent;
    key.source_id = entry.source_id;
    key.domain = entry.domain;
    key.port = entry.port;
    key.protocol = static_cast<flow::Protocol>(entry.protocol);
    return key;
}

}  // namespace

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

    flow::Result<void> open(std::span<const std::uint8_t> from);
    flow::Result<void> check_header(std::span<const std::uint8_t> from);
    [[nodiscard]] bool parts_fit() const noexcept;
    flow::Result<void> load(std::uint8_t id, Shape shape);
    flow::Result<void> load_with_references(Column column);
    [[nodiscard]] ByteSpan stored(const ColumnEntry& entry) const noexcept {
        return entry.encoding == Encoding::constant ? ByteSpan{} : bytes.subspan(entry.at[0], entry.at[1]);
    }
    [[nodiscard]] ByteSpan filter(std::uint32_t offset, std::uint32_t lines) const noexcept {
        return bytes.subspan(offset, lines * kLineBytes);
    }
    void read_times(Column column, std::uint32_t from, std::uint32_t n, std::uint64_t* out) const noexcept;
    template <class T>
    flow::Result<void> read(Column column, std::uint32_t page, T* out, FlowBatch& into);
};

flow::Result<void> BlockReader::State::check_header(std::span<const std::uint8_t> from) {
    if (from.size() < sizeof header) return damaged("it ends within its header");
    std::memcpy(&header, from.data(), sizeof header);
    if (header.magic != kBlockMagic) return damaged("it does not begin like one");
    if (header.header_bytes < sizeof header || header.header_bytes > from.size()) {
        return damaged("its header is longer than what is there");
    }
    if (checksum(from.subspan(kChecksummedFrom, header.header_bytes - kChecksummedFrom)) != header.checksum) {
        return damaged("its header's checksum is wrong");
    }
    if (header.version != kBlockVersion) {
        return flow::fail("archive block has version " + std::to_string(header.version) + ", this program reads " +
                          std::to_string(kBlockVersion) + "; use the program that wrote it, or a newer one");
    }
    if (header.block_bytes > from.size()) return damaged("it is longer than what is there");
    const std::uint64_t parts = sizeof header + std::uint64_t{header.columns} * sizeof(ColumnEntry) +
                                std::uint64_t{header.pages} * sizeof(PageEntry) +
                                std::uint64_t{header.exporters} * sizeof(ExporterEntry);
    if (parts != header.header_bytes || header.header_bytes > header.block_bytes || header.rows > kBlockRows) {
        return damaged("its header contradicts itself");
    }
    return {};
}

// What the header names lies within the block, and its pages make up its rows.
bool BlockReader::State::parts_fit() const noexcept {
    std::uint64_t rows = 0;
    for (const PageEntry& page : pages) {
        if (page.rows == 0 || page.rows > flow::kBatchRows) return false;
        rows += page.rows;
    }
    const auto fits = [&](std::uint64_t offset, std::uint64_t size) { return offset + size <= header.block_bytes; };
    const bool entries_fit = std::all_of(entries.begin(), entries.end(), [&](const ColumnEntry& entry) {
        return entry.encoding == Encoding::constant || fits(entry.at[0], entry.at[1]);
    });
    return rows == header.rows && entries_fit &&
           fits(header.source_filter, std::uint64_t{header.source_lines} * kLineBytes) &&
           fits(header.destination_filter, std::uint64_t{header.destination_lines} * kLineBytes);
}

flow::Result<void> BlockReader::State::open(std::span<const std::uint8_t> from) {
    header = {};
    if (auto checked = check_header(from); !checked) return checked;
    const std::uint8_t* at = from.data() + sizeof header;
    read_parts(at, header.columns, entries);
    read_parts(at, header.pages, pages);
    read_parts(at, header.exporters, stored_exporters);
    if (!parts_fit()) return damaged("its header names what is not there");
    bytes = from.first(header.block_bytes);
    first_rows.clear();
    std::uint32_t row = 0;
    for (const PageEntry& page : pages) {
        first_rows.push_back(row);
        row += page.rows;
    }
    exporters.clear();
    for (const ExporterEntry& entry : stored_exporters) exporters.push_back(key_of(entry));
    entry_of.fill(nullptr);
    loaded.fill(false);
    // Columns with numbers that are not known come from newer programs and are left out.
    for (const ColumnEntry& entry : entries) {
        if (entry.column < kStoredIds) entry_of[entry.column] = &entry;
    }
    sums = {header.rows,  header.received_from_ms, header.received_to_ms, header.first_ms, header.last_ms,
            header.flows, header.packets,          header.bytes};
    return {};
}

flow::Result<void> BlockReader::State::load(std::uint8_t id, Shape shape) {
    if (loaded[id]) return {};
    const ColumnEntry* entry = entry_of[id];
    bool whole = true;
    if (entry == nullptr) {
        if (shape == Shape::number) numbers[id].load_absent();
        if (shape == Shape::address) addresses[id].load_absent();
        loaded[id] = true;
        return {};
    }
    const ByteSpan from = stored(*entry);
    if (entry->encoding != Encoding::constant && checksum(from) != entry->checksum) {
        return damaged("checksum of column " + std::to_string(id) + " is wrong");
    }
    switch (shape) {
        case Shape::number:
            whole = numbers[id].load(*entry, from, header.rows, pieces);
            break;
        case Shape::address:
            whole = addresses[id].load(*entry, from, header.rows, pieces);
            break;
        case Shape::stack:
            whole = records[id].load(sizeof(flow::MplsStack) / 4, *entry, from, header.rows, pieces);
            break;
        case Shape::acl:
            whole = records[id].load(sizeof(flow::AclId) / 4, *entry, from, header.rows, pieces);
            break;
        case Shape::text:
            whole = texts[id].load(*entry, from, header.rows, pieces);
            break;
    }
    if (!whole) return damaged("column " + std::to_string(id) + " does not decode");
    loaded[id] = true;
    return {};
}

// Times are told against other columns.
flow::Result<void> BlockReader::State::load_with_references(Column column) {
    const std::uint8_t id = stored_id(column);
    if (auto ok = load(id, shape(column)); !ok) return ok;
    if (shape(column) != Shape::number) return {};
    const Reference reference = numbers[id].reference();
    if (reference == Reference::none) return {};
    if (reference == Reference::before_received) return load(kReceived, Shape::number);
    if (reference == Reference::after_first && column != Column::first_ms)
        return load_with_references(Column::first_ms);
    return damaged("column " + std::to_string(id) + " is told against itself");
}

// A number of 64 bits, its reference applied.
void BlockReader::State::read_times(Column column, std::uint32_t from, std::uint32_t n,
                                    std::uint64_t* out) const noexcept {
    const NumberColumn& numbers_here = numbers[stored_id(column)];
    numbers_here.read(from, n, out);
    if (numbers_here.reference() == Reference::none) return;
    std::array<std::uint64_t, flow::kBatchRows> other;
    if (numbers_here.reference() == Reference::before_received) {
        numbers[kReceived].read(from, n, other.data());
        for (std::uint32_t i = 0; i < n; ++i) out[i] = other[i] - out[i];
        return;
    }
    read_times(Column::first_ms, from, n, other.data());
    for (std::uint32_t i = 0; i < n; ++i) out[i] += other[i];
}

template <class T>
flow::Result<void> BlockReader::State::read(Column column, std::uint32_t page, T* out, FlowBatch& into) {
    if (auto ok = load_with_references(column); !ok) return ok;
    const std::uint8_t id = stored_id(column);
    const std::uint32_t from = first_rows[page], n = pages[page].rows;
    if constexpr (std::is_same_v<T, flow::IpAddress>) {
        addresses[id].read(from, n, out);
    } else if constexpr (std::is_same_v<T, flow::Text>) {
        if (entry_of[id] == nullptr) {
            std::fill_n(out, n, flow::Text{});
        } else if (!texts[id].read(from, n, into.arena, out)) {
            return damaged("a page has more text than a batch can hold");
        }
    } else if constexpr (std::is_same_v<T, flow::MplsStack> || std::is_same_v<T, flow::AclId>) {
        if (entry_of[id] == nullptr) {
            std::fill_n(out, n, T{});
        } else {
            records[id].read(from, n, out);
        }
    } else if constexpr (std::is_same_v<T, std::uint64_t>) {
        read_times(column, from, n, out);
    } else {
        if (numbers[id].reference() != Reference::none)
            return damaged("a column is told against another that must not");
        numbers[id].read(from, n, out);
    }
    return {};
}

BlockReader::BlockReader() : state_(std::make_unique<State>()) {}
BlockReader::~BlockReader() = default;
BlockReader::BlockReader(BlockReader&&) noexcept = default;
BlockReader& BlockReader::operator=(BlockReader&&) noexcept = default;

flow::Result<void> BlockReader::open(std::span<const std::uint8_t> bytes) {
    return state_->open(bytes);
}
std::size_t BlockReader::bytes() const noexcept {
    return state_->header.block_bytes;
}
std::uint32_t BlockReader::rows() const noexcept {
    return state_->header.rows;
}
std::uint32_t BlockReader::pages() const noexcept {
    return state_->header.pages;
}
std::uint32_t BlockReader::page_rows(std::uint32_t page) const noexcept {
    return state_->pages[page].rows;
}
const BlockSums& BlockReader::sums() const noexcept {
    return state_->sums;
}
std::span<const flow::ExporterKey> BlockReader::exporters() const noexcept {
    return state_->exporters;
}
std::uint64_t BlockReader::present_any() const noexcept {
    return state_->header.present_any;
}

Zone BlockReader::zone(Column column) const noexcept {
    const std::uint64_t bit = flow::present_bit(column);
    Zone zone{(state_->header.present_any & bit) == bit, (state_->header.present_all & bit) == bit, 0, 0};
    if (column == Column::source) zone.high = ~0ull;
    if (const ColumnEntry* entry = state_->entry_of[stored_id(column)]; entry != nullptr && zone.any) {
        zone.low = entry->low[0];
        zone.high = entry->high[0];
    }
    return zone;
}

AddressZone BlockReader::address_zone(Column column) const noexcept {
    const Zone had = zone(column);
    AddressZone out{had.any, had.all, {}, {}};
    if (const ColumnEntry* entry = state_->entry_of[stored_id(column)]; entry != nullptr && had.any) {
        std::memcpy(out.low.bytes.data(), entry->low.data(), sizeof entry->low);
        std::memcpy(out.high.bytes.data(), entry->high.data(), sizeof entry->high);
    }
    return out;
}

bool BlockReader::may_have_source(const flow::IpAddress& address) const noexcept {
    const BlockHeader& header = state_->header;
    return may_have(state_->filter(header.source_filter, header.source_lines), address);
}
bool BlockReader::may_have_destination(const flow::IpAddress& address) const noexcept {
    const BlockHeader& header = state_->header;
    return may_have(state_->filter(header.destination_filter, header.destination_lines), address);
}

std::size_t BlockReader::column_bytes(Column column) const noexcept {
    const ColumnEntry* entry = state_->entry_of[stored_id(column)];
    if (entry == nullptr) return 0;
    return sizeof *entry + state_->stored(*entry).size();
}

std::size_t BlockReader::filter_bytes() const noexcept {
    return (std::size_t{state_->header.source_lines} + state_->header.destination_lines) * kLineBytes;
}

std::span<const std::uint8_t> BlockReader::column_place(Column column) const noexcept {
    const ColumnEntry* entry = state_->entry_of[stored_id(column)];
    return entry == nullptr ? ByteSpan{} : state_->stored(*entry);
}

flow::Result<void> BlockReader::read(std::uint32_t page, const flow::ColumnSet& columns,
                                     std::span<const std::uint32_t> exporter_ids, std::uint16_t source,
                                     FlowBatch& into) {
    const PageEntry& entry = state_->pages[page];
    into.rows = entry.rows;
    into.received_ms = entry.received_ms;
    into.bucket_s = static_cast<std::uint32_t>(entry.received_ms / 1000 / flow::kBucketSeconds * flow::kBucketSeconds);
    into.present_any = entry.present_any;
    flow::Result<void> ok;
#define X(name, type, what)                                            \
    if (columns.has(Column::name) && Column::name != Column::source) { \
        ok = state_->read(Column::name, page, into.name.data(), into); \
        if (!ok) return ok;                                            \
    }
    FLOW_COMMON_COLUMNS(X)
    FLOW_RARE_COLUMNS(X)
#undef X
    if (columns.has(Column::source)) std::fill_n(into.source.data(), entry.rows, source);
    if (columns.has(Column::exporter)) {
        for (std::uint32_t i = 0; i < entry.rows; ++i) {
            if (into.exporter[i] >= exporter_ids.size()) return damaged("a row names an exporter that is not listed");
            into.exporter[i] = exporter_ids[into.exporter[i]];
        }
    }
    return ok;
}

flow::Result<void> BlockReader::read_received(std::uint32_t page, FlowBatch& into) {
    if (auto ok = state_->load(kReceived, Shape::number); !ok) return ok;
    state_->numbers[kReceived].read(state_->first_rows[page], state_->pages[page].rows, into.row_received_ms.data());
    return {};
}

flow::Result<void> BlockReader::check() {
    const BlockHeader& header = state_->header;
    if (!filter_is_whole(state_->filter(header.source_filter, header.source_lines)) ||
        !filter_is_whole(state_->filter(header.destination_filter, header.destination_lines))) {
        return damaged("a checksum of its Bloom filters is wrong");
    }
    for (const ColumnEntry& entry : state_->entries) {
        if (entry.encoding != Encoding::constant && checksum(state_->stored(entry)) != entry.checksum) {
            return damaged("checksum of column " + std::to_string(entry.column) + " is wrong");
        }
    }
    return {};
}

flow::Result<BlockReader::Dictionary> BlockReader::dictionary(Column column) {
    if (column == Column::exporter || column == Column::source) return Dictionary{};
    const Shape kind = shape(column);
    if (kind != Shape::number && kind != Shape::address) return Dictionary{};
    const std::uint8_t id = stored_id(column);
    if (auto ok = state_->load(id, kind); !ok) return flow::pass(ok);
    if (kind == Shape::address) return Dictionary{state_->addresses[id].dictionary(), {}};
    return Dictionary{{}, state_->numbers[id].dictionary()};
}

flow::Result<void> BlockReader::read_places(std::uint32_t page, Column column, std::uint32_t* places) {
    if (auto found = dictionary(column); !found) return flow::pass(found);
    const std::uint8_t id = stored_id(column);
    const std::uint32_t from = state_->first_rows[page], n = state_->pages[page].rows;
    if (shape(column) == Shape::address) {
        state_->addresses[id].read_places(from, n, places);
    } else {
        state_->numbers[id].read_places(from, n, places);
    }
    return {};
}

}  // namespace store::archive
