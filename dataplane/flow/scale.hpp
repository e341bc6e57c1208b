// SPDX-License-Identifier: Apache-2.0
// From raw counters to what they stand for. The only place where sampling and thinning are multiplied in.
//
// Batch and archive hold raw counters and two factors (DESIGN 3.4): sampling applies to packets and bytes, thinning to
// flows, packets and bytes. Whatever is tallied, compared by a filter or printed goes through here.
#pragma once

#include <cstdint>
#include <limits>

namespace flow {

// a * b, the largest number instead of an overflow.
[[nodiscard]] inline std::uint64_t multiply_saturated(std::uint64_t a, std::uint64_t b) noexcept {
    std::uint64_t out;
    return __builtin_mul_overflow(a, b, &out) ? std::numeric_limits<std::uint64_t>::max() : out;
}
// Packets or bytes as they were on the wire. sampling 0 = unknown rate, counts as 1.
[[nodiscard]] inline std::uint64_t scaled(std::uint64_t raw, std::uint32_t sampling, std::uint16_t thinning) noexcept {
    if (sampling <= 1 && thinning <= 1) [[likely]]
        return raw;
    const std::uint64_t factor =
        static_cast<std::uint64_t>(sampling == 0 ? 1 : sampling) * (thinning == 0 ? 1 : thinning);
    return multiply_saturated(raw, factor);
}
// Flows that one kept record stands for.
[[nodiscard]] inline std::uint64_t scaled_flows(std::uint16_t thinning) noexcept {
    return thinning == 0 ? 1 : thinning;
}

}  // namespace flow
