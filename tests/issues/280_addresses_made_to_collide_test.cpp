// SPDX-License-Identifier: Apache-2.0
// The archive's dictionaries and the groups of queries hashed addresses by known factors: whoever sends packets through a
// router could choose IPv6 addresses that all fall into one place, and each block took seconds to encode, each -s for ever.
#include <gtest/gtest.h>

#include <cstring>
#include <set>

#include "store/archive/distinct.hpp"
#include "store/archive/text_list.hpp"
#include "store/query/group_table.hpp"

namespace {

using flow::IpAddress;

constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15ull;
constexpr std::uint64_t kChosen = 4096;

std::uint64_t inverse(std::uint64_t odd) {
    std::uint64_t x = odd;
    for (int i = 0; i < 6; ++i) x *= 2 - odd * x;
    return x;
}
// Of one /64; their hash was i.
IpAddress chosen_address(std::uint64_t i) {
    constexpr std::uint64_t network = 0x0000'0000'b80d'0120ull;  // 2001:db8::/64 as it lies in memory
    const std::uint64_t turned = i * inverse(kFactor);
    const std::uint64_t words[2] = {network, (turned ^ turned >> 32) * inverse(kFactor) ^ network * kFactor};
    IpAddress out;
    std::memcpy(out.bytes.data(), words, sizeof words);
    return out;
}
std::uint64_t chosen_number(std::uint64_t i) {
    const std::uint64_t turned = i * inverse(kFactor);
    return turned ^ turned >> 32;
}

std::size_t places(const std::set<std::uint64_t>& hashes) {
    std::set<std::uint64_t> out;
    for (const std::uint64_t hash : hashes) out.insert(hash >> 52);
    return out.size();
}

TEST(Issue280, ChosenAddressesAndNumbersSpread) {
    std::set<std::uint64_t> addresses, numbers, near;
    for (std::uint64_t i = 0; i < kChosen; ++i) {
        addresses.insert(store::archive::hash_of(chosen_address(i)));
        numbers.insert(store::archive::hash_of(chosen_number(i)));
        near.insert(store::archive::hash_of(IpAddress::v4(0x0a000000 + static_cast<std::uint32_t>(i))));
    }
    // At random 63 % of 4096 places.
    EXPECT_GT(places(addresses), 2000u);
    EXPECT_GT(places(numbers), 2000u);
    EXPECT_GT(places(near), 2000u);
}

// A word of the key that was the factor made the hash 0, whatever the other word.
TEST(Issue280, ChosenKeysOfGroupsSpread) {
    store::query::GroupMemory memory;
    const auto table = store::query::GroupTable::make(2, 0, memory, 1u << 26);
    std::set<std::uint64_t> hashes;
    for (std::uint64_t i = 0; i < kChosen; ++i) {
        const std::uint64_t key[2] = {kFactor, i};
        std::uint64_t hash = 0;
        table->hash(key, 1, &hash);
        hashes.insert(hash);
    }
    EXPECT_GT(places(hashes), 2000u);
}

TEST(Issue280, DictionariesOfChosenAddressesAreAsOthers) {
    std::vector<IpAddress> values;
    for (std::uint64_t i = 0; i < store::archive::kBlockRows; ++i) values.push_back(chosen_address(i));
    store::archive::AddressDictionary distinct;
    ASSERT_TRUE(distinct.find(std::span<const IpAddress>(values), values.size()));
    distinct.sort(false);
    for (std::size_t row = 0; row < values.size(); ++row)
        ASSERT_EQ(distinct.keys()[distinct.ids()[row]], values[row]) << row;
}

}  // namespace
