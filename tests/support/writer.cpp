// SPDX-License-Identifier: Apache-2.0
#include "tests/support/writer.hpp"

#include <arpa/inet.h>

#include <cstdio>
#include <cstdlib>

namespace support {

namespace {

[[noreturn]] void wrong(const char* what, std::string_view text) {
    std::fprintf(stderr, "packet_builder: not %s: \"%.*s\"\n", what, static_cast<int>(text.size()), text.data());
    std::abort();
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::size_t to_multiple(std::size_t n, std::size_t of) {
    return (of - n % of) % of;
}

template <class Int>
Int narrow(std::size_t n) {
    return static_cast<Int>(n);
}

}  // namespace

Bytes from_hex(std::string_view text) {
    Bytes out;
    int high = -1;
    for (const char c : text) {
        if (c == ' ' || c == '\n' || c == '\t' || c == '\r') continue;
        const int digit = hex_digit(c);
        if (digit < 0) wrong("a hex string", text);
        if (high < 0) {
            high = digit;
        } else {
            out.push_back(static_cast<std::uint8_t>(high << 4 | digit));
            high = -1;
        }
    }
    if (high >= 0) wrong("a hex string of whole bytes", text);
    return out;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    for (const std::uint8_t b : bytes) {
        out += kDigits[b >> 4];
        out += kDigits[b & 15];
    }
    return out;
}

Bytes ip_bytes(std::string_view address) {
    const std::string text(address);
    Bytes out(4);
    if (inet_pton(AF_INET, text.c_str(), out.data()) == 1) return out;
    out.resize(16);
    if (inet_pton(AF_INET6, text.c_str(), out.data()) == 1) return out;
    wrong("an IP address", address);
}

Bytes mac_bytes(std::string_view address) {
    std::string digits;
    for (const char c : address) {
        if (c != ':') digits += c;
    }
    Bytes out = from_hex(digits);
    if (out.size() != 6) wrong("a MAC address", address);
    return out;
}

Writer& Writer::number(std::uint64_t v, std::size_t width) {
    for (std::size_t i = width; i-- > 0;) {
        bytes_.push_back(i < 8 ? static_cast<std::uint8_t>(v >> (8 * i)) : std::uint8_t{0});
    }
    return *this;
}

Writer& Writer::raw(std::span<const std::uint8_t> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
}

Writer& Writer::text(std::string_view characters, std::size_t width) {
    if (width == 0) width = characters.size();
    const std::string_view kept = characters.substr(0, width);
    bytes_.insert(bytes_.end(), kept.begin(), kept.end());
    return zeros(width - kept.size());
}

Writer& Writer::zeros(std::size_t n) {
    bytes_.insert(bytes_.end(), n, 0);
    return *this;
}

Writer& Writer::variable(std::span<const std::uint8_t> bytes) {
    if (bytes.size() >= 255) return variable_long(bytes);
    return u8(narrow<std::uint8_t>(bytes.size())).raw(bytes);
}

Writer& Writer::variable(std::string_view characters) {
    return variable(Bytes(characters.begin(), characters.end()));
}

Writer& Writer::variable_long(std::span<const std::uint8_t> bytes) {
    return u8(255).u16(narrow<std::uint16_t>(bytes.size())).raw(bytes);
}

Writer& Writer::opaque(std::span<const std::uint8_t> bytes) {
    return u32(narrow<std::uint32_t>(bytes.size())).raw(bytes).zeros(to_multiple(bytes.size(), 4));
}

Writer& Writer::patch16(std::size_t at, std::uint16_t v) {
    bytes_.at(at) = static_cast<std::uint8_t>(v >> 8);
    bytes_.at(at + 1) = static_cast<std::uint8_t>(v);
    return *this;
}

}  // namespace support
