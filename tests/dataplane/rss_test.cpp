// SPDX-License-Identifier: Apache-2.0
// Recipes by driver and what it offers, and the key against DPDK's own Toeplitz in software. No card is needed.
#include "dataplane/rss.hpp"

#include <gtest/gtest.h>
#include <rte_ethdev.h>
#include <rte_thash.h>

#include <random>
#include <set>

namespace {

using dataplane::choose_rss;
using dataplane::RssCapabilities;
using dataplane::RssQueues;
using dataplane::RssRecipe;

constexpr std::uint64_t kPorts = RTE_ETH_RSS_UDP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_SCTP;
constexpr std::uint64_t kFragments = RTE_ETH_RSS_FRAG_IPV4 | RTE_ETH_RSS_FRAG_IPV6;
constexpr std::uint64_t kOthers = RTE_ETH_RSS_NONFRAG_IPV4_OTHER | RTE_ETH_RSS_NONFRAG_IPV6_OTHER;
constexpr std::uint64_t kIp = RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_IPV6;

struct Case {
    const char* driver;
    std::uint64_t offers;
    bool several;  // addresses of ours, of each family
    std::uint64_t hash_types;
    std::size_t rules;
    bool key;
    const char* text;
};

class Recipe : public testing::TestWithParam<Case> {};

TEST_P(Recipe, HashesAddressesAndNeverPorts) {
    const Case& c = GetParam();
    const RssRecipe recipe = choose_rss({.driver = c.driver,
                                         .hash_types = c.offers,
                                         .table_size = 128,
                                         .key_size = 40,
                                         .several_v4 = c.several,
                                         .several_v6 = c.several});
    EXPECT_EQ(recipe.hash_types, c.hash_types);
    EXPECT_EQ(recipe.hash_types & ~c.offers, 0u) << "rte_eth_dev_configure() refuses what is not offered";
    EXPECT_EQ(recipe.hash_types & RTE_ETH_RSS_UDP, 0u);
    EXPECT_EQ(recipe.rules.size(), c.rules);
    EXPECT_EQ(!recipe.key.empty(), c.key);
    EXPECT_EQ(recipe.reversed_table, c.key);
    EXPECT_EQ(recipe.text, c.text);
    for (const auto& rule : recipe.rules) {
        EXPECT_NE(rule.types & RTE_ETH_RSS_L3_SRC_ONLY, 0u) << "a rule without would hash the ports of UDP";
        EXPECT_EQ(rule.types & (RTE_ETH_RSS_L4_SRC_ONLY | RTE_ETH_RSS_L4_DST_ONLY), 0u);
    }
}

constexpr std::uint64_t kAll = kIp | kPorts | kFragments | kOthers;
constexpr std::uint64_t kI40e = kPorts | kFragments | kOthers;
INSTANTIATE_TEST_SUITE_P(
    Drivers, Recipe,
    testing::Values(Case{"net_i40e", kI40e, false, kFragments | kOthers, 2, false, "RSS on IP addresses"},
                    Case{"net_i40e", kI40e, true, kFragments | kOthers, 4, false, "RSS on the source address"},
                    Case{"net_ice", kAll, false, kIp, 0, false, "RSS on IP addresses"},
                    Case{"net_ice", kAll, true, kIp, 2, false, "RSS on the source address"},
                    Case{"net_iavf", kAll, false, kIp, 2, false, "RSS on the source address"},
                    Case{"mlx5_pci", kAll | RTE_ETH_RSS_L3_SRC_ONLY, false, kIp, 0, false, "RSS on IP addresses"},
                    Case{"mlx5_pci", kAll | RTE_ETH_RSS_L3_SRC_ONLY, true, kIp, 2, false, "RSS on the source address"},
                    Case{"net_ixgbe", kIp | kPorts, false, kIp, 0, false, "RSS on IP addresses"},
                    Case{"net_ixgbe", kIp | kPorts, true, kIp, 0, true, "RSS on the source address (by its key)"},
                    Case{"net_e1000_igb", kIp | kPorts, false, kIp, 0, false, "RSS on IP addresses"},
                    Case{"net_cn10k", kAll | RTE_ETH_RSS_L3_SRC_ONLY, true, kIp | RTE_ETH_RSS_L3_SRC_ONLY, 0, false,
                         "RSS on the source address"},
                    Case{"net_vmxnet3", RTE_ETH_RSS_IPV4 | kPorts, false, RTE_ETH_RSS_IPV4, 0, false,
                         "RSS on IP addresses"},
                    Case{"net_ena", kPorts, false, 0, 0, false, "one queue (the card cannot hash addresses alone)"},
                    Case{"net_pcap", 0, false, 0, 0, false, "one queue (the card cannot hash addresses alone)"}));

TEST(RssRecipeOf, IceNeverMixesTheDatagramsIdIn) {
    const auto recipe = choose_rss({.driver = "net_ice",
                                    .hash_types = kAll,
                                    .table_size = 512,
                                    .key_size = 52,
                                    .several_v4 = true,
                                    .several_v6 = true});
    EXPECT_EQ(recipe.hash_types & kFragments, 0u);
    for (const auto& rule : recipe.rules) EXPECT_EQ(rule.types & kFragments, 0u);
    EXPECT_EQ(recipe.queues, RssQueues::nowhere);
}

TEST(RssRecipeOf, DriversDifferInWhereQueuesAreNamed) {
    const auto queues_of = [](const char* driver) {
        return choose_rss({.driver = driver, .hash_types = kAll, .several_v4 = true}).queues;
    };
    EXPECT_EQ(queues_of("net_i40e"), RssQueues::first_rule);
    EXPECT_EQ(queues_of("mlx5_pci"), RssQueues::each_rule);
    EXPECT_EQ(queues_of("net_iavf"), RssQueues::nowhere);
}

TEST(RssRecipeOf, NoKeyWhereTheTableOrTheKeyIsStrange) {
    for (const auto& [table, key] : {std::pair{0, 40}, {100, 40}, {128, 0}, {2048, 40}, {128, 16}}) {
        const auto recipe = choose_rss({.driver = "net_ixgbe",
                                        .hash_types = kIp,
                                        .table_size = static_cast<std::uint16_t>(table),
                                        .key_size = static_cast<std::uint8_t>(key),
                                        .several_v4 = true});
        EXPECT_TRUE(recipe.key.empty()) << table << " " << key;
        EXPECT_EQ(recipe.text, "RSS on IP addresses");
    }
}

// What a card computes: rte_softrss() takes words in host byte order and reads the key as it lies in memory.
std::uint32_t hash_of(const std::vector<std::uint8_t>& key, std::vector<std::uint32_t> words) {
    return rte_softrss(words.data(), static_cast<std::uint32_t>(words.size()), key.data());
}

struct KeyCase {
    std::size_t bytes;
    unsigned table_bits;
    bool v4, v6;
};
class Key : public testing::TestWithParam<KeyCase> {};

TEST_P(Key, TheQueueDependsOnTheSourceAlone) {
    const KeyCase& c = GetParam();
    const auto key = dataplane::source_only_key(c.bytes, c.table_bits, c.v4, c.v6);
    ASSERT_EQ(key.size(), c.bytes);
    const std::uint32_t index = (1u << c.table_bits) - 1;
    std::mt19937 random(1);
    for (unsigned n = 0; n < 2000; ++n) {
        std::vector<std::uint32_t> one(9), other(9);
        for (auto& word : one) word = static_cast<std::uint32_t>(random());
        for (auto& word : other) word = static_cast<std::uint32_t>(random());
        if (c.v4) {  // source, destination, ports
            EXPECT_EQ(hash_of(key, {one[0], one[1], one[2]}) & index,
                      hash_of(key, {one[0], other[1], other[2]}) & index);
        }
        if (c.v6) {
            std::copy_n(one.begin(), 4, other.begin());
            EXPECT_EQ(hash_of(key, one) & index, hash_of(key, other) & index);
        }
    }
}

TEST_P(Key, ASubnetIsSpreadOverFourQueues) {
    const KeyCase& c = GetParam();
    const auto key = dataplane::source_only_key(c.bytes, c.table_bits, c.v4, c.v6);
    const std::uint32_t index = (1u << c.table_bits) - 1;
    std::vector<unsigned> of_queue(4);
    for (std::uint32_t host = 0; host < 256; ++host) {
        const std::vector<std::uint32_t> v4{0x0a000100 + host, 0x0a000001};
        const std::vector<std::uint32_t> v6{0x20010db8, 0, 0, host, 0x20010db8, 0, 0, 0xffff};
        const std::uint32_t hash = hash_of(key, c.v4 ? v4 : v6) & index;
        ++of_queue[dataplane::table_entry(static_cast<std::uint16_t>(hash), c.table_bits, 4, true)];
    }
    for (const unsigned exporters : of_queue) EXPECT_GE(exporters, 32u);
}

INSTANTIATE_TEST_SUITE_P(Sizes, Key,
                         testing::Values(KeyCase{40, 7, true, false}, KeyCase{40, 7, false, true},
                                         KeyCase{40, 7, true, true}, KeyCase{52, 9, true, false},
                                         KeyCase{52, 9, true, true}, KeyCase{52, 6, false, true}));

TEST(RssTable, HoldsEveryQueue) {
    for (const bool reversed : {false, true}) {
        for (std::uint16_t queues = 1; queues <= 8; ++queues) {
            std::vector<unsigned> of_queue(queues);
            for (std::uint16_t i = 0; i < 128; ++i) ++of_queue[dataplane::table_entry(i, 7, queues, reversed)];
            for (const unsigned entries : of_queue) EXPECT_GE(entries, 128u / queues);
        }
    }
}

}  // namespace
