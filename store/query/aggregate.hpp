// SPDX-License-Identifier: Apache-2.0
// Grouping flows: nfdump's -a, -A, -b, -B and every -s.
//
// Thread: a Groups belongs to one thread; merge() and the rest by whoever ends the scan.
// Units:  counters scaled by sampling and thinning unless Options::raw; sums saturate.
// Limits: memory_bytes for all threads together; beyond it groups spill to `spill_directory` in partitions, or, without one,
//         new groups are counted as left out and the answer is partial. Never dies.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/column_set.hpp"
#include "dataplane/flow/result.hpp"
#include "store/query/elements.hpp"
#include "store/query/scan.hpp"

namespace store::query {

// What is summed for a group.
struct Sums {
    std::uint64_t flows = 0;
    std::uint64_t in_packets = 0, in_bytes = 0, out_packets = 0, out_bytes = 0;
    std::uint64_t first_ms = ~0ull, last_ms = 0;
    std::uint8_t tcp_flags = 0;
};

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

struct KeyPart {
    const Element* element = nullptr;
    std::uint8_t bits = 0;                  // srcip4/24: 120 of 128; 0: as it stands
    bool v4_only = false, v6_only = false;  // srcip4/n leaves other families as they are, as nfdump does
};

struct Grouping {
    std::vector<KeyPart> parts{};
    bool both_sides = false;       // a statistic of two sides (ip, port, as ...): every row counts for each of them
    bool by_protocol = false;      // :p
    bool bidirectional = false;    // -b: a flow and its reverse are one group
    bool guess_direction = false;  // -B: and the lower port is the server's
    bool raw = false;
    std::uint64_t memory_bytes = 2ull << 30;
    std::string spill_directory{};
};

// Columns that sinks of this grouping look at.
[[nodiscard]] flow::ColumnSet columns_of(const Grouping& grouping);

// A group of the answer. `row`: where its key's columns stand in Groups::keys().
struct Group {
    std::uint32_t batch = 0;
    std::uint32_t row = 0;
    Sums sums{};
};

// The groups of one or, after merge, all threads.
class Groups final : public Sink {
  public:
    explicit Groups(Grouping grouping);
    ~Groups() override;
    bool take(const flow::FlowBatch& batch, const std::uint64_t* rows, std::uint32_t count, archive::BlockReader& block,
              std::uint32_t page) override;

    // Adds the other's; the other is empty afterwards.
    void merge(Groups& other);
    [[nodiscard]] std::uint64_t groups() const noexcept;
    [[nodiscard]] std::uint64_t left_out() const noexcept;  // rows whose group found no room: the answer is partial
    [[nodiscard]] const Sums& total() const noexcept;       // over all rows
    // The `count` (0: all) first groups in `order` (descending but for tstart and tend); equal ones in nfdump's order where that
    // can be told. `limits`: see GroupLimits. Ordered by flows, a statistic's counters are in-counters, else in + out (notes 4.3).
    [[nodiscard]] std::vector<Group> top(Order order, std::uint64_t count);
    // Batches with one row a group: the columns of the key (and what nfdump prints besides), so that groups print like flows.
    [[nodiscard]] const flow::FlowBatch& keys(std::uint32_t batch) const noexcept;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace store::query
