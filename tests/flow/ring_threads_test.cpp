// SPDX-License-Identifier: Apache-2.0
// The ring and the published pointer between real threads; also built with the thread sanitizer.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <thread>
#include <vector>

#include "dataplane/flow/published.hpp"
#include "dataplane/flow/spsc_ring.hpp"

TEST(SpscRing, KeepsOrderAndLosesNothing) {
    constexpr std::uint32_t kItems = 200'000;
    flow::SpscRing<std::uint32_t*> ring(8);
    std::vector<std::uint32_t> values(kItems);
    std::thread producer([&] {
        for (std::uint32_t i = 0; i < kItems; ++i) {
            values[i] = i * 3;  // published by push, read by the other thread
            while (!ring.push(&values[i])) std::this_thread::yield();
        }
    });
    for (std::uint32_t i = 0; i < kItems; ++i) {
        std::uint32_t* item = nullptr;
        while (!ring.pop(item)) std::this_thread::yield();
        ASSERT_EQ(*item, i * 3);
    }
    producer.join();
    EXPECT_EQ(ring.size(), 0u);
}

TEST(SpscRing, RefusesWhenFullAndWhenEmpty) {
    flow::SpscRing<int> ring(3);
    EXPECT_EQ(ring.capacity(), 4u);
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(ring.push(i));
    EXPECT_FALSE(ring.push(4));
    int item = -1;
    for (int i = 0; i < 4; ++i) {
        EXPECT_TRUE(ring.pop(item));
        EXPECT_EQ(item, i);
    }
    EXPECT_FALSE(ring.pop(item));
}

TEST(Published, OldObjectsAreFreedOnlyWhenNobodyReadsThem) {
    struct Object {
        std::uint64_t number;
        std::array<std::uint64_t, 16> copies;
        explicit Object(std::uint64_t n) : number(n) { copies.fill(n); }
        ~Object() { copies.fill(~0ull); }  // a reader that still looked would see it
    };
    constexpr std::uint64_t kPublications = 500;
    flow::Published<const Object> published(2);
    std::vector<std::unique_ptr<Object>> alive;
    alive.push_back(std::make_unique<Object>(1));
    published.publish(alive.back().get());
    std::atomic<bool> stop{false}, torn{false};
    std::vector<std::thread> readers;
    for (std::size_t r = 0; r < 2; ++r) {
        readers.emplace_back([&, r] {
            while (!stop.load()) {
                const Object* now = published.read();
                for (const std::uint64_t copy : now->copies) {
                    if (copy != now->number) torn.store(true);
                }
                published.acknowledge(r, now->number);
            }
        });
    }
    for (std::uint64_t n = 2; n <= kPublications; ++n) {
        alive.push_back(std::make_unique<Object>(n));
        published.publish(alive.back().get());
        while (!published.all_acknowledged(n)) std::this_thread::yield();
        alive.erase(alive.begin());
    }
    stop.store(true);
    for (std::thread& t : readers) t.join();
    EXPECT_FALSE(torn.load());
    EXPECT_EQ(alive.size(), 1u);
}
