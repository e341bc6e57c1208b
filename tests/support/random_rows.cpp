// SPDX-License-Identifier: Apache-2.0
#include "tests/support/random_rows.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <type_traits>

#include "tests/support/frame_builder.hpp"

namespace support {

namespace {

using flow::Column;

constexpr std::uint64_t kBegin_ms = 1'768'477'800'000;  // 2026-01-15 11:50 UTC
constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

constexpr std::array<std::uint64_t, 40> kNumbers = {0,
                                                    0,
                                                    1,
                                                    1,
                                                    2,
                                                    3,
                                                    4,
                                                    5,
                                                    6,
                                                    7,
                                                    16,
                                                    17,
                                                    22,
                                                    24,
                                                    53,
                                                    58,
                                                    64,
                                                    80,
                                                    128,
                                                    184,
                                                    255,
                                                    443,
                                                    768,
                                                    769,
                                                    1001,
                                                    1003,
                                                    1024,
                                                    2048,
                                                    8080,
                                                    9000,
                                                    4096,
                                                    33333,
                                                    34304,
                                                    65001,
                                                    65535,
                                                    65536,
                                                    1'000'000,
                                                    4200000001,
                                                    0xffffffffull,
                                                    0x001122334455ull};
constexpr std::array<std::uint64_t, 12> kCounters = {
    0, 1, 2, 40, 60, 999, 1000, 1500, 1'000'000, 1'500'000'000, 1ull << 40, kMost};
constexpr std::array<std::uint64_t, 8> kDurations_ms = {0, 0, 1, 10, 1000, 5000, 60'000, 86'400'000};
constexpr std::array<std::string_view, 16> kAddresses = {
    "10.1.0.1",    "10.1.0.2",         "10.1.255.255", "10.2.0.0",
    "172.16.0.1",  "192.168.1.20",     "0.0.0.0",      "255.255.255.255",
    "2001:db8::1", "2001:db8:dead::2", "fe80::1",      "::",
    "::1",         "2001:db9::",       "::1.0.0.1",    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"};
constexpr std::array<std::string_view, 12> kTexts = {"http",
                                                     "HTTP",
                                                     "https",
                                                     "example.org",
                                                     "www.Example.org",
                                                     "Gi0/1",
                                                     "Gi0/10",
                                                     "mgmt",
                                                     "a",
                                                     "user name",
                                                     "b\xc3\xbc"
                                                     "ro",
                                                     "/index.html"};

flow::IpAddress parsed(std::string_view text) {
    return flow::IpAddress::parse(text).value();
}

std::uint64_t largest(Column column) {
    switch (column) {
        case Column::in_src_mac:
        case Column::in_dst_mac:
        case Column::out_src_mac:
        case Column::out_dst_mac:
            return (1ull << 48) - 1;
        case Column::flow_label:
            return (1u << 20) - 1;
        default:
            return kMost;
    }
}

std::uint64_t number(Draw& draw, Column column) {
    switch (column) {
        case Column::in_bytes:
        case Column::in_packets:
        case Column::out_bytes:
        case Column::out_packets:
            return draw.of(kCounters);
        case Column::proto:
            return draw.of({6u, 6u, 6u, 17u, 17u, 1u, 58u, 47u, 0u, 255u});
        case Column::direction:
            return draw.below(2);
        case Column::firewall_event:
            return draw.below(6);
        default:
            break;
    }
    const std::uint64_t value = draw.one_in(8) ? draw.any() : draw.of(kNumbers);
    return std::min(value, largest(column));
}

flow::IpAddress address(Draw& draw) {
    if (!draw.one_in(8)) return parsed(draw.of(kAddresses));
    flow::IpAddress out = draw.one_in(2) ? flow::IpAddress::v4(0) : flow::IpAddress{};
    for (std::size_t i = out.is_v4() ? 12 : 0; i < 16; ++i) out.bytes[i] = static_cast<std::uint8_t>(draw.any());
    return out;
}

flow::MplsStack stack(Draw& draw) {
    flow::MplsStack out;
    out.count = draw.below(out.labels.size() + 1);
    for (std::uint32_t& entry : out.labels) {
        entry = draw.of({0u, 3u, 16u, 16001u, 16002u, 1048575u}) << 4 | draw.below(8) << 1;
        if (draw.one_in(8)) entry |= 1;  // a bottom above the bottom
    }
    if (out.count != 0 && !draw.one_in(4)) out.labels[out.count - 1] |= 1;
    return out;
}

template <class Type>
Type value_for(Draw& draw, Column column) {
    if constexpr (std::is_same_v<Type, flow::IpAddress>) {
        return address(draw);
    } else if constexpr (std::is_same_v<Type, flow::MplsStack>) {
        return stack(draw);
    } else if constexpr (std::is_same_v<Type, flow::AclId>) {
        const auto id = [&] { return draw.of({0u, 1u, 5u, 0xdeadbeefu}); };
        return {id(), id(), id()};
    } else if constexpr (std::is_same_v<Type, flow::Text>) {
        return {static_cast<std::uint32_t>(draw.any()), static_cast<std::uint32_t>(draw.any())};  // garbage
    } else {
        return static_cast<Type>(number(draw, column));
    }
}

std::string text_of(const Bytes& bytes) {
    return {bytes.begin(), bytes.end()};
}

// A ClientHello of this version for a server name. 0x0304: as TLS 1.3 says it, by an extension.
Bytes hello(std::uint16_t version, std::string_view name) {
    Writer host;
    host.u16(static_cast<std::uint16_t>(name.size() + 3)).u8(0).u16(static_cast<std::uint16_t>(name.size())).text(name);
    Writer extensions;
    extensions.u16(0).u16(static_cast<std::uint16_t>(host.size())).raw(host.bytes());
    extensions.u16(16).u16(5).u16(3).u8(2).text("h2");
    constexpr std::uint16_t kTls12 = 0x0303;
    if (version > kTls12) extensions.u16(43).u16(5).u8(4).u16(version).u16(kTls12);
    Writer body;
    body.u16(std::min(version, kTls12)).raw(Bytes(32, 0x55)).u8(0).u16(4).u16(0x1301).u16(0xc02f).u8(1).u8(0);
    body.u16(static_cast<std::uint16_t>(extensions.size())).raw(extensions.bytes());
    Writer out;
    out.u8(0x16).u16(0x0301).u16(static_cast<std::uint16_t>(body.size() + 4));
    return out.u8(1).number(body.size(), 3).raw(body.bytes());
}

// Samples of packets, whole and cut, and bytes that are none.
std::vector<std::string> payloads(Draw& draw) {
    std::vector<std::string> out = {"a", "abab", "GET /index.html HTTP/1.1", "xbcax ABC"};
    const std::string http = "GET /abc HTTP/1.1 Host: www.Example.org";
    const Bytes request(http.begin(), http.end());
    out.push_back(text_of(Frame().ethernet().ipv4().tcp().payload(request).build()));
    out.push_back(text_of(Frame().ipv6().udp().payload(request).build()));
    for (std::uint16_t version = 0x0300; version <= 0x0304; ++version) {
        const std::string_view name = version % 2 == 0 ? "example.org" : "www.Example.org";
        const std::string packet = text_of(Frame().ethernet().ipv4().tcp().payload(hello(version, name)).build());
        out.push_back(packet);
        out.push_back(packet.substr(0, packet.size() - 1 - draw.below(20)));
    }
    return out;
}

}  // namespace

RandomRows::RandomRows(std::uint64_t seed, const flow::ExporterTable& exporters, std::uint16_t sources)
    : draw_(seed), exporters_(exporters), sources_(sources), payloads_(payloads(draw_)) {}

void RandomRows::add(flow::FlowBatch& batch, std::uint32_t rows) {
    std::array<std::uint64_t, 4> templates{};
    for (std::uint64_t& present : templates) {
        present = draw_.one_in(8) ? 0 : draw_.one_in(4) ? kMost : draw_.any() | draw_.any();
        if (draw_.one_in(2)) present &= draw_.any();
    }
    if (draw_.one_in(2)) templates.front() = kMost;
    for (; rows != 0; --rows) write(batch, batch.rows++, draw_.of(templates));
}

void RandomRows::write(flow::FlowBatch& batch, std::uint32_t row, std::uint64_t present) {
    std::uint64_t brought = 0;
    const auto column = [&]<class Type>(Column name, Type& at) {
        const std::uint64_t bit = flow::present_bit(name);
        const bool here = (present & bit) != 0;
        at = value_for<Type>(draw_, name);
        if constexpr (std::is_same_v<Type, flow::Text>) {
            if (here) batch.arena.add(name == Column::payload ? draw_.of(payloads_) : draw_.of(kTexts), at);
        }
        if (here) brought |= bit;
        if (!here && static_cast<std::size_t>(name) < flow::kCommonColumns) at = {};
    };
#define X(name, type, what) column(Column::name, batch.name[row]);
    FLOW_COMMON_COLUMNS(X)
    FLOW_RARE_COLUMNS(X)
#undef X
    batch.present[row] = brought;
    batch.present_any |= brought;
    write_what_is_always_there(batch, row);
}

void RandomRows::write_what_is_always_there(flow::FlowBatch& batch, std::uint32_t row) {
    batch.first_ms[row] = kBegin_ms + draw_.below(3) * 500;
    batch.last_ms[row] = batch.first_ms[row] + draw_.of(kDurations_ms);
    if (draw_.one_in(10)) std::swap(batch.first_ms[row], batch.last_ms[row]);
    batch.exporter[row] = draw_.below(exporters_.size() + 1);
    batch.source[row] = static_cast<std::uint16_t>(draw_.below(sources_ + 1u));
    batch.sampling[row] = draw_.of({0u, 1u, 1u, 1u, 10u, 4096u, 0xffffffffu});
    batch.thinning[row] = static_cast<std::uint16_t>(draw_.of({1u, 1u, 1u, 2u, 7u, 0xffffu}));
    const bool has_src = batch.has(row, Column::src_addr);
    const bool has_dst = batch.has(row, Column::dst_addr);
    // Mixed families come from no device.
    if (has_src && has_dst && batch.src_addr[row].is_v4() != batch.dst_addr[row].is_v4()) {
        batch.dst_addr[row] = batch.src_addr[row];
    }
    const flow::IpAddress& named = has_src ? batch.src_addr[row] : batch.dst_addr[row];
    batch.family[row] = !has_src && !has_dst ? 0 : named.is_v4() ? 4 : 6;
}

void add_random_exporters(flow::ExporterTable& table, std::uint64_t seed, std::uint32_t count) {
    using flow::Protocol;
    Draw draw(seed);
    for (; count != 0; --count) {
        flow::ExporterKey key;
        key.address = address(draw);
        key.protocol = draw.of({Protocol::netflow1, Protocol::netflow5, Protocol::netflow7, Protocol::netflow9,
                                Protocol::ipfix, Protocol::sflow5});
        key.domain = draw.of({0u, 1u, 42u, 0x0307u, 0xffffffffu, 256u});
        key.source_id = draw.below(3);
        if (key.protocol == Protocol::sflow5) key.agent = address(draw);
        (void)table.find_or_add(key);
    }
}

}  // namespace support
