// SPDX-License-Identifier: Apache-2.0
// What a scan of the archive costs: ns a row for filters and counting, for each set of columns, and ms for ruling out a
// thousand blocks.
//
//   scan_bench [--rows N] [--slots N] [--model few|realistic|random] [--compression none|lz4|zstd] [--directory EMPTY]
//              [--filter FILTER] [--day no] [--keep yes]
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/query/scan.hpp"
#include "tests/bench/stored_flows.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using flow::Column;
using flow::ColumnSet;

constexpr std::chrono::milliseconds kLong{300};  // of one measurement

double seconds(Clock::duration took) {
    return std::chrono::duration<double>(took).count();
}

// As a query without output sums: flows, packets, bytes, first, last.
class Count final : public store::query::Sink {
  public:
    bool take(const flow::FlowBatch& batch, const std::uint64_t* rows, std::uint32_t count,
              store::archive::BlockReader&, std::uint32_t) override {
        flows += count;
        for (std::uint32_t word = 0; word * 64 < batch.rows; ++word) {
            for (std::uint64_t left = rows[word]; left != 0; left &= left - 1) {
                const std::uint32_t row = word * 64 + static_cast<std::uint32_t>(__builtin_ctzll(left));
                packets += batch.in_packets[row];
                bytes += batch.in_bytes[row];
                first = std::min(first, batch.first_ms[row]);
                last = std::max(last, batch.last_ms[row]);
            }
        }
        return true;
    }
    std::uint64_t flows = 0, packets = 0, bytes = 0, first = ~0ull, last = 0;
};
class Nothing final : public store::query::Sink {
  public:
    bool take(const flow::FlowBatch&, const std::uint64_t*, std::uint32_t, store::archive::BlockReader&,
              std::uint32_t) override {
        return true;
    }
};

class Bench {
  public:
    explicit Bench(const bench::Stored& stored) : stored_(stored) { environment_.exporters = &exporters_; }

    template <class Sink>
    void run(const std::string& name, const std::string& filter, const ColumnSet& columns, std::size_t threads = 1) {
        std::unique_ptr<const filters::Program> program;
        if (!filter.empty()) {
            const filters::ChannelSpec channel{.filter = filter};
            auto compiled = filters::Program::compile(std::span(&channel, 1), environment_, filters::Keep::outline);
            if (!compiled) {
                std::printf("%s: %s\n", filter.c_str(), compiled.error().text().c_str());
                return;
            }
            program = std::move(*compiled);
        }
        store::query::Options options;
        options.segments = stored_.segments;
        options.program = program.get();
        options.columns = columns;
        options.exporters = &exporters_;
        options.threads = threads;
        options.make_sink = [](std::size_t) { return std::make_unique<Sink>(); };
        double best = 1e9;
        store::query::Report report;
        const Clock::time_point begin = Clock::now();
        for (int i = 0; i < 3 || Clock::now() - begin < kLong; ++i) {
            const Clock::time_point start = Clock::now();
            auto done = store::query::scan(options);
            best = std::min(best, seconds(Clock::now() - start));
            if (!done) {
                std::printf("%s\n", done.error().text().c_str());
                return;
            }
            report = std::move(*done);
        }
        std::printf("%-44s %8.2f ns/row %8.1f M rows/s %8.2f ms  %llu of %llu blocks read, %llu rows, %.1f bytes/row\n",
                    name.c_str(), best * 1e9 / static_cast<double>(stored_.rows),
                    static_cast<double>(stored_.rows) / best / 1e6, best * 1e3,
                    static_cast<unsigned long long>(report.blocks_read), static_cast<unsigned long long>(report.blocks),
                    static_cast<unsigned long long>(report.rows_passed),
                    static_cast<double>(report.bytes_read) / static_cast<double>(stored_.rows));
        std::fflush(stdout);
    }

  private:
    const bench::Stored& stored_;
    flow::ExporterTable exporters_;
    filters::Environment environment_;
};

const ColumnSet kSums = {Column::in_packets, Column::in_bytes, Column::first_ms,
                         Column::last_ms,    Column::sampling, Column::thinning};

