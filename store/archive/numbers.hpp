// SPDX-License-Identifier: Apache-2.0
// Streams of numbers: bytes of all values side by side (planes) above a common base, so that any rows are read at once and
// each plane is compressed by itself, or not at all where it is random.
//
// Thread: a writer or reader belongs to one thread.
// Limits: kMostNumbers in a stream.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "store/archive/pieces.hpp"

namespace store::archive {

inline constexpr std::uint32_t kMostNumbers = kBlockRows;

// Bits of a value that the planes will hold: whole bytes and 0, 1, 2 or 4 bits more.
[[nodiscard]] unsigned plane_bits(std::uint64_t range) noexcept;

class NumberWriter {
  public:
    // `range`: largest value less `base`, modulo 2^64.
    template <class T>
    void write(std::span<const T> values, std::uint64_t base, std::uint64_t range, PieceWriter& pieces, Bytes& out);

  private:
    template <class Narrow, class T>
    void write_planes(std::span<const T> values, std::uint64_t base, unsigned bits, PieceWriter& pieces, Bytes& out);

    Bytes narrow_, plane_, packed_;
};

// Numbers of a stream, from bytes that stay where they are, or from buffers of its own where they are compressed.
class NumberStream {
  public:
    // Reads the stream that begins at `at`, moves `at` behind it. False: damaged.
    [[nodiscard]] bool open(ByteSpan bytes, std::size_t& at, PieceReader& pieces);

    [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
    [[nodiscard]] unsigned bits() const noexcept { return planes_ == 0 ? 0 : 8 * (planes_ - 1) + last_bits_; }
    [[nodiscard]] std::uint64_t base() const noexcept { return base_; }
    // Values [from, from + n), as far as they fit into T. n is at most flow::kBatchRows; from + n at most count().
    template <class T>
    void read(std::uint32_t from, std::uint32_t n, T* out) const noexcept;
    // All of them.
    template <class T>
    void read_all(T* out) const noexcept;

  private:
    std::uint64_t base_ = 0;
    std::uint32_t count_ = 0;
    unsigned planes_ = 0;
    unsigned last_bits_ = 8;
    std::array<const std::uint8_t*, 8> at_{};
    Bytes buffer_;  // of planes that were compressed
};

// A difference, modulo 2^64 or 2^32, as a number that is small when it is, with its sign in the lowest bit.
template <class T>
[[nodiscard]] constexpr T zigzag(T v) noexcept {
    return v << 1 ^ (0 - (v >> (8 * sizeof(T) - 1)));
}
template <class T>
[[nodiscard]] constexpr T unzigzag(T v) noexcept {
    return v >> 1 ^ (0 - (v & 1));
}

}  // namespace store::archive
