// SPDX-License-Identifier: Apache-2.0
// What grouping costs: whole queries over an archive in memory, ns a row on one core, beside the scan of the same columns.
//
//   groups_bench [ROWS [few|realistic|random]] [THREADS]
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "store/query/aggregate.hpp"
#include "tests/bench/stored_flows.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using store::query::Grouping;
using store::query::Groups;

double milliseconds(Clock::duration took) {
    return std::chrono::duration<double, std::milli>(took).count();
}

class Nothing final : public store::query::Sink {
  public:
    bool take(const flow::FlowBatch&, const std::uint64_t*, std::uint32_t, store::archive::BlockReader&,
              std::uint32_t) override {
        return true;
    }
};

class Bench {
  public:
    Bench(const bench::Stored& stored, std::size_t threads) : stored_(stored), threads_(threads) {}

    void run(const std::string& name, const Grouping& grouping, const store::query::Ordering& order) {
        const double scan_ms =
            best_of([&] { (void)scan(grouping, [](std::size_t) { return std::make_unique<Nothing>(); }); });
        std::uint64_t groups = 0;
        double merge_ms = 0;
        double top_ms = 0;
        const double all_ms = best_of([&] {
            Grouping fresh = grouping;
            fresh.memory = std::make_shared<store::query::GroupMemory>();
            auto report = scan(grouping, [&](std::size_t) { return std::make_unique<Groups>(fresh); });
            const auto merging = Clock::now();
            auto& first = static_cast<Groups&>(*report.sinks.front());
            for (std::size_t i = 1; i < report.sinks.size(); ++i) first.merge(static_cast<Groups&>(*report.sinks[i]));
            const auto picking = Clock::now();
            (void)first.top(order, 10);
            merge_ms = milliseconds(picking - merging);
            top_ms = milliseconds(Clock::now() - picking);
            groups = first.groups();
        });
        const auto rows = static_cast<double>(stored_.rows);
        std::printf(
            "%-28s %7.2f ns/row %7.1f M rows/s, of it scan %6.2f ns/row, merge %.1f ms, top 10 %.1f ms, %llu groups\n",
            name.c_str(), all_ms * 1e6 / rows, rows / all_ms / 1e3, scan_ms * 1e6 / rows, merge_ms, top_ms,
            static_cast<unsigned long long>(groups));
        std::fflush(stdout);
    }
    void statistic(const std::string& text) {
        const auto request = store::query::parse_statistic(text).value();
        run("-s " + text, store::query::grouping_of(request), request.orders.front());
    }
    void aggregation(const std::string& text) {
        Grouping grouping;
        grouping.parts = store::query::parse_aggregation(text).value();
        run("-A " + text, grouping, store::query::Order::bytes);
    }

  private:
    template <class Work>
    static double best_of(Work work) {
        double best = 1e12;
        for (int i = 0; i < 3; ++i) {
            const auto start = Clock::now();
            work();
            best = std::min(best, milliseconds(Clock::now() - start));
        }
        return best;
    }
    store::query::Report scan(const Grouping& grouping,
                              std::function<std::unique_ptr<store::query::Sink>(std::size_t)> make_sink) {
        store::query::Options options;
        options.segments = stored_.segments;
        options.columns = store::query::columns_of(grouping);
        options.exporters = &exporters_;
        options.threads = threads_;
        options.make_sink = std::move(make_sink);
        auto report = store::query::scan(options);
        if (report) return std::move(*report);
        std::printf("%s\n", report.error().text().c_str());
        std::exit(1);
    }

    const bench::Stored& stored_;
    std::size_t threads_;
    flow::ExporterTable exporters_;
};

}  // namespace

int main(int argc, char** argv) {
    bench::StoredOptions options;
    options.model = generator::Model::realistic;
    if (argc > 1) options.rows = std::stoull(argv[1]);
    if (argc > 2) {
        const auto& names = generator::kModelNames;
        const auto at = std::find(names.begin(), names.end(), std::string_view(argv[2]));
        if (at == names.end()) return 2;
        options.model = static_cast<generator::Model>(at - names.begin());
    }
    const std::string directory = "/dev/shm/groups_bench." + std::to_string(getpid());
    std::filesystem::create_directories(directory);
    const auto stored = bench::store_flows(directory, options);
    Bench bench(stored, argc > 3 ? std::stoul(argv[3]) : 1);
    bench.statistic("srcip/bytes");
    bench.statistic("dstport/flows");
    bench.aggregation("srcip4/24,dstport");
    bench.statistic("proto/flows");
    bench.statistic("ip/flows");
    bench.run("-a", {}, store::query::Order::bytes);
    std::filesystem::remove_all(directory);
}
