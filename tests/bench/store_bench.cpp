// SPDX-License-Identifier: Apache-2.0
// store_bench: commit times and file growth over a simulated month, and what the books of exporters cost.
//
//   store_bench [--series N]... [--days D] [--live S] [--directory DIR] [-o json]
//   store_bench --exporters N [--live S] [--directory DIR] [-o json]
//
// What is simulated: the clock, and who counts. Every transaction is real, synchronous, and on the disk of
// DIR. All but the last two days go in turns of 300 s with one 10-s bucket of each series in them: the values
// kept of such days are 300 s and coarser. The last two days have every 10-s bucket, a fifth of the series
// active in each, in turns of 300 s. After that, `live` turns of one second with half of the series active;
// the commit times are of these alone.
//
// --exporters: turns of one second with 5,000 series, half of them active, and none, a tenth or all of N exporters; each counts
// datagrams, bytes, records, flows, flows through and a sequence mark. "books alone" is the same exporters' books without
// anything else in the transaction. Three books are gone through, so that rows are begun and added to.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "store/reader.hpp"
#include "store/series/engine.hpp"
#include "store/series/exporter_records.hpp"

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kStart = 1'699'833'600;  // a multiple of 7,200-s chunks
constexpr std::uint32_t kDay = 86400, kTurn = 300, kDenseDays = 2;

struct Arguments {
    std::vector<std::uint32_t> series;
    std::uint32_t days = 30;
    std::uint32_t live_turns = 600;
    std::uint32_t exporters = 0;
    std::string directory = "store_bench.data";
    bool json = false;
};

struct Row {
    std::uint32_t series = 0;
    double median_ms = 0, p99_ms = 0, max_ms = 0;  // commits of a second
    double chunk_median_ms = 0, chunk_p99_ms = 0;  // commits of 300 s
    double read_day_ms = 0;                        // a day of one series, 288 points
    std::vector<double> file_mib;                  // at the end of each day
    double seconds = 0;
};

[[noreturn]] void fail(const std::string& message) {
    std::fprintf(stderr, "store_bench: %s\n", message.c_str());
    std::exit(1);
}

