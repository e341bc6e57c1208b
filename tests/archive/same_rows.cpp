// SPDX-License-Identifier: Apache-2.0
#include "tests/archive/same_rows.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace archive_test {

namespace {

using flow::Column;
using flow::FlowBatch;
using store::archive::BlockBuilder;
using store::archive::BlockReader;

constexpr std::uint16_t kSource = 7;

template <class T>
bool same(const FlowBatch& a, const T& left, const FlowBatch& b, const T& right) {
    if constexpr (std::is_same_v<T, flow::Text>) {
        return (left.length == 0 && right.length == 0) || a.arena.view(left) == b.arena.view(right);
    } else {
        (void)a, (void)b;
        return std::memcmp(&left, &right, sizeof left) == 0;
    }
}

template <class T>
bool is_zero(const T& value) {
    const T zero{};
    return std::memcmp(&value, &zero, sizeof value) == 0;
}

struct Place {
    const FlowBatch* batch = nullptr;
    std::uint32_t row = 0;
};

// Rows of one block against the places they came from; `at` moves on.
std::string compare_block(BlockReader& reader, const flow::ExporterTable& exporters, std::span<const Place> places,
                          std::size_t& at) {
    const Batch into = make_batch();
    std::vector<std::uint32_t> ids(reader.exporters().size());
    std::iota(ids.begin(), ids.end(), 0u);
    for (std::uint32_t page = 0; page < reader.pages(); ++page) {
        into->reset();
        if (auto read = reader.read(page, flow::ColumnSet::all(), ids, kSource, *into); !read)
            return read.error().text();
        if (auto read = reader.read_received(page, *into); !read) return read.error().text();
        if (into->rows != reader.page_rows(page)) return "rows of a page";
        std::uint64_t present_any = 0;
        for (std::uint32_t row = 0; row < into->rows; ++row, ++at) {
            if (at == places.size()) return "more rows than were stored";
            const Place& place = places[at];
            if (auto found = differences(*place.batch, place.row, *into, row); !found.empty()) {
                return "row " + std::to_string(at) + ": " + found;
            }
            present_any |= into->present[row];
            const std::uint32_t id = place.batch->exporter[place.row];
            const flow::ExporterKey key = id < exporters.size() ? exporters.key(id) : flow::ExporterKey{};
            if (!(reader.exporters()[into->exporter[row]] == key)) return "exporter of row " + std::to_string(at);
            if (into->source[row] != kSource) return "source of row " + std::to_string(at);
            if (into->row_received_ms[row] != place.batch->received_ms)
                return "receive time of row " + std::to_string(at);
        }
        if (into->present_any != present_any) return "present_any of page " + std::to_string(page);
        if (into->received_ms != into->row_received_ms[0]) return "receive time of page " + std::to_string(page);
    }
    return {};
}

}  // namespace

Batch make_batch() {
    auto batch = std::make_unique<FlowBatch>();
    batch->reset();
    return batch;
}

std::string differences(const FlowBatch& row_of, std::uint32_t row, const FlowBatch& stored, std::uint32_t stored_row) {
    std::string out;
#define X(name, type, what)                                                                           \
    if (Column::name != Column::exporter && Column::name != Column::source) {                         \
        const bool rare = static_cast<std::size_t>(Column::name) >= flow::kCommonColumns;             \
        const bool is_there = !rare || row_of.has(row, Column::name);                                 \
        const bool right = is_there ? same(row_of, row_of.name[row], stored, stored.name[stored_row]) \
                                    : is_zero(stored.name[stored_row]);                               \
        if (!right) out += #name " ";                                                                 \
    }
    FLOW_COMMON_COLUMNS(X)
    FLOW_RARE_COLUMNS(X)
#undef X
    return out;
}

std::string round_trip(std::span<const Batch> batches, const flow::ExporterTable& exporters,
                       store::archive::Compression compression) {
    BlockBuilder builder;
    std::vector<std::uint8_t> bytes;
    std::vector<Place> places;
    const auto encode = [&] {
        const std::uint32_t rows = builder.rows();
        const auto sums = builder.encode(exporters, compression, bytes);
        return sums.rows == rows && builder.rows() == 0;
    };
    for (const Batch& batch : batches) {
        for (std::uint32_t from = 0; from < batch->rows;) {
            const std::uint32_t to = builder.add(*batch, batch->keep.data(), from);
            for (; from < to; ++from) {
                if ((batch->keep[from / 64] >> from % 64 & 1) != 0) places.push_back({batch.get(), from});
            }
            if (to < batch->rows && !builder.full()) return "a block that is not full takes no more";
            if (builder.full() && !encode()) return "sums";
        }
    }
    if (!encode()) return "sums of the last block";
    std::size_t at = 0, offset = 0;
    BlockReader reader;
    while (offset < bytes.size()) {
        if (offset % 64 != 0) return "a block that is not aligned";
        const auto rest = std::span<const std::uint8_t>(bytes).subspan(offset);
        if (auto opened = reader.open(rest); !opened) return opened.error().text();
        if (auto checked = reader.check(); !checked) return checked.error().text();
        if (auto wrong = compare_block(reader, exporters, places, at); !wrong.empty()) return wrong;
        offset += reader.bytes();
    }
    return at == places.size() ? "" : "rows are missing";
}

std::vector<std::uint8_t> block_of(std::span<const Batch> batches, const flow::ExporterTable& exporters,
                                   store::archive::Compression compression) {
    BlockBuilder builder;
    std::vector<std::uint8_t> bytes;
    for (const Batch& batch : batches) builder.add(*batch, batch->keep.data(), 0);
    builder.encode(exporters, compression, bytes);
    return bytes;
}

}  // namespace archive_test
