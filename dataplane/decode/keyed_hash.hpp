// SPDX-License-Identifier: Apache-2.0
// A hash of numbers that senders choose: its secret is drawn at the start of the process, so that nobody outside can make them
// collide. Private to this folder.
//
// Thread: any; constant after static initialisation.
#pragma once

#include <cstddef>
#include <cstdint>

namespace decode {

struct HashSecret {
    std::uint64_t first, second;
};
extern const HashSecret kHashSecret;

// All bits of the result depend on all bits of both.
[[nodiscard]] inline std::size_t keyed_hash(std::uint64_t a, std::uint64_t b) noexcept {
    const auto fold = [](std::uint64_t x, std::uint64_t y) {
        __extension__ using Wide = unsigned __int128;
        const Wide product = static_cast<Wide>(x) * y;
        return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    };
    const std::uint64_t once = fold(a ^ kHashSecret.first, b ^ kHashSecret.second);
    return fold(once ^ kHashSecret.first, kHashSecret.second);
}

}  // namespace decode
