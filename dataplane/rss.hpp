// SPDX-License-Identifier: Apache-2.0
// How a network card is asked to spread packets over queues: by IP addresses only, never by UDP ports, so that one exporter
// comes by one queue, whatever ports its line cards use and whether its datagrams are fragments or not.
//
// Correctness never hangs on it: what comes by another queue is handed to the exporter's owner. What is in use is shown by
// Port::spread().
// Thread: control; choose_rss() and source_only_key() are pure.
// Source: DPDK 22.11, doc/guides/nics of each driver; Microsoft's Toeplitz hash as in lib/hash/rte_thash.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dataplane {

struct RssCapabilities {
    std::string driver;            // as rte_eth_dev_info names it
    std::uint64_t hash_types = 0;  // RTE_ETH_RSS_*, what rte_eth_dev_configure() accepts
    std::uint16_t table_size = 0;  // entries of the redirection table; 0: not known
    std::uint8_t key_size = 0;     // bytes; 0: no key can be set
    // We have several addresses of a family: the pair (source, destination) no longer stands for the exporter.
    bool several_v4 = false, several_v6 = false;
};

// A rule of rte_flow: `eth / ip [/ udp]`, action RSS.
struct RssRule {
    bool v6 = false;
    bool udp = false;
    std::uint64_t types = 0;
};

// Where the queues are named: nowhere (ice, iavf refuse it), in each rule (mlx5), in a rule of its own before them (i40e).
enum class RssQueues : std::uint8_t { nowhere, each_rule, first_rule };

struct RssRecipe {
    std::uint64_t hash_types = 0;     // for rte_eth_dev_configure(); 0: no RSS
    std::vector<std::uint8_t> key{};  // empty: the driver's own
    std::vector<RssRule> rules{};     // after the start, all or none
    RssQueues queues = RssQueues::nowhere;
    bool needs_rules = false;          // without them it does not spread by address
    bool reversed_table = false;       // for a key whose low bits of the hash change least
    std::string text{};                // with everything in place
    std::string text_without_rules{};  // where the card refuses the rules
};

[[nodiscard]] RssRecipe choose_rss(const RssCapabilities& card);

// A Toeplitz key by which the low `table_bits` of the hash, which choose the queue, depend on the source address alone, in
// the families that are asked for. With IPv4 among them only the first and the last 32 bits of IPv6 sources count.
[[nodiscard]] std::vector<std::uint8_t> source_only_key(std::size_t bytes, unsigned table_bits, bool v4, bool v6);

// Entry `i` of a table of 2^table_bits entries over `queues` queues.
[[nodiscard]] std::uint16_t table_entry(std::uint16_t i, unsigned table_bits, std::uint16_t queues,
                                        bool reversed) noexcept;

// Fills the table of a started port. False: the driver has none that can be set.
bool fill_rss_table(std::uint16_t port, std::uint16_t table_size, std::uint16_t queues, bool reversed) noexcept;
// Gives the recipe's rules to a started port; false: refused, and none is left.
[[nodiscard]] bool apply_rss_rules(std::uint16_t port, std::uint16_t queues, const RssRecipe& recipe) noexcept;
// The driver has not added UDP ports to what it was asked for.
[[nodiscard]] bool hashes_addresses_only(std::uint16_t port) noexcept;

}  // namespace dataplane
