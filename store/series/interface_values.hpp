// SPDX-License-Identifier: Apache-2.0
// From running totals to increases, and both as bytes.
//
// Thread: any; values.
// Shape:  numbers are varints. A sample: received_ms, uptime_ms, type, speed, direction, status, a bit per total that the
//         device does not count, then the others, in the order of FLOW_INTERFACE_TOTALS. A point: end within its hour,
//         seconds, a bit per increase not known, a bit per increase of zero, then the others.
// Limits: decoding checks every byte: damaged bytes give false.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "dataplane/flow/tally.hpp"
#include "store/interfaces.hpp"
#include "store/series/values.hpp"

namespace store {

#define X(name, bits) +1
inline constexpr std::size_t kInterfaceTotals = 0 FLOW_INTERFACE_TOTALS(X);
#undef X
using InterfaceTotals = std::array<std::uint64_t, kInterfaceTotals>;
[[nodiscard]] InterfaceTotals totals(const flow::InterfaceSample& sample) noexcept;
[[nodiscard]] InterfaceTotals increases(const InterfaceIncrease& increase) noexcept;
[[nodiscard]] InterfaceIncrease to_increase(const InterfaceTotals& numbers) noexcept;

// Samples that come closer than this wait for the next: nothing is lost, and a device cannot fill the disk.
inline constexpr std::uint32_t kLeastSampleSeconds = 5;
inline constexpr std::uint32_t kMostSampleSeconds = 86400;
// 10 Tbit/s: more is a leap. Also what a 64-bit total does that falls.
inline constexpr std::uint64_t kMostOctetsPerSecond = 1'250'000'000'000;

enum class Step : std::uint8_t {
    point,     // `point` is what was added since the base; `now` is the new base
    too_soon,  // the base stays
    new_base,  // restart, leap or a long pause: nothing can be said
};
// What the sample `now` says of the time since `base`. A 32-bit total that fell by less than half its range has wrapped
// only when it came closer to the end than that: an increase of 2^31 or more is not known.
[[nodiscard]] Step compare(const flow::InterfaceSample& base, const flow::InterfaceSample& now,
                           InterfacePoint& point) noexcept;
// `later` follows `to` on the same interface: both as one.
void append(InterfacePoint& to, const InterfacePoint& later) noexcept;

void put_sample(Buffer& to, const flow::InterfaceSample& sample);
[[nodiscard]] bool take_sample(flow::Bytes from, flow::InterfaceSample& sample) noexcept;  // all but exporter and index

inline constexpr std::uint32_t kHourS = 3600;
void put_point(Buffer& to, const InterfacePoint& point);
// Appends the points of a value of the hour that begins at `hour_s`; false: damaged, nothing was appended.
[[nodiscard]] bool take_points(flow::Bytes from, std::uint32_t hour_s, std::vector<InterfacePoint>& points);

}  // namespace store