void measure(const bench::Stored& stored) {
    Bench bench(stored);
    for (const char* filter : {"proto tcp and dst port 443", "dst port 443", "src net 10.0.0.0/8", "bytes > 10k", "any",
                               "not proto tcp", "ip 192.0.2.77"}) {
        bench.run<Count>(std::string("count: ") + filter, filter, kSums);
    }
    bench.run<Count>("count: proto tcp and dst port 443, 2 threads", "proto tcp and dst port 443", kSums, 2);
    bench.run<Nothing>("filter alone: proto tcp and dst port 443", "proto tcp and dst port 443", {});
    for (std::size_t c = 0; c < flow::kCommonColumns; ++c) {
        const auto column = static_cast<Column>(c);
        bench.run<Nothing>("column " + std::string(flow::column_name(column)), "", {column});
    }
    bench.run<Nothing>("all columns", "", ColumnSet::all());
}

struct Arguments {
    bench::StoredOptions stored{};
    std::string directory{};
    std::string filter{};  // only this
    bool day = true;
    bool keep = false;  // the directory's files
};

bool read_arguments(int argc, char** argv, Arguments& out) {
    using store::archive::Compression;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        const std::string_view value = argv[i + 1];
        if (name == "--rows") {
            out.stored.rows = std::stoull(argv[i + 1]);
        } else if (name == "--slots") {
            out.stored.slots = static_cast<std::uint32_t>(std::stoul(argv[i + 1]));
        } else if (name == "--model") {
            const auto& names = generator::kModelNames;
            const auto at = std::find(names.begin(), names.end(), value);
            if (at == names.end()) return false;
            out.stored.model = static_cast<generator::Model>(at - names.begin());
        } else if (name == "--compression") {
            if (value != "none" && value != "lz4" && value != "zstd") return false;
            out.stored.compression = value == "none"   ? Compression::none
                                     : value == "zstd" ? Compression::zstd
                                                       : Compression::lz4;
        } else if (name == "--directory") {
            out.directory = value;
        } else if (name == "--filter") {
            out.filter = value;
        } else if (name == "--keep") {
            out.keep = value == "yes";
        } else if (name == "--day") {
            out.day = value != "no";
        } else {
            return false;
        }
    }
    return argc % 2 == 1;
}

// A day of one source with little traffic: what cannot match costs what its header costs.
void measure_day(const std::string& directory, bench::StoredOptions options) {
    options.rows = 10'000'000;
    options.slots = 288;
    const auto day = bench::store_flows(directory, options);
    std::printf("a day: %llu rows in %llu blocks\n", static_cast<unsigned long long>(day.rows),
                static_cast<unsigned long long>(day.blocks));
    Bench bench(day);
    bench.run<Count>("host that is nowhere", "ip 192.0.2.77", kSums);
    bench.run<Count>("protocol that is nowhere", "proto 200", kSums);
    bench.run<Count>("host in some blocks", "ip 10.3.0.5", kSums);
}

}  // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    if (!read_arguments(argc, argv, arguments)) {
        std::printf("see the head of scan_bench.cpp\n");
        return 2;
    }
    if (arguments.directory.empty()) arguments.directory = "/dev/shm/scan_bench." + std::to_string(getpid());
    std::filesystem::create_directories(arguments.directory);
    const auto stored = bench::store_flows(arguments.directory, arguments.stored);
    std::printf("%llu rows in %llu blocks, %.2f bytes a row, %.1f ns a row to encode\n",
                static_cast<unsigned long long>(stored.rows), static_cast<unsigned long long>(stored.blocks),
                static_cast<double>(stored.bytes) / static_cast<double>(stored.rows), stored.encode_ns);
    if (arguments.filter.empty()) {
        measure(stored);
    } else {
        Bench(stored).run<Count>(arguments.filter, arguments.filter, kSums);
    }
    if (arguments.keep) return 0;
    std::filesystem::remove_all(arguments.directory);
    if (!arguments.day) return 0;
    std::filesystem::create_directories(arguments.directory);
    measure_day(arguments.directory, arguments.stored);
    std::filesystem::remove_all(arguments.directory);
}
