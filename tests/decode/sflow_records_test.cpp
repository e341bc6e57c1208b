// SPDX-License-Identifier: Apache-2.0
// Every record that an sFlow sample may hold, each in its columns, and every kind of sample.
#include <gtest/gtest.h>

#include <functional>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

namespace {

using flow::Column;
using flow::Counter;
using flow::FlowBatch;
using flow::Skip;
using flow::Tunnel;
using support::Bytes;
using support::DecodeRig;
using support::FlowSample;
using support::Frame;
using support::Sflow;
using support::Writer;

class SflowRecords : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_EQ(flow::broken_law(rig.ledger(), true), ""); }
    flow::Outcome take(const Bytes& payload, const decode::ExporterRule& rule) {
        return rig.take({.payload = payload,
                         .exporter = flow::IpAddress::v4(0xc0000201),
                         .received_ms = DecodeRig::kNow_ms,
                         .source_id = 1,
                         .source = 3,
                         .thinning = 4,
                         .rule = &rule});
    }
    DecodeRig rig;
};

Bytes web_header() {
    return support::sflow_raw_header(
        {.frame_length = 1400, .header = Frame().ethernet().ipv4().tcp({.src = 50'000, .dst = 443}).build()});
}
Bytes address(std::string_view text) {
    return Writer().u32(support::ip_bytes(text).size() == 4 ? 1 : 2).ip(text);
}
Bytes text(std::string_view characters) {
    return Writer().opaque(Writer().text(characters).bytes());
}
Bytes around(std::string_view src, std::string_view dst, std::uint32_t proto, std::uint32_t dst_port = 0) {
    return Writer().u32(1400).u32(proto).ip(src).ip(dst).u32(40'000).u32(dst_port).u32(0).u32(0);
}
std::string text_of(const FlowBatch& b, const flow::Text& t) {
    return std::string(b.arena.view(t));
}

struct Case {
    const char* what;
    std::vector<Bytes> records;  // beside the packet
    std::vector<Column> brings;
    std::function<void(const FlowBatch&)> check;
};

std::vector<Case> cases() {
    std::vector<Case> c;
    c.push_back(
        {"switch", {support::sflow_switch(10, 20)}, {Column::src_vlan, Column::dst_vlan}, [](const FlowBatch& b) {
             EXPECT_EQ(b.src_vlan[0], 10);
             EXPECT_EQ(b.dst_vlan[0], 20);
         }});
    c.push_back(
        {"switch that knows one VLAN", {support::sflow_switch(4096, 20)}, {Column::dst_vlan}, [](const FlowBatch& b) {
             EXPECT_FALSE(b.has(0, Column::src_vlan));
         }});
    c.push_back({"router",
                 {support::sflow_router("10.3.3.3", 24, 16)},
                 {Column::next_hop, Column::src_mask},
                 [](const FlowBatch& b) {
                     EXPECT_EQ(b.next_hop[0].text(), "10.3.3.3");
                     EXPECT_EQ(b.src_mask[0], 24);
                     EXPECT_EQ(b.dst_mask[0], 16);
                 }});
    c.push_back({"router over IPv6",
                 {support::sflow_router("2001:db8::3", 64, 48)},
                 {Column::next_hop},
                 [](const FlowBatch& b) {
                     EXPECT_EQ(b.next_hop[0].text(), "2001:db8::3");
                     EXPECT_EQ(b.dst_mask[0], 48);
                 }});
    c.push_back({"router without next hop",
                 {support::sflow_record(1002, Writer().u32(0).u32(24).u32(8).bytes())},
                 {Column::src_mask},
                 [](const FlowBatch& b) {
                     EXPECT_FALSE(b.has(0, Column::next_hop));
                     EXPECT_EQ(b.next_hop[0], flow::IpAddress{});
                     EXPECT_EQ(b.dst_mask[0], 8);
                 }});
    c.push_back({"gateway",
                 {support::sflow_gateway({.path = {{2, {65001, 65002}}, {1, {65010, 65011}}, {2, {4'200'000'001}}},
                                          .communities = {65001u << 16 | 100, 65001u << 16 | 200}})},
                 {Column::src_as, Column::dst_as, Column::prev_as, Column::bgp_next_hop, Column::as_path},
                 [](const FlowBatch& b) {
                     EXPECT_EQ(b.bgp_next_hop[0].text(), "10.9.9.9");
                     EXPECT_EQ(b.src_as[0], 65100u);
                     EXPECT_EQ(b.prev_as[0], 65101u);
                     EXPECT_EQ(b.next_as[0], 65001u);
                     EXPECT_EQ(b.dst_as[0], 4'200'000'001u);
                     EXPECT_EQ(text_of(b, b.as_path[0]), "65001 65002 {65010,65011} 4200000001");
                     EXPECT_EQ(text_of(b, b.communities[0]), "65001:100 65001:200");
                 }});
    c.push_back({"gateway of our own AS", {support::sflow_gateway({})}, {Column::src_as}, [](const FlowBatch& b) {
                     EXPECT_EQ(b.dst_as[0], 0u);
                     EXPECT_FALSE(b.has(0, Column::as_path));
                 }});
    c.push_back({"gateway with an empty segment",
                 {support::sflow_gateway({.path = {{2, {}}}})},
                 {Column::src_as},
                 [](const FlowBatch& b) {
                     EXPECT_EQ(b.dst_as[0], 0u);
                     EXPECT_FALSE(b.has(0, Column::as_path));
                 }});
    c.push_back({"user",
                 {support::sflow_record(1004, Writer().u32(106).raw(text("alice")).u32(106).raw(text("bob")).bytes())},
                 {Column::user},
                 [](const FlowBatch& b) { EXPECT_EQ(text_of(b, b.user[0]), "alice"); }});
    c.push_back({"user on the other side",
                 {support::sflow_record(1004, Writer().u32(106).u32(0).u32(106).raw(text("bob")).bytes())},
                 {Column::user},
                 [](const FlowBatch& b) { EXPECT_EQ(text_of(b, b.user[0]), "bob"); }});
    c.push_back({"URL",
                 {support::sflow_record(1005, Writer().u32(1).raw(text("/a/b")).raw(text("www.example.net")).bytes())},
                 {Column::http_url, Column::http_host},
                 [](const FlowBatch& b) {
                     EXPECT_EQ(text_of(b, b.http_url[0]), "/a/b");
                     EXPECT_EQ(text_of(b, b.http_host[0]), "www.example.net");
                 }});
    c.push_back(
        {"MPLS",
         {support::sflow_record(
             1006, Writer().raw(address("10.4.4.4")).u32(2).u32(16u << 12 | 64).u32(17u << 12 | 0x140).u32(0).bytes())},
         {Column::mpls, Column::next_hop},
         [](const FlowBatch& b) {
             ASSERT_EQ(b.mpls[0].count, 2u);
             EXPECT_EQ(b.mpls[0].labels[0] >> 4, 16u);
             EXPECT_EQ(b.mpls[0].labels[1], 17u << 4 | 1);
             EXPECT_EQ(b.next_hop[0].text(), "10.4.4.4");
         }});
    c.push_back({"MPLS put on here",
                 {support::sflow_record(1006, Writer().u32(0).u32(0).u32(1).u32(99u << 12 | 0x140).bytes())},
                 {Column::mpls},
                 [](const FlowBatch& b) { EXPECT_EQ(b.mpls[0].labels[0] >> 4, 99u); }});
    c.push_back({"NAT",
                 {support::sflow_record(1007, Writer().raw(address("203.0.113.1")).raw(address("2001:db8::7")).bytes()),
                  support::sflow_record(1020, Writer().u32(10'001).u32(10'002).bytes())},
                 {Column::nat_src_addr, Column::nat_src_port},
                 [](const FlowBatch& b) {
                     EXPECT_EQ(b.nat_src_addr[0].text(), "203.0.113.1");
                     EXPECT_EQ(b.nat_dst_addr[0].text(), "2001:db8::7");
                     EXPECT_EQ(b.nat_src_port[0], 10'001);
                     EXPECT_EQ(b.nat_dst_port[0], 10'002);
                 }});
    c.push_back({"VLAN tunnel",
                 {support::sflow_record(1012, Writer().u32(2).u32(0x88a80000 | 100).u32(0x81000000 | 200).bytes())},
                 {Column::src_vlan, Column::inner_vlan},
                 [](const FlowBatch& b) {
                     EXPECT_EQ(b.src_vlan[0], 100);
                     EXPECT_EQ(b.inner_vlan[0], 200);
                 }});
    c.push_back({"tunnel that began outside",
                 {support::sflow_record(1024, around("10.8.8.1", "10.8.8.2", 17, 4789)),
                  support::sflow_record(1030, Writer().u32(4711).bytes())},
                 {Column::tunnel_type, Column::tunnel_src_addr, Column::tunnel_key, Column::tunnel_proto},
                 [](const FlowBatch& b) {
                     EXPECT_EQ(b.tunnel_type[0], static_cast<int>(Tunnel::vxlan));
                     EXPECT_EQ(b.tunnel_src_addr[0].text(), "10.8.8.1");
                     EXPECT_EQ(b.tunnel_dst_addr[0].text(), "10.8.8.2");
                     EXPECT_EQ(b.tunnel_dst_port[0], 4789);
                     EXPECT_EQ(b.tunnel_proto[0], 17);
                     EXPECT_EQ(b.tunnel_key[0], 4711u);
                     EXPECT_EQ(b.src_addr[0].text(), "10.0.0.1");
                 }});
    c.push_back({"tunnel that begins here, over IPv6",
                 {support::sflow_record(1025, around("2001:db8::1", "2001:db8::2", 47)),
                  support::sflow_record(1029, Writer().u32(5).bytes())},
                 {Column::tunnel_type, Column::tunnel_key},
                 [](const FlowBatch& b) {
                     EXPECT_EQ(b.tunnel_type[0], static_cast<int>(Tunnel::gre));
                     EXPECT_EQ(b.tunnel_dst_addr[0].text(), "2001:db8::2");
                 }});
    c.push_back({"HTTP request",
                 {support::sflow_record(2206, Writer()
                                                  .u32(2)
                                                  .u32(1001)
                                                  .raw(text("/index"))
                                                  .raw(text("h.example"))
                                                  .raw(text("ref"))
                                                  .raw(text("agent"))
                                                  .raw(text("10.1.1.1"))
                                                  .raw(text("carol"))
                                                  .raw(text("text/html"))
                                                  .zeros(24)
                                                  .bytes())},
                 {Column::http_url, Column::user},
                 [](const FlowBatch& b) {
                     EXPECT_EQ(text_of(b, b.http_url[0]), "/index");
                     EXPECT_EQ(text_of(b, b.http_host[0]), "h.example");
                     EXPECT_EQ(text_of(b, b.user[0]), "carol");
                 }});
    return c;
}

TEST(SflowRecord, EachHasItsColumns) {
    for (const Case& c : cases()) {
        for (const bool packet_last : {false, true}) {
            SCOPED_TRACE(c.what);
            DecodeRig rig;
            FlowSample sample{.records = c.records};
            sample.records.insert(packet_last ? sample.records.end() : sample.records.begin(), web_header());
            rig.send(Sflow().flow_sample(sample).build());
            const FlowBatch& b = rig.batch();
            ASSERT_EQ(b.rows, 1u);
            for (const Column column : c.brings) EXPECT_TRUE(b.has(0, column)) << flow::column_name(column);
            c.check(b);
            EXPECT_EQ(b.dst_port[0], 443);
            EXPECT_EQ(b.in_bytes[0], 1400u);
            EXPECT_EQ(rig.ledger()[Counter::elements_unknown], 0u);
            EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
        }
    }
}

TEST_F(SflowRecords, KnownOnesWithoutColumnsAndUnknownOnesArePassedOver) {
    FlowSample sample{.records = {web_header()}};
    for (const std::uint32_t tag : {1008u, 1009u, 1010u, 1011u, 1013u, 1014u, 1015u, 1016u, 1021u, 1022u,
                                    1031u, 1036u, 1037u, 1038u, 1041u, 1042u, 2100u, 2101u, 2102u, 2103u}) {
        sample.records.push_back(support::sflow_record(tag, Bytes(12)));
    }
    rig.send(Sflow().flow_sample(sample).build());
    EXPECT_EQ(rig.ledger()[Counter::elements_unknown], 0u);
    sample.records.push_back(support::sflow_record(4413 << 12 | 1, Bytes(8)));
    sample.records.push_back(support::sflow_record(999, Bytes(0)));
    rig.send(Sflow().flow_sample(sample).build());
    EXPECT_EQ(rig.ledger()[Counter::elements_unknown], 2u);
    EXPECT_EQ(rig.writer().rows(), 2u);
}

TEST_F(SflowRecords, RecordsCutAnywhereWriteWholeColumnsOrNone) {
    for (const Case& c : cases()) {
        for (const Bytes& record : c.records) {
            const std::size_t body = record.size() - 8;
            for (std::size_t n = 0; n < body; ++n) {
                const Bytes cut(record.begin() + 8, record.begin() + 8 + static_cast<std::ptrdiff_t>(n));
                const Bytes tag(record.begin(), record.begin() + 4);
                FlowSample sample{.records = {web_header(), Writer().raw(tag).opaque(cut)}};
                rig.send(Sflow().flow_sample(sample).build());
            }
        }
    }
    EXPECT_EQ(rig.ledger()[Counter::records_flow], rig.ledger()[Counter::records_seen]);
}

TEST_F(SflowRecords, SampledEthernetIsTrafficWithoutAddresses) {
    const Bytes ethernet = support::sflow_sampled_ethernet(99, "02:00:00:00:00:0a", "02:00:00:00:00:0b", 0x0806);
    rig.send(Sflow().flow_sample({.records = {ethernet}}).build());
    const FlowBatch& b = rig.batch();
    ASSERT_EQ(b.rows, 1u);
    EXPECT_EQ(b.in_src_mac[0], 0x02000000000au);
    EXPECT_EQ(b.in_dst_mac[0], 0x02000000000bu);
    EXPECT_EQ(b.ethertype[0], 0x0806);
    EXPECT_EQ(b.in_bytes[0], 99u);
    EXPECT_EQ(b.family[0], 0);
    // With sampled IP beside it, that one tells the bytes and the addresses.
    const Bytes ip = support::sflow_sampled_ip({.length = 80, .protocol = 17, .src = "10.7.7.7", .dst_port = 53});
    rig.send(Sflow().flow_sample({.records = {ethernet, ip}}).flow_sample({.records = {ip, ethernet}}).build());
    for (const std::uint32_t row : {1u, 2u}) {
        EXPECT_EQ(b.src_addr[row].text(), "10.7.7.7");
        EXPECT_EQ(b.in_bytes[row], 80u);
        EXPECT_EQ(b.in_src_mac[row], 0x02000000000au);
    }
}

TEST_F(SflowRecords, SampledEthernetAddsTheAddressesThatABarePacketLacks) {
    const Bytes ethernet = support::sflow_sampled_ethernet(0, "02:00:00:00:00:0a", "02:00:00:00:00:0b", 0);
    const Bytes bare = support::sflow_raw_header({.protocol = 11, .header = Frame().ipv4().udp().build()});
    rig.send(Sflow().flow_sample({.records = {ethernet, bare}}).flow_sample({.records = {bare, ethernet}}).build());
    for (const std::uint32_t row : {0u, 1u}) {
        EXPECT_EQ(rig.batch().in_src_mac[row], 0x02000000000au);
        EXPECT_FALSE(rig.batch().has(row, Column::ethertype));
        EXPECT_EQ(rig.batch().dst_port[row], 2055);
        EXPECT_EQ(rig.batch().in_bytes[row], 32u);
    }
}

TEST_F(SflowRecords, TheRawHeaderWinsOverSampledIp) {
    const Bytes ip = support::sflow_sampled_ip({.length = 80, .src = "10.7.7.7", .dst_port = 53});
    rig.send(Sflow().flow_sample({.records = {ip, web_header()}}).flow_sample({.records = {web_header(), ip}}).build());
    for (const std::uint32_t row : {0u, 1u}) {
        EXPECT_EQ(rig.batch().src_addr[row].text(), "10.0.0.1");
        EXPECT_EQ(rig.batch().in_bytes[row], 1400u);
    }
}

TEST_F(SflowRecords, HeadersOfOtherLinks) {
    const Bytes ip = Frame().ipv4({.src = "10.5.5.5"}).udp({.dst = 53}).build();
    const Bytes snap = Writer().raw({0xaa, 0xaa, 3, 0, 0, 0, 8, 0}).raw(ip);
    const Bytes macs = Writer().mac("02:00:00:00:00:0b").mac("02:00:00:00:00:0a");
    const std::pair<std::uint32_t, Bytes> headers[] = {
        {2, Writer().u8(0x50).raw(macs).raw(snap)},
        {3, Writer().u16(0).raw(macs).raw(snap)},
        {4, Writer().u8(0x50).raw(macs).raw(snap)},
        {5, Writer().raw({0x18, 0x41, 0x03, 0xcc}).raw(ip)},
        {7, Writer().raw({0xff, 0x03, 0x00, 0x21}).raw(ip)},
        {9, snap},
        {10, ip},
        {13, Writer().u32(16u << 12 | 0x140).raw(ip)},
        {14, Writer().raw({0x0f, 0x00, 0x08, 0x00}).raw(ip)},
        {15, Writer().raw({0x08, 0x01}).u16(0).zeros(6).raw(macs).u16(0).raw(snap)},
        {17, Writer().raw(macs).u16(36).raw(snap)},
    };
    for (const auto& [protocol, header] : headers) {
        DecodeRig one;
        one.send(Sflow()
                     .flow_sample({.records = {support::sflow_raw_header({.protocol = protocol, .header = header})}})
                     .build());
        ASSERT_EQ(one.batch().rows, 1u) << protocol;
        EXPECT_EQ(one.batch().src_addr[0].text(), "10.5.5.5") << protocol;
        EXPECT_EQ(one.batch().dst_port[0], 53) << protocol;
    }
    for (const std::uint32_t protocol : {0u, 6u, 8u, 16u, 18u, 77u}) {
        rig.send(Sflow()
                     .flow_sample({.records = {support::sflow_raw_header({.protocol = protocol, .header = ip})}})
                     .build());
    }
    EXPECT_EQ(rig.ledger()[Skip::no_packet_header], 6u);
}

Bytes vxlan_sample() {
    const Bytes header = Frame()
                             .ethernet()
                             .vlan(5)
                             .ipv4({.src = "10.0.0.1", .dst = "10.0.0.2"})
                             .udp({.src = 50'000, .dst = 4789})
                             .payload(Bytes{8, 0, 0, 0, 0, 0, 42, 0})
                             .ethernet("0a:00:00:00:00:01", "0a:00:00:00:00:02")
                             .ipv4({.src = "192.168.1.1", .dst = "192.168.1.2"})
                             .tcp({.dst = 22, .flags = 2})
                             .build();
    return Sflow().flow_sample({.records = {support::sflow_raw_header({.header = header})}}).build();
}

TEST_F(SflowRecords, OuterOrInnerPacketAsTheRuleSays) {
    take(vxlan_sample(), {});
    take(vxlan_sample(), {.inner_headers = true});
    const FlowBatch& b = rig.batch();
    ASSERT_EQ(b.rows, 2u);
    EXPECT_EQ(b.src_addr[0].text(), "10.0.0.1");
    EXPECT_EQ(b.dst_port[0], 4789);
    EXPECT_EQ(b.src_vlan[0], 5);
    EXPECT_EQ(b.tunnel_proto[0], 6);
    EXPECT_FALSE(b.has(0, Column::tunnel_src_addr));
    EXPECT_EQ(b.src_addr[1].text(), "192.168.1.1");
    EXPECT_EQ(b.dst_port[1], 22);
    EXPECT_EQ(b.tcp_flags[1], 2);
    EXPECT_FALSE(b.has(1, Column::src_vlan));
    EXPECT_EQ(b.tunnel_src_addr[1].text(), "10.0.0.1");
    EXPECT_EQ(b.tunnel_dst_addr[1].text(), "10.0.0.2");
    EXPECT_EQ(b.tunnel_proto[1], 17);
    for (const std::uint32_t row : {0u, 1u}) {
        EXPECT_EQ(b.tunnel_type[row], static_cast<int>(Tunnel::vxlan));
        EXPECT_EQ(b.tunnel_key[row], 42u);
        EXPECT_EQ(b.thinning[row], 4);
    }
}

TEST_F(SflowRecords, TheAgentMayTellWhereTheInnerPacketBegins) {
    // A tunnel that nobody knows: protocol 200, twelve bytes, then IP.
    const Bytes header = Frame()
                             .ethernet()
                             .ipv4({.src = "10.0.0.1"})
                             .protocol(200)
                             .payload(12)
                             .ipv4({.src = "192.168.1.1"})
                             .udp({.dst = 53})
                             .build();
    const auto sample = [&](std::uint32_t offset) {
        return Sflow()
            .flow_sample({.records = {support::sflow_raw_header({.header = header}),
                                      support::sflow_record(1028, Writer().u32(offset).bytes())}})
            .build();
    };
    take(sample(46), {});
    take(sample(46), {.inner_headers = true});
    take(sample(4'000'000'000), {.inner_headers = true});
    const FlowBatch& b = rig.batch();
    EXPECT_EQ(b.src_addr[0].text(), "10.0.0.1");
    EXPECT_EQ(b.src_addr[1].text(), "192.168.1.1");
    EXPECT_EQ(b.dst_port[1], 53);
    EXPECT_EQ(b.tunnel_src_addr[1].text(), "10.0.0.1");
    EXPECT_EQ(b.tunnel_proto[1], 200);
    EXPECT_EQ(b.src_addr[2].text(), "10.0.0.1") << "an offset beyond the header is none";
}

TEST_F(SflowRecords, RateOfTheRuleOfTheSampleOrAssumed) {
    const auto sample = [](std::uint32_t rate) {
        return Sflow().flow_sample({.rate = rate, .records = {web_header()}}).build();
    };
    take(sample(512), {});
    take(sample(512), {.sampling = 100, .default_sampling = 7});
    take(sample(0), {.default_sampling = 7});
    take(sample(0), {});
    const FlowBatch& b = rig.batch();
    EXPECT_EQ(b.sampling[0], 512u);
    EXPECT_EQ(b.sampling[1], 100u);
    EXPECT_EQ(b.sampling[2], 7u);
    EXPECT_EQ(b.sampling[3], 0u);
    EXPECT_EQ(rig.ledger()[Counter::flows_unknown_rate], 1u);
    EXPECT_EQ(rig.tally().exporter(0).flows_unknown_rate, 1u);
    EXPECT_EQ(rig.tally().exporter(0).sampling, 7u) << "as last applied";
}

TEST_F(SflowRecords, Interfaces) {
    const auto sample = [](support::SflowInterface in, support::SflowInterface out, std::uint32_t source = 1) {
        return FlowSample{.source_index = source, .input = in, .output = out, .records = {web_header()}};
    };
    rig.send(Sflow()
                 .flow_sample(sample({0, 1}, {0, 2}))
                 .flow_sample(sample({0, 1}, {0, 2}, 2))
                 .flow_sample(sample({0, 0x3fffffff}, {0, 2}))
                 .flow_sample(sample({0, 1}, {2, 3}))
                 .flow_sample(sample({0, 1}, {1, 258}))
                 .expanded_flow_sample(sample({0, 0x3fffffff}, {0, 0xffffffff}))
                 .expanded_flow_sample(sample({0, 0x40000001}, {1, 257}))
                 .build());
    const FlowBatch& b = rig.batch();
    ASSERT_EQ(b.rows, 7u);
    const std::uint32_t in[] = {1, 1, 0, 1, 1, 0, 0x40000001}, out[] = {2, 2, 2, 0, 0, 0, 0};
    for (std::uint32_t row = 0; row < 7; ++row) {
        EXPECT_EQ(b.input_if[row], in[row]) << row;
        EXPECT_EQ(b.output_if[row], out[row]) << row;
        const bool dropped = row == 4 || row == 6;
        EXPECT_EQ(b.has(row, Column::drop_reason), dropped) << row;
        EXPECT_EQ(b.has(row, Column::forwarding_status), dropped) << row;
    }
    EXPECT_EQ(b.direction[0], 0);
    EXPECT_EQ(b.direction[1], 1) << "sampled where it goes out";
    EXPECT_EQ(b.drop_reason[4], 258);
    EXPECT_EQ(b.forwarding_status[4], 129) << "access list";
    EXPECT_EQ(b.forwarding_status[6], 137) << "time to live";
    EXPECT_EQ(rig.ledger()[Counter::flows_discarded], 2u);
}

TEST_F(SflowRecords, DiscardedPackets) {
    const std::pair<std::uint32_t, int> reasons[] = {{0, 131},   {4, 133},   {13, 129},    {256, 128}, {257, 137},
                                                     {258, 129}, {259, 128}, {260, 139},   {261, 138}, {262, 133},
                                                     {279, 132}, {302, 140}, {70'000, 128}};
    Sflow sflow;
    for (const auto& [reason, status] : reasons) {
        sflow.discarded_packet(
            {.input = 7, .reason = reason, .records = {support::sflow_record(1038, text("skb_drop")), web_header()}});
    }
    take(sflow.build(), {.sampling = 1000});
    const FlowBatch& b = rig.batch();
    ASSERT_EQ(b.rows, std::size(reasons));
    for (std::uint32_t row = 0; row < b.rows; ++row) {
        EXPECT_EQ(b.drop_reason[row], std::min(reasons[row].first, 65'535u));
        EXPECT_EQ(b.forwarding_status[row], reasons[row].second) << reasons[row].first;
        EXPECT_EQ(b.sampling[row], 1u) << "each is told, whatever the rate of others is";
        EXPECT_EQ(b.input_if[row], 7u);
        EXPECT_EQ(b.dst_port[row], 443);
    }
    EXPECT_EQ(rig.ledger()[Counter::flows_discarded], b.rows);
    EXPECT_EQ(rig.tally().exporter(0).flows_discarded, b.rows);
}

TEST_F(SflowRecords, DropsOfTheAgentAreTheIncreasePerSource) {
    struct Step {
        std::uint32_t source, number, drops;
        std::uint64_t announced;
    };
    const Step steps[] = {
        {1, 1, 100, 0},                          // since when is not known
        {1, 2, 103, 3}, {2, 9, 50, 3},           // another source
        {1, 2, 103, 3},                          // twice
        {1, 1, 101, 3},                          // late
        {2, 10, 51, 4}, {1, 3, 5, 4},            // fell: the agent restarted
        {1, 4, 6, 5},   {2, 11, 0xffffffff, 5},  // 51 to this is a fall, too
        {2, 12, 1, 7},                           // wraps
    };
    for (const Step& s : steps) {
        rig.send(Sflow()
                     .flow_sample(
                         {.sequence = s.number, .source_index = s.source, .drops = s.drops, .records = {web_header()}})
                     .build());
        EXPECT_EQ(rig.tally().exporter(0).announced_drops, s.announced) << s.source << ' ' << s.number;
    }
    rig.send(Sflow().discarded_packet({.sequence = 4, .drops = 1000, .records = {web_header()}}).build());
    EXPECT_EQ(rig.tally().exporter(0).announced_drops, 7u) << "a total of its own";
}

TEST_F(SflowRecords, SourcesBeyondTheCapAreDecodedAllTheSame) {
    for (std::uint32_t round = 1; round <= 2; ++round) {
        for (std::uint32_t source = 0; source < decode::SflowSources::kMostSources + 100; ++source) {
            rig.send(
                Sflow()
                    .expanded_flow_sample(
                        {.sequence = round, .source_index = source * 977, .drops = round, .records = {web_header()}})
                    .build());
        }
    }
    EXPECT_EQ(rig.tally().exporter(0).announced_drops, decode::SflowSources::kMostSources);
    EXPECT_EQ(rig.ledger()[Counter::flows_decoded], 2 * (decode::SflowSources::kMostSources + 100));
}

TEST_F(SflowRecords, InterfaceCountersAreKept) {
    Writer body;
    body.u32(3).u32(6).u64(10'000'000'000).u32(1).u32(3);
    body.u64(1'000'000'000'000).u32(1).u32(2).u32(0xffffffff).u32(4).u32(5).u32(6);
    body.u64(~0ull).u32(7).u32(8).u32(9).u32(10).u32(11).u32(0);
    const support::CounterSample sample{
        .records = {support::sflow_record(2, Bytes(52)), support::sflow_record(1, body.bytes())}};
    rig.send(Sflow().uptime_ms(777).counter_sample(sample).expanded_counter_sample(sample).build());
    ASSERT_EQ(rig.tally().interfaces.size(), 2u);
    for (const flow::InterfaceSample& s : rig.tally().interfaces) {
        EXPECT_EQ(s.index, 3u);
        EXPECT_EQ(s.type, 6u);
        EXPECT_EQ(s.speed, 10'000'000'000u);
        EXPECT_EQ(s.direction, 1u);
        EXPECT_EQ(s.status, 3u);
        EXPECT_EQ(s.uptime_ms, 777u);
        EXPECT_EQ(s.received_ms, DecodeRig::kNow_ms);
        EXPECT_EQ(s.in_octets, 1'000'000'000'000u);
        EXPECT_EQ(s.in_unicast, 1u);
        EXPECT_EQ(s.in_broadcast, flow::InterfaceSample::kNotCounted);
        EXPECT_EQ(s.in_unknown_protocols, 6u);
        EXPECT_EQ(s.out_octets, flow::InterfaceSample::kNotCounted);
        EXPECT_EQ(s.out_errors, 11u);
    }
    EXPECT_EQ(rig.ledger()[Counter::records_counter], 2u);
    EXPECT_EQ(rig.tally().exporter(0).counters, 2u);
}

TEST_F(SflowRecords, InterfaceCountersAreBounded) {
    const support::CounterSample sample{.records = {support::sflow_interface_counters(1, 2, 3)}};
    Sflow sflow;
    for (int i = 0; i < 100; ++i) sflow.counter_sample(sample);
    const Bytes datagram = sflow.build();
    for (int i = 0; i < 50; ++i) rig.send(datagram);
    EXPECT_EQ(rig.tally().interfaces.size(), flow::Tally::kMostLearned);
    EXPECT_EQ(rig.ledger()[Counter::options_refused], 5000 - flow::Tally::kMostLearned);
    EXPECT_EQ(rig.ledger()[Counter::records_counter], 5000u);
}

}  // namespace
