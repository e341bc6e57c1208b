// SPDX-License-Identifier: Apache-2.0
// Tables of what exporters tell hashed their ids by a known multiplication: a sender could choose interface ids that all fall
// into one place, and each datagram took a millisecond.
#include <gtest/gtest.h>

#include <set>

#include "dataplane/decode/keyed_hash.hpp"
#include "dataplane/decode/sflow_sources.hpp"

namespace {

constexpr std::uint64_t kChosen = 4096;

// All of them were in place 0 of 256.
TEST(Issue012, ChosenIdsSpread) {
    for (const unsigned shift : {0u, 16u, 37u, 50u}) {
        std::set<std::size_t> places, hashes;
        for (std::uint64_t i = 0; i < kChosen; ++i) {
            const std::size_t hash = decode::keyed_hash(i << shift, 1);
            places.insert(hash % 256);
            hashes.insert(hash);
        }
        EXPECT_GT(places.size(), 240u) << shift;
        EXPECT_EQ(hashes.size(), kChosen) << shift;
    }
}

TEST(Issue012, SflowSourcesAreToldApart) {
    decode::Budget budget(decode::kSourceBytes, decode::kSourceBytesEach);
    decode::SflowSources sources(budget.of(flow::IpAddress::v4(0xc0000201)));
    constexpr std::uint64_t kSources = decode::SflowSources::kMostSources;
    for (std::uint64_t i = 0; i < kSources; ++i) EXPECT_EQ(sources.drops_since(i << 32, 1, 10), 0u);
    std::uint64_t drops = 0;
    for (std::uint64_t i = 0; i < kSources; ++i) drops += sources.drops_since(i << 32, 2, 11);
    EXPECT_LE(drops, kSources);
    EXPECT_GE(drops, kSources - 8) << "one that finds no place near its own is not told";
}

}  // namespace
