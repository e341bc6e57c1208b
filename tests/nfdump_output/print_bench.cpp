// SPDX-License-Identifier: Apache-2.0
// What a printed record costs: ns a line for each format, over flows of both families.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "control/query/print.hpp"
#include "tests/nfdump_output/flow_sets.hpp"

namespace nfdump_output {
namespace {

constexpr std::size_t kWriteOut = 1 << 20;  // as a caller does

void lines(benchmark::State& state, const query::PrintOptions& wanted) {
    setenv("TZ", "UTC", 1);
    const support::DecodeRig& rig = rows_of("oracle");
    query::PrintOptions options = wanted;
    options.exporters = &rig.exporters();
    auto printer = query::RecordPrinter::make(options);
    const flow::FlowBatch& batch = rig.batch();
    std::string out;
    std::uint64_t printed = 0, bytes = 0;
    for (auto _ : state) {
        for (std::uint32_t row = 0; row < batch.rows; ++row) {
            (*printer)->record(batch, row, query::sums_of(batch, row, false), out);
        }
        printed += batch.rows;
        if (out.size() > kWriteOut) {
            bytes += out.size();
            out.clear();
        }
        benchmark::DoNotOptimize(out.data());
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(printed));
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes + out.size()));
    state.counters["ns/line"] = benchmark::Counter(static_cast<double>(printed) * 1e-9,
                                                   benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

BENCHMARK_CAPTURE(lines, line, {.format = "line"});
BENCHMARK_CAPTURE(lines, line_plain, {.format = "line", .plain_numbers = true});
BENCHMARK_CAPTURE(lines, extended, {.format = "extended"});
BENCHMARK_CAPTURE(lines, long6, {.format = "long6"});
BENCHMARK_CAPTURE(lines, csv, {.format = "csv"});
BENCHMARK_CAPTURE(lines, pipe, {.format = "pipe"});
BENCHMARK_CAPTURE(lines, json, {.format = "json"});
BENCHMARK_CAPTURE(lines, ndjson, {.format = "ndjson"});
BENCHMARK_CAPTURE(lines, raw, {.format = "raw"});
BENCHMARK_CAPTURE(lines, objects, {.objects = true});

}  // namespace
}  // namespace nfdump_output

BENCHMARK_MAIN();
