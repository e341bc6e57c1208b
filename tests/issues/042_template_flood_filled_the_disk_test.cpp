// SPDX-License-Identifier: Apache-2.0
// Stored templates were only ever added: what gave way in memory stayed on disk, so that 60,000 made-up template ids of one
// domain were 130 MB on disk and 457 MB of memory at the next start.
#include <gtest/gtest.h>

#include "store/series/templates.hpp"
#include "tests/store/support.hpp"

namespace {

constexpr std::uint64_t kNow_ms = 1'700'000'000'000;

flow::LearnedTemplate learned(std::uint32_t exporter, std::uint32_t n, std::size_t bytes) {
    return {exporter, {static_cast<std::uint16_t>(n), false, kNow_ms + n, std::vector<std::uint8_t>(bytes, 7)}};
}

// Of `count` templates each of exporters 0 ... n-1, in commits of 100.
void learn(store::Engine& engine, std::uint32_t exporters, std::uint32_t count, std::size_t bytes) {
    store::test::Feeder feeder(1);
    for (std::uint32_t n = 0; n < count; ++n) {
        for (std::uint32_t e = 0; e < exporters; ++e) feeder.tally().templates.push_back(learned(e, n, bytes));
        if (n % 100 != 99) continue;
        feeder.feed(engine, kNow_ms / 1000);
        ASSERT_TRUE(engine.commit({kNow_ms + n, 1000 + n}));
    }
}

TEST(Issue042, OfOneExporterTheNewestAreKept) {
    const store::test::TempDir dir;
    auto engine = store::Engine::open(store::test::options(dir));
    ASSERT_TRUE(engine) << engine.error().message;
    constexpr std::uint32_t kSent = 60'000;
    learn(**engine, 1, kSent, 2000);
    const auto stats = (*engine)->stats();
    EXPECT_EQ(stats.templates_deleted, kSent - store::kMaxTemplatesOfOne);
    EXPECT_EQ(stats.templates_dropped, 0u);
    EXPECT_LT(stats.used_bytes, 16u << 20);
    const auto templates = store::Reader::open(dir.path())->templates();
    ASSERT_TRUE(templates);
    ASSERT_EQ(templates->at(0).size(), store::kMaxTemplatesOfOne);
    for (const auto& t : templates->at(0)) EXPECT_GE(t.id, kSent - store::kMaxTemplatesOfOne);
}

TEST(Issue042, OfAllExportersEachKeepsAsMany) {
    const store::test::TempDir dir;
    auto engine = store::Engine::open(store::test::options(dir));
    ASSERT_TRUE(engine) << engine.error().message;
    learn(**engine, 1, 100, 50);
    constexpr std::size_t kBytes = 60'000, kSent = 600;
    learn(**engine, 2, kSent, kBytes);
    const auto templates = store::Reader::open(dir.path())->templates();
    ASSERT_TRUE(templates);
    const std::size_t kept = templates->at(0).size();
    EXPECT_LE(2 * kept * kBytes, store::kMaxTemplateBytes);
    EXPECT_GE(2 * kept * kBytes, store::kMaxTemplateBytes / 2);
    EXPECT_NEAR(static_cast<double>(kept), static_cast<double>(templates->at(1).size()), 1);
    for (const auto& t : templates->at(1)) EXPECT_GE(t.id, kSent - kept - 1);
    EXPECT_EQ((*engine)->stats().templates_deleted, 2 * kSent - kept - templates->at(1).size());
}

TEST(Issue042, WhatAnOlderProgramLeftIsCutAtTheStart) {
    const store::test::TempDir dir;
    constexpr std::uint32_t kStored = 5000;
    ASSERT_TRUE(store::Engine::open(store::test::options(dir)));
    {
        auto env = store::open_environment(dir.path(), false, store::test::kTestMapBytes);
        ASSERT_TRUE(env);
        auto txn = env->write();
        ASSERT_TRUE(txn);
        for (std::uint32_t n = 0; n < kStored; ++n) {
            const std::uint8_t key[] = {0, 0, 0, 0, static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)};
            // The ids that are highest were learned longest ago.
            const std::uint8_t value[] = {0,
                                          static_cast<std::uint8_t>(kStored - n),
                                          static_cast<std::uint8_t>((kStored - n) >> 8),
                                          0,
                                          0,
                                          0,
                                          0,
                                          0,
                                          0,
                                          1,
                                          2,
                                          3};
            ASSERT_TRUE(txn->put(store::table(*env, store::TableId::templates), key, value));
        }
        ASSERT_TRUE(std::move(*txn).commit());
    }
    auto engine = store::Engine::open(store::test::options(dir));
    ASSERT_TRUE(engine) << engine.error().message;
    const auto templates = (*engine)->take_templates();
    ASSERT_EQ(templates.at(0).size(), store::kMaxTemplatesOfOne);
    for (const auto& t : templates.at(0)) EXPECT_LT(t.id, store::kMaxTemplatesOfOne);
    EXPECT_TRUE((*engine)->take_templates().empty()) << "freed";
    ASSERT_TRUE((*engine)->commit({kNow_ms, 1000}));
    auto txn = (*engine)->environment().read();
    ASSERT_TRUE(txn);
    EXPECT_EQ(txn->entries(store::table((*engine)->environment(), store::TableId::templates)),
              store::kMaxTemplatesOfOne);
    EXPECT_EQ((*engine)->stats().templates_deleted, kStored - store::kMaxTemplatesOfOne);
}

TEST(Issue042, WhatCannotBeCommittedIsBounded) {
    store::PendingTemplates pending;
    constexpr std::size_t kBytes = 60'000;
    for (std::uint32_t n = 0; n < 1000; ++n) pending.add(learned(n / 500, n, kBytes));
    EXPECT_GE((1000 - pending.dropped()) * kBytes, store::kMaxPendingTemplateBytes / 3);
    EXPECT_LE((1000 - pending.dropped()) * kBytes, store::kMaxPendingTemplateBytes);

    store::Unwritten<int, int> some(100);
    for (int i = 0; i < 10; ++i) some.set(i, i, 100 - static_cast<std::uint64_t>(i), 10);
    EXPECT_EQ(some.dropped(), 0u);
    some.set(3, 33, 200, 10);
    EXPECT_EQ(some.dropped(), 0u) << "in the place of an older one";
    some.set(10, 10, 150, 10);
    EXPECT_EQ(some.dropped(), 6u);
    ASSERT_EQ(some.entries().size(), 5u);
    for (const int key : {0, 1, 2, 3, 10}) EXPECT_TRUE(some.entries().contains(key)) << key;
    EXPECT_EQ(some.entries().at(3).value, 33);
}

}  // namespace
