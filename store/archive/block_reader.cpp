// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "store/archive/block.hpp"
#include "store/archive/block_state.hpp"
#include "store/archive/bloom.hpp"

namespace store::archive {

using flow::Column;
using flow::FlowBatch;

BlockReader::BlockReader() : state_(std::make_unique<State>()) {}
BlockReader::~BlockReader() = default;
BlockReader::BlockReader(BlockReader&&) noexcept = default;
BlockReader& BlockReader::operator=(BlockReader&&) noexcept = default;

flow::Result<void> BlockReader::open(std::span<const std::uint8_t> bytes) {
    return state_->open(bytes, bytes.size());
}
flow::Result<void> BlockReader::open_header(const ByteFile& file, std::uint64_t offset) {
    return state_->open_header(file, offset);
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
    return state_->may_have(header.source_filter, header.source_lines, address);
}
bool BlockReader::may_have_destination(const flow::IpAddress& address) const noexcept {
    const BlockHeader& header = state_->header;
    return state_->may_have(header.destination_filter, header.destination_lines, address);
}

std::size_t BlockReader::column_bytes(Column column) const noexcept {
    const ColumnEntry* entry = state_->entry_of[stored_id(column)];
    if (entry == nullptr) return 0;
    return sizeof *entry + column_place(column).bytes;
}

std::size_t BlockReader::filter_bytes() const noexcept {
    return (std::size_t{state_->header.source_lines} + state_->header.destination_lines) * kLineBytes;
}

BlockReader::Place BlockReader::column_place(Column column) const noexcept {
    const ColumnEntry* entry = state_->entry_of[stored_id(column)];
    if (entry == nullptr || entry->encoding == Encoding::constant) return {};
    return {entry->at[0], entry->at[1]};
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
    if (state_->file != nullptr) return flow::fail("archive block: only its header was opened");
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
    const auto found = dictionary(column);
    if (!found) return tl::unexpected<flow::Error>(found.error());
    const std::uint8_t id = stored_id(column);
    const std::uint32_t from = state_->first_rows[page], n = state_->pages[page].rows;
    if (found->addresses.empty() && found->numbers.empty()) {
        std::fill_n(places, n, 0u);
    } else if (shape(column) == Shape::address) {
        state_->addresses[id].read_places(from, n, places);
    } else {
        state_->numbers[id].read_places(from, n, places);
    }
    return {};
}

}  // namespace store::archive
