// SPDX-License-Identifier: Apache-2.0
// Tally: what one core counted since its last hand-over. It carries the ledger too, so each hand-over balances by itself.
//
// Thread: filled by one core; then owned by the store thread until it goes back through `home`. Never shared.
// Shape:  cells are scaled (scale.hpp); ledger and exporter counts are raw.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/flow/exporter.hpp"
#include "dataplane/flow/outcome.hpp"
#include "dataplane/flow/spsc_ring.hpp"

namespace flow {

// Protocol classes of NfSen: icmp is protocols 1 and 58.
enum class TrafficClass : std::uint8_t { tcp, udp, icmp, other };
inline constexpr std::uint32_t kClasses = 4;
inline constexpr std::array<std::string_view, kClasses> kClassNames{"tcp", "udp", "icmp", "other"};
[[nodiscard]] constexpr TrafficClass traffic_class(std::uint8_t proto) noexcept {
    return proto == 6                  ? TrafficClass::tcp
           : proto == 17               ? TrafficClass::udp
           : proto == 1 || proto == 58 ? TrafficClass::icmp
                                       : TrafficClass::other;
}

struct Cell {
    std::uint64_t flows = 0;
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
};

// Where the cells of (channel, source) lie, and which series they feed. One per generation, immutable.
// A channel has a slot for each source of its source list; a slot is kClasses cells.
struct SeriesMap {
    std::uint64_t generation = 0;
    std::vector<std::uint32_t> channel_base;               // first slot of channel c
    std::vector<std::vector<std::uint16_t>> channel_rank;  // channel c: source index -> slot offset; empty = identity
    std::vector<std::uint32_t> series_id;                  // slot -> id in the store's catalogue

    [[nodiscard]] std::uint32_t slots() const noexcept { return static_cast<std::uint32_t>(series_id.size()); }
    [[nodiscard]] std::uint32_t slot(std::uint32_t channel, std::uint16_t source) const noexcept {
        const auto& rank = channel_rank[channel];
        return channel_base[channel] + (rank.empty() ? source : rank[source]);
    }
};

// Per exporter, of what X(name, text).
// They are additive; what follows in the struct is of the newest datagram.
#define FLOW_EXPORTER_COUNTS(X)                                                                \
    X(datagrams, "accepted datagrams")                                                         \
    X(bytes, "bytes of UDP payload of accepted datagrams")                                     \
    X(refused, "datagrams that could not be decoded")                                          \
    X(thinned, "datagrams left out on purpose, to share or to limit")                          \
    X(handoff_lost, "datagrams lost between our cores")                                        \
    X(records, "records that became flows")                                                    \
    X(options, "records of options templates")                                                 \
    X(counters, "interface counter samples")                                                   \
    X(skipped, "records and sets not decoded")                                                 \
    X(sets_held, "data sets that came before their template")                                  \
    X(held_replayed, "held sets decoded when their template came")                             \
    X(held_lost, "held sets whose template did not come in time, or for which no room was")    \
    X(flows, "flows decoded")                                                                  \
    X(flows_lost, "flows lost because no batch slot was free")                                 \
    X(flows_through, "flows that left match")                                                  \
    X(flows_discarded, "flows that report dropped packets")                                    \
    X(flows_unknown_rate, "flows whose sampling rate nobody told")                             \
    X(lost, "missing by sequence number, in the protocol's unit")                              \
    X(lost_down, "of these: while the collector was down")                                     \
    X(lost_datagrams, "missing datagrams, where the protocol counts them or they can be told") \
    X(reordered, "datagrams that came late, by sequence number")                               \
    X(duplicates, "datagrams that came twice")                                                 \
    X(restarts, "times the exporter restarted")                                                \
    X(gaps_unknown, "times the sequence could not be told")                                    \
    X(templates_changed, "templates redefined")                                                \
    X(announced_drops, "what the exporter itself says it dropped: samples, flows or packets")
struct ExporterCounts {
#define X(name, text) std::uint64_t name = 0;
    FLOW_EXPORTER_COUNTS(X)
#undef X
    std::uint64_t last_seen_ms = 0;
    std::uint32_t sampling = 0;  // 1 in n, as last applied; 0: not known
    SequenceMark sequence{};

