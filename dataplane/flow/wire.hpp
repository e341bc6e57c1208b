// SPDX-License-Identifier: Apache-2.0
// Reading bytes from the network: big-endian loads and the bounded Cursor that all decoders use.
//
// Thread: any; values.
// Limits: a Cursor never reads past its end: a read beyond gives zero and ok() turns false, for good.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace flow {

using Bytes = std::span<const std::uint8_t>;

// Unchecked loads: the caller has checked the length of the whole record.
[[nodiscard]] inline std::uint16_t load_be16(const std::uint8_t* p) noexcept {
    std::uint16_t v;
    std::memcpy(&v, p, 2);
    return __builtin_bswap16(v);
}
[[nodiscard]] inline std::uint32_t load_be32(const std::uint8_t* p) noexcept {
    std::uint32_t v;
    std::memcpy(&v, p, 4);
    return __builtin_bswap32(v);
}
[[nodiscard]] inline std::uint64_t load_be64(const std::uint8_t* p) noexcept {
    std::uint64_t v;
    std::memcpy(&v, p, 8);
    return __builtin_bswap64(v);
}
// Unsigned number of 0 to 8 bytes (RFC 7011 section 6.2, reduced-size encoding).
[[nodiscard]] inline std::uint64_t load_be(const std::uint8_t* p, std::size_t width) noexcept {
    std::uint64_t v = 0;
    for (std::size_t i = 0; i < width; ++i) v = v << 8 | p[i];
    return v;
}

class Cursor {
  public:
    explicit Cursor(Bytes bytes) noexcept : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

    [[nodiscard]] bool ok() const noexcept { return ok_; }
    [[nodiscard]] std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
    [[nodiscard]] std::uint8_t u8() noexcept { return has(1) ? *step(1) : std::uint8_t{0}; }
    [[nodiscard]] std::uint16_t u16() noexcept { return has(2) ? load_be16(step(2)) : std::uint16_t{0}; }
    [[nodiscard]] std::uint32_t u32() noexcept { return has(4) ? load_be32(step(4)) : 0u; }
    [[nodiscard]] std::uint64_t u64() noexcept { return has(8) ? load_be64(step(8)) : 0u; }
    // The next `n` bytes; empty (and not ok) when there are fewer.
    [[nodiscard]] Bytes take(std::size_t n) noexcept { return has(n) ? Bytes(step(n), n) : Bytes(); }
    void skip(std::size_t n) noexcept {
        if (has(n)) at_ += n;
    }
    [[nodiscard]] Bytes rest() const noexcept { return {at_, left()}; }

  private:
    bool has(std::size_t n) noexcept {
        if (n <= left()) [[likely]]
            return true;
        ok_ = false;
        at_ = end_;
        return false;
    }
    const std::uint8_t* step(std::size_t n) noexcept {
        const std::uint8_t* here = at_;
        at_ += n;
        return here;
    }

    const std::uint8_t* at_;
    const std::uint8_t* end_;
    bool ok_ = true;
};

}  // namespace flow
