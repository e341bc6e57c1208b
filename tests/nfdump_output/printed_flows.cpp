// SPDX-License-Identifier: Apache-2.0
#include "tests/nfdump_output/printed_flows.hpp"

#include <array>
#include <cstdlib>
#include <functional>
#include <string>

#include "tests/support/oracle_flows.hpp"
#include "tests/support/packet_builder.hpp"

namespace nfdump_output {

namespace {

using support::Bytes;
using support::Field;
using support::Writer;

constexpr std::uint64_t kBegin_ms = 1768477800000;  // 2026-01-15 11:50:00 UTC
constexpr std::uint32_t kExport_s = 1768478400;
constexpr std::uint32_t kUptime_ms = 3'600'000;
constexpr std::size_t kPerDatagram = 8;

// What is the same for both families; addresses stand before it.
const std::vector<Field> kPlainFields = {{152, 8}, {153, 8}, {7, 2}, {11, 2}, {4, 1},  {6, 1},
                                         {2, 8},   {1, 8},   {5, 1}, {55, 1}, {10, 4}, {14, 4}};

struct Plain {
    std::string src = "10.0.0.1", dst = "10.0.0.2";
    std::uint64_t first_ms = kBegin_ms, last_ms = kBegin_ms + 7;
    std::uint16_t src_port = 1234, dst_port = 443;
    std::uint8_t proto = 6, flags = 0x1b;
    std::uint64_t packets = 7, bytes = 700;
    std::uint8_t tos = 0;
    std::uint32_t input = 1, output = 2;

