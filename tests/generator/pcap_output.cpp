// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "tests/generator/bytes.hpp"
#include "tests/generator/output.hpp"

namespace generator {

namespace {

constexpr std::uint8_t kUdpProtocol = 17;
constexpr std::size_t kEthernet = 14;
constexpr std::size_t kUdpHeader = 8;
constexpr std::uint16_t kSourcePort = 40000;

// One's complement sum in this machine's byte order: it is the same in either order (RFC 1071).
std::uint64_t sum(const std::uint8_t* p, std::size_t n) {
    std::uint64_t total = 0;
    for (; n >= 4; n -= 4, p += 4) {
        std::uint32_t word;
        std::memcpy(&word, p, 4);
        total += word;
    }
    std::uint32_t last = 0;
    std::memcpy(&last, p, n);
    return total + last;
}

std::uint16_t fold(std::uint64_t total) {
    while (total >> 16 != 0) total = (total & 0xffff) + (total >> 16);
    return static_cast<std::uint16_t>(~total);
}

void store_checksum(std::uint8_t* at, std::uint16_t checksum) {
    std::memcpy(at, &checksum, 2);
}

}  // namespace

flow::Result<PcapOutput> PcapOutput::create(const std::string& path, const Endpoint& to) {
    flow::Result<support::PcapWriter> writer = support::PcapWriter::create(path);
    if (!writer) return flow::pass(writer);
    return PcapOutput(std::move(*writer), to);
}

void PcapOutput::write(std::uint64_t time_us, const Outgoing& datagram) {
    const bool ipv4 = to_.address.is_v4();
    const std::size_t ip_header = ipv4 ? 20 : 40;
    const auto udp_length = static_cast<std::uint16_t>(kUdpHeader + datagram.payload.size());
    std::uint8_t* const ip = frame_.data() + kEthernet;
    Out out(frame_.data());
    out.u32(0x02000000).u16(2).u32(0x02000000).u16(1).u16(ipv4 ? 0x0800 : 0x86dd);
    if (ipv4) {
        out.u16(0x4500).u16(static_cast<std::uint16_t>(ip_header + udp_length)).u16(id_++).u16(0);
        out.u8(64).u8(kUdpProtocol).u16(0).ipv4(datagram.source).ipv4(to_.address);
        store_checksum(ip + 10, fold(sum(ip, ip_header)));
    } else {
        out.u32(0x60000000).u16(udp_length).u8(kUdpProtocol).u8(64).ipv6(datagram.source).ipv6(to_.address);
    }
    std::uint8_t* const udp = out.at();
    out.u16(kSourcePort).u16(to_.port).u16(udp_length).u16(0);
    std::memcpy(out.at(), datagram.payload.data(), datagram.payload.size());
    // Addresses, protocol and length: the pseudo header of either family.
    const std::size_t addresses = ipv4 ? 8 : 32;
    const std::uint64_t pseudo =
        sum(udp - addresses, addresses) + __builtin_bswap16(kUdpProtocol) + __builtin_bswap16(udp_length);
    const std::uint16_t checksum = fold(pseudo + sum(udp, udp_length));
    store_checksum(udp + 6, checksum == 0 ? std::uint16_t{0xffff} : checksum);
    writer_.write(time_us, {frame_.data(), kEthernet + ip_header + udp_length});
}

}  // namespace generator
