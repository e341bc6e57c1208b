// SPDX-License-Identifier: Apache-2.0
// Hosts of the realistic and the random model.
#include <algorithm>

#include "tests/generator/mix.hpp"
#include "tests/generator/service.hpp"

namespace generator {

namespace {

constexpr unsigned kClientNetworkBits = 12;
constexpr unsigned kServerNetworkBits = 13;
constexpr unsigned kHostBits = 8;
constexpr unsigned kServerHostBits = 5;

// 0 to 2^bits - 1; how often falls off as 1 / (1 + rank): each octave of ranks is as likely as any other.
std::uint32_t rank(Random& random, unsigned bits) noexcept {
    const std::uint32_t octave = random.below(bits + 1);
    return octave == 0 ? 0 : (1u << (octave - 1)) + random.below(1ull << (octave - 1));
}

// The same number for the same key, anywhere in 64 bits.
constexpr std::uint64_t scatter(std::uint64_t key) noexcept {
    key = (key ^ (key >> 31)) * 0x9e3779b97f4a7c15ull;
    key = (key ^ (key >> 29)) * 0xbf58476d1ce4e5b9ull;
    return key ^ (key >> 32);
}

struct Host {
    flow::IpAddress address;
    std::uint32_t as = 0;
    std::uint32_t network = 0;
    std::uint8_t mask = 0;
};

flow::IpAddress ipv6(std::uint64_t network, std::uint64_t host) noexcept {
    flow::IpAddress a;
    for (unsigned i = 0; i < 8; ++i) a.bytes[i] = static_cast<std::uint8_t>(network >> (56 - 8 * i));
    for (unsigned i = 0; i < 8; ++i) a.bytes[8 + i] = static_cast<std::uint8_t>(host >> (56 - 8 * i));
    return a;
}

// 100.64.0.0 and up, a /24 a network; 2001:db8:NNNN::/64 with random interface identifiers.
Host client_host(std::uint32_t network, std::uint32_t host, bool v6) noexcept {
    Host h{{}, 64'512u + network % 3, network, static_cast<std::uint8_t>(v6 ? 64 : 24)};
    h.address = v6 ? ipv6(0x2001'0db8'0000'0000ull | network << 16, scatter(network << kHostBits | host))
                   : flow::IpAddress::v4(0x6440'0000u + (network << 8 | host));
    return h;
}

// Somewhere in 1.0.0.0 to 99.255.255.255, or in 2a00::/12; neighbours in rank lie far apart, no two share a /24.
Host server_host(std::uint32_t network, std::uint32_t host, bool v6) noexcept {
    constexpr std::uint32_t kNetworks = 1u << kServerNetworkBits;
    constexpr std::uint32_t kPlaces = 0x63'0000u / kNetworks;  // /24s for each to choose from
    const std::uint64_t random = scatter(network + 1);
    const auto place = static_cast<std::uint32_t>(network * 5003 % kNetworks * kPlaces + random % kPlaces);
    // Sixteen networks in a row of ranks belong to one AS; prefixes are /16 to /24.
    Host h{{}, 1 + static_cast<std::uint32_t>(scatter(network >> 4) % 60'000), network, 0};
    h.mask = static_cast<std::uint8_t>(v6 ? 32 + random % 3 * 8 : 16 + random % 9);
    h.address = v6 ? ipv6(0x2a00'0000'0000'0000ull | std::uint64_t{place} << 16, 1 + host)
                   : flow::IpAddress::v4(0x0100'0000u + (place << 8 | host));
    return h;
}

}  // namespace

void Mix::networks(Flow& f, const Service& service, bool reply) noexcept {
    const std::uint32_t client_network = rank(random_, kClientNetworkBits);
    const std::uint32_t client_rank = rank(random_, kHostBits);
    // Each service has networks and hosts of its own that are busy.
    const std::uint32_t turn = static_cast<std::uint32_t>(scatter(service.port + 65'536u * service.protocol));
    const std::uint32_t server_network = (rank(random_, kServerNetworkBits) + turn) & ((1u << kServerNetworkBits) - 1);
    const std::uint32_t server_rank = rank(random_, kServerHostBits);
    const auto host_of = [](std::uint32_t network, std::uint32_t of_rank) {
        return (of_rank * 167 + static_cast<std::uint32_t>(scatter(network))) & ((1u << kHostBits) - 1);
    };
    const Host client = client_host(client_network, host_of(client_network, client_rank), f.ipv6);
    const Host server = server_host(server_network, host_of(server_network, server_rank), f.ipv6);
    const Host& from = reply ? server : client;
    const Host& to = reply ? client : server;
    const auto inside = static_cast<std::uint16_t>(1 + client.network % 24);
    const auto outside = static_cast<std::uint16_t>(100 + scatter(server.as) % 6);
    f.src = from.address;
    f.dst = to.address;
    f.src_mask = from.mask;
    f.dst_mask = to.mask;
    f.src_as = from.as;
    f.dst_as = to.as;
    f.input = reply ? outside : inside;
    f.output = reply ? inside : outside;
    f.egress = reply;
    f.next_hop = f.ipv6 ? ipv6(0xfe80'0000'0000'0000ull, f.output) : flow::IpAddress::v4(0xac1f'0000u + f.output);
}

// A lone SYN from anywhere in the address space to any address of a client network, in use or not.
void Mix::scan(Flow& f, std::uint64_t now_ms) noexcept {
    constexpr std::array<std::uint16_t, 8> kScanned = {22, 23, 80, 443, 445, 3389, 5060, 8080};
    const std::uint64_t r = random_.next();
    f.ipv6 = false;
    f.egress = true;
    f.protocol = kTcp;
    f.tcp_flags = 0x02;
    f.tos = 0;
    f.payload = {};
    const Host source = server_host(random_.below(1u << kServerNetworkBits), random_.below(256), false);
    const Host target = client_host(random_.below(1u << kClientNetworkBits), random_.below(256), false);
    f.src = source.address;
    f.dst = target.address;
    f.src_mask = source.mask;
    f.dst_mask = target.mask;
    f.src_as = source.as;
    f.dst_as = target.as;
    f.input = static_cast<std::uint16_t>(100 + scatter(source.as) % 6);
    f.output = static_cast<std::uint16_t>(1 + target.network % 24);
    f.next_hop = flow::IpAddress::v4(0xac1f'0000u + f.output);
    f.src_port = static_cast<std::uint16_t>(32'768 + (r & 0x7fff));
    f.dst_port = kScanned[r >> 16 & 7];
    f.packets = 1;
    f.bytes = 40;
    f.last_ms = f.first_ms = now_ms - (r >> 32 & 0x3ff);
}

// Entropy in bits: addresses 32 + 32, ports 16 + 16, packets 10, bytes 17, duration 16, time of export after the last packet 10,
// protocol 1, TCP flags 6 of every other flow, interfaces 3 + 3: 159 in all. Nothing else varies.
void Mix::random_fields(Flow& f, std::uint64_t now_ms) noexcept {
    const std::uint64_t addresses = random_.next();
    const std::uint64_t numbers = random_.next();
    const std::uint64_t rest = random_.next();
    f = {};
    f.src = flow::IpAddress::v4(static_cast<std::uint32_t>(addresses));
    f.dst = flow::IpAddress::v4(static_cast<std::uint32_t>(addresses >> 32));
    f.next_hop = flow::IpAddress::v4(0xac1f'0001u);
    f.src_port = static_cast<std::uint16_t>(numbers);
    f.dst_port = static_cast<std::uint16_t>(numbers >> 16);
    f.packets = options_.single_packets ? 1 : 1 + (numbers >> 32 & 0x3ff);
    f.bytes = 64 + (numbers >> 47);
    f.protocol = (rest & 1) != 0 ? kTcp : kUdp;
    f.tcp_flags = f.protocol == kTcp ? static_cast<std::uint8_t>(rest >> 1 & 0x3f) : std::uint8_t{0};
    f.input = static_cast<std::uint16_t>(1 + (rest >> 7 & 7));
    f.output = static_cast<std::uint16_t>(1 + (rest >> 10 & 7));
    f.last_ms = now_ms - (rest >> 13 & 0x3ff);
    f.first_ms = f.last_ms - (rest >> 48);
}

}  // namespace generator
