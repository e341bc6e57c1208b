// SPDX-License-Identifier: Apache-2.0
#include "filters/text/payload.hpp"

#include <algorithm>
#include <optional>

namespace filters::text {

namespace {

constexpr std::size_t kEthernetBytes = 14;
constexpr std::size_t kVlanBytes = 4;
constexpr std::size_t kIpv4Bytes = 20;
constexpr std::size_t kIpv6Bytes = 40;
constexpr std::size_t kTcpBytes = 20;
constexpr std::size_t kUdpBytes = 8;
constexpr unsigned kMostVlans = 2;
constexpr unsigned kMostExtensions = 8;

constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;

unsigned byte_at(std::string_view s, std::size_t at) noexcept {
    return static_cast<unsigned char>(s[at]);
}
unsigned word_at(std::string_view s, std::size_t at) noexcept {
    return byte_at(s, at) << 8 | byte_at(s, at + 1);
}

// What an IP header leads to: the bytes after it, and which protocol they are.
struct Inner {
    std::string_view bytes;
    unsigned proto;
    bool first_fragment;
};

// The first `length` bytes of a packet that says it has so many; a sample may have fewer. 0 is left by
// segmentation offload.
std::string_view bounded(std::string_view packet, std::size_t length) noexcept {
    return length == 0 ? packet : packet.substr(0, length);
}

std::optional<Inner> ipv4(std::string_view packet) noexcept {
    if (packet.size() < kIpv4Bytes || byte_at(packet, 0) >> 4 != 4) return std::nullopt;
    const std::size_t header = (byte_at(packet, 0) & 15) * 4;
    const std::size_t total = word_at(packet, 2);
    if (header < kIpv4Bytes || header > packet.size() || (total != 0 && total < header)) return std::nullopt;
    const bool first = (word_at(packet, 6) & 0x1fff) == 0;
    return Inner{bounded(packet, total).substr(header), byte_at(packet, 9), first};
}

bool is_extension(unsigned next) noexcept {
    return next == 0 || next == 43 || next == 44 || next == 51 || next == 60 || next == 135;
}

// RFC 8200 section 4; the authentication header counts its length in another unit (RFC 4302 section 2.2).
std::optional<Inner> ipv6(std::string_view packet) noexcept {
    if (packet.size() < kIpv6Bytes || byte_at(packet, 0) >> 4 != 6) return std::nullopt;
    const std::size_t length = word_at(packet, 4);
    Inner inner{bounded(packet, length == 0 ? 0 : kIpv6Bytes + length).substr(kIpv6Bytes), byte_at(packet, 6), true};
    for (unsigned i = 0; i < kMostExtensions && is_extension(inner.proto); ++i) {
        if (inner.bytes.size() < 8) return std::nullopt;
        std::size_t header = (byte_at(inner.bytes, 1) + 1) * 8;
        if (inner.proto == 44) {
            header = 8;
            inner.first_fragment = (word_at(inner.bytes, 2) & 0xfff8) == 0;
        } else if (inner.proto == 51) {
            header = (byte_at(inner.bytes, 1) + 2) * 4;
        }
        if (header > inner.bytes.size()) return std::nullopt;
        inner.proto = byte_at(inner.bytes, 0);
        inner.bytes.remove_prefix(header);
        if (!inner.first_fragment) break;
    }
    return inner;
}

std::optional<Inner> ethernet(std::string_view packet) noexcept {
    std::size_t at = kEthernetBytes - 2;
    for (unsigned vlans = 0; at + 2 <= packet.size(); at += kVlanBytes, ++vlans) {
        const unsigned type = word_at(packet, at);
        if (type == 0x0800) return ipv4(packet.substr(at + 2));
        if (type == 0x86dd) return ipv6(packet.substr(at + 2));
        const bool vlan = type == 0x8100 || type == 0x88a8;
        if (!vlan || vlans == kMostVlans) break;
    }
    return std::nullopt;
}

// Bytes of the transport header at the start of `inner`; nothing when it is cut.
std::optional<std::size_t> transport_bytes(const Inner& inner) noexcept {
    if (!inner.first_fragment) return 0;
    std::size_t header = 0;
    if (inner.proto == kUdp) header = kUdpBytes;
    if (inner.proto == kTcp) {
        if (inner.bytes.size() < kTcpBytes) return std::nullopt;
        header = std::max(kTcpBytes, std::size_t{byte_at(inner.bytes, 12) >> 4} * 4);
    }
    if (header > inner.bytes.size()) return std::nullopt;
    return header;
}

}  // namespace

std::string_view application_bytes(std::string_view packet, std::uint8_t proto) noexcept {
    for (const auto& read : {ethernet, ipv4, ipv6}) {
        const auto inner = read(packet);
        if (!inner || inner->proto != proto) continue;
        const auto header = transport_bytes(*inner);
        // A sample cut inside the headers has no payload.
        return header ? inner->bytes.substr(*header) : std::string_view{};
    }
    return packet;
}

}  // namespace filters::text
