// SPDX-License-Identifier: Apache-2.0
// A byte string in the making, for the builders of this folder and for records and bodies written by hand.
//
// Thread: any; values.
// Shape:  numbers are given in host byte order and written in network byte order.
// Errors: a text that does not parse ends the test program with a message: the test is wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace support {

using Bytes = std::vector<std::uint8_t>;

// "0a 00 ff", blanks and line ends anywhere; and back, without blanks.
[[nodiscard]] Bytes from_hex(std::string_view text);
[[nodiscard]] std::string to_hex(std::span<const std::uint8_t> bytes);
// 4 or 16 bytes in network order.
[[nodiscard]] Bytes ip_bytes(std::string_view address);
// 6 bytes from "00:11:22:33:44:55".
[[nodiscard]] Bytes mac_bytes(std::string_view address);

// Appends to a byte string. Also the way to write one data record or one set's body.
class Writer {
  public:
    Writer& u8(std::uint8_t v) { return number(v, 1); }
    Writer& u16(std::uint16_t v) { return number(v, 2); }
    Writer& u32(std::uint32_t v) { return number(v, 4); }
    Writer& u64(std::uint64_t v) { return number(v, 8); }
    // The last `width` bytes of `v`; leading zeros beyond 8.
    Writer& number(std::uint64_t v, std::size_t width);
    Writer& ip(std::string_view address) { return raw(ip_bytes(address)); }
    Writer& mac(std::string_view address) { return raw(mac_bytes(address)); }
    Writer& raw(std::span<const std::uint8_t> bytes);
    Writer& raw(std::initializer_list<std::uint8_t> bytes) { return raw(std::span(bytes.begin(), bytes.size())); }
    // The characters, then zeros up to `width`; cut when longer. Width 0: the characters alone.
    Writer& text(std::string_view characters, std::size_t width = 0);
    Writer& zeros(std::size_t n);
    // A variable-length field, RFC 7011 section 7: one length byte below 255, else 255 and two.
    Writer& variable(std::span<const std::uint8_t> bytes);
    Writer& variable(std::string_view characters);
    // The three-byte length form whatever the length: allowed, and seen.
    Writer& variable_long(std::span<const std::uint8_t> bytes);
    // An XDR opaque<>: length, bytes, zeros up to a multiple of 4.
    Writer& opaque(std::span<const std::uint8_t> bytes);
    // Overwrites what stands at `at`.
    Writer& patch8(std::size_t at, std::uint8_t v) { return bytes_.at(at) = v, *this; }
    Writer& patch16(std::size_t at, std::uint16_t v);

    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] const Bytes& bytes() const { return bytes_; }
    operator Bytes() const { return bytes_; }  // NOLINT: `data_set(256, {Writer().u32(1)})` reads best

  private:
    Bytes bytes_;
};

}  // namespace support
