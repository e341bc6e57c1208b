// SPDX-License-Identifier: Apache-2.0
// A set that was held took over the memory of an evicted one and was charged its own size: large and tiny sets in turns held
// a gibibyte that was charged as two megabytes.
#include <gtest/gtest.h>

#include "dataplane/decode/states.hpp"

namespace {

TEST(Issue011, WhatIsHeldIsWhatIsCharged) {
    decode::Budget budget(decode::kHeldBytes, decode::kHeldBytesEach);
    decode::Budget::Share& share = budget.of(flow::IpAddress::v4(0xc0000201));
    decode::HeldSets held(share);
    const std::vector<std::uint8_t> large(60'000), tiny(4);
    const auto evict = [](const decode::HeldSet&) {};
    for (int i = 0; i < 2000; ++i) {
        EXPECT_TRUE(held.hold({}, large, evict));
        EXPECT_TRUE(held.hold({}, tiny, evict));
    }
    EXPECT_LE(share.used(), decode::kHeldBytesOfOne);
    const std::size_t charged = share.used();
    std::size_t kept = 0;
    held.take([](const decode::HeldSet&) { return true; },
              [&](const decode::HeldSet& set) { kept += sizeof set + set.bytes.capacity(); });
    EXPECT_LE(kept, charged);
    EXPECT_EQ(share.used(), 0u);
    EXPECT_TRUE(held.empty());
}

}  // namespace
