// SPDX-License-Identifier: Apache-2.0
// The archive's blocks: ns a record to encode, ns a value to read column by column beside this machine's memory bandwidth, and
// bytes a flow column by column beside the entropy of what is in it; on the skewed and the random model of flow-generator.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <map>
#include <string>
#include <unordered_map>

#include "store/archive/block.hpp"
#include "tests/bench/archive_flows.hpp"

namespace {

using bench::ArchiveFlows;
using flow::Column;
using generator::Model;
using store::archive::BlockBuilder;
using store::archive::BlockReader;
using store::archive::Compression;

constexpr std::uint64_t kRows = 4ull * store::archive::kBlockRows;
constexpr std::array kCompressions = {Compression::none, Compression::lz4, Compression::zstd};
constexpr std::array kCompressionNames = {"none", "lz4", "zstd"};
constexpr std::array<std::pair<const char*, Model>, 3> kSets = {
    {{"skewed", Model::realistic}, {"random", Model::random}, {"few", Model::few}}};

const ArchiveFlows& flows_of(Model model) {
    static std::map<Model, std::unique_ptr<ArchiveFlows>> sets;
    auto& flows = sets[model];
    if (flows == nullptr) flows = bench::archive_flows(model, kRows);
    return *flows;
}

// All rows as blocks, one after the other.
std::vector<std::uint8_t> encode_all(const ArchiveFlows& flows, Compression compression) {
    std::vector<std::uint8_t> out;
    BlockBuilder builder;
    for (const auto& batch : flows.batches) {
        for (std::uint32_t from = 0; from < batch->rows;) {
            from = builder.add(*batch, batch->keep.data(), from);
            if (builder.full()) builder.encode(flows.exporters, compression, out);
        }
    }
    builder.encode(flows.exporters, compression, out);
    return out;
}
const std::vector<std::uint8_t>& blocks_of(Model model, Compression compression) {
    static std::map<std::pair<Model, Compression>, std::vector<std::uint8_t>> all;
    auto& blocks = all[{model, compression}];
    if (blocks.empty()) blocks = encode_all(flows_of(model), compression);
    return blocks;
}

void per_row(benchmark::State& state, double rows) {
    state.counters["ns/row"] = benchmark::Counter(rows * static_cast<double>(state.iterations()) / 1e9,
                                                  benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void add(benchmark::State& state, Model model) {
    const ArchiveFlows& flows = flows_of(model);
    BlockBuilder builder;
    std::vector<std::uint8_t> out;
    for (auto _ : state) {
        std::uint64_t rows = 0;
        for (const auto& batch : flows.batches) {
            if (builder.add(*batch, batch->keep.data(), 0) != batch->rows) break;
            rows += batch->rows;
        }
        state.PauseTiming();
        builder.encode(flows.exporters, Compression::none, out);
        out.clear();
        state.ResumeTiming();
        benchmark::DoNotOptimize(rows);
    }
    per_row(state, store::archive::kBlockRows);
}

void encode(benchmark::State& state, Model model, Compression compression) {
    const ArchiveFlows& flows = flows_of(model);
    std::vector<std::uint8_t> out;
    BlockBuilder builder;
    store::archive::EncodeBuffers buffers;
    for (auto _ : state) {
        out.clear();
        for (const auto& batch : flows.batches) {
            for (std::uint32_t from = 0; from < batch->rows;) {
                from = builder.add(*batch, batch->keep.data(), from);
                if (builder.full()) builder.encode(flows.exporters, compression, out, &buffers);
            }
        }
        builder.encode(flows.exporters, compression, out, &buffers);
    }
    per_row(state, static_cast<double>(flows.rows));
}

// Everything of these columns: open, checksum, decompression, decoding.
void read(benchmark::State& state, Model model, Compression compression, flow::ColumnSet columns) {
    const auto& blocks = blocks_of(model, compression);
    const auto batch = std::make_unique<flow::FlowBatch>();
    const std::array<std::uint32_t, 1> ids{0};
    BlockReader reader;
    for (auto _ : state) {
        for (std::size_t at = 0; at < blocks.size(); at += reader.bytes()) {
            if (!reader.open(std::span(blocks).subspan(at))) return state.SkipWithError("open");
            for (std::uint32_t page = 0; page < reader.pages(); ++page) {
                batch->reset();
                if (!reader.read(page, columns, ids, 0, *batch)) return state.SkipWithError("read");
            }
        }
        benchmark::ClobberMemory();
    }
    per_row(state, static_cast<double>(flows_of(model).rows));
}

void places(benchmark::State& state, Model model, Compression compression, Column column) {
    const auto& blocks = blocks_of(model, compression);
    std::array<std::uint32_t, flow::kBatchRows> out{};
    BlockReader reader;
    for (auto _ : state) {
        for (std::size_t at = 0; at < blocks.size(); at += reader.bytes()) {
            if (!reader.open(std::span(blocks).subspan(at))) return state.SkipWithError("open");
            for (std::uint32_t page = 0; page < reader.pages(); ++page) {
                if (!reader.read_places(page, column, out.data())) return state.SkipWithError("read");
            }
        }
        benchmark::ClobberMemory();
    }
    per_row(state, static_cast<double>(flows_of(model).rows));
}

// What a block costs that is skipped: its header, zones and a look into its Bloom filter.
void skip(benchmark::State& state) {
    const auto& blocks = blocks_of(Model::realistic, Compression::lz4);
    BlockReader reader;
    std::uint32_t host = 0;
    for (auto _ : state) {
        if (!reader.open(blocks)) return state.SkipWithError("open");
        benchmark::DoNotOptimize(reader.may_have_source(flow::IpAddress::v4(0x0b000000 + host)));
        benchmark::DoNotOptimize(reader.may_have_destination(flow::IpAddress::v4(0x0b000000 + host++)));
    }
}

// The ceiling: bytes that this machine copies, source and target far larger than its caches; ns for 8 of them.
void copy_memory(benchmark::State& state) {
    const std::size_t size = 256u << 20;
    std::vector<char> from(size, 1), to(size);
    for (auto _ : state) {
        std::memcpy(to.data(), from.data(), size);
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(size) * state.iterations());
    per_row(state, static_cast<double>(size) / 8);
}

template <class T>
std::string key_of(const flow::FlowBatch& batch, const T& value) {
    if constexpr (std::is_same_v<T, flow::Text>) {
        return std::string(batch.arena.view(value));
    } else {
        return {reinterpret_cast<const char*>(&value), sizeof value};
    }
}

// Bits a row of a column's values as they are spread over the set, each row by itself; times as differences to the receive time
// and to the first packet. Of columns with about as many values as rows it says less than there is.
double entropy_of(const ArchiveFlows& flows, Column column) {
    std::unordered_map<std::string, std::uint64_t> counts;
    for (const auto& batch : flows.batches) {
        for (std::uint32_t row = 0; row < batch->rows; ++row) {
            const std::uint64_t first = batch->received_ms - batch->first_ms[row];
            const std::uint64_t last = batch->last_ms[row] - batch->first_ms[row];
            if (column == Column::first_ms) {
                ++counts[key_of(*batch, first)];
                continue;
            }
            if (column == Column::last_ms) {
                ++counts[key_of(*batch, last)];
                continue;
            }
#define X(name, type, what)                                                                    \
    if (column == Column::name && (flow::present_bit(column) == 0 || batch->has(row, column))) \
        ++counts[key_of(*batch, batch->name[row])];
            FLOW_COMMON_COLUMNS(X)
            FLOW_RARE_COLUMNS(X)
#undef X
        }
    }
    double bits = 0;
    const auto rows = static_cast<double>(flows.rows);
    for (const auto& [value, count] : counts) {
        const auto n = static_cast<double>(count);
        bits += n * std::log2(rows / n);
    }
    return bits / rows;
}

struct Sizes {
    std::array<double, flow::kColumns> column{};
    double all = 0, filters = 0;
};
Sizes sizes_of(Model model, Compression compression) {
    const auto& blocks = blocks_of(model, compression);
    const auto rows = static_cast<double>(flows_of(model).rows);
    Sizes out;
    BlockReader reader;
    for (std::size_t at = 0; at < blocks.size(); at += reader.bytes()) {
        if (!reader.open(std::span(blocks).subspan(at))) std::abort();
        for (std::size_t c = 0; c < flow::kColumns; ++c) {
            out.column[c] += static_cast<double>(reader.column_bytes(static_cast<Column>(c))) / rows;
        }
        out.filters += static_cast<double>(reader.filter_bytes()) / rows;
    }
    out.all = static_cast<double>(blocks.size()) / rows;
    return out;
}

void print_sizes(const char* name, Model model) {
    std::printf("%s flows: bytes a flow of each column, and the entropy of its values row by row\n", name);
    std::printf("  %-20s %8s %8s %8s %8s\n", "", "none", "lz4", "zstd", "entropy");
    std::array<Sizes, kCompressions.size()> sizes;
    for (std::size_t i = 0; i < sizes.size(); ++i) sizes[i] = sizes_of(model, kCompressions[i]);
    double entropies = 0;
    for (std::size_t c = 0; c < flow::kColumns; ++c) {
        if (sizes[0].column[c] < 0.005) continue;
        const double entropy = entropy_of(flows_of(model), static_cast<Column>(c)) / 8;
        entropies += entropy;
        std::printf("  %-20s %8.2f %8.2f %8.2f %8.2f\n", std::string(column_name(static_cast<Column>(c))).c_str(),
                    sizes[0].column[c], sizes[1].column[c], sizes[2].column[c], entropy);
    }
    std::printf("  %-20s %8.2f %8.2f %8.2f %8.2f\n", "all but filters", sizes[0].all - sizes[0].filters,
                sizes[1].all - sizes[1].filters, sizes[2].all - sizes[2].filters, entropies);
    std::printf("  %-20s %8.2f %8.2f %8.2f\n\n", "Bloom filters", sizes[0].filters, sizes[1].filters, sizes[2].filters);
}

const std::vector<std::pair<std::string, flow::ColumnSet>> kColumnSets = {
    {"filter:proto,dst_port", {Column::proto, Column::dst_port, Column::present}},
    {"srcip/bytes",
     {Column::src_addr, Column::in_bytes, Column::in_packets, Column::first_ms, Column::last_ms, Column::present,
      Column::sampling, Column::thinning}},
    {"all", flow::ColumnSet::all()},
};

void register_all() {
    benchmark::RegisterBenchmark("copy_memory", copy_memory);
    benchmark::RegisterBenchmark("skip_block", skip);
    for (const auto& [set, model] : kSets) {
        const std::string name = set;
        benchmark::RegisterBenchmark(("add/" + name).c_str(), add, model);
        for (std::size_t i = 0; i < kCompressions.size(); ++i) {
            const Compression compression = kCompressions[i];
            const std::string how = name + "/" + kCompressionNames[i];
            benchmark::RegisterBenchmark(("encode/" + how).c_str(), encode, model, compression);
            for (const auto& [what, columns] : kColumnSets) {
                benchmark::RegisterBenchmark(("read/" + how + "/" + what).c_str(), read, model, compression, columns);
            }
            for (std::size_t c = 0; c < flow::kCommonColumns; ++c) {
                const auto column = static_cast<Column>(c);
                const std::string column_is(column_name(column));
                benchmark::RegisterBenchmark(("read/" + how + "/" + column_is).c_str(), read, model, compression,
                                             flow::ColumnSet{column});
            }
            benchmark::RegisterBenchmark(("places/" + how + "/src_addr").c_str(), places, model, compression,
                                         Column::src_addr);
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    for (const auto& [name, model] : kSets) print_sizes(name, model);
    register_all();
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
