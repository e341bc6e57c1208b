// SPDX-License-Identifier: Apache-2.0
// Interface counters as devices tell them (sFlow's generic interface counters), kept as increases.
//
// Thread: any; values.
// Source: sflow_version_5.txt, if_counters. Devices send running totals that wrap at 2^32 or 2^64 and start anew with the
//         agent; here is what was added between two samples. After a restart of the agent, a leap that no line can carry,
//         or a day without a sample there is a new base, and nothing is said about the time between.
// Limits: kMaxInterfaces in all and kMaxInterfacesOfOne of one exporter; more are refused and counted (Stats). A 32-bit
//         counter that wraps more than once between two samples cannot be told.
#pragma once

#include <cstddef>
#include <cstdint>

#include "dataplane/flow/tally.hpp"

namespace store {

inline constexpr std::size_t kMaxInterfaces = 65536;
inline constexpr std::size_t kMaxInterfacesOfOne = 8192;

// An interface with its newest sample: type, speed, status and totals as the device told them.
struct StoredInterface {
    flow::InterfaceSample last{};
};

// What was added to each total; InterfaceSample::kNotCounted: the device does not count it, or it cannot be told.
struct InterfaceIncrease {
#define X(name, bits) std::uint64_t name = 0;
    FLOW_INTERFACE_TOTALS(X)
#undef X
};
struct InterfacePoint {
    std::uint32_t end_s = 0;    // receive time of the sample, seconds since 1970 UTC
    std::uint32_t seconds = 0;  // that it covers, at least 1: from the sample before
    InterfaceIncrease increase{};
};

}  // namespace store
