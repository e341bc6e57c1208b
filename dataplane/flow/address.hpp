// SPDX-License-Identifier: Apache-2.0
// IP addresses and prefixes, both families in one 16-byte type.
//
// Thread: any; values.
// Shape:  network byte order; IPv4 is held as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2), so one compare serves both.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace flow {

struct alignas(8) IpAddress {
    std::array<std::uint8_t, 16> bytes{};

    // `host` in host byte order: 0x7f000001 is 127.0.0.1.
    [[nodiscard]] static constexpr IpAddress v4(std::uint32_t host) noexcept {
        IpAddress a;
        a.bytes[10] = a.bytes[11] = 0xff;
        for (unsigned i = 0; i < 4; ++i) a.bytes[12 + i] = static_cast<std::uint8_t>(host >> (24 - 8 * i));
        return a;
    }
    [[nodiscard]] static IpAddress v6(const std::uint8_t* network_order) noexcept {
        IpAddress a;
        std::memcpy(a.bytes.data(), network_order, 16);
        return a;
    }
    [[nodiscard]] bool is_v4() const noexcept { return high() == 0 && (low() >> 32) == 0xffff; }
    // The IPv4 address in host byte order; only meaningful when is_v4().
    [[nodiscard]] std::uint32_t as_v4() const noexcept { return static_cast<std::uint32_t>(low()); }
    // First and last 64 bits as numbers: (high, low) orders like the address.
    [[nodiscard]] std::uint64_t high() const noexcept { return word(0); }
    [[nodiscard]] std::uint64_t low() const noexcept { return word(8); }

    // Complete IPv4 or IPv6 address; anything else is nullopt.
    [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);
    // RFC 5952 form; IPv4 as a.b.c.d.
    [[nodiscard]] std::string text() const;

    friend bool operator==(const IpAddress&, const IpAddress&) noexcept = default;
    friend auto operator<=>(const IpAddress& a, const IpAddress& b) noexcept { return a.bytes <=> b.bytes; }

  private:
    [[nodiscard]] std::uint64_t word(std::size_t at) const noexcept {
        std::uint64_t v;
        std::memcpy(&v, bytes.data() + at, 8);
        return __builtin_bswap64(v);
    }
};
static_assert(sizeof(IpAddress) == 16);

// Mixes all 128 bits; good enough to spread exporters over workers and table slots.
[[nodiscard]] inline std::uint64_t hash(const IpAddress& a) noexcept {
    std::uint64_t h = (a.high() ^ 0x9e3779b97f4a7c15ull) * 0xff51afd7ed558ccdull;
    h = (h ^ (h >> 32) ^ a.low()) * 0xc4ceb9fe1a85ec53ull;
    return h ^ (h >> 29);
}

// An address and how many of its leading bits count. For IPv4, `bits` counts in the mapped form: 10.0.0.0/8 has bits = 104.
struct Prefix {
    IpAddress address{};
    std::uint8_t bits = 128;

    // "10.0.0.0/8", "2001:db8::/32", or an address alone (all bits). Host bits are cleared.
    [[nodiscard]] static std::optional<Prefix> parse(std::string_view text);
    [[nodiscard]] bool contains(const IpAddress& a) const noexcept;
    [[nodiscard]] std::string text() const;

    friend bool operator==(const Prefix&, const Prefix&) noexcept = default;
};

// `a` with every bit after the first `bits` cleared.
[[nodiscard]] IpAddress masked(const IpAddress& a, unsigned bits) noexcept;

}  // namespace flow

template <>
struct std::hash<flow::IpAddress> {
    std::size_t operator()(const flow::IpAddress& a) const noexcept { return flow::hash(a); }
};
