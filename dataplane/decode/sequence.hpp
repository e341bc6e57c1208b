// SPDX-License-Identifier: Apache-2.0
// What is missing between an exporter and us, told from its sequence numbers.
//
// Thread: the worker that owns the exporter.
// Units:  v5 flows, v9 datagrams (RFC 3954 section 5.1), IPFIX data records (RFC 7011 section 3.1), sFlow datagrams.
//         Lost datagrams: exact where datagrams are the unit, else by the mean units of the exporter's datagrams.
// A gap is held for kSettleMs before it is booked as lost, because datagrams may only have changed their order.
// Down:   resume() says where the sequence stood when the collector went down. The gap that the first datagram then shows is
//         lost, and lost_down, when it is plausible: where the protocol tells an uptime, this must have gone on with the wall
//         clock; else the gap must be within kMostUnitsPerMs of the time passed, and a number that is smaller than before is a
//         wrap only when it is near (kWindow). An exporter that restarted meanwhile is a restart; what it sent is not known.
#pragma once

#include <array>
#include <cstdint>

#include "dataplane/flow/tally.hpp"

namespace decode {

class Sequence {
  public:
    static constexpr std::uint64_t kSettleMs = 2000;
    // A leap of more than this forward, or back, is not loss or disorder but another count.
    static constexpr std::uint32_t kWindow = 1'000'000;
    static constexpr std::uint32_t kBackWindow = 100'000;
    // So many datagrams in a row that are older than expected and fill no gap are no duplicates but a new count
    // (an IPFIX header has no uptime that would tell; of an exporter that tells one it takes more).
    static constexpr std::uint32_t kStaleRun = 4;
    static constexpr std::uint32_t kStaleRunWithUptime = 64;
    static constexpr std::uint64_t kMostUnitsPerMs = 200;

    // Where it stood when the data directory was written last. Before the first see().
    void resume(const flow::SequenceMark& mark) noexcept { resumed_ = mark; }
    // A datagram that begins at `number` and holds `units`. `uptime_ms` is the exporter's, 0 where it has none.
    void see(std::uint32_t number, std::uint32_t units, std::uint32_t uptime_ms, std::uint64_t now_ms,
             flow::ExporterCounts& counts) noexcept;
    // The number of units in this datagram cannot be told (a template is missing): the next one sets the count anew.
    void lose_track() noexcept { synced_ = false; }
    // Books gaps older than kSettleMs; all of them when `all`.
    void settle(std::uint64_t now_ms, bool all, flow::ExporterCounts& counts) noexcept;
    [[nodiscard]] bool has_gaps() const noexcept { return gap_count_ != 0; }
    // For the store, with the counts that belong to it.
    [[nodiscard]] flow::SequenceMark mark() const noexcept { return {started_, expected_, uptime_ms_, seen_ms_}; }

  private:
    struct Gap {
        std::uint32_t from;   // first missing number
        std::uint32_t units;  // how many are missing from there on
        std::uint64_t since_ms;
    };
    void compare_with_mark(std::uint32_t number, std::uint32_t uptime_ms, std::uint64_t now_ms,
                           flow::ExporterCounts& counts) noexcept;
    void restart(flow::ExporterCounts& counts) noexcept;
    bool fill_gap(std::uint32_t number, std::uint32_t units, flow::ExporterCounts& counts) noexcept;
    void insert_gap(std::size_t at, const Gap& gap, flow::ExporterCounts& counts) noexcept;
    void erase_gaps(std::size_t at, std::size_t count) noexcept;
    void lose(std::uint32_t units, flow::ExporterCounts& counts) const noexcept;
    void learn_mean(std::uint32_t units) noexcept;

    bool started_ = false;
    bool synced_ = false;
    std::uint32_t expected_ = 0;
    std::uint32_t uptime_ms_ = 0;
    std::uint64_t seen_ms_ = 0;
    std::array<Gap, 32> gaps_{};  // by age; no two overlap
    std::size_t gap_count_ = 0;
    std::uint32_t stale_ = 0;  // datagrams in a row that were old and filled no gap
    std::uint64_t units_ = 0;  // of the last datagrams; units_ / datagrams_ is the mean
    std::uint64_t datagrams_ = 0;
    flow::SequenceMark resumed_{};
};

}  // namespace decode
