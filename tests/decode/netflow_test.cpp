// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

namespace {

using flow::Column;
using flow::Counter;
using flow::Outcome;
using flow::Skip;
using support::DecodeRig;
using support::Ipfix;
using support::V5;
using support::V9;
using support::Writer;

constexpr std::uint32_t kNow_s = DecodeRig::kNow_ms / 1000;

class Laws : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_EQ(flow::broken_law(rig.ledger(), true), ""); }
    DecodeRig rig;
};
using NetFlow5 = Laws;
using NetFlow9 = Laws;
using IpfixTest = Laws;

support::Bytes v5_of(std::size_t records, std::uint32_t sequence = 0) {
    V5 v5;
    v5.unix_time(kNow_s).uptime_ms(100'000).sequence(sequence);
    for (std::size_t i = 0; i < records; ++i) v5.record({.first_uptime_ms = 90'000, .last_uptime_ms = 95'000});
    return v5.build();
}

TEST_F(NetFlow5, FillsEveryColumn) {
    const auto datagram = V5().unix_time(kNow_s, 500'000'000)
                              .uptime_ms(100'000)
                              .engine(7, 9)
                              .sampling(1, 100)
                              .record({.src = "10.1.2.3",
                                       .dst = "172.16.5.4",
                                       .next_hop = "10.0.0.254",
                                       .input = 11,
                                       .output = 22,
                                       .packets = 33,
                                       .bytes = 44'000,
                                       .first_uptime_ms = 90'000,
                                       .last_uptime_ms = 100'250,
                                       .src_port = 1234,
                                       .dst_port = 443,
                                       .tcp_flags = 0x1b,
                                       .protocol = 6,
                                       .tos = 0x28,
                                       .src_as = 65001,
                                       .dst_as = 65002,
                                       .src_mask = 24,
                                       .dst_mask = 16})
                              .build();
    ASSERT_EQ(rig.send(datagram), Outcome::accepted);
    const auto& b = rig.batch();
    ASSERT_EQ(b.rows, 1u);
    EXPECT_EQ(b.src_addr[0].text(), "10.1.2.3");
    EXPECT_EQ(b.dst_addr[0].text(), "172.16.5.4");
    EXPECT_EQ(b.next_hop[0].text(), "10.0.0.254");
    EXPECT_EQ(b.input_if[0], 11u);
    EXPECT_EQ(b.output_if[0], 22u);
    EXPECT_EQ(b.in_packets[0], 33u);
    EXPECT_EQ(b.in_bytes[0], 44'000u);
    EXPECT_EQ(b.first_ms[0], DecodeRig::kNow_ms + 500 - 10'000);
    EXPECT_EQ(b.last_ms[0], DecodeRig::kNow_ms + 500 + 250) << "slightly after sysUptime, not 49.7 days before";
    EXPECT_EQ(b.src_port[0], 1234);
    EXPECT_EQ(b.dst_port[0], 443);
    EXPECT_EQ(b.tcp_flags[0], 0x1b);
    EXPECT_EQ(b.proto[0], 6);
    EXPECT_EQ(b.tos[0], 0x28);
    EXPECT_EQ(b.src_as[0], 65001u);
    EXPECT_EQ(b.dst_as[0], 65002u);
    EXPECT_EQ(b.src_mask[0], 24);
    EXPECT_EQ(b.dst_mask[0], 16);
    EXPECT_EQ(b.family[0], 4);
    EXPECT_EQ(b.sampling[0], 100u);
    EXPECT_EQ(b.source[0], 3);
    EXPECT_EQ(rig.exporters().key(b.exporter[0]).domain, 7u << 8 | 9);
    EXPECT_TRUE(b.has(0, Column::next_hop));
    EXPECT_FALSE(b.has(0, Column::direction));
    EXPECT_EQ(b.direction[0], 0);
    EXPECT_EQ(b.forwarding_status[0], 0);
}

TEST_F(NetFlow5, IcmpTypeAndCodeAreInTheDestinationPort) {
    rig.send(V5().unix_time(kNow_s).record({.dst_port = 769, .protocol = 1}).build());
    EXPECT_EQ(rig.batch().dst_port[0], 769);
}

TEST_F(NetFlow5, UptimeWrapsAfter49Days) {
    rig.send(V5().unix_time(kNow_s)
                 .uptime_ms(1'000)
                 .record({.first_uptime_ms = 0xffffffff - 1'999, .last_uptime_ms = 0xffffffff})
                 .build());
    EXPECT_EQ(rig.batch().first_ms[0], DecodeRig::kNow_ms - 3'000);
    EXPECT_EQ(rig.batch().last_ms[0], DecodeRig::kNow_ms - 1'001);
    EXPECT_EQ(rig.ledger()[Counter::times_clamped], 0u);
}

TEST_F(NetFlow5, NonsenseTimesBecomeTheReceiveTime) {
    rig.send(V5().unix_time(1'000'000).uptime_ms(5'000).record({}).build());
    EXPECT_EQ(rig.batch().first_ms[0], DecodeRig::kNow_ms);
    EXPECT_EQ(rig.batch().last_ms[0], DecodeRig::kNow_ms);
    EXPECT_EQ(rig.ledger()[Counter::times_clamped], 2u);
}

TEST_F(NetFlow5, MoreRecordsPromisedThanThere) {
    rig.send(V5().unix_time(kNow_s).count(30).record({}).record({}).build());
    EXPECT_EQ(rig.batch().rows, 2u);
    EXPECT_EQ(rig.ledger()[Skip::missing_records], 28u);
}

TEST_F(NetFlow5, FewerRecordsPromisedThanThere) {
    rig.send(V5().unix_time(kNow_s).count(1).record({}).record({}).build());
    EXPECT_EQ(rig.batch().rows, 1u);
}

TEST_F(NetFlow5, SequenceCountsFlows) {
    rig.send(v5_of(30, 0));
    rig.send(v5_of(30, 30));
    rig.send(v5_of(30, 120));  // 60 flows are missing
    rig.settle();
    EXPECT_EQ(rig.tally().exporter(0).lost, 60u);
}

TEST_F(NetFlow5, ManyDatagramsFillSeveralBatches) {
    const std::size_t datagrams = flow::kBatchRows / 30 * 3;
    for (std::size_t i = 0; i < datagrams; ++i) rig.send(v5_of(30, static_cast<std::uint32_t>(30 * i)));
    EXPECT_EQ(rig.writer().rows(), datagrams * 30);
    EXPECT_GE(rig.writer().batches().size(), 3u);
    EXPECT_EQ(rig.tally().exporter(0).records, datagrams * 30);
}

struct Refused {
    const char* what;
    support::Bytes bytes;
    Outcome outcome;
};

TEST_F(NetFlow5, WhatIsNoDatagramIsCounted) {
    const std::vector<Refused> cases{
        {"nothing", {}, Outcome::too_short},
        {"three bytes", {0, 5, 0}, Outcome::too_short},
        {"header of v5 cut", Writer().u16(5).u16(1).u32(0), Outcome::too_short},
        {"header of v9 cut", Writer().u16(9).u16(1).u32(0), Outcome::too_short},
        {"header of IPFIX cut", Writer().u16(10).u16(16).u32(0), Outcome::too_short},
        {"header of sFlow cut", Writer().u32(5).u32(1).u32(0), Outcome::too_short},
        {"v8", V5().version(8).record({}).build(), Outcome::unknown_version},
        {"sFlow v4", support::Sflow().version(4).build(), Outcome::unknown_version},
        {"IPFIX longer than the datagram", Ipfix(1).length(17).build(), Outcome::bad_length},
        {"IPFIX shorter than its header", Ipfix(1).length(15).build(), Outcome::bad_length},
        {"sFlow with an agent of another kind", support::Sflow().agent_type(3).build(), Outcome::bad_length},
    };
    for (const Refused& c : cases) EXPECT_EQ(rig.send(c.bytes), c.outcome) << c.what;
    EXPECT_EQ(rig.writer().rows(), 0u);
}

TEST_F(NetFlow5, SourcesTakeTheirProtocols) {
    const auto sflow = support::Sflow().build();
    EXPECT_EQ(rig.send(sflow, "192.0.2.1", DecodeRig::kNow_ms, decode::Accepts::netflow), Outcome::wrong_protocol);
    EXPECT_EQ(rig.send(sflow, "192.0.2.1", DecodeRig::kNow_ms, decode::Accepts::sflow), Outcome::accepted);
    EXPECT_EQ(rig.send(v5_of(1), "192.0.2.1", DecodeRig::kNow_ms, decode::Accepts::sflow), Outcome::wrong_protocol);
}

const support::Template kBasic{256,
                               {{8, 4}, {12, 4}, {7, 2}, {11, 2}, {4, 1}, {6, 1}, {1, 4}, {2, 4}, {22, 4}, {21, 4}}};

support::Bytes basic_record(const char* src, std::uint16_t dst_port, std::uint8_t proto, std::uint32_t bytes) {
    return Writer()
        .ip(src)
        .ip("10.9.9.9")
        .u16(1000)
        .u16(dst_port)
        .u8(proto)
        .u8(0x12)
        .u32(bytes)
        .u32(2)
        .u32(1'000)
        .u32(3'000);
}

V9 v9(std::uint32_t sequence = 0) {
    return V9(77).unix_seconds(kNow_s).uptime_ms(5'000).sequence(sequence);
}

TEST_F(NetFlow9, TemplateThenData) {
    ASSERT_EQ(rig.send(v9().template_set({kBasic})
                           .data_set(256, {basic_record("10.0.0.1", 80, 6, 1500), basic_record("10.0.0.2", 53, 17, 99)})
                           .build()),
              Outcome::accepted);
    const auto& b = rig.batch();
    ASSERT_EQ(b.rows, 2u);
    EXPECT_EQ(b.src_addr[1].text(), "10.0.0.2");
    EXPECT_EQ(b.in_bytes[0], 1500u);
    EXPECT_EQ(b.in_packets[1], 2u);
    EXPECT_EQ(b.dst_port[1], 53);
    EXPECT_EQ(b.first_ms[0], DecodeRig::kNow_ms - 4'000);
    EXPECT_EQ(b.last_ms[0], DecodeRig::kNow_ms - 2'000);
    EXPECT_EQ(b.sampling[0], 0u) << "not told is unknown";
    EXPECT_EQ(b.output_if[0], 0u) << "what the template lacks is zero, not what lay there before";
    EXPECT_EQ(rig.ledger()[Counter::templates_new], 1u);
    ASSERT_EQ(rig.tally().templates.size(), 1u);
    EXPECT_EQ(rig.tally().templates[0].definition.id, 256);
}

TEST_F(NetFlow9, IcmpAsNfdumpHasIt) {
    const support::Template icmp{257, {{8, 4}, {12, 4}, {4, 1}, {11, 2}, {32, 2}}};
    rig.send(v9().template_set({kBasic, icmp})
                 .data_set(256, {basic_record("10.0.0.1", 769, 1, 1)})
                 .data_set(257, {Writer().ip("10.0.0.1").ip("10.0.0.2").u8(1).u16(4444).u16(769),
                                 Writer().ip("10.0.0.1").ip("10.0.0.2").u8(6).u16(4444).u16(769)})
                 .build());
    EXPECT_EQ(rig.batch().dst_port[0], 0) << "no ICMP element in the template: 0.0 whatever the port says";
    EXPECT_EQ(rig.batch().dst_port[1], 769) << "the ICMP element wins";
    EXPECT_EQ(rig.batch().dst_port[2], 4444) << "and means nothing for TCP";
}

TEST_F(NetFlow9, DataBeforeItsTemplateIsCountedPerSet) {
    rig.send(v9().data_set(256, {basic_record("10.0.0.1", 80, 6, 1)}).data_set(300, {Writer().u32(1)}).build());
    rig.settle();
    EXPECT_EQ(rig.ledger()[Skip::no_template], 2u);
    EXPECT_EQ(rig.writer().rows(), 0u);
}

TEST_F(NetFlow9, DomainsAndExportersHaveTheirOwnTemplates) {
    rig.send(v9().template_set({kBasic}).build());
    const auto data = basic_record("10.0.0.1", 80, 6, 1);
    rig.send(V9(78).unix_seconds(kNow_s).data_set(256, {data}).build());
    rig.send(v9().data_set(256, {data}).build(), "192.0.2.2");
    rig.settle();
    EXPECT_EQ(rig.ledger()[Skip::no_template], 2u);
    rig.send(v9(1).data_set(256, {data}).build());
    EXPECT_EQ(rig.writer().rows(), 1u);
}

TEST_F(NetFlow9, RefreshAndRedefinition) {
    rig.send(v9(0).template_set({kBasic}).build());
    rig.send(v9(1).template_set({kBasic}).build());
    EXPECT_EQ(rig.ledger()[Counter::templates_refreshed], 1u);
    rig.send(
        v9(2).template_set({{256, {{8, 4}, {12, 4}}}}).data_set(256, {Writer().ip("1.2.3.4").ip("5.6.7.8")}).build());
    EXPECT_EQ(rig.ledger()[Counter::templates_changed], 1u);
    ASSERT_EQ(rig.batch().rows, 1u);
    EXPECT_EQ(rig.batch().dst_addr[0].text(), "5.6.7.8");
}

TEST_F(NetFlow9, OptionsDataBecomeNoFlows) {
    rig.send(v9().options_template_set({{512, {{1, 4}}, {{34, 4}, {35, 1}}}})
                 .data_set(512, {Writer().u32(1).u32(100).u8(1), Writer().u32(2).u32(100).u8(1)})
                 .build());
    EXPECT_EQ(rig.ledger()[Counter::records_option], 2u);
    EXPECT_EQ(rig.writer().rows(), 0u);
}

TEST_F(NetFlow9, SamplingInTheRecord) {
    rig.send(v9().template_set({{256, {{8, 4}, {12, 4}, {34, 4}}}})
                 .data_set(256, {Writer().ip("10.0.0.1").ip("10.0.0.2").u32(512)})
                 .build());
    EXPECT_EQ(rig.batch().sampling[0], 512u);
}

TEST_F(NetFlow9, SequenceCountsDatagrams) {
    rig.send(v9(10).template_set({kBasic}).build());
    rig.send(v9(11).build());
    rig.send(v9(14).build());
    rig.send(v9(12).build());  // late, not lost
    rig.settle();
    EXPECT_EQ(rig.tally().exporter(0).lost, 1u);
    EXPECT_EQ(rig.tally().exporter(0).reordered, 1u);
}

struct BadSets {
    const char* what;
    support::Bytes bytes;
    Skip reason;
    std::size_t times;
};

TEST_F(NetFlow9, FaultySetsAreSkippedByReason) {
    const std::vector<BadSets> cases{
        {"set of length 0", v9().set(256, {}, 0).raw(Writer().u32(0x01020304).bytes()).build(), Skip::bad_set_length,
         1},
        {"set of length 3", v9().set(256, {}, 3).build(), Skip::bad_set_length, 1},
        {"set beyond the datagram", v9().set(256, Writer().u32(1).bytes(), 400).build(), Skip::bad_set_length, 1},
        {"reserved set", v9().set(77, Writer().u32(1).bytes()).build(), Skip::reserved_set, 1},
        {"template without fields", v9().template_set({{300, {}}}).build(), Skip::bad_template, 1},
        {"template of no bytes", v9().template_set({{300, {{1, 0}, {2, 0}}}}).build(), Skip::bad_template, 1},
        {"template with an id below 256", v9().template_set({{255, {{1, 4}}}}).build(), Skip::bad_template, 1},
        {"template cut by its set", v9().template_set({{300, {{1, 4}, {2, 4}}, 9}}).build(), Skip::bad_template, 1},
        {"options template with odd lengths", v9().options_template_set({{512, {{1, 4}}, {{34, 4}}, 3}}).build(),
         Skip::bad_template, 1},
    };
    for (const BadSets& c : cases) {
        DecodeRig one;
        EXPECT_EQ(one.send(c.bytes), Outcome::accepted) << c.what;
        EXPECT_EQ(one.ledger()[c.reason], c.times) << c.what;
        EXPECT_EQ(one.writer().rows(), 0u) << c.what;
        EXPECT_EQ(flow::broken_law(one.ledger(), true), "") << c.what;
    }
}

TEST_F(NetFlow9, ZerosAtTheEndAreNoFault) {
    rig.send(v9().template_set({kBasic}, 8).raw(support::Bytes(300)).build());
    EXPECT_EQ(rig.ledger()[Skip::bad_set_length], 0u);
    EXPECT_EQ(rig.ledger()[Counter::templates_new], 1u);
}

TEST_F(NetFlow9, MoreThanTheTablesHoldIsRefused) {
    for (std::uint16_t i = 0; i < decode::kMaxTemplates + 5; ++i) {
        rig.send(v9(i).template_set({{static_cast<std::uint16_t>(256 + i), {{1, 4}}}}).build());
    }
    EXPECT_EQ(rig.ledger()[Skip::template_limit], 5u);
    const std::vector<support::Field> many(decode::kMaxFields + 1, {1, 1});
    DecodeRig other;
    other.send(v9().template_set({{256, many}}).build());
    EXPECT_EQ(other.ledger()[Skip::template_limit], 1u);
}

Ipfix ipfix(std::uint32_t sequence = 0) {
    return Ipfix(5).unix_seconds(kNow_s).sequence(sequence);
}

TEST_F(IpfixTest, VariableReducedAndEnterpriseFields) {
    const support::Template t{400,
                              {{8, 4},
                               {12, 4},
                               {96, support::kVariableLength},
                               {1, 3},
                               {2, 8},
                               {7777, 5, 12345},
                               {4, 1},
                               {460, support::kVariableLength}}};
    rig.send(ipfix()
                 .template_set({t})
                 .data_set(400,
                           {Writer()
                                .ip("10.0.0.1")
                                .ip("10.0.0.2")
                                .variable("http")
                                .u8(1)
                                .u8(0)
                                .u8(2)
                                .u64(7)
                                .zeros(5)
                                .u8(6)
                                .variable(std::string(300, 'h')),
                            Writer()
                                .ip("10.0.0.3")
                                .ip("10.0.0.4")
                                .variable("")
                                .u8(0)
                                .u8(0)
                                .u8(9)
                                .u64(8)
                                .zeros(5)
                                .u8(17)
                                .variable("example.org")},
                           3)
                 .build());
    const auto& b = rig.batch();
    ASSERT_EQ(b.rows, 2u);
    EXPECT_EQ(b.in_bytes[0], 0x010002u);
    EXPECT_EQ(b.in_packets[1], 8u);
    EXPECT_EQ(b.arena.view(b.application[0]), "http");
    EXPECT_EQ(b.arena.view(b.application[1]), "");
    EXPECT_EQ(b.arena.view(b.http_host[0]), std::string(300, 'h'));
    EXPECT_EQ(b.arena.view(b.http_host[1]), "example.org");
    EXPECT_EQ(b.proto[1], 17);
    EXPECT_EQ(rig.ledger()[Counter::elements_unknown], 2u);
}

TEST_F(IpfixTest, IcmpTypeAndCodeInElementsOfTheirOwn) {
    const support::Template fixed{300, {{11, 2}, {4, 1}, {176, 1}, {177, 1}}};
    const support::Template variable{301, {{96, support::kVariableLength}, {177, 1}, {176, 1}, {4, 1}, {11, 2}}};
    rig.send(ipfix()
                 .template_set({fixed, variable})
                 .data_set(300, {Writer().u16(4444).u8(1).u8(3).u8(1), Writer().u16(4444).u8(6).u8(3).u8(1)})
                 .data_set(301, {Writer().variable("x").u8(1).u8(3).u8(1).u16(4444),
                                 Writer().variable("x").u8(1).u8(3).u8(17).u16(4444)})
                 .build());
    ASSERT_EQ(rig.batch().rows, 4u);
    EXPECT_EQ(rig.batch().dst_port[0], 769);
    EXPECT_EQ(rig.batch().dst_port[1], 4444);
    EXPECT_EQ(rig.batch().dst_port[2], 769);
    EXPECT_EQ(rig.batch().dst_port[3], 4444);
}

TEST_F(IpfixTest, EveryFormOfTime) {
    struct Case {
        const char* what;
        std::uint16_t first, last;
        support::Bytes values;
        std::uint64_t first_ms, last_ms;
    };
    constexpr std::uint64_t k = DecodeRig::kNow_ms;
    const auto ntp = [](std::uint64_t ms) {
        return (ms / 1000 + 2208988800) << 32 | (ms % 1000 * (1ull << 32) / 1000 + 1);
    };
    const std::vector<Case> cases{
        {"seconds", 150, 151, Writer().u32(kNow_s - 5).u32(kNow_s), k - 5'000, k},
        {"milliseconds", 152, 153, Writer().u64(k - 5'001).u64(k - 1), k - 5'001, k - 1},
        {"microseconds", 154, 155, Writer().u64(ntp(k - 2'750)).u64(ntp(k)), k - 2'750, k},
        {"nanoseconds", 156, 157, Writer().u64(ntp(k - 125)).u64(ntp(k)), k - 125, k},
        {"before export", 158, 159, Writer().u32(7'000'000).u32(1'000), k - 7'000, k - 1},
    };
    for (const Case& c : cases) {
        DecodeRig one;
        const auto width = static_cast<std::uint16_t>(c.values.size() / 2);
        one.send(ipfix().template_set({{300, {{c.first, width}, {c.last, width}}}}).data_set(300, {c.values}).build());
        EXPECT_EQ(one.batch().first_ms[0], c.first_ms) << c.what;
        EXPECT_EQ(one.batch().last_ms[0], c.last_ms) << c.what;
        EXPECT_EQ(one.ledger()[Counter::times_clamped], 0u) << c.what;
    }
}

TEST_F(IpfixTest, UptimeNeedsTheExportersStart) {
    const auto values = Writer().u32(1'000).u32(2'000).u64(DecodeRig::kNow_ms - 10'000);
    rig.send(ipfix()
                 .template_set({{300, {{22, 4}, {21, 4}, {160, 8}}}, {301, {{22, 4}, {21, 4}}}})
                 .data_set(300, {values})
                 .data_set(301, {Writer().u32(1'000).u32(2'000)})
                 .build());
    EXPECT_EQ(rig.batch().first_ms[0], DecodeRig::kNow_ms - 9'000);
    EXPECT_EQ(rig.batch().last_ms[0], DecodeRig::kNow_ms - 8'000);
    EXPECT_EQ(rig.batch().first_ms[1], DecodeRig::kNow_ms) << "nothing to count from: the receive time";
    EXPECT_EQ(rig.ledger()[Counter::times_clamped], 2u);
}

TEST_F(IpfixTest, VariableFieldBeyondTheSetEndsIt) {
    rig.send(ipfix()
                 .template_set({{300, {{8, 4}, {96, support::kVariableLength}}}})
                 .set(300, Writer().ip("10.0.0.1").u8(3).text("abc").ip("10.0.0.2").u8(200).text("abc").bytes())
                 .build());
    EXPECT_EQ(rig.batch().rows, 1u);
    EXPECT_EQ(rig.ledger()[Skip::bad_record], 1u);
}

TEST_F(IpfixTest, FieldsThatCannotBeTheirElementAreLeftOut) {
    rig.send(
        ipfix().template_set({{300, {{8, 50}, {7, 9}, {4, 1}}}}).data_set(300, {Writer().zeros(59).u8(6)}).build());
    EXPECT_EQ(rig.batch().rows, 1u);
    EXPECT_EQ(rig.batch().proto[0], 6);
    EXPECT_FALSE(rig.batch().has(0, Column::src_addr));
    EXPECT_EQ(rig.ledger()[Counter::fields_unfit], 2u);
}

TEST_F(IpfixTest, BothFamiliesInOneTemplate) {
    rig.send(ipfix()
                 .template_set({{300, {{27, 16}, {28, 16}, {8, 4}, {12, 4}}}})
                 .data_set(300, {Writer().ip("2001:db8::1").ip("2001:db8::2").ip("0.0.0.0").ip("0.0.0.0"),
                                 Writer().ip("::").ip("::").ip("10.0.0.1").ip("10.0.0.2")})
                 .build());
    EXPECT_EQ(rig.batch().src_addr[0].text(), "2001:db8::1");
    EXPECT_EQ(rig.batch().family[0], 6);
    EXPECT_EQ(rig.batch().dst_addr[1].text(), "10.0.0.2");
    EXPECT_EQ(rig.batch().family[1], 4);
}

TEST_F(IpfixTest, SequenceCountsDataRecordsOptionsToo) {
    const support::Template t{300, {{8, 4}}};
    const auto record = Writer().ip("10.0.0.1");
    rig.send(ipfix(0).template_set({t}).options_template_set({{512, {{149, 4}}, {{34, 4}}}}).build());
    rig.send(ipfix(0).data_set(300, {record, record}).data_set(512, {Writer().u32(1).u32(2)}).build());
    rig.send(ipfix(3).data_set(300, {record}).build());
    rig.send(ipfix(9).data_set(300, {record}).build());
    rig.settle();
    EXPECT_EQ(rig.tally().exporter(0).lost, 5u);
}

TEST_F(IpfixTest, UnknownTemplateMakesTheSequenceUnknownNotLost) {
    rig.send(ipfix(0).template_set({{300, {{8, 4}}}}).build());
    rig.send(ipfix(0).data_set(999, {Writer().u64(1)}).build());
    rig.send(ipfix(40).data_set(300, {Writer().ip("10.0.0.1")}).build());
    rig.settle();
    EXPECT_EQ(rig.tally().exporter(0).lost, 0u);
}

TEST_F(IpfixTest, WithdrawalIsIgnoredOverUdp) {
    rig.send(ipfix(0).template_set({{300, {{8, 4}}}}).build());
    rig.send(ipfix(0).withdrawal(300).data_set(300, {Writer().ip("10.0.0.1")}).build());
    EXPECT_EQ(rig.ledger()[Skip::template_withdrawal], 1u);
    EXPECT_EQ(rig.writer().rows(), 1u);
}

TEST_F(IpfixTest, TemplatesOfTheDataDirectoryServeAtOnce) {
    flow::ExporterTable table;
    DecodeRig first(&table);
    first.send(ipfix(0).template_set({{300, {{8, 4}, {7, 2}}}}).build());
    auto learned = first.tally().templates.at(0);

    flow::ExporterTable after;
    after.preload({table.key(0)}, {{0, {.templates = {learned.definition}, .options = {}, .sequence = {}}}});
    DecodeRig second(&after);
    second.send(ipfix(0).data_set(300, {Writer().ip("10.0.0.1").u16(99)}).build());
    ASSERT_EQ(second.batch().rows, 1u);
    EXPECT_EQ(second.batch().src_port[0], 99);
    EXPECT_TRUE(second.tally().templates.empty()) << "it is stored already";
}

TEST_F(IpfixTest, RecordsOfOneByteFillManyBatches) {
    rig.send(ipfix(0).template_set({{300, {{4, 1}}}}).build());
    rig.send(ipfix(0).set(300, support::Bytes(60'000, 17)).build());
    EXPECT_EQ(rig.writer().rows(), 60'000u);
}

}  // namespace
