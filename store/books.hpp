// SPDX-License-Identifier: Apache-2.0
// Books: what was counted in each five minutes of receive time, per exporter and in all.
//
// Thread: any; values.
// Shape:  a book begins at a multiple of kBookSeconds since 1970 UTC. Books are increases: their sum is what the totals
//         grew by since books are kept. What was counted without a time of its own (device counters) belongs to the
//         book of its commit.
// Limits: five minutes are the resolution; what an interval says holds for whole books.
#pragma once

#include <cstdint>

#include "dataplane/flow/exporter.hpp"
#include "dataplane/flow/outcome.hpp"
#include "dataplane/flow/tally.hpp"

namespace store {

inline constexpr std::uint32_t kBookSeconds = 300;

// Of one exporter; there is one only where something was counted.
struct Book {
    std::uint32_t start_s = 0;   // seconds since 1970 UTC
    std::uint32_t exporter = 0;  // id, see Reader::exporters()
    // Additive ones only: last_seen_ms, sampling and sequence are zero.
    flow::ExporterCounts counts{};
};

// Of all exporters and devices. The laws between cores (flow::broken_law, idle) need not hold for one book: a flow
// decoded in one may go through in the next.
struct LedgerBook {
    std::uint32_t start_s = 0;
    flow::Ledger ledger{};
};

// Which part of an exporter's flows is here, 0 to 1, by DESIGN section 4:
//   flows through / (flows through + flows lost in us + flows missing)
// Missing is what the sequence numbers miss. Where the protocol numbers datagrams a missing one counts as this
// exporter's mean flows a datagram; where it numbers flows or records (v5, v7, IPFIX) they are counted as they are. What was lost between our cores is missing by sequence too and is not counted twice; it
// stands in where there are no sequence numbers (v1). Thinned datagrams are lost in us, at the same mean.
// 1 when nothing was sent; 0 when only losses are known.
[[nodiscard]] double completeness(flow::Protocol protocol, const flow::ExporterCounts& counts) noexcept;

// The unit of flow::ExporterCounts::lost: datagrams (v9: RFC 3954 section 5.1, sFlow), else flows or records.
[[nodiscard]] constexpr bool numbers_datagrams(flow::Protocol protocol) noexcept {
    return protocol == flow::Protocol::netflow9 || protocol == flow::Protocol::sflow5;
}

}  // namespace store
