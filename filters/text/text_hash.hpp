// SPDX-License-Identifier: Apache-2.0
// Hash and equality of short texts, made for tables in memory: quick, all bits of the hash usable, not proof against an
// adversary.
//
// Thread: any; no state.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace filters::text {

// The bytes at `at`, of which there are at least as many.
template <class Word>
[[nodiscard]] inline std::uint64_t load(const char* at) noexcept {
    Word word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

// 0 to 7 bytes as one number; different bytes of one length give different numbers.
[[nodiscard]] inline std::uint64_t load_few(const char* at, std::size_t size) noexcept {
    if (size >= 4) return load<std::uint32_t>(at) << 32 | load<std::uint32_t>(at + size - 4);
    if (size == 0) return 0;
    return load<std::uint8_t>(at) << 16 | load<std::uint8_t>(at + size / 2) << 8 | load<std::uint8_t>(at + size - 1);
}

[[nodiscard]] inline std::uint64_t text_hash(std::string_view text) noexcept {
    __extension__ using Product = unsigned __int128;
    constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15ull;
    const auto fold = [](std::uint64_t a, std::uint64_t b) {
        const auto product = static_cast<Product>(a) * b;
        return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    };
    const char* at = text.data();
    const std::size_t size = text.size();
    std::uint64_t h = size + kFactor;
    if (size < 8) return fold(fold(h ^ load_few(at, size), kFactor), 0xd6e8feb86659fd93ull);
    const char* last = at + size - 8;
    for (; at < last; at += 8) h = fold(h ^ load<std::uint64_t>(at), kFactor);
    return fold(fold(h ^ load<std::uint64_t>(last), kFactor), 0xd6e8feb86659fd93ull);
}

// Whether `size` bytes are the same at both.
[[nodiscard]] inline bool same_bytes(const char* a, const char* b, std::size_t size) noexcept {
    if (size < 8) return load_few(a, size) == load_few(b, size);
    for (std::size_t i = 0; i < size - 8; i += 8) {
        if (load<std::uint64_t>(a + i) != load<std::uint64_t>(b + i)) return false;
    }
    return load<std::uint64_t>(a + size - 8) == load<std::uint64_t>(b + size - 8);
}

}  // namespace filters::text
