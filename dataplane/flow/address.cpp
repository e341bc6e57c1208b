// SPDX-License-Identifier: Apache-2.0
#include "dataplane/flow/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace flow {

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) return std::nullopt;  // inet_pton would stop there
    const std::string z(text);
    in_addr v4_bytes{};
    if (inet_pton(AF_INET, z.c_str(), &v4_bytes) == 1) return v4(ntohl(v4_bytes.s_addr));
    IpAddress a;
    if (inet_pton(AF_INET6, z.c_str(), a.bytes.data()) == 1) return a;
    return std::nullopt;
}

std::string IpAddress::text() const {
    std::array<char, INET6_ADDRSTRLEN> out{};
    if (is_v4()) {
        inet_ntop(AF_INET, bytes.data() + 12, out.data(), out.size());
    } else {
        inet_ntop(AF_INET6, bytes.data(), out.data(), out.size());
    }
    return out.data();
}

IpAddress masked(const IpAddress& a, unsigned bits) noexcept {
    constexpr unsigned kHalf = 64;
    const auto mask = [&](unsigned of_half) { return of_half == 0 ? 0 : ~0ull << (kHalf - std::min(kHalf, of_half)); };
    const std::array<std::uint64_t, 2> halves = {__builtin_bswap64(a.high() & mask(bits)),
                                                 __builtin_bswap64(a.low() & mask(bits > kHalf ? bits - kHalf : 0))};
    IpAddress out;
    std::memcpy(out.bytes.data(), halves.data(), sizeof halves);
    return out;
}

std::optional<Prefix> Prefix::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address) return std::nullopt;
    unsigned bits = address->is_v4() ? 32 : 128;
    const unsigned most = bits;
    if (slash != std::string_view::npos) {
        const std::string_view number = text.substr(slash + 1);
        const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), bits);
        if (error != std::errc{} || end != number.data() + number.size() || number.empty() || bits > most) {
            return std::nullopt;
        }
    }
    if (address->is_v4()) bits += 96;
    return Prefix{masked(*address, bits), static_cast<std::uint8_t>(bits)};
}

bool Prefix::contains(const IpAddress& a) const noexcept {
    return masked(a, bits) == address;
}

std::string Prefix::text() const {
    const unsigned shown = address.is_v4() && bits >= 96 ? bits - 96u : bits;
    return address.text() + "/" + std::to_string(shown);
}

}  // namespace flow
