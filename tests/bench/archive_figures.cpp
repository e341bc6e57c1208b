// SPDX-License-Identifier: Apache-2.0
// archive_figures DATA: of the archive below a data directory, as JSON: bytes of each column on disk, of Bloom filters and of the
// rest; what reading a value of each column costs one core, beside what its memory gives.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "store/archive/layout.hpp"
#include "store/archive/segment.hpp"

namespace {

using flow::Column;
using store::archive::BlockReader;
using store::archive::SegmentFile;

constexpr std::size_t kMostTimedRows = 4'000'000;
constexpr std::size_t kMemoryBytes = 512u << 20;
constexpr std::size_t kLineBytes = 64;

struct Blocks {
    std::vector<SegmentFile> files{};
    std::vector<std::span<const std::uint8_t>> at{};
    std::uint64_t file_bytes = 0;
};

bool fail(const std::string& what) {
    std::fprintf(stderr, "archive_figures: %s\n", what.c_str());
    return false;
}

bool open_all(const std::string& data, Blocks& out) {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(data + "/archive")) {
        if (entry.path().extension() == ".flows") paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    for (const std::string& path : paths) {
        bool gone = false;
        auto file = SegmentFile::open(path, 0, gone);
        if (!file) return fail(file.error().message);
        const std::span<const std::uint8_t> bytes = file->bytes();
        out.file_bytes += bytes.size();
        BlockReader reader;
        for (std::size_t at = file->first_block(); at < bytes.size(); at += reader.bytes()) {
            if (const auto opened = reader.open(bytes.subspan(at)); !opened) return fail(opened.error().message);
            out.at.push_back(bytes.subspan(at));
        }
        out.files.push_back(std::move(*file));
    }
    return !out.at.empty() || fail("no segments below " + data + "/archive");
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// Bytes a second that one core reads from memory, best of five.
double memory_bandwidth() {
    std::vector<std::uint64_t> memory(kMemoryBytes / 8, 1);
    double best = 1e9;
    for (int i = 0; i < 5; ++i) {
        asm volatile("" : : "r"(memory.data()) : "memory");  // not the sum of the last time
        const auto begin = std::chrono::steady_clock::now();
        const std::uint64_t sum = std::accumulate(memory.begin(), memory.end(), std::uint64_t{0});
        asm volatile("" : : "r"(sum) : "memory");
        best = std::min(best, seconds_since(begin));
    }
    return static_cast<double>(kMemoryBytes) / best;
}

struct Cost {
    double seconds = 0;
    std::uint64_t values = 0;
    std::uint64_t stored = 0;  // bytes
};

// A column of as many blocks as make kMostTimedRows, from the page cache.
Cost read_column(const Blocks& blocks, Column column, flow::FlowBatch& batch) {
    std::vector<std::uint32_t> ids(65'536);
    std::iota(ids.begin(), ids.end(), 0u);
    Cost best{.seconds = 1e9};
    for (int run = 0; run < 3; ++run) {
        Cost cost;
        BlockReader reader;
        const auto begin = std::chrono::steady_clock::now();
        for (const auto& bytes : blocks.at) {
            if (!reader.open(bytes)) continue;
            for (std::uint32_t page = 0; page < reader.pages(); ++page) {
                batch.reset();
                if (!reader.read(page, {column}, {ids.data(), reader.exporters().size()}, 0, batch)) break;
                cost.values += batch.rows;
            }
            cost.stored += reader.column_bytes(column);
            if (cost.values >= kMostTimedRows) break;
        }
        cost.seconds = seconds_since(begin);
        if (cost.seconds < best.seconds) best = cost;
    }
    return best;
}

nlohmann::json sizes(const Blocks& blocks) {
    std::uint64_t rows = 0, blooms = 0, block_bytes = 0;
    std::array<std::uint64_t, flow::kColumns> columns{};
    BlockReader reader;
    for (const auto& bytes : blocks.at) {
        if (!reader.open(bytes)) continue;
        store::archive::BlockHeader header{};
        std::memcpy(&header, bytes.data(), sizeof header);
        rows += reader.rows();
        block_bytes += reader.bytes();
        blooms += (std::uint64_t{header.source_lines} + header.destination_lines) * kLineBytes;
        for (std::size_t c = 0; c < flow::kColumns; ++c) columns[c] += reader.column_bytes(static_cast<Column>(c));
    }
    nlohmann::json out = {{"rows", rows},
                          {"blocks", blocks.at.size()},
                          {"segments", blocks.files.size()},
                          {"bytes", blocks.file_bytes},
                          {"bloom_bytes", blooms}};
    const std::uint64_t of_columns = std::accumulate(columns.begin(), columns.end(), std::uint64_t{0});
    out["other_bytes"] = blocks.file_bytes - blooms - of_columns;
    for (std::size_t c = 0; c < flow::kColumns; ++c) {
        if (columns[c] != 0) out["column_bytes"][std::string(flow::column_name(static_cast<Column>(c)))] = columns[c];
    }
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return fail("usage: archive_figures DATA"), 2;
    Blocks blocks;
    if (!open_all(argv[1], blocks)) return 1;
    nlohmann::json out = sizes(blocks);
    const double bandwidth = memory_bandwidth();
    out["memory_gbytes_per_s"] = bandwidth / 1e9;
    const auto batch = std::make_unique<flow::FlowBatch>();
    for (const auto& [name, bytes] : out["column_bytes"].items()) {
        for (std::size_t c = 0; c < flow::kColumns; ++c) {
            if (flow::column_name(static_cast<Column>(c)) != name) continue;
            const Cost cost = read_column(blocks, static_cast<Column>(c), *batch);
            const auto values = static_cast<double>(cost.values);
            out["read"].push_back(
                {{"column", name},
                 {"ns_per_value", cost.seconds * 1e9 / values},
                 {"stored_bytes_per_value", static_cast<double>(cost.stored) / values},
                 {"ns_per_value_by_memory", static_cast<double>(cost.stored) / values / bandwidth * 1e9}});
        }
    }
    std::puts(out.dump().c_str());
    return 0;
}
