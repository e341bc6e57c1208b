// SPDX-License-Identifier: Apache-2.0
// The store with its thread: what control sees of it, and what a restart continues with.
#include "store/store.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <atomic>
#include <thread>

#include "tests/store/support.hpp"

namespace store {
namespace {

using test::Feeder;
using test::TempDir;

constexpr std::uint32_t kStart = 1'699'999'990;

// Clocks that go a second further each time they are asked, so that each turn commits.
Options fast(const TempDir& dir) {
    Options o = test::options(dir);
    auto ms = std::make_shared<std::atomic<std::uint64_t>>(kStart * 1000ull);
    o.wall_ms = [ms] { return ms->load(); };
    o.steady_ms = [ms] { return ms->fetch_add(1000); };
    return o;
}

std::unique_ptr<Store> open(const Options& options) {
    auto opened = Store::open(options);
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
}

TEST(Store, SeriesKeepTheirIds) {
    TempDir dir;
    const SeriesName a{"live", "router1", "router1"}, b{"zone1", "http", "router1", "port 80"},
        c{"zone1", "http", "router2", "port 80"};
    {
        auto store = open(test::options(dir));
        const SeriesName first[] = {a, b};
        EXPECT_EQ(*store->series_ids(first), (std::vector<std::uint32_t>{0, 1}));
        ASSERT_TRUE(store->start());
        const SeriesName more[] = {c, b, a, b};
        EXPECT_EQ(*store->series_ids(more), (std::vector<std::uint32_t>{2, 1, 0, 1}));
        ASSERT_TRUE(store->stop());
    }
    {
        auto store = open(test::options(dir));  // b is gone for a while
        const SeriesName some[] = {c, a};
        EXPECT_EQ(*store->series_ids(some), (std::vector<std::uint32_t>{2, 0}));
        ASSERT_TRUE(store->start());
        ASSERT_TRUE(store->stop());
    }
    auto store = open(test::options(dir));
    const SeriesName again[] = {{"zone1", "dns", "router1"}, b};
    EXPECT_EQ(*store->series_ids(again), (std::vector<std::uint32_t>{3, 1}));
}

TEST(Store, AChangedFilterLeavesADatedMark) {
    TempDir dir;
    std::uint64_t now_ms = kStart * 1000ull;
    Options options = test::options(dir);
    options.wall_ms = [&] { return now_ms; };
    for (const char* filter : {"port 80", "port 80", "port 80 or port 443", "port 80 or port 443", ""}) {
        auto store = open(options);
        const SeriesName names[] = {{"p", "c", "s", filter}};
        EXPECT_EQ(*store->series_ids(names), (std::vector<std::uint32_t>{0}));
        ASSERT_TRUE(store->start());
        ASSERT_TRUE(store->stop());
        now_ms += 1000;
    }
    const auto all = Reader::open(dir.path())->catalogue();
    ASSERT_TRUE(all);
    ASSERT_EQ(all->size(), 1u);
    const auto& marks = all->front().marks;
    ASSERT_EQ(marks.size(), 3u);
    EXPECT_EQ(marks[0].filter, "port 80");
    EXPECT_EQ(marks[0].since_ms, kStart * 1000ull);
    EXPECT_EQ(marks[1].filter, "port 80 or port 443");
    EXPECT_EQ(marks[1].since_ms, kStart * 1000ull + 2000);
    EXPECT_EQ(marks[2].filter, "");
}

TEST(Store, ARenameKeepsTheId) {
    TempDir dir;
    {
        auto store = open(test::options(dir));
        const SeriesName names[] = {{"p", "http", "r1"}, {"p", "dns", "r1"}};
        const std::string sources[] = {"r1", "r2"};
        ASSERT_TRUE(store->series_ids(names));
        ASSERT_TRUE(store->source_ids(sources));
        EXPECT_TRUE(store->rename_series({"p", "http", "r1"}, {"p", "web", "r1"}));
        EXPECT_EQ(store->rename_series({"p", "http", "r1"}, {"p", "x", "r1"}).error().message,
                  "series p/http/r1 cannot be renamed: there is none of that name");
        EXPECT_EQ(store->rename_series({"p", "web", "r1"}, {"p", "dns", "r1"}).error().message,
                  "series p/web/r1 cannot be renamed: p/dns/r1 exists already, choose another name");
        EXPECT_TRUE(store->rename_source("r1", "edge"));
        EXPECT_FALSE(store->rename_source("edge", "r2"));
        ASSERT_TRUE(store->start());
        ASSERT_TRUE(store->stop());
    }
    auto store = open(test::options(dir));
    const SeriesName names[] = {{"p", "web", "edge"}, {"p", "dns", "edge"}, {"p", "http", "r1"}};
    EXPECT_EQ(*store->series_ids(names), (std::vector<std::uint32_t>{0, 1, 2}));
    const std::string sources[] = {"edge", "r2", "r1"};
    EXPECT_EQ(*store->source_ids(sources), (std::vector<std::uint32_t>{0, 1, 2}));
}

TEST(Store, RenamedChannelsKeepTheirSeries) {
    TempDir dir;
    auto store = open(test::options(dir));
    const SeriesName before[] = {{"p", "web", "a"}, {"p", "web", "b"}, {"p", "dns", "a"}, {"q", "web", "a"}};
    ASSERT_EQ(*store->series_ids(before), (std::vector<std::uint32_t>{0, 1, 2, 3}));
    // Two names change places; then the profile gets another.
    const ChannelRename all[] = {
        {"p", "web", "p", "t"}, {"p", "dns", "p", "web"}, {"p", "t", "p", "dns"}, {"p", "", "r", ""}};
    const FormerNames former = store->rename_channels(all);
    const SeriesName after[] = {{"r", "dns", "a"}, {"r", "dns", "b"}, {"r", "web", "a"}, {"q", "web", "a"}};
    EXPECT_EQ(*store->series_ids(after), (std::vector<std::uint32_t>{0, 1, 2, 3}));
    store->take_back(former);
    EXPECT_EQ(*store->series_ids(before), (std::vector<std::uint32_t>{0, 1, 2, 3}));
    // A name that an earlier channel had: what that one counted is not mixed in, and does not come back with the name.
    const ChannelRename taken[] = {{"p", "web", "p", "dns"}, {"p", "unknown", "p", "x"}};
    static_cast<void>(store->rename_channels(taken));
    const SeriesName now[] = {{"p", "dns", "a"}, {"p", "dns", "b"}, {"p", "web", "a"}};
    EXPECT_EQ(*store->series_ids(now), (std::vector<std::uint32_t>{0, 1, 4}));
}

TEST(Store, RefusesNamesThatDoNotFit) {
    TempDir dir;
    auto store = open(test::options(dir));
    const SeriesName invalid[][2] = {
        {{"p", "c", "s"}, {"", "c", "s"}},
        {{"p", "c", "s"}, {"p", "", "s"}},
        {{"p", "c", "s"}, {"p", "c", std::string(256, 's')}},
    };
    for (const auto& names : invalid) EXPECT_FALSE(store->series_ids(names));
    const SeriesName sound[] = {{"other", "c", std::string(255, 's')}};
    EXPECT_EQ(*store->series_ids(sound), (std::vector<std::uint32_t>{0})) << "no id was given for the refused ones";
    const std::string empty[] = {""};
    EXPECT_FALSE(store->source_ids(empty));
    EXPECT_FALSE(store->set_retention({1, 1, 1, 1, 1}));
}

flow::ExporterKey exporter(std::uint32_t i) {
    return {flow::IpAddress::v4(0x0a000000 + i),
            {},
            i % 2,
            i * 7,
            static_cast<std::uint16_t>(i * 1000),
            i % 2 == 0 ? flow::Protocol::netflow9 : flow::Protocol::ipfix};
}

TEST(Store, ARestartGoesOnWithLedgerExportersTemplatesAndOptions) {
    TempDir dir;
    for (std::uint64_t run = 1; run <= 3; ++run) {
        auto store = open(test::options(dir));
        flow::ExporterTable exporters;
        exporters.preload(store->exporters(), store->take_memories());
        EXPECT_EQ(exporters.size(), (run - 1) * 2);
        for (std::uint32_t i = 0; i < exporters.size(); ++i) {
            const flow::SequenceMark mark = exporters.take_stored_sequence(i);
            EXPECT_TRUE(mark.known);
            EXPECT_EQ(mark.next, run - 1);
            EXPECT_FALSE(exporters.take_stored_sequence(i).known) << "once";
        }
        EXPECT_EQ(store->total_ledger()[flow::Counter::flows_through], (run - 1) * 100);
        store->attach(exporters);
        const std::string sources[] = {"even", "odd"};
        ASSERT_TRUE(store->source_ids(sources));

        Feeder feeder(1);
        flow::Tally& tally = feeder.tally();
        flow::SpscRing<flow::Tally*> lane(4);
        store->add_lane(lane);
        const auto id = static_cast<std::uint32_t>(2 * run - 1);
        ASSERT_EQ(*exporters.find_or_add(exporter(id - 1)), id - 1);
        ASSERT_EQ(*exporters.find_or_add(exporter(id)), id);
        tally.ledger[flow::Counter::flows_through] = 100;
        for (std::uint32_t i = 0; i <= id; ++i) {
            tally.exporter(i).records = 10;
            tally.exporter(i).last_seen_ms = run;
            tally.exporter(i).sampling = 100 * static_cast<std::uint32_t>(run);
            tally.exporter(i).sequence = {true, static_cast<std::uint32_t>(run), 5, run};
        }
        tally.options.push_back({id, {flow::OptionKind::interface, 7, 0, run, "uplink"}});
        tally.options.push_back({0, {flow::OptionKind::sampler, flow::kEverySampler, run, run, ""}});
        tally.templates.push_back({id, {256, false, run, {1, 0, 0, 2, 3}}});
        tally.templates.push_back({0, {300, true, run, {static_cast<std::uint8_t>(run)}}});
        tally.bucket_s = kStart;
        ASSERT_TRUE(lane.push(&tally));
        ASSERT_TRUE(store->start());
        flow::Ledger device;
        device[flow::Counter::port_missed] = 5;
        store->add(device);
        ASSERT_TRUE(store->stop());
        EXPECT_EQ(tally.home().size(), 1u) << "the tally went home";
        EXPECT_TRUE(tally.empty());
        EXPECT_EQ(store->process_ledger()[flow::Counter::flows_through], 100u);
        EXPECT_EQ(store->total_ledger()[flow::Counter::flows_through], run * 100);
        EXPECT_EQ(store->total_ledger()[flow::Counter::port_missed], run * 5);
        EXPECT_EQ(store->process_exporters()[0].records, 10u);
    }
    const auto reader = Reader::open(dir.path());
    const auto exporters = reader->exporters();
    ASSERT_TRUE(exporters);
    ASSERT_EQ(exporters->size(), 6u);
    for (std::uint32_t i = 0; i < 6; ++i) {
        EXPECT_EQ((*exporters)[i].id, i);
        EXPECT_EQ((*exporters)[i].key, exporter(i));
        EXPECT_EQ((*exporters)[i].counts.records, (3 - i / 2) * 10u);
        EXPECT_EQ((*exporters)[i].counts.last_seen_ms, 3u);
        EXPECT_EQ((*exporters)[i].counts.sampling, 300u);
        EXPECT_EQ((*exporters)[i].counts.sequence.uptime_ms, 5u);
        EXPECT_EQ((*exporters)[i].counts.sequence.at_ms, 3u);
        EXPECT_EQ((*exporters)[i].source, i % 2 == 0 ? "even" : "odd");
    }
    const auto templates = reader->templates();
    ASSERT_TRUE(templates);
    EXPECT_EQ(templates->size(), 4u);
    EXPECT_EQ(templates->at(0).size(), 1u);
    EXPECT_EQ(templates->at(0)[0].id, 300);
    EXPECT_TRUE(templates->at(0)[0].options);
    EXPECT_EQ(templates->at(0)[0].wire, std::vector<std::uint8_t>{3}) << "the newest definition";
    EXPECT_EQ(templates->at(5)[0].wire, (std::vector<std::uint8_t>{1, 0, 0, 2, 3}));
    const auto told = reader->options();
    ASSERT_TRUE(told);
    EXPECT_EQ(told->size(), 4u);
    ASSERT_EQ(told->at(0).size(), 1u);
    EXPECT_EQ(told->at(0)[0].id, flow::kEverySampler);
    EXPECT_EQ(told->at(0)[0].value, 3u) << "the newest";
    EXPECT_EQ(told->at(5)[0].kind, flow::OptionKind::interface);
    EXPECT_EQ(told->at(5)[0].text, "uplink");
    EXPECT_EQ(told->at(5)[0].learned_ms, 3u);
    EXPECT_EQ(*reader->sources(), (std::vector<std::string>{"even", "odd"}));
    EXPECT_EQ((*reader->ledger())[flow::Counter::flows_through], 300u);
}

TEST(Store, OptionsOfANewerProgramAreLeftAlone) {
    TempDir dir;
    const auto put = [&](std::uint8_t kind, const std::string& text) {
        auto engine = Engine::open(test::options(dir));
        ASSERT_TRUE(engine) << engine.error().message;
        Feeder feeder(1);
        feeder.tally().options.push_back({4, {static_cast<flow::OptionKind>(kind), 1, 2, 3, text}});
        feeder.feed(**engine, kStart);
        ASSERT_TRUE((*engine)->commit({kStart * 1000ull, 1000}, true));
    };
    put(200, "unknown");
    put(1, std::string(5000, 'n'));
    put(1, std::string(5000, 'm'));
    const auto options = Reader::open(dir.path())->options();
    ASSERT_TRUE(options) << options.error().message;
    ASSERT_EQ(options->at(4).size(), 1u);
    EXPECT_EQ(options->at(4)[0].kind, flow::OptionKind::interface);
    EXPECT_EQ(options->at(4)[0].text, std::string(2001, 'm')) << "cut to what a page takes";
    auto env = open_environment(dir.path(), true, test::kTestMapBytes);
    ASSERT_TRUE(env);
    EXPECT_EQ(env->read()->entries(table(*env, TableId::options)), 2u);
}

TEST(Store, OptionsAreBounded) {
    TempDir dir;
    auto env = open_environment(dir.path(), false, test::kTestMapBytes);
    ASSERT_TRUE(env);
    auto txn = env->write();
    flow::LearnedOption option{7, {flow::OptionKind::application, 0, 0, 1, "x"}};
    for (; option.value.id < kMaxOptions; ++option.value.id) ASSERT_TRUE(*save_option(*env, *txn, option));
    EXPECT_FALSE(*save_option(*env, *txn, option)) << "one too many";
    option.value.id = 5;
    EXPECT_TRUE(*save_option(*env, *txn, option)) << "one that is there may change";
    EXPECT_EQ(txn->entries(table(*env, TableId::options)), kMaxOptions);
}

TEST(Store, ASecondOneOnTheSameDataIsRefused) {
    TempDir dir;
    auto store = open(test::options(dir));
    const auto second = Store::open(test::options(dir));
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().message.find("is in use by another collector, process " + std::to_string(getpid())),
              std::string::npos);
    const pid_t child = fork();
    if (child == 0) _exit(Store::open(test::options(dir)) ? 1 : 0);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    store.reset();
    EXPECT_TRUE(Store::open(test::options(dir)));
}

// One core that hands over as fast as it gets its tallies back.
void run_core(Feeder& feeder, flow::SpscRing<flow::Tally*>& lane, std::uint32_t turns) {
    flow::Tally* tally = &feeder.tally();
    for (std::uint32_t i = 0; i < turns; ++i) {
        tally->bucket_s = kStart + i * 10;
        for (std::uint32_t s = 0; s < 20; ++s) tally->add(s * 4, 1, 1, 1);
        tally->ledger[flow::Counter::flows_through] += 20;
        while (!lane.push(tally)) std::this_thread::yield();
        while (!feeder.tally().home().pop(tally)) std::this_thread::yield();
    }
}

constexpr std::uint32_t kTurns = 600;

TEST(Store, ReadersAndBackupsWhileItWritesAreConsistent) {
    TempDir dir;
    Options options = fast(dir);
    options.replay = true;
    auto store = open(options);
    std::vector<SeriesName> names;
    for (int i = 0; i < 20; ++i) names.push_back({"p", "c" + std::to_string(i), "s"});
    ASSERT_TRUE(store->series_ids(names));
    Feeder feeder(20);
    flow::SpscRing<flow::Tally*> lane(4);
    store->add_lane(lane);
    ASSERT_TRUE(store->start());
    std::vector<std::uint32_t> ids(20);
    for (std::uint32_t s = 0; s < 20; ++s) ids[s] = s;
    const auto expect_balance = [&](const Reader& reader) {
        const std::uint32_t end_s = kStart + kTurns * 10;
        const auto before = (*reader.ledger())[flow::Counter::flows_through];
        for (const std::uint32_t step_s : {10u, 300u, 1800u}) {
            const auto points = reader.series(ids, kStart, end_s, step_s);
            ASSERT_TRUE(points);
            std::uint64_t flows = 0;
            for (const Point& p : *points) flows += p.sum[0].flows;
            EXPECT_GE(flows, before);
        }
    };
    std::thread core([&] { run_core(feeder, lane, kTurns); });
    int backups = 0;
    for (bool done = false; !done && !HasFatalFailure();) {
        done = store->total_ledger()[flow::Counter::flows_through] == kTurns * 20;
        const auto reader = Reader::open(dir.path());
        expect_balance(*reader);
        if (backups == 6 && !done) continue;
        const std::string target = dir / ("backup" + std::to_string(backups++));
        const auto copied = store->backup(target);
        ASSERT_TRUE(copied) << copied.error().message;
        EXPECT_FALSE(store->backup(target)) << "is not written over";
        const auto copy = Reader::open(target);
        ASSERT_TRUE(copy) << copy.error().message;
        const std::uint64_t flows = (*copy->ledger())[flow::Counter::flows_through];
        std::uint64_t stored = 0;
        const auto points = copy->series(ids, kStart, kStart + kTurns * 10, 10);
        for (const Point& p : *points) stored += p.sum[0].flows;
        EXPECT_EQ(stored, flows) << "series and ledger of one moment";
    }
    core.join();
    ASSERT_TRUE(store->stop());
    const Stats stats = store->stats();
    EXPECT_GT(stats.commits, 1u);
    EXPECT_EQ(stats.series, 20u);
    EXPECT_EQ(stats.pending_cells, 0u);
    EXPECT_EQ(stats.failing_since_ms, 0u);
    EXPECT_GT(stats.used_bytes, 0u);
    EXPECT_GT(stats.disk_free_bytes, 0u);
    EXPECT_EQ(store->process_series()[19][0].flows, kTurns);
}

}  // namespace
}  // namespace store
