// SPDX-License-Identifier: Apache-2.0
#include "dataplane/rss.hpp"

#include <rte_ethdev.h>
#include <rte_flow.h>

#include <algorithm>
#include <array>
#include <bit>

namespace dataplane {
namespace {

constexpr std::uint64_t kAddresses = RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_IPV6;
constexpr std::uint64_t kPair = RTE_ETH_RSS_L3_SRC_ONLY | RTE_ETH_RSS_L3_DST_ONLY;
constexpr std::uint16_t kMostTable = 512;

bool one_of(const std::string& driver, std::initializer_list<const char*> names) {
    return std::any_of(names.begin(), names.end(), [&](const char* name) { return driver == name; });
}

std::string what(bool source_only) {
    return source_only ? "RSS on the source address" : "RSS on IP addresses";
}

// XL710, X722: no plain IPv4 among its types, and its UDP types hash the ports unless a rule says which addresses count.
// Both at once mean: addresses and no ports. Fragments are a type of their own, hashed on both addresses.
RssRecipe choose_i40e(const RssCapabilities& card) {
    const bool source_only = card.several_v4 || card.several_v6;
    const std::uint64_t fields = source_only ? RTE_ETH_RSS_L3_SRC_ONLY : kPair;
    RssRecipe recipe{.hash_types = card.hash_types & (RTE_ETH_RSS_FRAG_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_OTHER |
                                                      RTE_ETH_RSS_FRAG_IPV6 | RTE_ETH_RSS_NONFRAG_IPV6_OTHER),
                     .rules = {{.v6 = false, .udp = true, .types = RTE_ETH_RSS_NONFRAG_IPV4_UDP | fields},
                               {.v6 = true, .udp = true, .types = RTE_ETH_RSS_NONFRAG_IPV6_UDP | fields}},
                     .queues = RssQueues::first_rule,
                     .needs_rules = true,
                     .text = what(source_only),
                     .text_without_rules = "one queue (the card took no rule for addresses)"};
    if (source_only) {
        recipe.rules.push_back({.v6 = false, .udp = false, .types = RTE_ETH_RSS_FRAG_IPV4 | fields});
        recipe.rules.push_back({.v6 = true, .udp = false, .types = RTE_ETH_RSS_FRAG_IPV6 | fields});
    }
    return recipe;
}

// `eth / ip` with the source only. Never a type of fragments on top: ice then mixes the datagram's id in.
void add_source_rules(RssRecipe& recipe, std::uint64_t types) {
    if ((types & RTE_ETH_RSS_IPV4) != 0)
        recipe.rules.push_back({.v6 = false, .udp = false, .types = RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_L3_SRC_ONLY});
    if ((types & RTE_ETH_RSS_IPV6) != 0)
        recipe.rules.push_back({.v6 = true, .udp = false, .types = RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_L3_SRC_ONLY});
}

unsigned bits_of_table(std::uint16_t table_size) noexcept {
    return std::has_single_bit(table_size) ? static_cast<unsigned>(std::countr_zero(table_size)) : 0;
}

bool key_can_help(const RssCapabilities& card) {
    return (card.key_size == 40 || card.key_size == 52) && card.table_size >= 32 && card.table_size <= kMostTable &&
           bits_of_table(card.table_size) != 0;
}

}  // namespace

RssRecipe choose_rss(const RssCapabilities& card) {
    if (card.driver == "net_i40e") return choose_i40e(card);
    RssRecipe recipe{.hash_types = card.hash_types & kAddresses};
    if ((recipe.hash_types & RTE_ETH_RSS_IPV4) == 0) {
        recipe.hash_types = 0;  // some offer UDP with its ports only: one queue and the hand-off are better than that
        recipe.text = "one queue (the card cannot hash addresses alone)";
        return recipe;
    }
    recipe.text = recipe.text_without_rules = what(false);
    if (card.driver == "net_iavf") {
        // The hash of a virtual function is its physical function's, which may add ports to what it is asked for.
        recipe.needs_rules = true;
        recipe.text_without_rules = "RSS as the physical function does it";
        add_source_rules(recipe, recipe.hash_types);
        recipe.text = what(true);
        return recipe;
    }
    if (!card.several_v4 && !card.several_v6) return recipe;  // the pair is the exporter
    // mlx5 is not isolated: its rules would have to name our ports, and lose the fragments that have none.
    if (one_of(card.driver, {"net_ice", "mlx5_pci"})) {
        add_source_rules(recipe, recipe.hash_types);
        if (card.driver == "mlx5_pci") recipe.queues = RssQueues::each_rule;
        recipe.text = what(true);
    } else if ((card.hash_types & RTE_ETH_RSS_L3_SRC_ONLY) != 0) {
        recipe.hash_types |= RTE_ETH_RSS_L3_SRC_ONLY;
        recipe.text = recipe.text_without_rules = what(true);
    } else if (key_can_help(card)) {
        recipe.key = source_only_key(card.key_size, bits_of_table(card.table_size), card.several_v4, card.several_v6);
        recipe.reversed_table = true;
        recipe.text = recipe.text_without_rules = what(true) + " (by its key)";
    }
    return recipe;
}

std::vector<std::uint8_t> source_only_key(std::size_t bytes, unsigned table_bits, bool v4, bool v6) {
    std::vector<std::uint8_t> key(bytes);
    std::uint32_t state = 0x6d5a56da;  // any numbers that look random do
    for (std::uint8_t& byte : key) {
        state = state * 1664525u + 1013904223u;
        byte = static_cast<std::uint8_t>(state >> 24);
    }
    const auto set = [&](std::size_t bit, bool on) {
        const auto mask = static_cast<std::uint8_t>(0x80u >> (bit % 8));
        if (bit / 8 < key.size())
            key[bit / 8] = static_cast<std::uint8_t>(on ? key[bit / 8] | mask : key[bit / 8] & ~mask);
    };
    // Bit j of the input meets key bits j + 32 - table_bits to j + 31 on its way into the low bits of the hash. So the key
    // is zero from where only bits behind the source meet it, and one just before: every source bit counts.
    const auto only_before = [&](std::size_t source_bits, std::size_t input_bits) {
        const std::size_t first = source_bits + 32 - table_bits;
        for (std::size_t bit = first; bit < input_bits + 31; ++bit) set(bit, false);
        set(first - 1, true);
    };
    if (v6) only_before(128, 288);
    if (v4) only_before(32, 96);
    return key;
}

std::uint16_t table_entry(std::uint16_t i, unsigned table_bits, std::uint16_t queues, bool reversed) noexcept {
    unsigned index = i;
    if (reversed) {
        index = 0;
        for (unsigned bit = 0; bit < table_bits; ++bit) index |= (i >> bit & 1u) << (table_bits - 1 - bit);
    }
    return static_cast<std::uint16_t>(index % queues);
}

bool fill_rss_table(std::uint16_t port, std::uint16_t table_size, std::uint16_t queues, bool reversed) noexcept {
    if (table_size == 0 || table_size > kMostTable || table_size % RTE_ETH_RETA_GROUP_SIZE != 0) return false;
    std::array<rte_eth_rss_reta_entry64, kMostTable / RTE_ETH_RETA_GROUP_SIZE> table{};
    for (std::uint16_t i = 0; i < table_size; ++i) {
        auto& group = table[i / RTE_ETH_RETA_GROUP_SIZE];
        group.mask = ~0ull;
        group.reta[i % RTE_ETH_RETA_GROUP_SIZE] = table_entry(i, bits_of_table(table_size), queues, reversed);
    }
    return rte_eth_dev_rss_reta_update(port, table.data(), table_size) == 0;
}

namespace {

// `types` 0 and `queues` not empty: a rule that names the queues, for everything.
bool make_rule(std::uint16_t port, const RssRule* rule, const std::vector<std::uint16_t>& queues) noexcept {
    const auto ip = rule != nullptr && rule->v6 ? RTE_FLOW_ITEM_TYPE_IPV6 : RTE_FLOW_ITEM_TYPE_IPV4;
    std::array<rte_flow_item, 4> pattern{};
    std::size_t n = 0;
    if (rule != nullptr) {
        pattern[n++].type = RTE_FLOW_ITEM_TYPE_ETH;
        pattern[n++].type = ip;
        if (rule->udp) pattern[n++].type = RTE_FLOW_ITEM_TYPE_UDP;
    }
    pattern[n].type = RTE_FLOW_ITEM_TYPE_END;
    rte_flow_action_rss rss{};
    rss.func = RTE_ETH_HASH_FUNCTION_DEFAULT;
    rss.types = rule != nullptr ? rule->types : 0;
    rss.queue_num = static_cast<std::uint32_t>(queues.size());
    rss.queue = queues.empty() ? nullptr : queues.data();
    std::array<rte_flow_action, 2> actions{};
    actions[0].type = RTE_FLOW_ACTION_TYPE_RSS;
    actions[0].conf = &rss;
    actions[1].type = RTE_FLOW_ACTION_TYPE_END;
    rte_flow_attr attributes{};
    attributes.ingress = 1;
    rte_flow_error error{};
    return rte_flow_create(port, &attributes, pattern.data(), actions.data(), &error) != nullptr;
}

}  // namespace

bool apply_rss_rules(std::uint16_t port, std::uint16_t queues, const RssRecipe& recipe) noexcept {
    std::vector<std::uint16_t> all(queues);
    for (std::uint16_t q = 0; q < queues; ++q) all[q] = q;
    bool taken = recipe.queues != RssQueues::first_rule || make_rule(port, nullptr, all);
    if (recipe.queues != RssQueues::each_rule) all.clear();
    for (const RssRule& rule : recipe.rules) taken = taken && make_rule(port, &rule, all);
    if (taken) return true;
    rte_flow_error error{};
    rte_flow_flush(port, &error);
    return false;
}

bool hashes_addresses_only(std::uint16_t port) noexcept {
    rte_eth_rss_conf conf{};
    if (rte_eth_dev_rss_hash_conf_get(port, &conf) != 0) return true;  // it cannot tell, and was asked for no ports
    return (conf.rss_hf & RTE_ETH_RSS_UDP) == 0;
}

}  // namespace dataplane
