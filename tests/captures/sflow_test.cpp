// SPDX-License-Identifier: Apache-2.0
// Real agents' samples, field by field: what the tests of the projects that they come from expect, and tshark says.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/captures/inventory.hpp"
#include "tests/support/decode_rig.hpp"

namespace {

using flow::Column;
using flow::Counter;
using flow::FlowBatch;
using flow::Skip;

class SflowCaptures : public ::testing::Test {
  protected:
    void SetUp() override {
        if (!captures::are_there()) GTEST_SKIP() << "no captures at " << captures::root();
    }
    void TearDown() override { EXPECT_EQ(flow::broken_law(rig.ledger(), true), ""); }
    const FlowBatch& take(const char* file) {
        std::ifstream in(captures::root() / file, std::ios::binary);
        std::vector<std::uint8_t> bytes(std::istreambuf_iterator<char>(in), {});
        bytes.shrink_to_fit();  // so that the sanitizer sees the end
        EXPECT_EQ(rig.send(bytes), flow::Outcome::accepted) << file;
        return rig.batch();
    }
    support::DecodeRig rig;
};

struct Packet {
    const char* src;
    const char* dst;
    std::uint8_t proto;
    std::uint16_t src_port, dst_port;
    std::uint32_t bytes, sampling, input, output;
};
void expect(const FlowBatch& b, std::uint32_t row, const Packet& p) {
    ASSERT_LT(row, b.rows);
    EXPECT_EQ(b.src_addr[row].text(), p.src);
    EXPECT_EQ(b.dst_addr[row].text(), p.dst);
    EXPECT_EQ(b.proto[row], p.proto);
    EXPECT_EQ(b.src_port[row], p.src_port);
    EXPECT_EQ(b.dst_port[row], p.dst_port);
    EXPECT_EQ(b.in_bytes[row], p.bytes);
    EXPECT_EQ(b.sampling[row], p.sampling);
    EXPECT_EQ(b.input_if[row], p.input);
    EXPECT_EQ(b.output_if[row], p.output);
}

TEST_F(SflowCaptures, FlowSample) {
    const FlowBatch& b = take("Cistern_sflow/_test/flow_sample.dump");
    expect(b, 0, {"199.58.161.150", "197.161.57.246", 17, 51413, 9728, 318, 4096, 4, 1});
    EXPECT_EQ(b.src_vlan[0], 16);
    EXPECT_EQ(b.dst_vlan[0], 16);
}

TEST_F(SflowCaptures, ExpandedFlowSamplesAndBytesBehindThem) {
    const FlowBatch& b = take("netsampler_goflow2/_from_source/sflow_test.go__L0030_TestExpandedSFlowDecode_data.bin");
    EXPECT_EQ(b.rows, 5u);
    expect(b, 0, {"185.59.220.147", "88.238.78.19", 6, 443, 53206, 1514, 16383, 1'000'100, 1'000'018});
    EXPECT_EQ(rig.ledger()[Counter::records_seen], 5u);
}

TEST_F(SflowCaptures, DiscardedPacket) {
    const FlowBatch& b = take("Cistern_sflow/_test/event_discarded_packet.dump");
    expect(b, 0, {"192.168.1.31", "255.255.255.255", 17, 63055, 3289, 56, 1, 2, 0});
    EXPECT_EQ(b.drop_reason[0], 289) << "unknown L4";
    EXPECT_EQ(b.forwarding_status[0], 128);
    EXPECT_EQ(rig.ledger()[Counter::flows_discarded], 1u);
    for (const char* file :
         {"L0133_TestSFlowDecodeDropEgressQueue_data.bin", "L0153_TestSFlowDecodeDropExtendedACL_data.bin",
          "L0174_TestSFlowDecodeDropExtendedFunction_data.bin"}) {
        take((std::string("netsampler_goflow2/_from_source/sflow_test.go__") + file).c_str());
    }
    EXPECT_EQ(rig.ledger()[Skip::no_packet_header], 3u) << "these hold the drop's record alone";
}

TEST_F(SflowCaptures, GatewayUserAndUrl) {
    const FlowBatch& b = take("gopacket_gopacket/_from_source/sflow_test.go__L0115_SFlowTestPacket2_udp_payload.bin");
    ASSERT_EQ(b.rows, 3u);
    expect(b, 1, {"192.168.91.17", "192.168.91.1", 6, 22, 54237, 390, 1, 0, 3});
    EXPECT_EQ(b.dst_as[1], 999u);
    EXPECT_EQ(b.next_as[1], 123u);
    EXPECT_EQ(b.arena.view(b.as_path[1]), "123 456 789 {11111,22222,33333} 777 888 999");
    EXPECT_EQ(b.arena.view(b.communities[1]), "0:12 0:13");
    EXPECT_EQ(b.arena.view(b.user[1]), "source user");
    EXPECT_EQ(b.arena.view(b.http_url[1]), "http://www.sflow.org");
}

TEST_F(SflowCaptures, RouterAndGatewayBehindASampleWithPadding) {
    const FlowBatch& b =
        take("EdgeCast_vflow/_from_source/decoder_test.go__L0105_TestsFlowRawPacketWithPaddingAfterSample.bin");
    ASSERT_EQ(b.rows, 5u);
    expect(b, 4, {"54.192.91.77", "72.9.115.176", 6, 443, 52129, 1522, 1024, 129, 5});
    EXPECT_EQ(b.next_hop[4].text(), "10.0.3.254");
    EXPECT_EQ(b.src_vlan[4], 105);
    EXPECT_EQ(b.dst_vlan[4], 27);
    EXPECT_EQ(b.src_as[4], 174u);
    EXPECT_EQ(b.dst_as[4], 0u) << "an empty path: our own";
}

TEST_F(SflowCaptures, SampledEthernetAlone) {
    const FlowBatch& b = take("gopacket_gopacket/_from_source/sflow_test.go__L0338_SFlowEthernetFramePacket.bin");
    ASSERT_EQ(b.rows, 7u);
    EXPECT_EQ(b.in_bytes[0], 16u);
    EXPECT_EQ(b.family[0], 0);
    EXPECT_TRUE(b.has(0, Column::in_src_mac));
}

TEST_F(SflowCaptures, InterfaceCounters) {
    take("Cistern_sflow/_test/counter_sample.dump");
    take("path-network_logstash-codec-sflow/spec/codecs/sflow_counters_sample.dat");
    const auto& all = rig.tally().interfaces;
    ASSERT_EQ(all.size(), 10u) << "three of the twelve are of hosts and processors";
    EXPECT_EQ(all[0].index, 9u);
    EXPECT_EQ(all[0].speed, 100'000'000u);
    EXPECT_EQ(all[0].status, 3u);
    EXPECT_EQ(all[0].in_octets, 79'282'473u);
    EXPECT_EQ(all[0].out_octets, 764'247'430u);
    EXPECT_EQ(rig.ledger()[Counter::records_counter], 13u);
}

}  // namespace
