// SPDX-License-Identifier: Apache-2.0
// A hash of short texts, made for tables in memory: quick, all bits usable, not proof against an adversary.
//
// Thread: any; no state.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace filters::text {

[[nodiscard]] inline std::uint64_t text_hash(std::string_view text) noexcept {
    constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15ull;
    __extension__ using Product = unsigned __int128;
    const auto fold = [](std::uint64_t a, std::uint64_t b) {
        const auto product = static_cast<Product>(a) * b;
        return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    };
    std::uint64_t h = text.size() + kFactor;
    std::uint64_t word = 0;
    std::size_t at = 0;
    for (; at + sizeof word <= text.size(); at += sizeof word) {
        std::memcpy(&word, text.data() + at, sizeof word);
        h = fold(h ^ word, kFactor);
    }
    word = 0;
    std::memcpy(&word, text.data() + at, text.size() - at);
    return fold(fold(h ^ word, kFactor), 0xd6e8feb86659fd93ull);
}

}  // namespace filters::text
