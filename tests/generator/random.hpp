// SPDX-License-Identifier: Apache-2.0
// Random numbers that are the same on every machine for the same seed.
//
// Thread: one at a time per object.
// Source: xoshiro256++ and splitmix64, Blackman and Vigna, "Scrambled linear pseudorandom number generators",
// 2021.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace generator {

class Random {
  public:
    explicit Random(std::uint64_t seed) noexcept {
        for (std::uint64_t& word : state_) {
            seed += 0x9e3779b97f4a7c15ull;
            std::uint64_t z = seed;
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
            z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
            word = z ^ (z >> 31);
        }
    }
    [[nodiscard]] std::uint64_t next() noexcept {
        const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
        const std::uint64_t shifted = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = std::rotl(state_[3], 45);
        return result;
    }
    // 0 to n - 1; n at most 2^32.
    [[nodiscard]] std::uint32_t below(std::uint64_t n) noexcept {
        return static_cast<std::uint32_t>((next() >> 32) * n >> 32);
    }

  private:
    std::array<std::uint64_t, 4> state_{};
};

}  // namespace generator
