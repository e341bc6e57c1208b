// SPDX-License-Identifier: Apache-2.0
#include "store/archive/block_state.hpp"

#include <algorithm>
#include <cstring>

namespace store::archive {

namespace {

using flow::Column;
using flow::FlowBatch;

constexpr std::size_t kChecksummedFrom = 16;
constexpr std::size_t kFirstRead = 4096;  // of a header; most have less

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

tl::unexpected<flow::Error> damaged(const std::string& what) {
    return flow::fail("archive block is damaged: " + what + "; it is skipped (net-collector archive verify tells all)");
}

flow::Result<void> BlockReader::State::check_header(std::span<const std::uint8_t> from, std::uint64_t available) {
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
    if (header.block_bytes > available) return damaged("it is longer than what is there");
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

flow::Result<void> BlockReader::State::open(std::span<const std::uint8_t> from, std::uint64_t available) {
    header = {};
    file = nullptr;
    if (auto checked = check_header(from, available); !checked) return checked;
    const std::uint8_t* at = from.data() + sizeof header;
    read_parts(at, header.columns, entries);
    read_parts(at, header.pages, pages);
    read_parts(at, header.exporters, stored_exporters);
    if (!parts_fit()) return damaged("its header names what is not there");
    bytes = from.first(std::min<std::uint64_t>(header.block_bytes, from.size()));
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
        if (entry.column != kNotStored && entry.column < kStoredIds) entry_of[entry.column] = &entry;
    }
    sums = {header.rows,  header.received_from_ms, header.received_to_ms, header.first_ms, header.last_ms,
            header.flows, header.packets,          header.bytes};
    return {};
}

flow::Result<void> BlockReader::State::open_header(const ByteFile& from, std::uint64_t offset) {
    const std::uint64_t available = from.bytes() - std::min(offset, from.bytes());
    const auto fill = [&](std::uint64_t size) {
        head.resize(std::min(size, available));
        return from.read(offset, head);
    };
    BlockHeader first;
    if (!fill(kFirstRead)) return damaged("its header cannot be read");
    if (head.size() >= sizeof first) {
        std::memcpy(&first, head.data(), sizeof first);
        if (first.magic == kBlockMagic && first.header_bytes > head.size() && !fill(first.header_bytes)) {
            return damaged("its header cannot be read");
        }
    }
    if (auto opened = open(head, available); !opened) return opened;
    file = &from;
    file_offset = offset;
    return {};
}

bool BlockReader::State::may_have(std::uint32_t offset, std::uint32_t lines,
                                  const flow::IpAddress& address) const noexcept {
    if (file == nullptr) return archive::may_have(filter(offset, lines), address);
    if (lines == 0) return false;
    std::array<std::uint8_t, kLineBytes> line;
    const std::uint64_t at = file_offset + offset + line_of(address, lines) * kLineBytes;
    return !file->read(at, line) || archive::may_have(line, address);
}

bool BlockReader::State::bring(const ColumnEntry& entry, ByteSpan& out) {
    if (file == nullptr || entry.encoding == Encoding::constant) {
        out = stored(entry);
        return true;
    }
    std::vector<std::uint8_t>& into = read_columns[entry.column];
    into.resize(entry.at[1]);
    out = into;
    return file->read(file_offset + entry.at[0], into);
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
    ByteSpan from;
    if (!bring(*entry, from)) return flow::fail("archive block: column " + std::to_string(id) + " cannot be read");
    if (entry->encoding != Encoding::constant && checksum(from) != entry->checksum) {
        return damaged("checksum of column " + std::to_string(id) + " is wrong");
    }
    const Places* origin = nullptr;
    if (entry->encoding == Encoding::mapped) {
        if (auto ok = load_origin(*entry, origin); !ok) return ok;
    }
    const StoredColumn column{*entry, from, header.rows, origin};
    switch (shape) {
        case Shape::number:
            whole = numbers[id].load(column, pieces);
            break;
        case Shape::address:
            whole = addresses[id].load(column, pieces);
            break;
        case Shape::stack:
            whole = records[id].load(sizeof(flow::MplsStack) / sizeof(std::uint32_t), column, pieces);
            break;
        case Shape::acl:
            whole = records[id].load(sizeof(flow::AclId) / sizeof(std::uint32_t), column, pieces);
            break;
        case Shape::text:
            whole = texts[id].load(column, pieces);
            break;
    }
    if (!whole) return damaged("column " + std::to_string(id) + " does not decode");
    loaded[id] = true;
    return {};
}

// The places that a column is mapped from: another one's, which is not mapped itself.
flow::Result<void> BlockReader::State::load_origin(const ColumnEntry& entry, const Places*& origin) {
    const Column of = entry.map < kStoredIds ? kColumnOf[entry.map] : kNoColumn;
    const bool is_address = of != kNoColumn && shape(of) == Shape::address && entry.map != entry.column;
    if (!is_address || (entry_of[entry.map] != nullptr && entry_of[entry.map]->encoding == Encoding::mapped)) {
        return damaged("column " + std::to_string(entry.column) + " follows from what is no column of addresses");
    }
    if (auto ok = load(entry.map, Shape::address); !ok) return ok;
    origin = addresses[entry.map].places();
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

#define INSTANTIATE(type) \
    template flow::Result<void> BlockReader::State::read<type>(flow::Column, std::uint32_t, type*, flow::FlowBatch&);
INSTANTIATE(std::uint8_t)
INSTANTIATE(std::uint16_t)
INSTANTIATE(std::uint32_t)
INSTANTIATE(std::uint64_t)
INSTANTIATE(flow::IpAddress)
INSTANTIATE(flow::MplsStack)
INSTANTIATE(flow::AclId)
INSTANTIATE(flow::Text)
#undef INSTANTIATE

}  // namespace store::archive
