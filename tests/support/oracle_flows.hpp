// SPDX-License-Identifier: Apache-2.0
// 34 flows of which it is known what nfdump's filters take, as export datagrams. The answers are in
// tests/data/valid/nfdump_filters.tsv; the flows are numbered from 1 as there.
//
// Thread: any.
// Shape:  2026-01-15 11:50:00 UTC and 62 seconds from there; IPv4 first (1 to 29), then IPv6.
#pragma once

#include <vector>

#include "tests/support/writer.hpp"

namespace support {

inline constexpr std::size_t kOracleFlows = 34;
inline constexpr std::size_t kOracleV4Flows = 29;

// NetFlow v9, source id 42: a datagram with two templates of 39 fields and more, then data.
[[nodiscard]] std::vector<Bytes> oracle_v9();
// NetFlow v5: what of the flows it can tell, those of IPv4.
[[nodiscard]] std::vector<Bytes> oracle_v5();

}  // namespace support
