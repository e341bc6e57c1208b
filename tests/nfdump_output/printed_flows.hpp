// SPDX-License-Identifier: Apache-2.0
// Flows that try every way of printing, as export datagrams: nfcapd takes them when the expected outputs are made (./refresh),
// our decoder when they are compared.
//
// Thread: any.
// Shape:  2026-01-15 11:50:00 UTC and some time from there.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tests/support/writer.hpp"

namespace nfdump_output {

// "oracle" (tests/support/oracle_flows.hpp), "oracle5" (the same as NetFlow v5), "numbers" (counters, durations, ports),
// "addresses" (IPv6), "protocols" (all 256), "events" (firewalls and translators), "rare" (latencies, labels, VRFs).
[[nodiscard]] std::vector<support::Bytes> datagrams_of(std::string_view set);

// Of the flows of a set, in order, when some are so far from the time of reception that our decoder mends them; else nothing.
struct Times {
    std::uint64_t first_ms, last_ms;
};
[[nodiscard]] std::vector<Times> far_times_of(std::string_view set);

}  // namespace nfdump_output
