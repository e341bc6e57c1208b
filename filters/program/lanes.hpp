// SPDX-License-Identifier: Apache-2.0
// Compares of 64 values at once, one bit a value. SSE2, which every x86-64 has, does for narrow numbers; wider registers
// gain nothing there.
//
// Thread: any; no state.
// Limits: reads 64 values, whatever of them is meant.
#pragma once

#include <immintrin.h>

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
[[nodiscard]] inline std::uint64_t lanes_between(const std::uint8_t* values, std::uint8_t low,
                                                 std::uint8_t high) noexcept {
    const __m128i base = _mm_set1_epi8(static_cast<char>(low));
    const __m128i span = _mm_set1_epi8(static_cast<char>(high - low));
    std::uint64_t out = 0;
    for (unsigned i = 0; i < 64; i += 16) {
        const __m128i distance = _mm_sub_epi8(load_lanes(values + i), base);
        out |= lane_bits(_mm_cmpeq_epi8(_mm_subs_epu8(distance, span), _mm_setzero_si128())) << i;
    }
    return out;
}

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

// Compares are signed: with the highest bit turned over they order unsigned numbers.
[[nodiscard]] inline std::uint64_t lanes_between(const std::uint32_t* values, std::uint32_t low,
                                                 std::uint32_t high) noexcept {
    constexpr std::uint32_t kTop = 1u << 31;
    const __m128i base = _mm_set1_epi32(static_cast<int>(low - kTop));
    const __m128i span = _mm_set1_epi32(static_cast<int>((high - low) ^ kTop));
    const auto outside = [&](const std::uint32_t* at) {
        return _mm_cmpgt_epi32(_mm_sub_epi32(load_lanes(at), base), span);
    };
    std::uint64_t out = 0;
    for (unsigned i = 0; i < 64; i += 16) {
        const __m128i first = _mm_packs_epi32(outside(values + i), outside(values + i + 4));
        const __m128i second = _mm_packs_epi32(outside(values + i + 8), outside(values + i + 12));
        out |= lane_bits(_mm_packs_epi16(first, second)) << i;
    }
    return ~out;
}

[[nodiscard]] inline std::uint64_t lanes_between(const std::uint64_t* values, std::uint64_t low,
                                                 std::uint64_t high) noexcept {
    std::uint64_t out = 0;
#ifdef __AVX2__
    constexpr std::uint64_t kTop = 1ull << 63;
    const __m256i base = _mm256_set1_epi64x(static_cast<long long>(low - kTop));
    const __m256i span = _mm256_set1_epi64x(static_cast<long long>((high - low) ^ kTop));
    for (unsigned i = 0; i < 64; i += 4) {
        const __m256i value = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(values + i));
        const __m256i outside = _mm256_cmpgt_epi64(_mm256_sub_epi64(value, base), span);
        out |= static_cast<std::uint64_t>(_mm256_movemask_pd(_mm256_castsi256_pd(outside))) << i;
    }
    return ~out;
#else
    for (unsigned i = 0; i < 64; ++i) out |= static_cast<std::uint64_t>(values[i] - low <= high - low) << i;
    return out;
#endif
}

// Bit w: word w of 32 is not 0.
[[nodiscard]] inline std::uint32_t words_in_use(const std::uint64_t* words) noexcept {
    std::uint32_t out = 0;
#ifdef __AVX2__
    for (unsigned i = 0; i < 32; i += 4) {
        const __m256i four = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(words + i));
        const __m256i empty = _mm256_cmpeq_epi64(four, _mm256_setzero_si256());
        out |= static_cast<std::uint32_t>(_mm256_movemask_pd(_mm256_castsi256_pd(empty))) << i;
    }
    return ~out;
#else
    for (unsigned i = 0; i < 32; ++i) out |= static_cast<std::uint32_t>(words[i] != 0) << i;
    return out;
#endif
}

// Bit `bit` of each value.
[[nodiscard]] inline std::uint64_t lanes_with_bit(const std::uint64_t* values, unsigned bit) noexcept {
    const __m128i shift = _mm_cvtsi32_si128(static_cast<int>(63 - bit));
    std::uint64_t out = 0;
    for (unsigned i = 0; i < 64; i += 2) {
        const __m128d top = _mm_castsi128_pd(_mm_sll_epi64(load_lanes(values + i), shift));
        out |= static_cast<std::uint64_t>(_mm_movemask_pd(top)) << i;
    }
    return out;
}

}  // namespace filters::program