double quantile(std::vector<double> values, double q) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}
double since_ms(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

class Month {
  public:
    Month(const Arguments& arguments, std::uint32_t series)
        : arguments_(arguments), series_(series), map_(make_map(series)), home_(4), tally_(map_, home_) {
        std::filesystem::remove_all(arguments.directory);
        store::Options options;
        options.directory = arguments.directory;
        auto opened = store::Engine::open(options);
        if (!opened) fail(opened.error().message);
        engine_ = std::move(*opened);
        store::Inbox inbox;
        for (std::uint32_t id = 0; id < series; ++id) {
            inbox.series.push_back(
                {id, "bench", "channel" + std::to_string(id / 100), "source" + std::to_string(id % 100), {{1, ""}}});
        }
        engine_->absorb(std::move(inbox));
    }
    ~Month() {
        engine_.reset();
        std::filesystem::remove_all(arguments_.directory);
    }

    Row run() {
        const auto begin = Clock::now();
        std::vector<double> turns, seconds;
        const std::uint32_t dense_s = kStart + (arguments_.days - std::min(arguments_.days, kDenseDays)) * kDay;
        const std::uint32_t end_s = kStart + arguments_.days * kDay;
        for (std::uint32_t at_s = kStart; at_s < end_s; at_s += kTurn) {
            if (at_s < dense_s) {
                count(at_s, 1);
            } else {
                for (std::uint32_t bucket_s = at_s; bucket_s < at_s + kTurn; bucket_s += 10) count(bucket_s, 5);
            }
            turns.push_back(commit(at_s + kTurn));
            if ((at_s + kTurn - kStart) % kDay == 0) end_day();
        }
        for (std::uint32_t at_s = end_s; at_s < end_s + arguments_.live_turns; ++at_s) {
            count(at_s - at_s % 10, 2);
            seconds.push_back(commit(at_s + 1));
        }
        row_.series = series_;
        row_.median_ms = quantile(seconds, 0.5);
        row_.p99_ms = quantile(seconds, 0.99);
        row_.max_ms = quantile(seconds, 1);
        row_.chunk_median_ms = quantile(turns, 0.5);
        row_.chunk_p99_ms = quantile(turns, 0.99);
        row_.read_day_ms = read_day(end_s);
        row_.seconds = since_ms(begin) / 1000;
        return row_;
    }

    static flow::SeriesMap make_map(std::uint32_t series) {
        flow::SeriesMap map;
        map.series_id.resize(series);
        for (std::uint32_t i = 0; i < series; ++i) map.series_id[i] = i;
        return map;
    }

  private:
    // One bucket with one in `one_in` of the series, mostly tcp.
    void count(std::uint32_t bucket_s, std::uint32_t one_in) {
        for (std::uint32_t s = one_in == 1 ? 0 : static_cast<std::uint32_t>(random_() % one_in); s < series_;
             s += one_in) {
            const std::uint64_t r = random_();
            const std::uint32_t traffic_class = (r & 7) == 0 ? 1 : 0;
            tally_.add(s * flow::kClasses + traffic_class, 1 + (r >> 8) % 200, 1 + (r >> 16) % 5000,
                       40 + (r >> 32) % 4'000'000);
        }
        tally_.ledger[flow::Counter::flows_through] += series_ / one_in;
        tally_.bucket_s = bucket_s;
        engine_->absorb(tally_);
        tally_.clear();
    }
    double commit(std::uint32_t at_s) {
        const auto begin = Clock::now();
        const auto done = engine_->commit({at_s * 1000ull, (at_s - kStart) * 1000ull});
        if (!done) fail(done.error().message);
        return since_ms(begin);
    }
    void end_day() {
        row_.file_mib.push_back(static_cast<double>(engine_->stats().used_bytes) / (1 << 20));
        std::fprintf(stderr, "\r%u series: day %zu of %u, %.0f MiB ", series_, row_.file_mib.size(), arguments_.days,
                     row_.file_mib.back());
    }
    double read_day(std::uint32_t end_s) const {
        const auto reader = store::Reader::open(arguments_.directory);
        if (!reader) fail(reader.error().message);
        const auto begin = Clock::now();
        for (std::uint32_t i = 0; i < 20; ++i) {
            const std::uint32_t ids[] = {i * (series_ / 20)};
            const auto points = reader->series(ids, end_s - kDay, end_s, 300);
            if (!points || points->size() != 288) fail("a day cannot be read");
        }
        return since_ms(begin) / 20;
    }

    const Arguments& arguments_;
    std::uint32_t series_;
    flow::SeriesMap map_;
    flow::SpscRing<flow::Tally*> home_;
    flow::Tally tally_;
    std::unique_ptr<store::Engine> engine_;
    std::mt19937_64 random_{1};
    Row row_;
};

struct LedgerRow {
    std::string name;
    std::uint32_t active = 0;  // exporters a second
    double absorb_median_ms = 0;
    double median_ms = 0, p99_ms = 0, max_ms = 0;  // of commits
    double file_mib = 0;
};

// Commits of a second each with some exporters active.
class Exporters {
  public:
    explicit Exporters(const Arguments& arguments)
        : arguments_(arguments), map_(Month::make_map(kSeries)), home_(4), tally_(map_, home_) {}

    LedgerRow whole(const char* name, std::uint32_t active) {
        std::filesystem::remove_all(arguments_.directory);
        store::Options options;
        options.directory = arguments_.directory;
        auto engine = store::Engine::open(options);
        if (!engine) fail(engine.error().message);
        flow::ExporterTable table;
        for (std::uint32_t i = 0; i < arguments_.exporters; ++i) {
            if (!table.find_or_add({.address = flow::IpAddress::v4(i)})) fail("at most 16384 exporters");
        }
        (*engine)->attach(table);
        std::vector<double> absorbs, commits;
        for (std::uint32_t turn = 0; turn < arguments_.live_turns; ++turn) {
            const std::uint32_t at_s = time_of(turn);
            for (std::uint32_t s = turn % 2; s < kSeries; s += 2) tally_.add(s * flow::kClasses, 1, 2, 100 + turn);
            for (std::uint32_t i = 0; i < active; ++i) tally_.exporter(pick(i, active)) = counts(at_s, i);
            tally_.ledger[flow::Counter::flows_through] += kSeries / 2;
            tally_.bucket_s = at_s - at_s % 10;
            auto begin = Clock::now();
            (*engine)->absorb(tally_);
            absorbs.push_back(since_ms(begin));
            tally_.clear();
            begin = Clock::now();
            if (const auto done = (*engine)->commit({at_s * 1000ull, at_s * 1000ull}); !done)
                fail(done.error().message);
            commits.push_back(since_ms(begin));
        }
        return row(name, active, absorbs, commits, static_cast<double>((*engine)->stats().used_bytes));
    }

    LedgerRow books_alone() {
        std::filesystem::remove_all(arguments_.directory);
        auto env = store::open_environment(arguments_.directory, false, 1ull << 40);
        if (!env) fail(env.error().message);
        store::CounterOrder count_order, ledger_order;
        {
            const auto txn = env->read();
            count_order = *store::load_count_order(*env, *txn);
            ledger_order = *store::load_ledger_order(*env, *txn);
        }
        store::PendingBooks pending;
        std::vector<double> absorbs, commits;
        for (std::uint32_t turn = 0; turn < arguments_.live_turns; ++turn) {
            auto begin = Clock::now();
            for (std::uint32_t i = 0; i < arguments_.exporters; ++i) pending.add(time_of(turn), i, counts(0, i));
            absorbs.push_back(since_ms(begin));
            begin = Clock::now();
            auto txn = env->write();
            std::uint64_t damaged = 0;
            auto done = pending.save(*env, *txn, count_order, ledger_order, damaged);
            if (done) done = std::move(*txn).commit();
            if (!done) fail(done.error().message);
            pending.clear();
            commits.push_back(since_ms(begin));
        }
        return row("books alone", arguments_.exporters, absorbs, commits, static_cast<double>(env->info().used_bytes));
    }

  private:
    static constexpr std::uint32_t kSeries = 5000;

    [[nodiscard]] std::uint32_t time_of(std::uint32_t turn) const {
        // Three books in all, however many turns.
        return kStart + static_cast<std::uint32_t>(turn * 3ull * store::kBookSeconds / arguments_.live_turns);
    }
    [[nodiscard]] std::uint32_t pick(std::uint32_t i, std::uint32_t active) const {
        return static_cast<std::uint32_t>(static_cast<std::uint64_t>(i) * arguments_.exporters / active);
    }
    static flow::ExporterCounts counts(std::uint32_t at_s, std::uint32_t i) {
        flow::ExporterCounts c;
        c.datagrams = 20 + i % 7;
        c.bytes = c.datagrams * 1400;
        c.records = c.flows = c.flows_through = c.datagrams * 28;
        c.last_seen_ms = at_s * 1000ull;
        c.sampling = 1000;
        c.sequence = {true, at_s * 20 + i, at_s * 1000, at_s * 1000ull};
        return c;
    }
    static LedgerRow row(const char* name, std::uint32_t active, const std::vector<double>& absorbs,
                         const std::vector<double>& commits, double bytes) {
        return {name,
                active,
                quantile(absorbs, 0.5),
                quantile(commits, 0.5),
                quantile(commits, 0.99),
                quantile(commits, 1),
                bytes / (1 << 20)};
    }

    const Arguments& arguments_;
    flow::SeriesMap map_;
    flow::SpscRing<flow::Tally*> home_;
    flow::Tally tally_;
};

void measure_ledger(const Arguments& arguments) {
    Exporters exporters(arguments);
    const LedgerRow rows[] = {exporters.whole("without exporters", 0),
                              exporters.whole("a tenth of them active", std::max(arguments.exporters / 10, 1u)),
                              exporters.whole("all active", arguments.exporters), exporters.books_alone()};
    std::filesystem::remove_all(arguments.directory);
    if (!arguments.json) {
        std::printf("%u exporters, commits of a second\n%-24s %8s %10s %12s %10s %10s %10s\n", arguments.exporters, "",
                    "active", "absorb p50", "commit p50", "p99", "max", "file");
    }
    for (const LedgerRow& r : rows) {
        if (!arguments.json) {
            std::printf("%-24s %8u %7.2f ms %9.2f ms %7.2f ms %7.2f ms %6.0f MiB\n", r.name.c_str(), r.active,
                        r.absorb_median_ms, r.median_ms, r.p99_ms, r.max_ms, r.file_mib);
            continue;
        }
        std::printf(
            "%s{\"name\":\"%s\",\"active\":%u,\"absorb_median_ms\":%.3f,\"commit_median_ms\":%.3f,"
            "\"commit_p99_ms\":%.3f,\"commit_max_ms\":%.3f,\"file_mib\":%.1f}",
            &r == rows ? "{\"bench\":\"ledger\",\"rows\":[" : ",", r.name.c_str(), r.active, r.absorb_median_ms,
            r.median_ms, r.p99_ms, r.max_ms, r.file_mib);
    }
    if (arguments.json) std::printf("],\"exporters\":%u}\n", arguments.exporters);
}

std::string machine() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);) {
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    }
    return "unknown";
}

