// SPDX-License-Identifier: Apache-2.0
// What grouping costs: whole queries over an archive in memory, ns a row of processor time and of the clock, beside the scan of
// the same columns.
//
//   groups_bench [ROWS [few|realistic|random [THREADS [QUERY]]]]
#include <time.h>
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

// Of all threads: what else the machine does is not in it.
double processor_milliseconds() {
    timespec now{};
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

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
    Bench(const bench::Stored& stored, std::size_t threads, std::string only)
        : stored_(stored), threads_(threads), only_(std::move(only)) {}

    void run(const std::string& name, const Grouping& grouping, const store::query::Ordering& order) {
        if (name.find(only_) == std::string::npos) return;
        const Took scanned =
            best_of([&] { (void)scan(grouping, [](std::size_t) { return std::make_unique<Nothing>(); }); });
        std::uint64_t groups = 0;
        double merge_ms = 0;
        double top_ms = 0;
        const Took all = best_of([&] {
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
            "%-26s %7.2f ns/row, of it scan %6.2f; %7.2f on the clock, %6.1f M rows/s; merge %.1f ms, top 10 %.1f ms, "
            "%llu "
            "groups\n",
            name.c_str(), all.processor_ms * 1e6 / rows, scanned.processor_ms * 1e6 / rows, all.clock_ms * 1e6 / rows,
            rows / all.clock_ms / 1e3, merge_ms, top_ms, static_cast<unsigned long long>(groups));
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
    struct Took {
        double processor_ms = 1e12, clock_ms = 1e12;
    };
    template <class Work>
    static Took best_of(Work work) {
        Took best;
        for (int i = 0; i < 5; ++i) {
            const auto start = Clock::now();
            const double begin_ms = processor_milliseconds();
            work();
            best.processor_ms = std::min(best.processor_ms, processor_milliseconds() - begin_ms);
            best.clock_ms = std::min(best.clock_ms, milliseconds(Clock::now() - start));
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
    std::string only_;
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
    Bench bench(stored, argc > 3 ? std::stoul(argv[3]) : 1, argc > 4 ? argv[4] : "");
    bench.statistic("srcip/bytes");
    bench.statistic("dstport/flows");
    bench.aggregation("srcip4/24,dstport");
    bench.statistic("proto/flows");
    bench.statistic("ip/flows");
    bench.run("-a", {}, store::query::Order::bytes);
    std::filesystem::remove_all(directory);
}
