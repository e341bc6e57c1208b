// SPDX-License-Identifier: Apache-2.0
// What may happen to the store: it is killed, the disk fills up, the map ends.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <fstream>
#include <random>

#include "tests/store/support.hpp"

namespace store {
namespace {

using test::Feeder;
using test::Model;
using test::TempDir;

constexpr std::uint32_t kStart = 1'699'999'990;
constexpr std::uint32_t kSeries = 40;

constexpr std::uint32_t kExporters = 5;

// Commits one flow per series, counts of exporters and a ledger entry a turn, and says so through the pipe. Every other turn
// one flow is on its way from decode to match, and one set is held for a template.
[[noreturn]] void commit_until_killed(const std::string& directory, int acknowledge) {
    Options options;
    options.directory = directory;
    options.map_bytes = test::kTestMapBytes;
    options.retention.days_10s = 60;  // simulated days pass
    auto engine = Engine::open(options);
    if (!engine) _exit(2);
    test::name_series(**engine, kSeries);
    flow::ExporterTable table;
    test::add_exporters(table, kExporters);
    (*engine)->attach(table);
    Feeder feeder(kSeries);
    if (!flow::broken_law((*engine)->total_ledger(), true).empty()) _exit(5);
    std::uint64_t turn = (*engine)->total_ledger()[flow::Counter::flows_decoded];
    bool is_in_flight = false;
    for (;;) {
        const std::uint64_t at_s = kStart + turn * 7;
        for (std::uint32_t s = 0; s < kSeries; ++s) feeder.add(s, s % 4, {1, 2, 3});
        flow::Ledger& ledger = feeder.tally().ledger;
        for (const auto c : {flow::Counter::records_seen, flow::Counter::records_flow, flow::Counter::flows_decoded})
            ++ledger[c];
        ledger[flow::Counter::flows_through] += is_in_flight ? 2 : 0;
        ++ledger[is_in_flight ? flow::Counter::held_replayed : flow::Counter::sets_held];
        ++(is_in_flight ? feeder.tally().exporter(1).held_replayed : feeder.tally().exporter(1).sets_held);
        is_in_flight = !is_in_flight;
        flow::ExporterCounts& counts = feeder.tally().exporter(static_cast<std::uint32_t>(turn % kExporters));
        counts.flows += 1;
        counts.datagrams += 1 + turn % 3;
        feeder.feed(**engine, static_cast<std::uint32_t>(at_s - at_s % 10));
        if (!(*engine)->commit({at_s * 1000, at_s * 1000})) _exit(3);
        ++turn;
        if (write(acknowledge, &turn, sizeof turn) != sizeof turn) _exit(4);
    }
}

TEST(Killed, WhatWasAcknowledgedIsThereEachTime) {
    TempDir dir;
    std::mt19937_64 random(11);
    std::uint64_t before = 0;
    for (int round = 0; round < 60; ++round) {
        int ends[2];
        ASSERT_EQ(pipe(ends), 0);
        const pid_t child = fork();
        if (child == 0) {
            close(ends[0]);
            commit_until_killed(dir.path(), ends[1]);
        }
        close(ends[1]);
        std::uint64_t acknowledged = before, last = 0;
        ASSERT_EQ(read(ends[0], &acknowledged, sizeof acknowledged), static_cast<ssize_t>(sizeof acknowledged));
        usleep(static_cast<useconds_t>(random() % 30'000));
        kill(child, SIGKILL);
        int status = 0;
        waitpid(child, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status));
        while (read(ends[0], &last, sizeof last) == sizeof last) acknowledged = last;
        close(ends[0]);

        const auto reader = Reader::open(dir.path());
        ASSERT_TRUE(reader) << reader.error().message;
        const std::uint64_t stored = (*reader->ledger())[flow::Counter::flows_decoded];
        test::expect_books_add_up(*reader);
        ASSERT_EQ(flow::broken_law(*reader->ledger()), "");
        ASSERT_GE(stored, acknowledged);
        ASSERT_LE(stored, acknowledged + 1) << "the one that was committed but not acknowledged";
        const std::uint32_t ids[] = {0, kSeries - 1};
        for (const Resolution& r : kResolutions) {
            const auto points =
                reader->series(ids, kStart - 100, static_cast<std::uint32_t>(kStart + stored * 7 + 10), r.step_s);
            ASSERT_TRUE(points);
            std::uint64_t flows = 0;
            for (const Point& p : *points) flows += p.sum[0].flows + p.sum[3].flows;
            ASSERT_EQ(flows, 2 * stored) << r.step_s;
        }
        before = stored;
    }
    EXPECT_GT(before, 60u);
    const auto engine = Engine::open(test::options(dir));
    ASSERT_TRUE(engine);
    const flow::Ledger& ledger = (*engine)->total_ledger();
    EXPECT_EQ(flow::broken_law(ledger, true), "") << "what was in flight 60 times is counted as lost";
    EXPECT_EQ(ledger[flow::Counter::flows_unwritten], ledger[flow::Counter::held_expired]);
    ASSERT_TRUE((*engine)->commit({(kStart + before * 7) * 1000, 1}));
    const auto closed = Reader::open(dir.path());
    test::expect_books_add_up(*closed);
    EXPECT_EQ(closed->exporters()->at(1).counts.held_lost, ledger[flow::Counter::held_expired]);
}

class FullDisk {
  public:
    explicit FullDisk(const std::string& at) : at_(at) {
        std::filesystem::create_directory(at_);
        mounted_ = mount("none", at_.c_str(), "tmpfs", 0, "size=6m") == 0;
    }
    ~FullDisk() {
        if (mounted_) umount2(at_.c_str(), MNT_DETACH);
    }
    bool mounted() const { return mounted_; }
    void fill() const {
        std::ofstream ballast(at_ + "/ballast", std::ios::binary);
        const std::string block(4096, 'x');
        while (ballast.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
        }
    }
    void relieve() const { std::filesystem::remove(at_ + "/ballast"); }

  private:
    std::string at_;
    bool mounted_ = false;
};

// Feeds and commits a bucket; true when it was committed.
bool feed(Engine& engine, Feeder& feeder, Model& model, std::uint32_t turn) {
    const std::uint32_t at_s = kStart + turn * 10;
    for (std::uint32_t s = 0; s < kSeries; ++s) {
        feeder.add(s, 0, {1, turn, 1000});
        model.add(s, at_s, 0, {1, turn, 1000});
    }
    ++feeder.tally().ledger[flow::Counter::records_seen];
    feeder.feed(engine, at_s);
    return engine.commit({at_s * 1000ull, at_s * 1000ull}).has_value();
}

// Commits until `stop` makes it fail, goes on for a while, and after `go` all of it must be there.
template <class Stop, class Go>
void expect_nothing_lost(const std::string& directory, const char* reason, Stop stop, Go go) {
    Options options;
    options.directory = directory;
    options.map_bytes = test::kTestMapBytes;
    auto engine = Engine::open(options);
    ASSERT_TRUE(engine) << engine.error().message;
    test::name_series(**engine, kSeries);
    Feeder feeder(kSeries);
    Model model;
    std::uint32_t turn = 0;
    for (; turn < 40; ++turn) ASSERT_TRUE(feed(**engine, feeder, model, turn));
    stop();
    int failed = 0;
    for (; failed < 100 && turn < 20'000; ++turn) failed += feed(**engine, feeder, model, turn) ? 0 : 1;
    ASSERT_EQ(failed, 100);
    const Stats stats = (*engine)->stats();
    EXPECT_NE(stats.failing_since_ms, 0u);
    EXPECT_GE(stats.failed_commits, 100u);
    EXPECT_NE(stats.error.find(reason), std::string::npos) << stats.error;
    EXPECT_GT(stats.pending_cells, 0u);
    go();
    ASSERT_TRUE(feed(**engine, feeder, model, turn++)) << (*engine)->stats().error;
    EXPECT_EQ((*engine)->stats().failing_since_ms, 0u);
    EXPECT_EQ((*engine)->stats().error, "");
    EXPECT_EQ((*engine)->pending_cells(), 0u);
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(feed(**engine, feeder, model, turn++));
    const auto reader = Reader::open(directory);
    ASSERT_TRUE(reader);
    EXPECT_EQ((*reader->ledger())[flow::Counter::records_seen], turn);
    for (std::uint32_t s = 0; s < kSeries; s += 13)
        test::expect_as_model(*reader, model, s, kStart, kStart + turn * 10);
}

TEST(DiskFull, NothingIsLost) {
    TempDir dir;
    const FullDisk disk(dir / "disk");
    if (!disk.mounted()) GTEST_SKIP() << "a tmpfs cannot be mounted here (needs root)";
    expect_nothing_lost(
        dir / "disk/data", "No space left on device: free some space on that disk", [&] { disk.fill(); },
        [&] { disk.relieve(); });
}

TEST(DiskFull, FileSizeLimitIsTheSame) {
    TempDir dir;
    signal(SIGXFSZ, SIG_IGN);
    rlimit old{};
    getrlimit(RLIMIT_FSIZE, &old);
    expect_nothing_lost(
        dir / "data", "commit: ",  // LMDB 0.9.24 takes the short write for an I/O error

        [&] {
            const rlimit small{std::filesystem::file_size(dir / "data/data.mdb") + 200'000, old.rlim_max};
            setrlimit(RLIMIT_FSIZE, &small);
        },
        [&] { setrlimit(RLIMIT_FSIZE, &old); });
    setrlimit(RLIMIT_FSIZE, &old);
}

TEST(DiskFull, StartingOnAFullDiskSaysSo) {
    TempDir dir;
    const FullDisk disk(dir / "disk");
    if (!disk.mounted()) GTEST_SKIP() << "a tmpfs cannot be mounted here (needs root)";
    Options options;
    options.directory = dir / "disk/data";
    options.map_bytes = test::kTestMapBytes;
    std::filesystem::create_directory(options.directory);
    disk.fill();
    const auto engine = Engine::open(options);
    ASSERT_FALSE(engine);
    EXPECT_NE(engine.error().message.find("No space left on device: free some space on that disk"), std::string::npos)
        << engine.error().message;
    disk.relieve();
    ASSERT_TRUE(Engine::open(options));
    disk.fill();
    EXPECT_TRUE(Engine::open(options)) << "once it has its files it starts, and waits for space";
}

TEST(MapFull, IsReportedAndNothingIsLost) {
    TempDir dir;
    Options options = test::options(dir);
    options.map_bytes = 1 << 20;
    auto engine = Engine::open(options);
    ASSERT_TRUE(engine);
    Feeder feeder(kSeries);
    Model model;
    std::uint32_t turn = 0;
    while (turn < 20'000 && feed(**engine, feeder, model, turn)) ++turn;
    ASSERT_LT(turn, 20'000u);
    const Stats stats = (*engine)->stats();
    EXPECT_NE(stats.error.find("the data file has its largest size"), std::string::npos) << stats.error;
    EXPECT_EQ(stats.pending_cells, kSeries);
    const auto reader = Reader::open(dir.path());
    EXPECT_EQ((*reader->ledger())[flow::Counter::records_seen], turn);
}

}  // namespace
}  // namespace store