void print_json(const std::vector<Row>& rows, const Arguments& arguments) {
    std::printf("{\"bench\":\"store\",\"days\":%u,\"rows\":[", arguments.days);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row& r = rows[i];
        std::printf(
            "%s{\"name\":\"%u "
            "series\",\"series\":%u,\"commit_median_ms\":%.3f,\"commit_p99_ms\":%.3f,\"commit_max_ms\":%.3f,"
            "\"turn_300s_median_ms\":%.3f,\"turn_300s_p99_ms\":%.3f,\"read_day_ms\":%.3f,\"seconds\":%.1f,"
            "\"file_mib\":[",
            i == 0 ? "" : ",", r.series, r.series, r.median_ms, r.p99_ms, r.max_ms, r.chunk_median_ms, r.chunk_p99_ms,
            r.read_day_ms, r.seconds);
        for (std::size_t d = 0; d < r.file_mib.size(); ++d) std::printf("%s%.1f", d == 0 ? "" : ",", r.file_mib[d]);
        std::printf("]}");
    }
    std::printf("],\"machine\":\"%s\"}\n", machine().c_str());
}

void print_table(const std::vector<Row>& rows, const Arguments& arguments) {
    std::printf("%-8s %12s %10s %10s %14s %12s %12s\n", "series", "commit p50", "p99", "max", "300-s turn",
                "read a day", "took");
    for (const Row& r : rows) {
        std::printf("%-8u %9.2f ms %7.2f ms %7.2f ms %11.2f ms %9.2f ms %10.1f s\n", r.series, r.median_ms, r.p99_ms,
                    r.max_ms, r.chunk_median_ms, r.read_day_ms, r.seconds);
    }
    std::printf("\nfile, MiB at the end of day");
    for (const Row& r : rows) {
        std::printf("\n%u series:", r.series);
        for (std::size_t d = 0; d + 1 < r.file_mib.size(); d += d < 4 ? 1 : 5)
            std::printf("  %zu: %.0f", d + 1, r.file_mib[d]);
        if (!r.file_mib.empty()) std::printf("  %zu: %.0f", r.file_mib.size(), r.file_mib.back());
    }
    std::printf(
        "\n\nsimulated: %u days; the last two with all 10-s buckets (a fifth of the series active in each), "
        "those before\n"
        "with one bucket of each series in 300 s; commit times are of %u turns of one second after that "
        "(half active).\n",
        arguments.days, arguments.live_turns);
}

