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
#define FLOW_EXPORTER_COUNTS(X)                                   \
    X(datagrams, "accepted datagrams")                            \
    X(bytes, "bytes of UDP payload")                              \
    X(records, "records that became flows")                       \
    X(options, "records of options templates")                    \
    X(skipped, "records and sets not decoded")                    \
    X(lost, "missing by sequence number, in the protocol's unit") \
    X(reordered, "datagrams that came late, by sequence number")  \
    X(duplicates, "datagrams that came twice")                    \
    X(restarts, "times the exporter restarted")                   \
    X(gaps_unknown, "times the sequence could not be told")
struct ExporterCounts {
#define X(name, text) std::uint64_t name = 0;
    FLOW_EXPORTER_COUNTS(X)
#undef X
    std::uint64_t last_seen_ms = 0;

    void add(const ExporterCounts& o) noexcept {
#define X(name, text) name += o.name;
        FLOW_EXPORTER_COUNTS(X)
#undef X
        if (o.last_seen_ms > last_seen_ms) last_seen_ms = o.last_seen_ms;
    }
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
    std::vector<LearnedTemplate> templates;

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
