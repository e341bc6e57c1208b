// SPDX-License-Identifier: Apache-2.0
// NetFlow v1 and v7, and what v1, v5 and v7 share. v5 alone is in netflow_test.cpp.
#include <gtest/gtest.h>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

namespace {

using flow::Column;
using flow::Counter;
using flow::Outcome;
using flow::Skip;
using support::DecodeRig;
using support::Writer;

constexpr std::uint32_t kNow_s = DecodeRig::kNow_ms / 1000;

class NetFlowFixed : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_EQ(flow::broken_law(rig.ledger(), true), ""); }
    DecodeRig rig;
};

Writer header(std::uint16_t version, std::uint16_t count) {
    return Writer().u16(version).u16(count).u32(100'000).u32(kNow_s).u32(500'000'000);
}

// The 36 bytes with which the records of all three versions begin.
Writer& first_part(Writer& to, std::uint16_t src_port = 1234, std::uint16_t dst_port = 443) {
    to.ip("10.1.2.3").ip("172.16.5.4").ip("10.0.0.254").u16(11).u16(22).u32(33).u32(44'000).u32(90'000).u32(95'000);
    return to.u16(src_port).u16(dst_port);
}

support::Bytes v1(std::size_t records, std::uint16_t told) {
    Writer w = header(1, told);
    for (std::size_t i = 0; i < records; ++i) first_part(w).u16(0xffff).u8(6).u8(0x28).u8(0x1b).zeros(3).u32(~0u);
    return w;
}

support::Bytes v7(std::size_t records, std::uint16_t told, std::uint32_t sequence = 0) {
    Writer w = header(7, told);
    w.u32(sequence).u32(~0u);
    for (std::size_t i = 0; i < records; ++i) {
        first_part(w).u8(0xff).u8(0x1b).u8(6).u8(0x28).u16(65001).u16(65002).u8(24).u8(16).u16(0xffff).ip("192.0.2.9");
    }
    return w;
}

void expect_first_part(const flow::FlowBatch& b) {
    EXPECT_EQ(b.src_addr[0].text(), "10.1.2.3");
    EXPECT_EQ(b.dst_addr[0].text(), "172.16.5.4");
    EXPECT_EQ(b.next_hop[0].text(), "10.0.0.254");
    EXPECT_EQ(b.input_if[0], 11u);
    EXPECT_EQ(b.output_if[0], 22u);
    EXPECT_EQ(b.in_packets[0], 33u);
    EXPECT_EQ(b.in_bytes[0], 44'000u);
    EXPECT_EQ(b.first_ms[0], DecodeRig::kNow_ms + 500 - 10'000);
    EXPECT_EQ(b.last_ms[0], DecodeRig::kNow_ms + 500 - 5'000);
    EXPECT_EQ(b.src_port[0], 1234);
    EXPECT_EQ(b.dst_port[0], 443);
    EXPECT_EQ(b.proto[0], 6);
    EXPECT_EQ(b.tos[0], 0x28);
    EXPECT_EQ(b.tcp_flags[0], 0x1b);
    EXPECT_EQ(b.family[0], 4);
    EXPECT_EQ(b.sampling[0], 0u) << "neither v1 nor v7 tell it";
}

TEST_F(NetFlowFixed, Version1) {
    ASSERT_EQ(rig.send(v1(2, 2)), Outcome::accepted);
    ASSERT_EQ(rig.batch().rows, 2u);
    expect_first_part(rig.batch());
    EXPECT_FALSE(rig.batch().has(0, Column::src_as));
    EXPECT_EQ(rig.batch().src_mask[1], 0);
    EXPECT_EQ(rig.exporters().key(0).protocol, flow::Protocol::netflow1);
    EXPECT_EQ(rig.tally().exporter(0).lost + rig.tally().exporter(0).gaps_unknown, 0u) << "v1 has no sequence numbers";
}

TEST_F(NetFlowFixed, Version7) {
    ASSERT_EQ(rig.send(v7(2, 2)), Outcome::accepted);
    ASSERT_EQ(rig.batch().rows, 2u);
    expect_first_part(rig.batch());
    EXPECT_EQ(rig.batch().src_as[1], 65001u);
    EXPECT_EQ(rig.batch().dst_as[1], 65002u);
    EXPECT_EQ(rig.batch().src_mask[1], 24);
    EXPECT_EQ(rig.batch().dst_mask[1], 16);
    EXPECT_EQ(rig.exporters().key(0).protocol, flow::Protocol::netflow7);
}

TEST_F(NetFlowFixed, Version7CountsFlows) {
    rig.send(v7(27, 27, 0));
    rig.send(v7(27, 27, 27));
    rig.send(v7(1, 1, 60));
    rig.settle();
    EXPECT_EQ(rig.tally().exporter(0).lost, 6u);
}

TEST_F(NetFlowFixed, MoreRecordsPromisedThanThere) {
    rig.send(v1(1, 24));
    rig.send(v7(1, 27));
    EXPECT_EQ(rig.writer().rows(), 2u);
    EXPECT_EQ(rig.ledger()[Skip::missing_records], 23u + 26u);
}

TEST_F(NetFlowFixed, CutHeadersAreTooShort) {
    const auto one = v1(0, 0), seven = v7(0, 0);
    EXPECT_EQ(rig.send(flow::Bytes(one).first(15)), Outcome::too_short);
    EXPECT_EQ(rig.send(flow::Bytes(seven).first(23)), Outcome::too_short);
    EXPECT_EQ(rig.send(one), Outcome::accepted);
    EXPECT_EQ(rig.send(seven), Outcome::accepted);
}

TEST_F(NetFlowFixed, SourcesOfSflowDoNotTakeThem) {
    EXPECT_EQ(rig.send(v1(1, 1), "192.0.2.1", DecodeRig::kNow_ms, decode::Accepts::sflow), Outcome::wrong_protocol);
    EXPECT_EQ(rig.send(v7(1, 1), "192.0.2.1", DecodeRig::kNow_ms, decode::Accepts::netflow), Outcome::accepted);
}

// The upper two bits of v5's last header field are the mode, 0 in the others is "not sampled".
TEST_F(NetFlowFixed, SamplingOfVersion5) {
    struct Case {
        std::uint8_t mode;
        std::uint16_t interval;
        std::uint32_t rate;
    };
    const Case cases[]{{0, 0, 1}, {1, 0, 1}, {0, 100, 100}, {1, 1000, 1000}, {2, 0x3fff, 0x3fff}, {3, 1, 1}};
    for (const Case& c : cases) {
        DecodeRig one;
        one.send(support::V5().unix_time(kNow_s).sampling(c.mode, c.interval).record({}).build());
        EXPECT_EQ(one.batch().sampling[0], c.rate) << int{c.mode} << " " << c.interval;
    }
}

}  // namespace
