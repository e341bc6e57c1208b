// SPDX-License-Identifier: Apache-2.0
// How flows are to be grouped and in which order groups come: nfdump's -a, -A, -b, -B, -s and -O, as written and as meant.
//
// Thread: any; values.
// Source: nfdump(1) of 1.7.1; notes 4.2, 4.3.
// Units:  counters scaled by sampling and thinning unless raw; times in ms since 1970 UTC; rates per second, truncated.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/flow/column_set.hpp"
#include "dataplane/flow/exporter.hpp"
#include "dataplane/flow/result.hpp"
#include "store/query/elements.hpp"
#include "store/query/group_memory.hpp"
#include "store/query/text_pool.hpp"

namespace store::query {

// What is summed for a group. Sums saturate.
struct Sums {
    std::uint64_t flows = 0;
    std::uint64_t in_packets = 0, in_bytes = 0, out_packets = 0, out_bytes = 0;
    std::uint64_t first_ms = ~0ull, last_ms = 0;
    std::uint8_t tcp_flags = 0;  // or-ed; of -b those of the group's own direction
};

[[nodiscard]] inline std::uint64_t add_saturated(std::uint64_t a, std::uint64_t b) noexcept {
    const std::uint64_t sum = a + b;
    return sum < a ? ~0ull : sum;
}
void add(Sums& to, const Sums& more) noexcept;

// In the order in which nfdump prints a statistic that is asked for in several.
enum class Order : std::uint8_t {
    none,
    flows,
    packets,
    ipkg,
    opkg,
    bytes,
    ibyte,
    obyte,
    pps,
    ipps,
    opps,
    bps,
    ibps,
    obps,
    bpp,
    ibpp,
    obpp,
    tstart,
    tend,
    duration
};
[[nodiscard]] bool find_order(std::string_view name, Order& out) noexcept;
[[nodiscard]] std::string_view name_of(Order order) noexcept;
// What is compared: packets, bytes, pps, bps and bpp of in + out, i* of in, o* of out.
[[nodiscard]] std::uint64_t value_of(Order order, const Sums& sums) noexcept;
// What a statistic in this order shows as packets and bytes: in-counters where it is by flows, in or out where it is by i* or
// o*, else in + out.
struct Shown {
    std::uint64_t packets = 0, bytes = 0;
};
[[nodiscard]] Shown shown_by(Order order, const Sums& sums) noexcept;

struct Ordering {
    Order order = Order::none;
    bool ascending = false;

    Ordering() = default;
    Ordering(Order o) noexcept : order(o), ascending(o == Order::tstart || o == Order::tend) {}  // NOLINT: as nfdump
    Ordering(Order o, bool up) noexcept : order(o), ascending(up) {}
    friend bool operator==(const Ordering&, const Ordering&) noexcept = default;
};
// "bytes", "bytes:a", "tstart:d". Error: "Unknown print order 'foo'".
[[nodiscard]] flow::Result<Ordering> parse_order(std::string_view text);

// -s "srcip:p/bytes/flows".
struct StatisticRequest {
    const Element* element = nullptr;  // nullptr: "record"
    bool by_protocol = false;          // :p, and of "proto"
    std::vector<Ordering> orders{};    // without any: by flows; each once, as nfdump prints them
};
// Error: "Unknown stat: 'foo'!".
[[nodiscard]] flow::Result<StatisticRequest> parse_statistic(std::string_view text);

struct KeyPart {
    const Element* element = nullptr;
    // Of IPv6 (and of IPv4 as ::ffff:a.b.c.d) the leading bits that count: srcip4/24: 120. 0: all.
    std::uint8_t bits = 0;
    // The other family is left out of the key (0): where srcip4/n and srcip6/m are asked together. One alone masks the low
    // 32 - n or 128 - n bits of every address, as nfdump 1.7.1 does.
    bool v4_only = false, v6_only = false;
    bool by_mask = false;  // srcnet, dstnet: by the record's own mask
};
// -A "proto,srcip4/24,dstport": in the order written. Error: as nfdump says it.
[[nodiscard]] flow::Result<std::vector<KeyPart>> parse_aggregation(std::string_view text);

struct Grouping {
    // Empty: protocol, addresses and ports (-a, -b, -B, -s record).
    std::vector<KeyPart> parts{};
    bool every_side = false;       // a statistic: a row counts for each side of its element
    bool by_protocol = false;      // :p
    bool bidirectional = false;    // -b: a TCP or UDP flow and its reverse are one group, in the direction first seen
    bool guess_direction = false;  // -B: and then turned so that the lower port is the server's, as nfdump guesses it
    bool raw = false;              // counters as exported
    // Of groups by addresses and ports: what the answer shows besides of each group's first flow.
    flow::ColumnSet carried{};
    const flow::ExporterTable* exporters = nullptr;  // for router and exp
    std::uint64_t memory_bytes = 2ull << 30;
    std::string spill_directory{};
    // Shared by copies: the memory of a query's groups, of all its threads and statistics, counts together.
    std::shared_ptr<GroupMemory> memory = std::make_shared<GroupMemory>();
    std::shared_ptr<TextPool> texts = std::make_shared<TextPool>();
};
// Of a statistic.
[[nodiscard]] Grouping grouping_of(const StatisticRequest& request);
// Columns that sinks of this grouping look at.
[[nodiscard]] flow::ColumnSet columns_of(const Grouping& grouping);

// -l and -L: groups beyond are not in the answer. Compared with what a statistic in the same order shows.
struct GroupLimits {
    struct Limit {
        std::uint64_t value = 0;  // 0: none
        bool below = false;       // only groups with less; else only groups with more
    };
    Limit packets{}, bytes{};
    [[nodiscard]] bool pass(const Shown& shown) const noexcept;
};

}  // namespace store::query
