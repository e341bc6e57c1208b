// SPDX-License-Identifier: Apache-2.0
// Writes the parts of a line one behind the other: what printf would, without its price.
//
// Thread: one; a value.
// Limits: never checks for room. Whoever makes a pen gives each field room for its widest form (kWidestField) and texts
//         their length besides.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace query {

// Any field but a text: the widest is ten MPLS labels.
inline constexpr std::size_t kWidestField = 192;

class Pen {
  public:
    explicit Pen(char* at) noexcept : at_(at) {}

    [[nodiscard]] char* at() const noexcept { return at_; }
    // Characters written behind at() by hand.
    void moved_to(char* at) noexcept { at_ = at; }

    void put(char c) noexcept { *at_++ = c; }
    void text(std::string_view s) noexcept {
        std::memcpy(at_, s.data(), s.size());
        at_ += s.size();
    }
    void blanks(std::size_t n) noexcept {
        std::memset(at_, ' ', n);
        at_ += n;
    }
    // %*s and %-*s
    void right(std::string_view s, std::size_t width) noexcept {
        if (s.size() < width) blanks(width - s.size());
        text(s);
    }
    void left(std::string_view s, std::size_t width) noexcept {
        text(s);
        if (s.size() < width) blanks(width - s.size());
    }
    // %llu, %*llu, %-*llu
    void number(std::uint64_t v) noexcept { at_ = std::to_chars(at_, at_ + 20, v).ptr; }
    void number(std::uint64_t v, std::size_t width) noexcept {
        std::array<char, 20> digits;
        right(decimal(v, digits), width);
    }
    void number_left(std::uint64_t v, std::size_t width) noexcept {
        char* const begin = at_;
        number(v);
        fill(begin, width);
    }
    // Digits of exactly `width`, zeros in front: %02u, %03u. `v` must fit.
    void zero_padded(std::uint32_t v, std::size_t width) noexcept {
        for (std::size_t i = width; i-- > 0; v /= 10) at_[i] = static_cast<char>('0' + v % 10);
        at_ += width;
    }
    // %llx
    void hexadecimal(std::uint64_t v) noexcept { at_ = std::to_chars(at_, at_ + 16, v, 16).ptr; }
    void hexadecimal_padded(std::uint64_t v, std::size_t width) noexcept {
        std::array<char, 16> digits;
        const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), v, 16).ptr;
        const auto length = static_cast<std::size_t>(end - digits.data());
        for (std::size_t i = length; i < width; ++i) put('0');
        text({digits.data(), length});
    }
    // Blanks until `width` characters stand behind `begin`.
    void fill(const char* begin, std::size_t width) noexcept {
        const auto written = static_cast<std::size_t>(at_ - begin);
        if (written < width) blanks(width - written);
    }

  private:
    static std::string_view decimal(std::uint64_t v, std::array<char, 20>& digits) noexcept {
        const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), v).ptr;
        return {digits.data(), static_cast<std::size_t>(end - digits.data())};
    }

    char* at_;
};

}  // namespace query
