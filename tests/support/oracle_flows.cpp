// SPDX-License-Identifier: Apache-2.0
#include "tests/support/oracle_flows.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "tests/support/packet_builder.hpp"

namespace support {

namespace {

constexpr std::uint32_t kExport_s = 1768478400;  // 2026-01-15 12:00:00 UTC
constexpr std::uint32_t kUptime_ms = 3'600'000;
constexpr std::uint32_t kBegin_ms = kUptime_ms - 600'000;  // uptime at 11:50:00

struct OracleFlow {
    std::uint32_t at_ms;
    std::uint32_t duration_ms;
    std::uint8_t proto;
    const char* src;
    std::uint16_t src_port;
    const char* dst;
    std::uint16_t dst_port;
    std::uint32_t packets;
    std::uint32_t bytes;
    std::uint8_t flags = 0;
    std::uint8_t src_tos = 0, dst_tos = 0;
    std::uint32_t src_as = 0, dst_as = 0;
    std::uint8_t src_mask = 0, dst_mask = 0;
    const char* next_hop = nullptr;
    const char* bgp_next_hop = nullptr;
    std::uint16_t src_vlan = 0, dst_vlan = 0;
    std::uint16_t input = 1, output = 2;
    std::uint8_t direction = 0;
    std::uint8_t forwarding = 0;

