// SPDX-License-Identifier: Apache-2.0
#include "dataplane/capture_tap.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/support/frame_builder.hpp"

namespace {

using dataplane::CapturedFrame;
using dataplane::CaptureTap;
using dataplane::FrameHead;
using dataplane::FrameRing;

std::vector<std::uint8_t> pattern(std::size_t size, std::uint8_t first) {
    std::vector<std::uint8_t> bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(first + i);
    return bytes;
}

TEST(FrameRing, GivesBackWhatWasPutInInOrder) {
    FrameRing ring(4096);
    FrameHead head;
    flow::Bytes frame;
    EXPECT_FALSE(ring.front(head, frame));
    // Sizes that end everywhere in the block, many times around.
    for (std::size_t n = 0; n < 5000; ++n) {
        const auto sent = pattern(n * 37 % 1600, static_cast<std::uint8_t>(n));
        ASSERT_TRUE(ring.push({.received_ns = n, .wire_bytes = static_cast<std::uint32_t>(n + 1)}, sent));
        ASSERT_TRUE(ring.front(head, frame));
        EXPECT_EQ(head.received_ns, n);
        EXPECT_EQ(head.wire_bytes, n + 1);
        EXPECT_TRUE(std::equal(frame.begin(), frame.end(), sent.begin(), sent.end()));
        ring.pop();
        ASSERT_FALSE(ring.front(head, frame));
    }
}

TEST(FrameRing, RefusesWhatDoesNotFit) {
    FrameRing ring(1024);
    const auto frame = pattern(200, 0);
    unsigned held = 0;
    while (ring.push({}, frame)) ++held;
    EXPECT_EQ(held, 4u);
    EXPECT_FALSE(ring.push({}, pattern(5000, 0)));
    FrameHead head;
    flow::Bytes bytes;
    ASSERT_TRUE(ring.front(head, bytes));
    ring.pop();
    EXPECT_TRUE(ring.push({}, frame));
}

TEST(FrameRing, TwoThreadsKeepOrderAndBytes) {
    FrameRing ring(8192);
    constexpr std::uint64_t kFrames = 20000;
    std::thread writer([&] {
        for (std::uint64_t n = 0; n < kFrames; ++n) {
            const auto frame = pattern(n * 13 % 900, static_cast<std::uint8_t>(n));
            while (!ring.push({.received_ns = n, .wire_bytes = 0}, frame)) std::this_thread::yield();
        }
    });
    std::uint64_t wrong = 0;
    for (std::uint64_t n = 0; n < kFrames;) {
        FrameHead head;
        flow::Bytes frame;
        if (!ring.front(head, frame)) {
            std::this_thread::yield();
            continue;
        }
        const auto sent = pattern(n * 13 % 900, static_cast<std::uint8_t>(n));
        wrong += head.received_ns != n || !std::equal(frame.begin(), frame.end(), sent.begin(), sent.end());
        ring.pop();
        ++n;
    }
    writer.join();
    EXPECT_EQ(wrong, 0u);
}

class Capture : public testing::Test {
  protected:
    std::shared_ptr<CaptureTap::Slots> slots_ = std::make_shared<CaptureTap::Slots>(2);
    std::unique_ptr<CaptureTap> start(const char* prefix) {
        auto tap = CaptureTap::start(slots_, *flow::Prefix::parse(prefix), flow::LinkType::ethernet);
        EXPECT_TRUE(tap) << tap.error().text();
        for (auto& slot : slots_->of_worker) slot.follow();
        return std::move(*tap);
    }
    // As a worker does it.
    void receive(std::size_t worker, const char* from, std::uint64_t ns,
                 flow::LinkType link = flow::LinkType::ethernet) {
        auto& slot = slots_->of_worker[worker];
        const std::vector<std::uint8_t> payload(100, 7);
        const auto frame = support::udp_frame(from, "192.0.2.100", 40000, 2055, payload);
        if (slot.on()) slot.offer(frame, link, {.received_ns = ns, .wire_bytes = 999});
    }
    // As workers do it at the end, so that the capture may go.
    void let_go(std::unique_ptr<CaptureTap> tap) {
        for (auto& slot : slots_->of_worker) slot.leave();
        tap.reset();
    }
};

TEST_F(Capture, TakesTheWantedExportersOnlyInOrderOfTime) {
    receive(0, "192.0.2.1", 1);  // before it began
    auto tap = start("192.0.2.0/28");
    receive(0, "192.0.2.1", 20);
    receive(1, "192.0.2.2", 10);
    receive(1, "198.51.100.1", 11);
    receive(1, "192.0.2.2", 30);
    receive(1, "192.0.2.2", 40, flow::LinkType::raw_ip);  // a file has one link type
    CapturedFrame frame;
    std::vector<std::uint64_t> times;
    while (tap->next(frame)) {
        times.push_back(frame.received_ns);
        EXPECT_EQ(frame.wire_bytes, 999u);
        EXPECT_GT(frame.bytes.size(), 100u);
    }
    EXPECT_EQ(times, (std::vector<std::uint64_t>{10, 20, 30}));
    EXPECT_EQ(tap->dropped(), 0u);
    let_go(std::move(tap));
}

TEST_F(Capture, OnlyOneAtATime) {
    auto tap = start("::/0");
    auto second = CaptureTap::start(slots_, flow::Prefix{}, flow::LinkType::ethernet);
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().text().find("another one"), std::string::npos);
    let_go(std::move(tap));
    EXPECT_TRUE(CaptureTap::start(slots_, flow::Prefix{}, flow::LinkType::ethernet));
}

TEST_F(Capture, CountsWhatNobodyTakes) {
    auto tap = start("192.0.2.1");
    for (unsigned n = 0; n < 100000; ++n) receive(0, "192.0.2.1", n);
    EXPECT_GT(tap->dropped(), 0u);
    CapturedFrame frame;
    std::uint64_t taken = 0;
    while (tap->next(frame)) EXPECT_EQ(frame.received_ns, taken++);
    EXPECT_EQ(taken + tap->dropped(), 100000u);
    let_go(std::move(tap));
}

TEST_F(Capture, BeginsAndEndsWhileWorkersRun) {
    std::atomic<bool> stop{false};
    std::vector<std::thread> workers;
    for (std::size_t w = 0; w < 2; ++w) {
        workers.emplace_back([&, w] {
            while (!stop.load()) {
                slots_->of_worker[w].follow();
                receive(w, "192.0.2.1", w);
            }
            slots_->of_worker[w].leave();
        });
    }
    std::uint64_t taken = 0;
    for (unsigned round = 0; round < 200 || taken == 0; ++round) {
        auto tap = CaptureTap::start(slots_, *flow::Prefix::parse("192.0.2.1"), flow::LinkType::ethernet);
        ASSERT_TRUE(tap);
        CapturedFrame frame;
        for (unsigned n = 0; n < 20; ++n) taken += (*tap)->next(frame);
    }
    stop.store(true);
    for (auto& worker : workers) worker.join();
    EXPECT_GT(taken, 0u);
}

}  // namespace
