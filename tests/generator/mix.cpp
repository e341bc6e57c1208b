// SPDX-License-Identifier: Apache-2.0
#include "tests/generator/mix.hpp"

#include <algorithm>
#include <bit>

#include "tests/generator/service.hpp"

namespace generator {

namespace {

constexpr std::uint8_t kGre = 47;
constexpr std::uint8_t kEsp = 50;

constexpr std::array kServices = {
    Service{250, kTcp, 443, 0, Shape::transfer, 240, 1420, 0, "\x17\x03\x03\x04"},
    Service{60, kUdp, 443, 0, Shape::transfer, 220, 1378, 0, ""},
    Service{120, kTcp, 80, 0, Shape::transfer, 310, 1420, 0, "GET /index.html HTTP/1.1\r\nHost: www.example.net\r\n"},
    Service{170, kUdp, 53, 0, Shape::question, 68, 190, 0, ""},
    Service{5, kTcp, 53, 0, Shape::talk, 90, 700, 0, ""},
    Service{30, kIcmp, 0, 0, Shape::question, 84, 84, 0, ""},
    Service{25, kTcp, 22, 0, Shape::talk, 90, 180, 0x10, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"},
    Service{10, kTcp, 23, 0, Shape::talk, 44, 80, 0x10, "login: "},
    Service{8, kTcp, 21, 0, Shape::talk, 60, 110, 0, "USER anonymous\r\n"},
    Service{3, kUdp, 19, 0, Shape::question, 32, 540, 0, " !\"#$%&'()*+,-./0123456789"},
    Service{8, kTcp, 110, 0, Shape::talk, 60, 900, 0, "USER alice\r\n"},
    Service{25, kUdp, 123, 123, Shape::question, 76, 76, 0xb8, ""},
    Service{8, kTcp, 135, 0, Shape::talk, 160, 200, 0, ""},
    Service{15, kUdp, 137, 137, Shape::question, 78, 90, 0, ""},
    Service{20, kUdp, 161, 0, Shape::question, 90, 130, 0x40, ""},
    Service{25, kTcp, 445, 0, Shape::transfer, 200, 1400, 0, ""},
    Service{20, kTcp, 8080, 0, Shape::transfer, 300, 1300, 0, "GET /api HTTP/1.1\r\nHost: app.example.net\r\n"},
    Service{10, kTcp, 1433, 0, Shape::talk, 260, 900, 0, ""},
    Service{12, kTcp, 3306, 0, Shape::talk, 180, 1000, 0, ""},
    Service{12, kTcp, 3389, 0, Shape::transfer, 120, 1100, 0, ""},
    Service{10, kUdp, 5060, 5060, Shape::talk, 600, 500, 0x60, "OPTIONS sip:example.net SIP/2.0\r\n"},
    Service{15, kTcp, 6681, 0, Shape::transfer, 1200, 1200, 0, ""},
    Service{20, kTcp, 6682, 0, Shape::transfer, 1300, 1300, 0,
            "\x13"
            "BitTorrent protocol"},
    Service{15, kUdp, 6682, 0, Shape::talk, 140, 300, 0, "d1:ad2:id20:"},
    Service{3, kTcp, 6681, 6682, Shape::transfer, 1200, 1200, 0, ""},  // in two channels
    Service{78, kTcp, 0, 0, Shape::transfer, 150, 1100, 0, ""},
    Service{40, kUdp, 0, 0, Shape::talk, 200, 400, 0, ""},
    Service{3, kGre, 0, 0, Shape::transfer, 900, 900, 0, ""},
    Service{4, kEsp, 0, 0, Shape::transfer, 1000, 1000, 0, ""},
};

constexpr std::size_t total_weight() {
    std::size_t sum = 0;
    for (const Service& s : kServices) sum += s.weight;
    return sum;
}

struct IcmpKind {
    std::uint16_t type_and_code;
    std::uint8_t weight;  // of 16
};
constexpr std::array kIcmp4Kinds = {IcmpKind{0x0800, 6}, IcmpKind{0x0000, 5}, IcmpKind{0x0303, 2}, IcmpKind{0x0301, 1},
                                    IcmpKind{0x0b00, 2}};
constexpr std::array kIcmp6Kinds = {IcmpKind{0x8000, 4}, IcmpKind{0x8100, 4}, IcmpKind{0x8700, 3}, IcmpKind{0x8800, 3},
                                    IcmpKind{0x0104, 2}};

std::uint16_t pick(const auto& kinds, std::uint32_t of_16) {
    for (const IcmpKind& k : kinds) {
        if (of_16 < k.weight) return k.type_and_code;
        of_16 -= k.weight;
    }
    return kinds[0].type_and_code;
}

// P(X >= x) is about 1/x from 1 to 2^22: a few flows carry most of the traffic.
std::uint32_t heavy_tail(std::uint64_t random) {
    const int exponent = std::min(std::countr_zero(random), 21);
    const std::uint32_t mantissa = static_cast<std::uint32_t>(random >> 40) & 0xffff;
    return (1u << exponent) + static_cast<std::uint32_t>((static_cast<std::uint64_t>(mantissa) << exponent) >> 16);
}

flow::IpAddress ipv6_address(std::uint32_t site, std::uint64_t host) {
    flow::IpAddress a;
    a.bytes = {0x20, 0x01, 0x0d, 0xb8};
    for (unsigned i = 0; i < 4; ++i) a.bytes[4 + i] = static_cast<std::uint8_t>(site >> (24 - 8 * i));
    for (unsigned i = 0; i < 8; ++i) a.bytes[8 + i] = static_cast<std::uint8_t>(host >> (56 - 8 * i));
    return a;
}

std::uint32_t as_of(std::uint32_t network) {
    // One network in eight belongs to an AS with a 32-bit number.
    return network % 8 == 0 ? 4'200'000'000u + network : 64'512u + network % 1000;
}

}  // namespace

Mix::Mix(const MixOptions& options)
    : options_(options),
      random_(options.seed),
      ipv6_below_(static_cast<std::uint64_t>(options.ipv6_share * 4294967296.0)) {
    static_assert(total_weight() == kSlots);
    std::size_t slot = 0;
    for (const Service& s : kServices) {
        for (std::size_t i = 0; i < s.weight; ++i) service_of_slot_[slot++] = &s;
    }
}

void Mix::next(Flow& out, std::uint64_t now_ms) noexcept {
    if (options_.model == Model::random) return random_fields(out, now_ms);
    const std::uint64_t r = random_.next();
    if (options_.model == Model::realistic && (r >> 12 & 63) == 0) return scan(out, now_ms);
    const Service& service = *service_of_slot_[r % kSlots];
    const bool reply = (r >> 10 & 1) != 0;
    out.ipv6 = (r >> 32) < ipv6_below_;
    out.egress = (r >> 11 & 1) != 0;
    out.protocol = service.protocol;
    out.tos = service.tos;
    out.payload = service.payload;
    if (options_.model == Model::realistic) {
        networks(out, service, reply);
    } else {
        addresses(out, reply);
    }
    ports(out, service, reply);
    sizes(out, service, reply);
    times(out, now_ms);
}

void Mix::addresses(Flow& f, bool reply) noexcept {
    const std::uint64_t r = random_.next();
    // The smaller of two numbers: low ones are frequent, so that some hosts are busier than others.
    const auto client = static_cast<std::uint32_t>(std::min(r & 0xffff, r >> 16 & 0xffff));
    const auto server = static_cast<std::uint32_t>(std::min(r >> 32 & 0x3fff, r >> 46 & 0x3fff));
    flow::IpAddress a;
    flow::IpAddress b;
    if (f.ipv6) {
        a = ipv6_address(client >> 8, 0x100 + (client & 0xff));
        b = ipv6_address(0xf000'0000u | server >> 6, 1 + (server & 0x3f));
        f.next_hop = ipv6_address(0xffff'0000u, 1 + (server & 3));
    } else {
        a = flow::IpAddress::v4(0x0a00'0000u + client);  // 10.0.0.0/16
        b = flow::IpAddress::v4(0xc612'0000u + server);  // 198.18.0.0/18
        f.next_hop = flow::IpAddress::v4(0xac1f'0001u + (server & 3));
    }
    const auto client_mask = static_cast<std::uint8_t>(f.ipv6 ? 64 : 24);
    const auto server_mask = static_cast<std::uint8_t>(f.ipv6 ? 48 : 22);
    const std::uint32_t client_as = as_of(client >> 8);
    const std::uint32_t server_as = as_of(256 + (server >> 10));
    const auto inside = static_cast<std::uint16_t>(1 + (client & 3));
    const auto outside = static_cast<std::uint16_t>(5 + (server & 3));
    f.src = reply ? b : a;
    f.dst = reply ? a : b;
    f.src_mask = reply ? server_mask : client_mask;
    f.dst_mask = reply ? client_mask : server_mask;
    f.src_as = reply ? server_as : client_as;
    f.dst_as = reply ? client_as : server_as;
    f.input = reply ? outside : inside;
    f.output = reply ? inside : outside;
}

void Mix::ports(Flow& f, const Service& service, bool reply) noexcept {
    if (service.protocol == kIcmp) return icmp(f);
    if (service.protocol != kTcp && service.protocol != kUdp) {
        f.src_port = f.dst_port = 0;
        return;
    }
    const std::uint64_t r = random_.next();
    // Ephemeral ports from 32,768, unnamed services from 10,000: no channel has a port in either range.
    const auto ephemeral = static_cast<std::uint16_t>(32'768 + (r & 0xffff) * 28'000 / 65'536);
    const auto unnamed = static_cast<std::uint16_t>(10'000 + (r >> 16 & 0xffff) * 9'000 / 65'536);
    const std::uint16_t server = service.port != 0 ? service.port : unnamed;
    const std::uint16_t client = service.client_port != 0 ? service.client_port : ephemeral;
    f.src_port = reply ? server : client;
    f.dst_port = reply ? client : server;
}

void Mix::icmp(Flow& f) noexcept {
    const std::uint32_t of_16 = random_.below(16);
    f.protocol = f.ipv6 ? kIcmp6 : kIcmp;
    f.src_port = 0;
    f.dst_port = f.ipv6 ? pick(kIcmp6Kinds, of_16) : pick(kIcmp4Kinds, of_16);
}

void Mix::sizes(Flow& f, const Service& service, bool reply) noexcept {
    const std::uint64_t r = random_.next();
    const std::uint32_t tail = heavy_tail(r);
    switch (service.shape) {
        case Shape::question:
            f.packets = tail < 16 ? 1 : 2;
            break;
        case Shape::talk:
            f.packets = 1 + tail % 512;
            break;
        case Shape::transfer:
            f.packets = tail;
            break;
    }
    if (options_.single_packets) f.packets = 1;
    // Long flows have full packets; short ones vary by a quarter around the service's size.
    const std::uint32_t typical = reply ? service.reply_bytes : service.request_bytes;
    std::uint32_t size = typical * 3 / 4 + static_cast<std::uint32_t>((r >> 32 & 0xff) * (typical / 2) >> 8);
    size = std::clamp(size, service.protocol == kTcp ? 40u : 28u, 1480u) + (f.ipv6 ? 20u : 0u);
    f.packets = std::max<std::uint64_t>(1, std::min(f.packets, options_.max_bytes / size));
    f.bytes = f.packets * size;
    if (f.protocol != kTcp) {
        f.tcp_flags = 0;
    } else if (options_.single_packets) {
        f.tcp_flags = (r >> 44 & 7) == 0 ? 0x02 : 0x18;
    } else {
        f.tcp_flags = f.packets == 1 ? 0x02 : f.packets < 4 ? 0x16 : 0x1b;
    }
}

void Mix::times(Flow& f, std::uint64_t now_ms) noexcept {
    const std::uint64_t r = random_.next();
    const std::uint64_t longest = std::min<std::uint64_t>((f.packets - 1) * 50, 300'000);
    f.last_ms = now_ms - (r & 0x3ff);
    f.first_ms = f.last_ms - ((r >> 32) * (longest + 1) >> 32);
}

}  // namespace generator