    void add(const ExporterCounts& o) noexcept {
#define X(name, text) name += o.name;
        FLOW_EXPORTER_COUNTS(X)
#undef X
        if (o.last_seen_ms > last_seen_ms) {
            last_seen_ms = o.last_seen_ms;
            if (o.sampling != 0) sampling = o.sampling;
        }
        if (o.sequence.known && o.sequence.at_ms >= sequence.at_ms) sequence = o.sequence;
    }
};

struct LearnedOption {
    std::uint32_t exporter = 0;
    OptionValue value;
};

// Counters of one interface as its device told them: sFlow's generic interface counters. Running totals that wrap.
// Source: sflow_version_5.txt, if_counters. kNotCounted: the device does not count this.
#define FLOW_INTERFACE_TOTALS(X) \
    X(in_octets, 64)             \
    X(in_unicast, 32)            \
    X(in_multicast, 32)          \
    X(in_broadcast, 32)          \
    X(in_discards, 32)           \
    X(in_errors, 32)             \
    X(in_unknown_protocols, 32)  \
    X(out_octets, 64)            \
    X(out_unicast, 32)           \
    X(out_multicast, 32)         \
    X(out_broadcast, 32)         \
    X(out_discards, 32)          \
    X(out_errors, 32)
struct InterfaceSample {
    std::uint32_t exporter = 0;
    std::uint32_t index = 0;  // SNMP index
    std::uint64_t received_ms = 0;
    std::uint32_t uptime_ms = 0;  // the agent's: falls back when it restarts, and the totals with it
    std::uint32_t type = 0;       // IANAifType
    std::uint64_t speed = 0;      // bits a second
    std::uint32_t direction = 0;  // 0 unknown, 1 full duplex, 2 half duplex, 3 in, 4 out
    std::uint32_t status = 0;     // bit 0 admin up, bit 1 oper up
#define X(name, bits) std::uint64_t name = 0;
    FLOW_INTERFACE_TOTALS(X)
#undef X
    static constexpr std::uint64_t kNotCounted = ~0ull;
};

struct LearnedTemplate {
    std::uint32_t exporter = 0;
    TemplateDefinition definition;
};

class Tally {
  public:
    // `series` and `home` must outlive the tally.
    Tally(const SeriesMap& series, SpscRing<Tally*>& home);

    [[nodiscard]] const SeriesMap& series() const noexcept { return *series_; }
    SpscRing<Tally*>& home() noexcept { return *home_; }

    // `cell` = slot * kClasses + class.
    void add(std::uint32_t cell, std::uint64_t flows, std::uint64_t packets, std::uint64_t bytes) noexcept {
        Cell& c = cells_[cell];
        if (c.flows == 0) touched_[touched_count_++] = cell;
        c.flows += flows;
        c.packets += packets;
        c.bytes += bytes;
    }
    // Cell numbers with flows in them, in order of first touch.
    [[nodiscard]] std::span<const std::uint32_t> touched() const noexcept { return {touched_.data(), touched_count_}; }
    [[nodiscard]] const Cell& cell(std::uint32_t i) const noexcept { return cells_[i]; }

    // Counts of exporter `id`, an index into ExporterTable.
    [[nodiscard]] ExporterCounts& exporter(std::uint32_t id) noexcept {
        if (exporter_slot_[id] == 0) {
            exporters_.push_back({id, {}});  // reserved for every id: does not allocate
            exporter_slot_[id] = static_cast<std::uint32_t>(exporters_.size());
        }
        return exporters_[exporter_slot_[id] - 1].counts;
    }
    struct Exporter {
        std::uint32_t id;
        ExporterCounts counts;
    };
    [[nodiscard]] std::span<const Exporter> exporters() const noexcept { return exporters_; }

    // Back to all zero; costs what was touched.
    void clear() noexcept;
    [[nodiscard]] bool empty() const noexcept;

    std::uint32_t bucket_s = 0;  // start of the 10-s bucket that the cells belong to; 0 = none yet
    std::uint64_t last_ms = 0;   // newest receive time in it
    Ledger ledger;
    // Bounded by whoever fills them: kMostLearned each.
    static constexpr std::size_t kMostLearned = 4096;
    std::vector<LearnedTemplate> templates;
    std::vector<LearnedOption> options;
    std::vector<InterfaceSample> interfaces;

  private:
    const SeriesMap* series_;
    SpscRing<Tally*>* home_;
    std::vector<Cell> cells_;
    std::vector<std::uint32_t> touched_;
    std::size_t touched_count_ = 0;
    std::vector<Exporter> exporters_;
    std::vector<std::uint32_t> exporter_slot_;  // id -> index + 1 into exporters_
};

}  // namespace flow
