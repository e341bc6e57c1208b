// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

namespace {

using flow::Column;
using flow::Counter;
using flow::Outcome;
using flow::Skip;
using support::CounterSample;
using support::DecodeRig;
using support::FlowSample;
using support::Frame;
using support::Sflow;

class SflowTest : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_EQ(flow::broken_law(rig.ledger(), true), ""); }
    DecodeRig rig;
};

support::Bytes web_frame() {
    return Frame()
        .ethernet()
        .vlan(42)
        .ipv4({.src = "10.0.0.1", .dst = "10.0.0.2", .ttl = 61})
        .tcp({.src = 50'000, .dst = 443, .flags = 0x18})
        .payload(60)
        .build();
}

FlowSample sample_of(const support::Bytes& header, std::uint32_t frame_length = 1400) {
    return {.rate = 512,
            .input = {0, 7},
            .output = {0, 8},
            .records = {support::sflow_raw_header({.frame_length = frame_length, .header = header})}};
}

TEST_F(SflowTest, RawHeaderBecomesOneFlow) {
    ASSERT_EQ(rig.send(Sflow("192.0.2.77", 3).flow_sample(sample_of(web_frame())).build()), Outcome::accepted);
    const auto& b = rig.batch();
    ASSERT_EQ(b.rows, 1u);
    EXPECT_EQ(b.src_addr[0].text(), "10.0.0.1");
    EXPECT_EQ(b.dst_port[0], 443);
    EXPECT_EQ(b.proto[0], 6);
    EXPECT_EQ(b.tcp_flags[0], 0x18);
    EXPECT_EQ(b.in_bytes[0], 1400u) << "raw: the factor is kept apart";
    EXPECT_EQ(b.in_packets[0], 1u);
    EXPECT_EQ(b.sampling[0], 512u);
    EXPECT_EQ(b.input_if[0], 7u);
    EXPECT_EQ(b.output_if[0], 8u);
    EXPECT_EQ(b.src_vlan[0], 42);
    EXPECT_EQ(b.in_src_mac[0], 0x020000000001u);
    EXPECT_EQ(b.min_ttl[0], 61);
    EXPECT_EQ(b.first_ms[0], DecodeRig::kNow_ms);
    EXPECT_TRUE(b.has(0, Column::payload));
    EXPECT_EQ(b.payload[0].length, web_frame().size());
    const auto& key = rig.exporters().key(b.exporter[0]);
    EXPECT_EQ(key.agent.text(), "192.0.2.77");
    EXPECT_EQ(key.domain, 3u);
}

TEST_F(SflowTest, ExpandedFormBareIpAndSampledIp) {
    auto expanded = sample_of(web_frame());
    expanded.input = {0, 0x12345678};
    expanded.output = {1, 5};
    const auto v6 = Frame().ipv6({.src = "2001:db8::5"}).udp({.src = 1, .dst = 53}).build();
    const FlowSample bare{.records = {support::sflow_raw_header({.protocol = support::kSflowIpv6, .header = v6})}};
    const FlowSample sampled{
        .records = {support::sflow_sampled_ip({.length = 99, .protocol = 17, .src = "10.7.7.7", .dst_port = 123})}};
    rig.send(Sflow().expanded_flow_sample(expanded).flow_sample(bare).flow_sample(sampled).build());
    const auto& b = rig.batch();
    ASSERT_EQ(b.rows, 3u);
    EXPECT_EQ(b.input_if[0], 0x12345678u);
    EXPECT_EQ(b.output_if[0], 0u) << "discarded: no interface";
    EXPECT_EQ(b.src_addr[1].text(), "2001:db8::5");
    EXPECT_EQ(b.dst_port[1], 53);
    EXPECT_EQ(b.in_bytes[2], 99u);
    EXPECT_EQ(b.dst_port[2], 123);
    EXPECT_FALSE(b.has(2, Column::payload));
}

TEST_F(SflowTest, FramesThatAreNotIpCountAsTraffic) {
    const auto arp = Frame().ethernet("02:00:00:00:00:01", "ff:ff:ff:ff:ff:ff", 0x0806).payload(46).build();
    rig.send(Sflow().flow_sample(sample_of(arp, 64)).build());
    ASSERT_EQ(rig.batch().rows, 1u);
    EXPECT_EQ(rig.batch().family[0], 0);
    EXPECT_EQ(rig.batch().in_bytes[0], 64u);
    EXPECT_EQ(rig.batch().ethertype[0], 0x0806);
    EXPECT_FALSE(rig.batch().has(0, Column::src_addr));
}

TEST_F(SflowTest, LongHeadersAreCutAt512) {
    const auto frame = Frame().ethernet().ipv4().udp().payload(1400).build();
    rig.send(Sflow().flow_sample(sample_of(frame)).build());
    EXPECT_EQ(rig.batch().payload[0].length, 512u);
}

TEST_F(SflowTest, CountersAreCountedUnknownSamplesSkipped) {
    rig.send(Sflow()
                 .counter_sample({.records = {support::sflow_interface_counters(1, 2, 3)}})
                 .expanded_counter_sample({.records = {support::sflow_interface_counters(1, 2, 3)}})
                 .sample(6, support::Bytes(16))
                 .sample(4096 * 77 + 1, support::Bytes(8))
                 .flow_sample(sample_of(web_frame()))
                 .build());
    EXPECT_EQ(rig.ledger()[Counter::records_counter], 2u);
    EXPECT_EQ(rig.ledger()[Skip::unknown_sample], 2u);
    EXPECT_EQ(rig.writer().rows(), 1u) << "what follows them is read";
}

struct Bad {
    const char* what;
    support::Bytes bytes;
    Skip reason;
};

TEST_F(SflowTest, BadSamplesAreSkippedByReason) {
    FlowSample no_packet{.records = {support::sflow_switch(1, 2)}};
    FlowSample overrun{.records = {support::sflow_record(1, support::Bytes(16), 4000)}};
    FlowSample tiny{.records = {support::sflow_raw_header({.header = support::Bytes(5)})}};
    FlowSample header_overrun{
        .records = {support::sflow_raw_header({.header = support::Bytes(8), .header_length = 0xfffffff0})}};
    FlowSample many_records{.records = {support::sflow_switch(1, 2)}, .record_count = 0xffffffff};
    FlowSample one_short{.records = {support::sflow_switch(1, 2), support::Bytes(8)}, .record_count = 3};
    CounterSample counter_overrun{.records = {support::sflow_record(2, support::Bytes(8), 800)}};
    CounterSample short_counters{.records = {support::sflow_record(1, support::Bytes(60))}};
    FlowSample not_ip{.records = {support::sflow_raw_header({.protocol = 11, .header = support::Bytes(40, 0x55)})}};
    FlowSample no_bytes{.records = {support::sflow_raw_header({.header = {}})}};
    FlowSample x25{.records = {support::sflow_raw_header({.protocol = 6, .header = support::Bytes(40)})}};
    FlowSample short_ip{.records = {support::sflow_record(3, support::Bytes(8))}};
    const std::vector<Bad> cases{
        {"no packet in it", Sflow().flow_sample(no_packet).build(), Skip::no_packet_header},
        {"record beyond the sample", Sflow().flow_sample(overrun).build(), Skip::bad_sample},
        {"packet of 5 bytes", Sflow().flow_sample(tiny).build(), Skip::bad_packet_header},
        {"packet longer than its record", Sflow().flow_sample(header_overrun).build(), Skip::bad_packet_header},
        {"sample beyond the datagram", Sflow().sample(1, support::Bytes(20), 5000).build(), Skip::bad_sample},
        {"sample shorter than its header", Sflow().sample(1, support::Bytes(12)).build(), Skip::bad_sample},
        {"four billion samples promised", Sflow().count(0xffffffff).build(), Skip::sample_limit},
        {"four billion records promised", Sflow().flow_sample(many_records).build(), Skip::sample_limit},
        {"two records promised, one there", Sflow().flow_sample(one_short).build(), Skip::bad_sample},
        {"three samples promised, none there", Sflow().count(1).raw(support::Bytes(4)).build(), Skip::sample_limit},
        {"counter record beyond its sample", Sflow().counter_sample(counter_overrun).build(), Skip::bad_sample},
        {"interface counters of 60 bytes", Sflow().counter_sample(short_counters).build(), Skip::bad_sample},
        {"counter sample shorter than its header", Sflow().sample(2, support::Bytes(8)).build(), Skip::bad_sample},
        {"discarded packet shorter than its header", Sflow().sample(5, support::Bytes(28)).build(), Skip::bad_sample},
        {"IPv4 that is version 5", Sflow().flow_sample(not_ip).build(), Skip::bad_packet_header},
        {"no bytes of the packet", Sflow().flow_sample(no_bytes).build(), Skip::bad_packet_header},
        {"an X.25 packet", Sflow().flow_sample(x25).build(), Skip::no_packet_header},
        {"sampled IPv4 of 8 bytes", Sflow().flow_sample(short_ip).build(), Skip::no_packet_header},
    };
    for (const Bad& c : cases) {
        DecodeRig one;
        EXPECT_EQ(one.send(c.bytes), Outcome::accepted) << c.what;
        EXPECT_EQ(one.ledger()[c.reason], 1u) << c.what;
        EXPECT_EQ(one.writer().rows(), 0u) << c.what;
        EXPECT_EQ(flow::broken_law(one.ledger(), true), "") << c.what;
    }
}

TEST_F(SflowTest, SequenceCountsDatagramsPerAgent) {
    rig.send(Sflow("192.0.2.1").sequence(1).build());
    rig.send(Sflow("192.0.2.9").sequence(70).build());
    rig.send(Sflow("192.0.2.1").sequence(4).build());
    rig.send(Sflow("192.0.2.9").sequence(71).build());
    rig.settle();
    EXPECT_EQ(rig.tally().exporter(0).lost, 2u);
    EXPECT_EQ(rig.tally().exporter(1).lost, 0u);
}

}  // namespace