    [[nodiscard]] bool is_v6() const { return std::string_view(src).find(':') != std::string_view::npos; }
    [[nodiscard]] std::uint32_t first_ms() const { return kBegin_ms + at_ms; }
    [[nodiscard]] std::uint32_t last_ms() const { return first_ms() + duration_ms; }
};

// What only the first flow has, besides.
struct Extras {
    std::uint64_t out_packets = 8, out_bytes = 9000;
    std::uint32_t flows = 3;
    std::uint32_t next_as = 3303, previous_as = 559;
    std::uint8_t min_ttl = 62, max_ttl = 64;
    const char* in_src_mac = "00:11:22:33:44:55";
    const char* out_dst_mac = "66:77:88:99:aa:bb";
    const char* in_dst_mac = "0a:0b:0c:0d:0e:0f";
    const char* out_src_mac = "10:11:12:13:14:15";
    std::array<std::uint32_t, 3> labels{16001, 16002, 16003};  // the last at the bottom of the stack
};
constexpr const char* kNoMac = "00:00:00:00:00:00";
constexpr Extras kNone{.out_packets = 0,
                       .out_bytes = 0,
                       .flows = 1,
                       .next_as = 0,
                       .previous_as = 0,
                       .min_ttl = 0,
                       .max_ttl = 0,
                       .in_src_mac = kNoMac,
                       .out_dst_mac = kNoMac,
                       .in_dst_mac = kNoMac,
                       .out_src_mac = kNoMac,
                       .labels = {}};

enum Flags : std::uint8_t { F = 1, S = 2, R = 4, P = 8, A = 16 };

// clang-format off
constexpr std::array kFlows = {
    OracleFlow{0, 1500, 6, "10.1.0.1", 40001, "192.168.1.10", 80, 10, 5200, A | P | S | F, 0, 0, 65001, 64512, 24, 16,
               "10.255.0.1", "10.254.0.1", 100, 200},
    OracleFlow{100, 0, 6, "10.1.0.1", 40002, "192.168.1.10", 80, 1, 60, S},
    OracleFlow{200, 250, 6, "192.168.1.10", 80, "10.1.0.1", 40001, 12, 14800, A | P | S | F, 0, 0, 64512, 65001, 16, 24,
               nullptr, nullptr, 0, 0, 2, 1, 1},
    OracleFlow{300, 10, 6, "10.1.0.2", 40003, "192.168.1.11", 443, 25, 30000, A | P | S, 184, 46},
    OracleFlow{400, 5000, 6, "10.1.0.3", 40004, "192.168.1.12", 22, 400, 64000, A | P, 0, 0, 0, 0, 0, 0,
               nullptr, nullptr, 0, 0, 1, 2, 0, 64},
    OracleFlow{500, 30, 6, "10.1.0.4", 40005, "192.168.1.12", 23, 3, 180, S, 0, 0, 0, 0, 0, 0,
               nullptr, nullptr, 0, 0, 1, 2, 0, 128},
    OracleFlow{600, 30, 6, "10.1.0.4", 40006, "192.168.1.12", 25, 3, 180, A | R | S},
    OracleFlow{700, 0, 6, "10.1.0.4", 40007, "192.168.1.12", 110, 1, 40, R},
    OracleFlow{800, 0, 6, "10.1.0.4", 40008, "192.168.1.12", 3389, 1, 40, A | R},
    OracleFlow{900, 60000, 6, "172.16.5.5", 40009, "8.8.8.8", 443, 100000, 120000000, A | P | S | F},
    OracleFlow{950, 60000, 6, "172.16.5.5", 40010, "8.8.4.4", 443, 1000000, 1500000000, A},
    OracleFlow{1000, 20, 17, "10.1.0.1", 53001, "8.8.8.8", 53, 1, 70},
    OracleFlow{1010, 25, 17, "8.8.8.8", 53, "10.1.0.1", 53001, 1, 150},
    OracleFlow{1020, 25, 17, "10.1.0.5", 53, "10.1.0.1", 53, 2, 140},
    OracleFlow{1030, 0, 17, "10.1.0.6", 123, "192.168.1.20", 123, 1, 76},
    OracleFlow{1040, 0, 17, "10.1.0.6", 161, "192.168.1.20", 50000, 1, 120},
    OracleFlow{1050, 1000, 17, "10.1.0.7", 50001, "192.168.1.21", 19, 999, 1000},
    OracleFlow{1060, 1000, 17, "10.1.0.7", 50001, "192.168.1.21", 1024, 1000, 1000000},
    OracleFlow{1070, 1000, 17, "10.1.0.7", 50001, "192.168.1.21", 1025, 1001, 1000001},
    OracleFlow{1080, 2000, 17, "10.1.0.7", 50001, "224.0.0.5", 5060, 7, 3000},
    OracleFlow{1100, 0, 1, "10.1.0.1", 0, "192.168.1.10", 0x0800, 4, 336},
    OracleFlow{1110, 0, 1, "192.168.1.10", 0, "10.1.0.1", 0x0000, 4, 336},
    OracleFlow{1120, 0, 1, "192.168.1.1", 0, "10.1.0.1", 0x0301, 1, 56},
    OracleFlow{1130, 0, 1, "192.168.1.1", 0, "10.1.0.9", 0x0303, 1, 56},
    OracleFlow{1140, 0, 1, "192.168.1.1", 0, "10.1.0.9", 0x0b00, 1, 56},
    OracleFlow{1200, 100, 47, "10.2.0.1", 0, "10.3.0.1", 0, 50, 70000},
    OracleFlow{1210, 100, 50, "10.2.0.1", 0, "10.3.0.1", 0, 51, 71000},
    OracleFlow{1220, 100, 89, "10.2.0.2", 0, "224.0.0.5", 0, 5, 400},
    OracleFlow{1230, 100, 132, "10.2.0.3", 2905, "10.3.0.3", 2905, 9, 900},
    OracleFlow{2000, 300, 6, "2001:db8::1", 50100, "2001:db8:1::10", 443, 20, 22000, A | P | S | F, 0, 0, 4200000001, 65536,
               64, 48, "2001:db8:ffff::1", "2001:db8:ffff::2", 7, 8},
    OracleFlow{2100, 0, 17, "2001:db8::2", 50101, "2001:db8::53", 53, 1, 90},
    OracleFlow{2200, 0, 58, "fe80::1", 0, "ff02::1", 0x8600, 1, 104},
    OracleFlow{2300, 0, 58, "2001:db8::1", 0, "2001:db8::2", 0x8000, 1, 104},
    OracleFlow{2400, 999, 6, "2001:db8:dead:beef:1:2:3:4", 50102, "2001:db8::80", 80, 6, 640, S},
};
// clang-format on
static_assert(kFlows.size() == kOracleFlows);

// After the addresses, next hops and masks, which differ between the families.
const std::vector<Field> kCommonFields = {
    {7, 2},  {11, 2}, {4, 1},  {6, 1},  {1, 8},  {2, 8},  {22, 4},  {21, 4},  {10, 4}, {14, 4}, {16, 4},
    {17, 4}, {5, 1},  {55, 1}, {58, 2}, {59, 2}, {56, 6}, {57, 6},  {80, 6},  {81, 6}, {61, 1}, {89, 1},
    {23, 8}, {24, 8}, {3, 4},  {70, 3}, {71, 3}, {72, 3}, {128, 4}, {129, 4}, {52, 1}, {53, 1}, {32, 2}};
const std::vector<Field> kV4Fields = {{8, 4}, {12, 4}, {15, 4}, {18, 4}, {9, 1}, {13, 1}};
const std::vector<Field> kV6Fields = {{27, 16}, {28, 16}, {62, 16}, {63, 16}, {29, 1}, {30, 1}};

Template template_of(std::uint16_t id, const std::vector<Field>& first) {
    Template out{.id = id, .fields = first};
    out.fields.insert(out.fields.end(), kCommonFields.begin(), kCommonFields.end());
    return out;
}

Bytes v9_record(const OracleFlow& f, const Extras& more) {
    const char* none = f.is_v6() ? "::" : "0.0.0.0";
    Writer w;
    w.ip(f.src).ip(f.dst).ip(f.next_hop != nullptr ? f.next_hop : none);
    w.ip(f.bgp_next_hop != nullptr ? f.bgp_next_hop : none).u8(f.src_mask).u8(f.dst_mask);
    w.u16(f.src_port).u16(f.dst_port).u8(f.proto).u8(f.flags).u64(f.bytes).u64(f.packets);
    w.u32(f.first_ms()).u32(f.last_ms()).u32(f.input).u32(f.output).u32(f.src_as).u32(f.dst_as);
    w.u8(f.src_tos).u8(f.dst_tos).u16(f.src_vlan).u16(f.dst_vlan);
    w.mac(more.in_src_mac).mac(more.out_dst_mac).mac(more.in_dst_mac).mac(more.out_src_mac);
    w.u8(f.direction).u8(f.forwarding).u64(more.out_bytes).u64(more.out_packets).u32(more.flows);
    for (std::size_t i = 0; i < more.labels.size(); ++i) {
        const bool bottom = i + 1 == more.labels.size() && more.labels[i] != 0;
        w.number(more.labels[i] << 4 | (bottom ? 1u : 0u), 3);
    }
    w.u32(more.next_as).u32(more.previous_as).u8(more.min_ttl).u8(more.max_ttl);
    const bool icmp = f.proto == 1 || f.proto == 58;
    return w.u16(icmp ? f.dst_port : 0);
}

void add_data(std::vector<Bytes>& datagrams, std::uint16_t id, std::size_t begin, std::size_t end) {
    constexpr std::size_t kPerDatagram = 8;
    for (; begin < end; begin += kPerDatagram) {
        std::vector<Bytes> records;
        for (std::size_t i = begin; i < std::min(end, begin + kPerDatagram); ++i) {
            records.push_back(v9_record(kFlows[i], i == 0 ? Extras{} : kNone));
        }
        datagrams.push_back(V9(42)
                                .uptime_ms(kUptime_ms)
                                .unix_seconds(kExport_s)
                                .sequence(static_cast<std::uint32_t>(datagrams.size() + 1))
                                .data_set(id, records)
                                .build());
    }
}

}  // namespace

std::vector<Bytes> oracle_v9() {
    std::vector<Bytes> out;
    out.push_back(V9(42)
                      .uptime_ms(kUptime_ms)
                      .unix_seconds(kExport_s)
                      .sequence(1)
                      .template_set({template_of(256, kV4Fields), template_of(257, kV6Fields)})
                      .build());
    add_data(out, 256, 0, kOracleV4Flows);
    add_data(out, 257, kOracleV4Flows, kOracleFlows);
    return out;
}

std::vector<Bytes> oracle_v5() {
    V5 datagram;
    datagram.uptime_ms(kUptime_ms).unix_time(kExport_s).engine(3, 7);
    for (const OracleFlow& f : std::span(kFlows).first(kOracleV4Flows)) {
        datagram.record({.src = f.src,
                         .dst = f.dst,
                         .next_hop = f.next_hop != nullptr ? f.next_hop : "0.0.0.0",
                         .input = f.input,
                         .output = f.output,
                         .packets = f.packets,
                         .bytes = f.bytes,
                         .first_uptime_ms = f.first_ms(),
                         .last_uptime_ms = f.last_ms(),
                         .src_port = f.src_port,
                         .dst_port = f.dst_port,
                         .tcp_flags = f.flags,
                         .protocol = f.proto,
                         .tos = f.src_tos,
                         .src_as = static_cast<std::uint16_t>(f.src_as),
                         .dst_as = static_cast<std::uint16_t>(f.dst_as),
                         .src_mask = f.src_mask,
                         .dst_mask = f.dst_mask});
    }
    return {datagram.build()};
}

}  // namespace support
