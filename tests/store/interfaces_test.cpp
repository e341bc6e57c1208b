// SPDX-License-Identifier: Apache-2.0
// Interface counters: running totals become increases, whatever wraps, restarts, leaps or comes twice.
#include "store/series/interfaces.hpp"

#include <gtest/gtest.h>

#include "tests/store/support.hpp"

namespace store {
namespace {

using flow::InterfaceSample;
using test::Feeder;
using test::TempDir;

constexpr std::uint64_t kNotCounted = InterfaceSample::kNotCounted;
constexpr std::uint32_t kStart = 1'700'002'800;  // a full hour
static_assert(kStart % kHourS == 0);

// A sample `after_s` after the start, of an agent that came up an hour before it.
InterfaceSample sample(std::uint32_t after_s, std::uint64_t in_octets, std::uint32_t in_unicast = 0) {
    InterfaceSample s;
    s.exporter = 2;
    s.index = 7;
    s.received_ms = (kStart + after_s) * 1000ull;
    s.uptime_ms = 3600'000 + after_s * 1000;
    s.type = 6;
    s.speed = 1'000'000'000;
    s.direction = 1;
    s.status = 3;
    s.in_octets = in_octets;
    s.in_unicast = in_unicast;
    s.in_unknown_protocols = kNotCounted;
    return s;
}
template <class Change>
InterfaceSample changed(InterfaceSample s, Change change) {
    change(s);
    return s;
}

struct Case {
    const char* name;
    InterfaceSample base, now;
    Step step;
    std::uint32_t seconds = 0;
    std::uint64_t in_octets = 0, in_unicast = 0;
};

TEST(Compare, KnowsWhatHappenedBetweenTwoSamples) {
    constexpr std::uint64_t k64 = ~0ull - 1;
    const auto uptime = [](InterfaceSample s, std::uint32_t ms) {
        s.uptime_ms = ms;
        return s;
    };
    const Case cases[] = {
        {"usual", sample(0, 1000, 10), sample(30, 4000, 15), Step::point, 30, 3000, 5},
        {"idle", sample(0, 1000, 10), sample(30, 1000, 10), Step::point, 30, 0, 0},
        {"64 bits wrap", sample(0, k64 - 100, 10), sample(30, 399, 10), Step::point, 30, 501, 0},
        {"32 bits wrap", sample(0, 0, 0xffff'fff0u), sample(30, 0, 16), Step::point, 30, 0, 32},
        {"a 32-bit total fell", sample(0, 0, 1000), sample(30, 0, 10), Step::point, 30, 0, kNotCounted},
        {"a 64-bit total fell", sample(0, 1000, 10), sample(30, 999, 10), Step::new_base},
        {"a leap that no line carries", sample(0, 0), sample(10, 13'000'000'000'000), Step::new_base},
        {"as much as a line can carry", sample(0, 0), sample(10, 12'000'000'000'000), Step::point, 10,
         12'000'000'000'000, 0},
        {"not counted before", sample(0, kNotCounted), sample(30, 10), Step::point, 30, kNotCounted, 0},
        {"not counted any more", sample(0, 10), sample(30, kNotCounted), Step::point, 30, kNotCounted, 0},
        {"the agent restarted", sample(0, 1000), uptime(sample(30, 5000), 20'000), Step::new_base},
        {"it restarted after 40 days", uptime(sample(0, 1000), 3'456'000'000u), uptime(sample(30, 5000), 20'000),
         Step::new_base},
        {"its clock wrapped after 49.7 days", uptime(sample(0, 1000), 0xffff'ff00u), uptime(sample(30, 5000), 29'744),
         Step::point, 30, 4000, 0},
        {"its clock stands still", uptime(sample(0, 1000), 0), uptime(sample(30, 5000), 0), Step::point, 30, 4000, 0},
        {"too soon", sample(0, 1000), sample(4, 5000), Step::too_soon},
        {"twice", sample(60, 1000), sample(60, 1000), Step::too_soon},
        {"late", sample(60, 1000), sample(30, 500), Step::too_soon},
        {"restarted, and at once again", sample(0, 1000), uptime(sample(2, 10), 1000), Step::new_base},
        {"our clock was set back", uptime(sample(7300, 1000), 1), sample(0, 5000), Step::new_base},
        {"a day without a sample", sample(0, 1000), sample(86400, 5000), Step::point, 86400, 4000, 0},
        {"more than a day", sample(0, 1000), sample(86401, 5000), Step::new_base},
    };
    for (const Case& c : cases) {
        InterfacePoint point;
        ASSERT_EQ(compare(c.base, c.now, point), c.step) << c.name;
        if (c.step != Step::point) continue;
        EXPECT_EQ(point.end_s, c.now.received_ms / 1000) << c.name;
        EXPECT_EQ(point.seconds, c.seconds) << c.name;
        EXPECT_EQ(point.increase.in_octets, c.in_octets) << c.name;
        EXPECT_EQ(point.increase.in_unicast, c.in_unicast) << c.name;
        EXPECT_EQ(point.increase.in_unknown_protocols, kNotCounted) << c.name;
        EXPECT_EQ(point.increase.out_octets, 0u) << c.name;
    }
}

// Each total by itself: its width, and its place in the bytes.
TEST(Compare, TreatsEachTotalByItsWidth) {
    const InterfaceSample base = sample(0, 5);
#define X(name, bits)                                                                  \
    {                                                                                  \
        InterfaceSample before = base, after = sample(30, 5);                          \
        before.name = (bits) == 32 ? 0xffff'ffffull : ~0ull - 1;                       \
        after.name = 9;                                                                \
        InterfacePoint point;                                                          \
        ASSERT_EQ(compare(before, after, point), Step::point) << #name;                \
        EXPECT_EQ(point.increase.name, (bits) == 32 ? 10u : 11u) << #name;             \
        Buffer bytes;                                                                  \
        put_point(bytes, point);                                                       \
        std::vector<InterfacePoint> read;                                              \
        ASSERT_TRUE(take_points(bytes, kStart, read)) << #name;                        \
        EXPECT_EQ(increases(read.at(0).increase), increases(point.increase)) << #name; \
        Buffer stored;                                                                 \
        put_sample(stored, before);                                                    \
        InterfaceSample again;                                                         \
        ASSERT_TRUE(take_sample(stored, again)) << #name;                              \
        EXPECT_EQ(again.name, before.name) << #name;                                   \
    }
    FLOW_INTERFACE_TOTALS(X)
#undef X
}

TEST(InterfaceBytes, DamagedOnesAreRefused) {
    const std::pair<const char*, Buffer> points[] = {
        {"ends early", {10}},
        {"no seconds", {10, 0, 0, 0xff, 0x3f}},
        {"beyond its hour", {0x90, 0x1c, 30, 0, 0xff, 0x3f}},
        {"a total that there is not", {10, 30, 0, 0xff, 0x7f}},
        {"an increase is missing", {10, 30, 0, 0xfe, 0x3f}},
        {"the second is damaged", {10, 30, 0, 0xff, 0x3f, 11}},
    };
    for (const auto& [name, bytes] : points) {
        std::vector<InterfacePoint> read;
        EXPECT_FALSE(take_points(bytes, kStart, read)) << name;
        EXPECT_TRUE(read.empty()) << name;
    }
    Buffer sound;
    put_sample(sound, sample(0, 1));
    InterfaceSample read;
    for (std::size_t size = 0; size < sound.size(); ++size) {
        EXPECT_FALSE(take_sample(flow::Bytes(sound).first(size), read)) << size;
    }
    sound.push_back(0);
    EXPECT_FALSE(take_sample(sound, read)) << "a byte too many";
}

struct Collector {
    explicit Collector(const TempDir& dir, Options options = {}) : directory(dir.path()), feeder(1) {
        options.directory = dir.path();
        options.map_bytes = test::kTestMapBytes;
        auto opened = Engine::open(options);
        EXPECT_TRUE(opened) << opened.error().message;
        engine = std::move(*opened);
    }
    void send(const InterfaceSample& s) {
        feeder.tally().interfaces.push_back(s);
        feeder.feed(*engine, static_cast<std::uint32_t>(s.received_ms / 10'000 * 10));
    }
    void commit(std::uint64_t after_s) {
        const auto done = engine->commit({(kStart + after_s) * 1000, (kStart + after_s) * 1000});
        ASSERT_TRUE(done) << done.error().message;
    }
    [[nodiscard]] std::vector<InterfacePoint> points(std::uint32_t exporter = 2, std::uint32_t index = 7,
                                                     std::uint32_t from_s = 0, std::uint32_t to_s = ~0u) const {
        const auto reader = Reader::open(directory);
        const auto read = reader->interface_points(exporter, index, from_s, to_s);
        EXPECT_TRUE(read) << read.error().message;
        return *read;
    }

    std::string directory;
    std::unique_ptr<Engine> engine;
    Feeder feeder;
};

TEST(Interfaces, GoOnAfterARestart) {
    TempDir dir;
    for (std::uint32_t run = 0; run < 3; ++run) {
        Collector collector(dir);
        for (std::uint32_t i = 0; i < 4; ++i) {
            const std::uint32_t n = run * 10 + i;  // the rest is missed while it is down
            collector.send(sample(n * 30, n * 1000ull, n));
            collector.commit(n * 30);
        }
    }
    const Collector collector(dir);
    const auto points = collector.points();
    ASSERT_EQ(points.size(), 11u);
    std::uint64_t octets = 0, seconds = 0;
    for (const InterfacePoint& p : points) {
        octets += p.increase.in_octets;
        seconds += p.seconds;
        EXPECT_EQ(p.increase.in_octets * 30, p.seconds * 1000ull) << "the rate is the same throughout";
        EXPECT_EQ(p.increase.in_unknown_protocols, kNotCounted);
    }
    EXPECT_EQ(octets, 23'000u);
    EXPECT_EQ(seconds, 23 * 30u);
    EXPECT_EQ(points[3].seconds, 7 * 30u) << "the time it was down is covered by one point";
    const auto all = *Reader::open(dir.path())->interfaces();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].last.exporter, 2u);
    EXPECT_EQ(all[0].last.index, 7u);
    EXPECT_EQ(all[0].last.type, 6u);
    EXPECT_EQ(all[0].last.speed, 1'000'000'000u);
    EXPECT_EQ(all[0].last.direction, 1u);
    EXPECT_EQ(all[0].last.status, 3u);
    EXPECT_EQ(all[0].last.in_octets, 23'000u);
    EXPECT_EQ(all[0].last.in_unknown_protocols, kNotCounted);
    EXPECT_EQ(all[0].last.received_ms, (kStart + 23 * 30) * 1000ull);
    EXPECT_EQ(collector.engine->stats().interfaces, 1u);
}

TEST(Interfaces, ARestartOfTheAgentLeavesNoSpike) {
    TempDir dir;
    Collector collector(dir);
    const std::pair<std::uint32_t, std::uint64_t> sent[] = {{0, 1'000'000}, {30, 2'000'000}, {60, 500}, {90, 1500}};
    for (const auto& [after_s, octets] : sent) {
        collector.send(changed(sample(after_s, octets), [&, at = after_s](InterfaceSample& s) {
            if (at >= 60) s.uptime_ms = (at - 50) * 1000;
        }));
    }
    collector.commit(100);
    const auto points = collector.points();
    ASSERT_EQ(points.size(), 2u);
    EXPECT_EQ(points[0].increase.in_octets, 1'000'000u);
    EXPECT_EQ(points[1].end_s, kStart + 90);
    EXPECT_EQ(points[1].seconds, 30u);
    EXPECT_EQ(points[1].increase.in_octets, 1000u);
}

TEST(Interfaces, SamplesThatComeFastAreOnePoint) {
    TempDir dir;
    Collector collector(dir);
    for (std::uint32_t i = 0; i <= 60; ++i) {
        collector.send(changed(sample(i, i * 10ull), [&](InterfaceSample& s) { s.status = i < 59 ? 3 : 1; }));
    }
    collector.commit(60);
    const auto points = collector.points();
    EXPECT_EQ(points.size(), 60 / kLeastSampleSeconds);
    std::uint64_t octets = 0;
    for (const InterfacePoint& p : points) octets += p.increase.in_octets;
    EXPECT_EQ(octets, 600u);
    EXPECT_EQ((*Reader::open(dir.path())->interfaces())[0].last.status, 1u) << "known at once";
}

TEST(Interfaces, AreReadByTime) {
    TempDir dir;
    Collector collector(dir);
    constexpr std::uint32_t kHours = 5, kEvery = 20, kSamples = kHours * kHourS / kEvery;
    for (std::uint32_t i = 0; i <= kSamples; ++i) {
        for (const std::uint32_t index : {7u, 8u}) {
            collector.send(changed(sample(i * kEvery, i * 1'000'000'000ull, i * 100'000), [&](InterfaceSample& s) {
                s.index = index;
                s.in_multicast = s.in_broadcast = s.out_unicast = s.out_multicast = i * 70'000;
                s.out_octets = i * 900'000'000ull;
            }));
        }
        if (i % 30 == 0) collector.commit(i * kEvery);
    }
    collector.commit(kSamples * kEvery);
    EXPECT_EQ(collector.points().size(), kSamples) << "values of more than one page's part";
    EXPECT_EQ(collector.points(2, 8).size(), kSamples);
    struct Range {
        std::uint32_t from_s, to_s;
        std::size_t points;
    };
    const Range ranges[] = {
        {kStart, kStart + kHourS, kHourS / kEvery - 1},  // the first sample is a base
        {kStart + kHourS, kStart + 2 * kHourS, kHourS / kEvery},
        {kStart + kHourS - 20, kStart + kHourS + 20, 2},
        {kStart + 100, kStart + 101, 1},
        {kStart + 101, kStart + 120, 0},
        {kStart + 100, kStart + 100, 0},
        {kStart + 9 * kHourS, ~0u, 0},
        {0, kStart, 0},
    };
    for (const Range& r : ranges) {
        const auto points = collector.points(2, 7, r.from_s, r.to_s);
        ASSERT_EQ(points.size(), r.points) << r.from_s - kStart << " to " << r.to_s - kStart;
        for (std::size_t i = 0; i < points.size(); ++i) {
            EXPECT_EQ(points[i].increase.in_octets, 1'000'000'000u);
            if (i > 0) {
                EXPECT_EQ(points[i].end_s, points[i - 1].end_s + kEvery) << "in order";
            }
        }
    }
    EXPECT_TRUE(collector.points(2, 9).empty());
    EXPECT_TRUE(collector.points(3, 7).empty());
}

TEST(Interfaces, AreBounded) {
    TempDir dir;
    Collector collector(dir);
    const auto send = [&](std::uint32_t exporter, std::uint32_t count) {
        for (std::uint32_t i = 0; i < count; ++i) {
            collector.feeder.tally().interfaces.push_back(changed(sample(0, 1), [&](InterfaceSample& s) {
                s.exporter = exporter;
                s.index = i;
            }));
        }
        collector.feeder.feed(*collector.engine, kStart);
    };
    send(0, kMaxInterfacesOfOne + 3);
    collector.commit(1);
    Stats stats = collector.engine->stats();
    EXPECT_EQ(stats.interfaces, kMaxInterfacesOfOne);
    EXPECT_EQ(stats.interface_samples_refused, 3u);
    for (std::uint32_t e = 1; e < kMaxInterfaces / kMaxInterfacesOfOne; ++e) send(e, kMaxInterfacesOfOne);
    send(1000, 5);
    collector.commit(2);
    stats = collector.engine->stats();
    EXPECT_EQ(stats.interfaces, kMaxInterfaces);
    EXPECT_EQ(stats.interface_samples_refused, 8u);
    EXPECT_EQ(Reader::open(dir.path())->interfaces()->size(), kMaxInterfaces);
}

TEST(Interfaces, AreForgottenAfterTheirRetention) {
    TempDir dir;
    Options options;
    options.retention.days_interfaces = 1;
    Collector collector(dir, options);
    const std::uint32_t day = 86400;
    for (std::uint32_t at_s = 0; at_s <= 3 * day; at_s += 600) {
        collector.send(sample(at_s, at_s));
        if (at_s < day) collector.send(changed(sample(at_s, at_s), [](InterfaceSample& s) { s.index = 8; }));
        collector.commit(at_s);
    }
    const auto all = *Reader::open(dir.path())->interfaces();
    ASSERT_EQ(all.size(), 1u) << "index 8 is gone for two days";
    EXPECT_EQ(all[0].last.index, 7u);
    EXPECT_EQ(collector.engine->stats().interfaces, 1u);
    EXPECT_TRUE(collector.points(2, 8).empty());
    const auto points = collector.points();
    EXPECT_EQ(points.front().end_s, kStart + 2 * day);
    EXPECT_EQ(points.size(), day / 600 + 1u);
    EXPECT_GT(collector.engine->stats().deleted_rows, 0u);
    collector.send(changed(sample(3 * day + 60, 5), [](InterfaceSample& s) { s.index = 8; }));
    collector.send(changed(sample(3 * day + 120, 9), [](InterfaceSample& s) { s.index = 8; }));
    collector.commit(3 * day + 120);
    EXPECT_EQ(collector.points(2, 8).size(), 1u) << "back again";
}

// A disk that fails for long: points are put together, their sums and times stay exact.
TEST(Interfaces, ThatWaitForADiskStayBounded) {
    Interfaces interfaces;
    constexpr std::uint32_t kSamples = 3000, kCount = 60;
    for (std::uint32_t i = 0; i < kSamples; ++i) {
        for (std::uint32_t index = 0; index < kCount; ++index) {
            interfaces.add(changed(sample(i * 10, i * 7ull), [&](InterfaceSample& s) { s.index = index; }));
        }
    }
    TempDir dir;
    auto env = open_environment(dir.path(), false, test::kTestMapBytes);
    ASSERT_TRUE(env);
    auto txn = env->write();
    ASSERT_TRUE(interfaces.save(*env, *txn));
    ASSERT_TRUE(std::move(*txn).commit());
    interfaces.committed();
    std::size_t points = 0;
    for (std::uint32_t index = 0; index < kCount; ++index) {
        std::uint64_t octets = 0, seconds = 0;
        const auto read = *Reader::open(dir.path())->interface_points(2, index, 0, ~0u);
        for (const InterfacePoint& p : read) {
            octets += p.increase.in_octets;
            seconds += p.seconds;
            ++points;
        }
        EXPECT_EQ(octets, (kSamples - 1) * 7u);
        EXPECT_EQ(seconds, (kSamples - 1) * 10u);
    }
    EXPECT_EQ(points, kMaxPendingPoints);
}

}  // namespace
}  // namespace store
