// SPDX-License-Identifier: Apache-2.0
// Compares of 64 values at once, one bit a value. SSE2, which every x86-64 has; wider registers gain nothing
// here.
//
// Thread: any; no state.
// Limits: reads 64 values, whatever of them is meant.
#pragma once

#include <emmintrin.h>

#include <cstdint>

namespace filters::program {

[[nodiscard]] inline __m128i load_lanes(const void* values) noexcept {
    return _mm_loadu_si128(static_cast<const __m128i*>(values));
}

[[nodiscard]] inline std::uint64_t lane_bits(__m128i byte_lanes) noexcept {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(byte_lanes)));
}

[[nodiscard]] inline std::uint64_t equal_lanes(const std::uint8_t* values, std::uint8_t wanted) noexcept {
    const __m128i all = _mm_set1_epi8(static_cast<char>(wanted));
    std::uint64_t out = 0;
    for (unsigned i = 0; i < 64; i += 16) out |= lane_bits(_mm_cmpeq_epi8(load_lanes(values + i), all)) << i;
    return out;
}

[[nodiscard]] inline std::uint64_t equal_lanes(const std::uint16_t* values, std::uint16_t wanted) noexcept {
    const __m128i all = _mm_set1_epi16(static_cast<short>(wanted));
    std::uint64_t out = 0;
    for (unsigned i = 0; i < 64; i += 16) {
        const __m128i first = _mm_cmpeq_epi16(load_lanes(values + i), all);
        const __m128i second = _mm_cmpeq_epi16(load_lanes(values + i + 8), all);
        out |= lane_bits(_mm_packs_epi16(first, second)) << i;
    }
    return out;
}

// Values from low to high: with wrap-around value - low is at most high - low for these alone.
[[nodiscard]] inline std::uint64_t lanes_between(const std::uint16_t* values, std::uint16_t low,
                                                 std::uint16_t high) noexcept {
    const __m128i base = _mm_set1_epi16(static_cast<short>(low));
    const __m128i span = _mm_set1_epi16(static_cast<short>(high - low));
    const auto inside = [&](const std::uint16_t* at) {
        const __m128i distance = _mm_sub_epi16(load_lanes(at), base);
        return _mm_cmpeq_epi16(_mm_subs_epu16(distance, span), _mm_setzero_si128());
    };
    std::uint64_t out = 0;
    for (unsigned i = 0; i < 64; i += 16) {
        out |= lane_bits(_mm_packs_epi16(inside(values + i), inside(values + i + 8))) << i;
    }
    return out;
}

}  // namespace filters::program
