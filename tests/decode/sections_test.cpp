// SPDX-License-Identifier: Apache-2.0
// Packet sections in data records, RFC 7133: Juniper's inline monitoring, PSAMP.
#include <gtest/gtest.h>

#include "tests/support/column_text.hpp"
#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

namespace {

using flow::Column;
using flow::Counter;
using support::DecodeRig;
using support::Field;
using support::Writer;

constexpr std::uint32_t kNow_s = DecodeRig::kNow_ms / 1000;
constexpr std::uint16_t kVariable = support::kVariableLength;

class Sections : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_EQ(flow::broken_law(rig.ledger(), true), ""); }
    void send(const std::vector<Field>& fields, const support::Bytes& record) {
        rig.send(support::Ipfix(1).unix_seconds(kNow_s).template_set({{300, fields}}).data_set(300, {record}).build());
    }
    std::string text(Column column) { return support::column_text(rig.batch(), 0, column).value_or("nothing"); }
    DecodeRig rig;
};

support::Bytes frame() {
    return support::Frame().ethernet().vlan(7).ipv4().tcp({.src = 40'000, .dst = 443}).payload(60).build();
}
support::Bytes packet() {
    return support::Frame().ipv4().udp({.src = 5353, .dst = 53}).payload(20).build();
}

TEST_F(Sections, InlineMonitoring) {
    const auto bytes = frame();
    send({{10, 4}, {14, 4}, {312, 2}, {315, kVariable}},
         Writer().u32(576).u32(0).u16(1514).variable(flow::Bytes(bytes).first(64)));
    ASSERT_EQ(rig.batch().rows, 1u);
    EXPECT_EQ(text(Column::family), "4");
    EXPECT_EQ(text(Column::src_port), "40000");
    EXPECT_EQ(text(Column::dst_port), "443");
    EXPECT_EQ(text(Column::proto), "6");
    EXPECT_EQ(text(Column::src_vlan), "7");
    EXPECT_EQ(text(Column::in_packets), "1");
    EXPECT_EQ(text(Column::in_bytes), "1514") << "of the frame, not of what is left of it";
    EXPECT_EQ(text(Column::input_if), "576");
    EXPECT_EQ(text(Column::payload).size(), 64u);
    EXPECT_NE(text(Column::in_src_mac), "nothing");
    EXPECT_NE(rig.batch().present_any & flow::present_bit(Column::payload), 0u);
}

TEST_F(Sections, FrameWithoutItsLength) {
    send({{315, kVariable}}, Writer().variable(frame()));
    EXPECT_EQ(text(Column::in_bytes), std::to_string(frame().size()));
}

TEST_F(Sections, FrameOfFixedLengthInOldElements) {
    const auto bytes = frame();
    const auto length = static_cast<std::uint16_t>(bytes.size());
    send({{103, 2}, {104, length}}, Writer().u16(900).raw(bytes));
    EXPECT_EQ(text(Column::dst_port), "443");
    EXPECT_EQ(text(Column::in_bytes), "900");
}

TEST_F(Sections, IpHeader) {
    send({{313, kVariable}}, Writer().variable(packet()));
    EXPECT_EQ(text(Column::dst_port), "53");
    EXPECT_EQ(text(Column::proto), "17");
    EXPECT_EQ(text(Column::in_bytes), "48");
    EXPECT_EQ(text(Column::in_src_mac), "nothing");
}

TEST_F(Sections, WhatTheRecordTellsItselfWins) {
    send({{11, 2}, {1, 4}, {2, 4}, {315, kVariable}}, Writer().u16(8443).u32(700).u32(5).variable(frame()));
    EXPECT_EQ(text(Column::dst_port), "8443");
    EXPECT_EQ(text(Column::src_port), "40000") << "of the packet, as the template does not tell it";
    EXPECT_EQ(text(Column::in_bytes), "700");
    EXPECT_EQ(text(Column::in_packets), "5");
}

TEST_F(Sections, SectionsFromFurtherInsideAreOnlyPayload) {
    send({{409, 2}, {315, kVariable}}, Writer().u16(64).variable(frame()));
    EXPECT_EQ(text(Column::src_addr), "nothing");
    EXPECT_EQ(text(Column::family), "0");
    EXPECT_NE(text(Column::payload), "nothing");
}

TEST_F(Sections, PayloadAlone) {
    send({{8, 4}, {314, kVariable}}, Writer().ip("10.0.0.1").variable("GET / HTTP/1.1\r\n"));
    EXPECT_EQ(text(Column::payload), "GET / HTTP/1.1\r\n");
    EXPECT_EQ(text(Column::in_packets), "nothing");
}

TEST_F(Sections, AnyCutIsRead) {
    const auto bytes = frame();
    for (std::size_t length = 0; length <= bytes.size(); ++length) {
        send({{312, 2}, {408, 2}, {315, kVariable}},
             Writer().u16(100).u16(1).variable(flow::Bytes(bytes).first(length)));
    }
    EXPECT_EQ(rig.writer().rows(), bytes.size() + 1);
    EXPECT_EQ(rig.ledger()[Counter::records_flow], bytes.size() + 1);
}

TEST_F(Sections, LongSectionsAreCut) {
    send({{315, kVariable}}, Writer().variable(support::Frame().ethernet().ipv4().udp().payload(1400).build()));
    EXPECT_EQ(text(Column::payload).size(), 512u);
}

}  // namespace