Arguments parse(int argc, char** argv) {
    Arguments a;
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        if (i + 1 == argc)
            fail(
                "usage: store_bench [--series N]... [--days D] [--exporters N] [--live S] [--directory DIR] [-o json]");
        const char* value = argv[++i];
        const auto number = static_cast<std::uint32_t>(std::strtoul(value, nullptr, 10));
        if (name == "--series" && number >= 20) {
            a.series.push_back(number);
        } else if (name == "--days" && number > 0) {
            a.days = number;
        } else if (name == "--live" && number > 0) {
            a.live_turns = number;
        } else if (name == "--exporters" && number > 0) {
            a.exporters = number;
        } else if (name == "--directory") {
            a.directory = value;
        } else if (name == "-o") {
            a.json = std::strcmp(value, "json") == 0;
        } else {
            fail("cannot use " + name + " " + value + ": give at least 20 series, a day, a turn");
        }
    }
    if (a.series.empty()) a.series = {5000, 50000};
    return a;
}

}  // namespace

int main(int argc, char** argv) {
    const Arguments arguments = parse(argc, argv);
    if (arguments.exporters > 0) {
        measure_ledger(arguments);
        return 0;
    }
    std::vector<Row> rows;
    for (const std::uint32_t series : arguments.series) rows.push_back(Month(arguments, series).run());
    std::fprintf(stderr, "\r%60s\r", "");
    if (arguments.json) {
        print_json(rows, arguments);
    } else {
        print_table(rows, arguments);
    }
}