    [[nodiscard]] Bytes record() const {
        return Writer()
            .ip(src)
            .ip(dst)
            .u64(first_ms)
            .u64(last_ms)
            .u16(src_port)
            .u16(dst_port)
            .u8(proto)
            .u8(flags)
            .u64(packets)
            .u64(bytes)
            .u8(tos)
            .u8(tos)
            .u32(input)
            .u32(output);
    }
};

support::Template with_addresses(std::uint16_t id, const Field& src, const Field& dst) {
    support::Template out{.id = id, .fields = {src, dst}};
    out.fields.insert(out.fields.end(), kPlainFields.begin(), kPlainFields.end());
    return out;
}

// IPFIX: templates 256 (IPv4) and 257 (IPv6), then the records of one of them.
std::vector<Bytes> ipfix(std::uint16_t id, const std::vector<Plain>& flows) {
    std::vector<Bytes> out;
    std::uint32_t sequence = 0;
    out.push_back(support::Ipfix(0)
                      .unix_seconds(kExport_s)
                      .template_set({with_addresses(256, {8, 4}, {12, 4}), with_addresses(257, {27, 16}, {28, 16})})
                      .build());
    for (std::size_t begin = 0; begin < flows.size(); begin += kPerDatagram) {
        std::vector<Bytes> records;
        for (std::size_t i = begin; i < std::min(flows.size(), begin + kPerDatagram); ++i) {
            records.push_back(flows[i].record());
        }
        out.push_back(support::Ipfix(0).unix_seconds(kExport_s).sequence(sequence).data_set(id, records).build());
        sequence += static_cast<std::uint32_t>(records.size());
    }
    return out;
}

// Counters around every change of unit and of rounding; up to where nfdump's own bits per second overflow.
std::vector<Plain> counters() {
    std::vector<Plain> out;
    for (const std::uint64_t c : {std::uint64_t{0},
                                  std::uint64_t{1},
                                  std::uint64_t{999},
                                  std::uint64_t{99999},
                                  std::uint64_t{999999},
                                  std::uint64_t{1000000},
                                  std::uint64_t{1049999},
                                  std::uint64_t{1050000},
                                  std::uint64_t{1050001},
                                  std::uint64_t{1150000},
                                  std::uint64_t{1250000},
                                  std::uint64_t{1350000},
                                  std::uint64_t{9999999},
                                  std::uint64_t{99949999},
                                  std::uint64_t{99950000},
                                  std::uint64_t{999949999},
                                  std::uint64_t{999950000},
                                  std::uint64_t{999999999},
                                  std::uint64_t{1000000000},
                                  std::uint64_t{1450000000},
                                  std::uint64_t{9999999999},
                                  std::uint64_t{999999999999},
                                  std::uint64_t{1000000000000},
                                  std::uint64_t{12345678901234},
                                  std::uint64_t{999999999999999},
                                  std::uint64_t{1234567890123456}}) {
        const auto n = static_cast<std::uint8_t>(out.size());
        out.push_back({.first_ms = kBegin_ms + n,
                       .last_ms = kBegin_ms + n + 1000,
                       .src_port = static_cast<std::uint16_t>(1000 + n),
                       .flags = static_cast<std::uint8_t>(0xff >> (n % 9)),
                       .packets = c,
                       .bytes = c,
                       .tos = n,
                       .input = n,
                       .output = 4294967295u - n});
    }
    return out;
}

std::vector<Plain> durations() {
    std::vector<Plain> out;
    constexpr std::uint64_t day = 86'400'000;
    for (const std::uint64_t d :
         {std::uint64_t{1}, std::uint64_t{3}, std::uint64_t{7}, std::uint64_t{999}, std::uint64_t{1000},
          std::uint64_t{59999}, std::uint64_t{60000}, std::uint64_t{3599999}, std::uint64_t{3600000}, day - 1, day,
          day + 1, 100 * day - 1, 100 * day, 10000 * day}) {
        const auto n = static_cast<std::uint16_t>(out.size());
        out.push_back({.dst = "10.0.0.3",
                       .first_ms = kBegin_ms + n,
                       .last_ms = kBegin_ms + n + d,
                       .src_port = n,
                       .dst_port = 65535,
                       .proto = 17,
                       .flags = 0,
                       .packets = 5,
                       .bytes = 1500});
    }
    out.push_back({.src = "255.255.255.255", .dst = "0.0.0.0", .first_ms = 0, .last_ms = 0, .proto = 17, .flags = 0});
    out.push_back(
        {.src = "1.2.3.4", .dst = "100.100.100.100", .first_ms = 0, .last_ms = kBegin_ms, .proto = 17, .flags = 0});
    out.push_back({.last_ms = kBegin_ms + 1, .proto = 254, .flags = 0, .packets = 0, .bytes = 100});
    out.push_back({.last_ms = kBegin_ms + 1, .proto = 0, .flags = 0, .packets = 100, .bytes = 0});
    return out;
}

std::vector<Plain> numbers() {
    std::vector<Plain> out = counters();
    const std::vector<Plain> more = durations();
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

std::vector<Plain> addresses() {
    std::vector<Plain> out;
    for (const char* a : {"::", "::1", "::1.2.3.4", "::ffff:1.2.3.4", "64:ff9b::102:304", "2001:db8::1234",
                          "2001:db8::12:345", "2001:db8::12:3456", "2001:db8::123:4567", "2001:db8::1234:5678",
                          "fe80::1:2:3:4", "2001:db8:1234:5678:9abc:def0:1234:5678", "1:0:0:2:0:0:0:3",
                          "1:0:0:2:3:0:0:4", "1:0:2:3:4:5:6:7", "::2:3:4:5:6:7:8", "1:2:3:4:5:6::", "1::"}) {
        out.push_back({.src = a, .dst = a, .tos = 4, .input = 5, .output = 6});
    }
    return out;
}

std::vector<Plain> protocols() {
    std::vector<Plain> out;
    for (unsigned p = 0; p < 256; ++p) {
        out.push_back({.src_port = 0, .dst_port = 0, .proto = static_cast<std::uint8_t>(p), .flags = 0});
    }
    return out;
}

std::vector<Bytes> v9(std::uint16_t id, const std::vector<Field>& fields, const std::vector<Bytes>& records) {
    std::vector<Bytes> out;
    const auto message = [] { return support::V9(1000).uptime_ms(kUptime_ms).unix_seconds(kExport_s); };
    out.push_back(message().sequence(1).template_set({{id, fields}}).build());
    std::uint32_t sequence = 2;
    for (std::size_t begin = 0; begin < records.size(); begin += kPerDatagram) {
        const std::vector<Bytes> some(
            records.begin() + static_cast<std::ptrdiff_t>(begin),
            records.begin() + static_cast<std::ptrdiff_t>(std::min(records.size(), begin + kPerDatagram)));
        out.push_back(message().sequence(sequence++).data_set(id, some).build());
    }
    return out;
}

// Behind the addresses of each family: NSEL of Cisco's ASA.
const std::vector<Field> kFirewallFields = {
    {148, 4}, {7, 2},     {10, 2},  {11, 2},  {14, 2},  {4, 1},   {176, 1},    {177, 1},    {227, 2},   {228, 2},
    {233, 1}, {33002, 2}, {323, 8}, {152, 8}, {153, 8}, {231, 4}, {33000, 12}, {33001, 12}, {40000, 20}};

Writer& firewall_rest(Writer& w, unsigned event, unsigned extended, std::uint8_t proto) {
    w.u32(77 + event).u16(1111).u16(3).u16(2222).u16(4).u8(proto).u8(0).u8(0).u16(3333).u16(4444);
    w.u8(static_cast<std::uint8_t>(event)).u16(static_cast<std::uint16_t>(extended));
    w.u64(kBegin_ms + 5150 + 50 * event).u64(kBegin_ms + event).u64(kBegin_ms + event + 10);
    w.u32(1234567);
    w.u32(1).u32(2).u32(3).u32(0xdeadbeef).u32(0xcafe).u32(0x12345678);
    return w.text("user" + std::to_string(event), 20);
}

std::vector<Bytes> firewall_events() {
    struct Event {
        unsigned event, extended;
    };
    std::vector<Field> v4 = {{8, 4}, {12, 4}, {225, 4}, {226, 4}};
    v4.insert(v4.end(), kFirewallFields.begin(), kFirewallFields.end());
    std::vector<Bytes> records;
    for (const Event e : {Event{0, 0}, Event{1, 0}, Event{2, 2000}, Event{3, 1001}, Event{3, 1002}, Event{3, 1003},
                          Event{3, 1004}, Event{3, 1005}, Event{4, 0}, Event{5, 2031}, Event{6, 1}, Event{9, 65535}}) {
        Writer w;
        w.ip("10.1.1.1").ip("10.2.2.2").ip("192.0.2.1").ip("198.51.100.7");
        records.push_back(firewall_rest(w, e.event, e.extended, 6));
    }
    std::vector<Bytes> out = v9(260, v4, records);

    std::vector<Field> v6 = {{27, 16}, {28, 16}, {281, 16}, {282, 16}};
    v6.insert(v6.end(), kFirewallFields.begin(), kFirewallFields.end());
    Writer w;
    w.ip("2001:db8::1").ip("2001:db8:1:2:3:4:5:6").ip("2001:db8:aaaa::1").ip("2001:db8:bbbb:cccc:1:2:3:4");
    const std::vector<Bytes> more = v9(261, v6, {firewall_rest(w, 1, 0, 17)});
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

std::vector<Bytes> translations() {
    const std::vector<Field> fields = {{8, 4},   {12, 4},  {7, 2},   {11, 2},  {4, 1},   {323, 8},
                                       {230, 1}, {225, 4}, {226, 4}, {227, 2}, {228, 2}, {361, 2},
                                       {362, 2}, {363, 2}, {364, 2}, {152, 8}, {153, 8}};
    std::vector<Bytes> records;
    for (std::uint8_t event = 0; event < 20; ++event) {
        Writer w;
        w.ip("10.1.1.1").ip("10.2.2.2").u16(1111).u16(2222).u8(17).u64(kBegin_ms + 7150 + 40u * event).u8(event);
        w.ip("192.0.2.1")
            .ip("198.51.100.7")
            .u16(3333)
            .u16(4444)
            .u16(1024)
            .u16(2047)
            .u16(1)
            .u16(512)
            .u64(kBegin_ms)
            .u64(kBegin_ms + event);
        records.push_back(w);
    }
    return v9(262, fields, records);
}

std::vector<Bytes> events() {
    std::vector<Bytes> out = firewall_events();
    const std::vector<Bytes> more = translations();
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

std::vector<Bytes> rare() {
    std::vector<Field> fields = {{8, 4},     {12, 4},  {22, 4},    {21, 4},    {7, 2},     {11, 2},    {4, 1},
                                 {1, 4},     {2, 4},   {57554, 4}, {57555, 4}, {57556, 4}, {57557, 4}, {57558, 4},
                                 {57559, 4}, {234, 4}, {235, 4},   {61, 1},    {95, 4}};
    for (std::uint16_t i = 0; i < 10; ++i) fields.push_back({static_cast<std::uint16_t>(70 + i), 3});
    std::vector<Bytes> records;
    for (std::uint32_t k = 0; k < 4; ++k) {
        Writer w;
        w.ip("10.1.1.1").ip("10.2.2." + std::to_string(k)).u32(kUptime_ms - 600'000).u32(kUptime_ms - 599'000);
        w.u16(1111).u16(2222).u8(6).u32(1000).u32(10);
        w.u32(0).u32(1500 * k).u32(k).u32(999'999).u32(0).u32(7).u32(12).u32(13 + k);
        w.u8(static_cast<std::uint8_t>(k & 1)).u32(0x03000001);
        for (std::uint32_t i = 0; i < 10; ++i) {
            w.number((1000 * (i + 1) + k) << 4 | ((i + k) & 7) << 1 | (i == 9 ? 1 : 0), 3);
        }
        records.push_back(w);
    }
    std::vector<Bytes> out = v9(263, fields, records);
    const std::vector<Bytes> least =
        v9(264, {{8, 4}, {12, 4}, {1, 4}, {22, 4}, {21, 4}},
           {Writer().ip("10.1.1.1").ip("10.2.2.2").u32(99).u32(kUptime_ms - 600'000).u32(kUptime_ms - 600'000)});
    out.insert(out.end(), least.begin(), least.end());
    return out;
}

}  // namespace

std::vector<Times> far_times_of(std::string_view set) {
    std::vector<Times> out;
    if (set != "numbers") return out;
    for (const Plain& flow : numbers()) out.push_back({flow.first_ms, flow.last_ms});
    return out;
}

std::vector<Bytes> datagrams_of(std::string_view set) {
    if (set == "oracle") return support::oracle_v9();
    if (set == "oracle5") return support::oracle_v5();
    if (set == "numbers") return ipfix(256, numbers());
    if (set == "addresses") return ipfix(257, addresses());
    if (set == "protocols") return ipfix(256, protocols());
    if (set == "events") return events();
    if (set == "rare") return rare();
    std::abort();  // the test is wrong
}

}  // namespace nfdump_output
