// SPDX-License-Identifier: Apache-2.0
// Records of both directions: RFC 5103, CERT's own reverse elements, initiator and responder of NSEL.
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

constexpr std::uint64_t kNow_ms = DecodeRig::kNow_ms;
constexpr std::uint32_t kNow_s = kNow_ms / 1000;
constexpr std::uint32_t kReverse = 29305, kCert = 6871;

class Biflow : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_EQ(flow::broken_law(rig.ledger(), true), ""); }
    void ipfix(const std::vector<Field>& fields, const std::vector<support::Bytes>& records) {
        rig.send(support::Ipfix(1).unix_seconds(kNow_s).template_set({{300, fields}}).data_set(300, records).build());
    }
    void v9(const std::vector<Field>& fields, const std::vector<support::Bytes>& records) {
        rig.send(support::V9(1).unix_seconds(kNow_s).template_set({{300, fields}}).data_set(300, records).build());
    }
    std::string text(std::uint32_t row, Column column) {
        return support::column_text(rig.batch(), row, column).value_or("nothing");
    }
    DecodeRig rig;
};

TEST_F(Biflow, BothDirectionsAreRows) {
    ipfix({{8, 4},
           {12, 4},
           {7, 2},
           {11, 2},
           {4, 1},
           {1, 8},
           {2, 8},
           {1, 8, kReverse},
           {2, 8, kReverse},
           {152, 8},
           {153, 8},
           {152, 8, kReverse},
           {153, 8, kReverse},
           {6, 1},
           {6, 1, kReverse},
           {10, 4},
           {14, 4},
           {16, 4},
           {17, 4},
           {9, 1},
           {13, 1},
           {15, 4},
           {5, 1},
           {5, 1, kReverse}},
          {Writer()
               .ip("10.0.0.1")
               .ip("10.0.0.2")
               .u16(50000)
               .u16(443)
               .u8(6)
               .u64(1000)
               .u64(10)
               .u64(20000)
               .u64(15)
               .u64(kNow_ms - 900)
               .u64(kNow_ms - 100)
               .u64(kNow_ms - 880)
               .u64(kNow_ms - 90)
               .u8(0x02)
               .u8(0x12)
               .u32(7)
               .u32(8)
               .u32(65001)
               .u32(65002)
               .u8(24)
               .u8(16)
               .ip("192.0.2.9")
               .u8(8)
               .u8(16)});
    ASSERT_EQ(rig.batch().rows, 2u);
    const std::vector<std::tuple<Column, const char*, const char*>> expected{
        {Column::src_addr, "10.0.0.1", "10.0.0.2"},
        {Column::dst_addr, "10.0.0.2", "10.0.0.1"},
        {Column::src_port, "50000", "443"},
        {Column::dst_port, "443", "50000"},
        {Column::proto, "6", "6"},
        {Column::in_bytes, "1000", "20000"},
        {Column::in_packets, "10", "15"},
        {Column::first_ms, "1699999999100", "1699999999120"},
        {Column::last_ms, "1699999999900", "1699999999910"},
        {Column::tcp_flags, "2", "18"},
        {Column::input_if, "7", "8"},
        {Column::output_if, "8", "7"},
        {Column::src_as, "65001", "65002"},
        {Column::dst_as, "65002", "65001"},
        {Column::src_mask, "24", "16"},
        {Column::dst_mask, "16", "24"},
        {Column::next_hop, "192.0.2.9", "nothing"},
        {Column::tos, "8", "16"},
        {Column::family, "4", "4"},
        {Column::exporter, "0", "0"},
        {Column::source, "3", "3"},
    };
    for (const auto& [column, there, back] : expected) {
        EXPECT_EQ(text(0, column), there) << flow::column_name(column);
        EXPECT_EQ(text(1, column), back) << flow::column_name(column);
    }
    EXPECT_EQ(rig.ledger()[Counter::records_flow], 1u);
    EXPECT_EQ(rig.ledger()[Counter::flows_extra], 1u);
    EXPECT_EQ(rig.ledger()[Counter::flows_decoded], 2u);
}

TEST_F(Biflow, OneRowWhereNothingCameBack) {
    ipfix({{8, 4}, {12, 4}, {1, 4}, {1, 4, kReverse}, {2, 4, kReverse}},
          {Writer().ip("10.0.0.1").ip("10.0.0.2").u32(100).u32(0).u32(0),
           Writer().ip("10.0.0.3").ip("10.0.0.4").u32(100).u32(0).u32(2),
           Writer().ip("10.0.0.5").ip("10.0.0.6").u32(100).u32(0).u32(0)});
    ASSERT_EQ(rig.batch().rows, 4u);
    EXPECT_EQ(text(1, Column::src_addr), "10.0.0.3");
    EXPECT_EQ(text(2, Column::src_addr), "10.0.0.4");
    EXPECT_EQ(text(2, Column::in_bytes), "0");
    EXPECT_EQ(text(2, Column::in_packets), "2");
    EXPECT_EQ(text(3, Column::src_addr), "10.0.0.5");
    EXPECT_EQ(rig.ledger()[Counter::flows_extra], 1u);
}

TEST_F(Biflow, RareColumnsChangeSidesToo) {
    ipfix({{27, 16},
           {28, 16},
           {1, 4},
           {1, 4, kReverse},
           {56, 6},
           {80, 6},
           {58, 2},
           {225, 4},
           {226, 4},
           {227, 2},
           {228, 2},
           {234, 4},
           {235, 4},
           {128, 4},
           {129, 4},
           {58, 2, kReverse}},
          {Writer()
               .ip("2001:db8::1")
               .ip("2001:db8::2")
               .u32(1)
               .u32(2)
               .mac("00:00:00:00:00:01")
               .mac("00:00:00:00:00:02")
               .u16(5)
               .ip("192.0.2.1")
               .ip("192.0.2.2")
               .u16(1)
               .u16(2)
               .u32(3)
               .u32(4)
               .u32(65001)
               .u32(65002)
               .u16(6)});
    ASSERT_EQ(rig.batch().rows, 2u);
    EXPECT_EQ(text(1, Column::family), "6");
    EXPECT_EQ(text(1, Column::in_src_mac), "2");
    EXPECT_EQ(text(1, Column::in_dst_mac), "1");
    EXPECT_EQ(text(0, Column::src_vlan), "5");
    EXPECT_EQ(text(1, Column::src_vlan), "6") << "told for each direction";
    EXPECT_EQ(text(1, Column::nat_src_addr), "192.0.2.2");
    EXPECT_EQ(text(1, Column::nat_dst_port), "1");
    EXPECT_EQ(text(1, Column::ingress_vrf), "4");
    EXPECT_EQ(text(1, Column::next_as), "65002");
}

TEST_F(Biflow, WhatLeftComesBackFromThere) {
    ipfix({{1, 4}, {1, 4, kReverse}, {56, 6}, {57, 6}},
          {Writer().u32(1).u32(2).mac("00:00:00:00:00:01").mac("00:00:00:00:00:02")});
    ASSERT_EQ(rig.batch().rows, 2u);
    EXPECT_EQ(text(1, Column::in_src_mac), "2");
    EXPECT_EQ(text(1, Column::out_dst_mac), "1");
    EXPECT_EQ(text(1, Column::in_dst_mac), "nothing");
}

TEST_F(Biflow, ReverseOnlyColumnsAreThoseOfTheSecondRow) {
    ipfix({{1, 4}, {1, 4, kReverse}, {136, 1, kReverse}, {53, 1, kReverse}}, {Writer().u32(1).u32(2).u8(3).u8(60)});
    ASSERT_EQ(rig.batch().rows, 2u);
    EXPECT_EQ(text(0, Column::end_reason), "nothing");
    EXPECT_EQ(text(1, Column::end_reason), "3");
    EXPECT_EQ(text(1, Column::max_ttl), "60");
    EXPECT_NE(rig.batch().present_any & flow::present_bit(Column::end_reason), 0u);
}

TEST_F(Biflow, IcmpTypeAndCodeOfEachDirection) {
    const std::vector<Field> fields{{8, 4}, {12, 4}, {4, 1}, {1, 4}, {32, 2}, {1, 4, kReverse}, {32, 2, kReverse}};
    ipfix(fields, {Writer().ip("10.0.0.1").ip("10.0.0.2").u8(1).u32(1).u16(0x0800).u32(1).u16(0x0000)});
    ipfix({fields.begin(), fields.end() - 1}, {Writer().ip("10.0.0.1").ip("10.0.0.2").u8(1).u32(1).u16(0x0800).u32(1)});
    ASSERT_EQ(rig.batch().rows, 4u);
    EXPECT_EQ(rig.batch().dst_port[0], 0x0800);
    EXPECT_EQ(rig.batch().dst_port[1], 0x0000);
    EXPECT_EQ(rig.batch().dst_port[3], 0x0800) << "not told: that of the first, and no port";
    EXPECT_EQ(rig.batch().src_port[3], 0);
}

// yaf: totals, a delay instead of a start, and the reverse bit in CERT's own number.
TEST_F(Biflow, Cert) {
    const auto reverse = [](std::uint16_t id) { return static_cast<std::uint16_t>(id | 0x4000); };
    ipfix({{152, 8},
           {153, 8},
           {85, 4},
           {85, 4, kReverse},
           {86, 4},
           {86, 4, kReverse},
           {8, 4},
           {12, 4},
           {7, 2},
           {11, 2},
           {4, 1},
           {21, 4, kCert},
           {14, 1, kCert},
           {15, 1, kCert},
           {reverse(14), 1, kCert},
           {reverse(15), 1, kCert}},
          {Writer()
               .u64(kNow_ms - 1000)
               .u64(kNow_ms - 10)
               .u32(100)
               .u32(200)
               .u32(1)
               .u32(2)
               .ip("10.0.0.1")
               .ip("10.0.0.2")
               .u16(50000)
               .u16(80)
               .u8(6)
               .u32(30)
               .u8(0x02)
               .u8(0x18)
               .u8(0x12)
               .u8(0x01)});
    ASSERT_EQ(rig.batch().rows, 2u);
    EXPECT_EQ(text(0, Column::tcp_flags), "26");
    EXPECT_EQ(text(1, Column::tcp_flags), "19");
    EXPECT_EQ(text(1, Column::first_ms), "1699999999030");
    EXPECT_EQ(text(1, Column::last_ms), "1699999999990");
    EXPECT_EQ(text(1, Column::in_bytes), "200");
    EXPECT_EQ(text(1, Column::in_packets), "2");
}

TEST_F(Biflow, ADelayLongerThanTheFlowEndsWithIt) {
    ipfix({{152, 8}, {153, 8}, {85, 4}, {85, 4, kReverse}, {21, 4, kCert}},
          {Writer().u64(kNow_ms - 1000).u64(kNow_ms - 10).u32(1).u32(1).u32(~0u)});
    ASSERT_EQ(rig.batch().rows, 2u);
    EXPECT_GE(rig.batch().last_ms[1], rig.batch().first_ms[1]);
}

TEST_F(Biflow, OldCertElementsAreReverseByThemselves) {
    ipfix({{8, 4}, {12, 4}, {85, 4}, {12, 4, kCert}, {13, 4, kCert}, {16, 1, kCert}},
          {Writer().ip("10.0.0.1").ip("10.0.0.2").u32(5).u32(6).u32(7).u8(0x12)});
    ASSERT_EQ(rig.batch().rows, 2u);
    EXPECT_EQ(text(1, Column::in_bytes), "6");
    EXPECT_EQ(text(1, Column::in_packets), "7");
    EXPECT_EQ(text(1, Column::tcp_flags), "18");
}

TEST_F(Biflow, TextsOfBothDirections) {
    const auto reverse = static_cast<std::uint16_t>(18 | 0x4000);
    ipfix(
        {{85, 4}, {85, 4, kReverse}, {18, support::kVariableLength, kCert}, {reverse, support::kVariableLength, kCert}},
        {Writer().u32(1).u32(1).variable("GET / ").variable("HTTP/1.1 200")});
    ASSERT_EQ(rig.batch().rows, 2u);
    EXPECT_EQ(text(0, Column::payload), "GET / ") << "a payload keeps its blanks";
    EXPECT_EQ(text(1, Column::payload), "HTTP/1.1 200");
}

TEST_F(Biflow, ManyFillSeveralBatches) {
    std::vector<support::Bytes> records;
    for (std::uint32_t i = 0; i < 2500; ++i)
        records.push_back(Writer().u32(0x0a000000 + i).u32(1).u32(i + 1).u32(i + 2));
    ipfix({{8, 4}, {12, 4}, {1, 4}, {1, 4, kReverse}}, records);
    EXPECT_EQ(rig.writer().rows(), 5000u);
    std::uint32_t n = 0;
    for (const flow::FlowBatch* batch : rig.writer().batches()) {
        for (std::uint32_t row = 0; row < batch->rows; ++row, ++n) {
            const flow::IpAddress& own = n % 2 == 0 ? batch->src_addr[row] : batch->dst_addr[row];
            ASSERT_EQ(own.as_v4(), 0x0a000000 + n / 2);
            ASSERT_EQ(batch->in_bytes[row], n / 2 + 1 + n % 2);
        }
    }
}

// ---- NSEL: initiator and responder

const std::vector<Field> kNsel{{148, 4}, {8, 4},     {7, 2},   {10, 2},  {12, 4},  {11, 2},
                               {14, 2},  {4, 1},     {225, 4}, {226, 4}, {227, 2}, {228, 2},
                               {233, 1}, {33002, 2}, {323, 8}, {231, 4}, {232, 4}, {152, 8}};
support::Bytes nsel(std::uint8_t event, std::uint16_t extended, std::uint32_t sent, std::uint32_t answered) {
    return Writer()
        .u32(77)
        .ip("10.0.0.1")
        .u16(50000)
        .u16(3)
        .ip("10.0.0.2")
        .u16(443)
        .u16(4)
        .u8(6)
        .ip("192.0.2.1")
        .ip("10.0.0.2")
        .u16(1024)
        .u16(443)
        .u8(event)
        .u16(extended)
        .u64(kNow_ms - 5)
        .u32(sent)
        .u32(answered)
        .u64(kNow_ms - 2000);
}

TEST_F(Biflow, NselTeardownOfTwoDirections) {
    v9(kNsel, {nsel(2, 2030, 881, 14178)});
    ASSERT_EQ(rig.batch().rows, 2u);
    EXPECT_EQ(text(0, Column::in_bytes), "881");
    EXPECT_EQ(text(1, Column::in_bytes), "14178");
    EXPECT_EQ(text(0, Column::out_bytes), "nothing") << "it is a row of its own";
    EXPECT_EQ(text(1, Column::src_addr), "10.0.0.2");
    EXPECT_EQ(text(1, Column::dst_port), "50000");
    EXPECT_EQ(text(1, Column::nat_dst_addr), "192.0.2.1");
    EXPECT_EQ(text(1, Column::input_if), "4");
    for (const std::uint32_t row : {0u, 1u}) {
        EXPECT_EQ(text(row, Column::firewall_event), "2");
        EXPECT_EQ(text(row, Column::firewall_xevent), "2030");
        EXPECT_EQ(text(row, Column::flow_id), "77");
        EXPECT_EQ(text(row, Column::event_ms), "1699999999995");
        EXPECT_EQ(text(row, Column::first_ms), "1699999998000");
        EXPECT_EQ(text(row, Column::last_ms), "1699999999995");
    }
}

TEST_F(Biflow, NselEventsWithoutCountersAreOneRow) {
    v9(kNsel, {nsel(1, 0, 0, 0), nsel(3, 1001, 0, 0), nsel(2, 2014, 52, 0)});
    ASSERT_EQ(rig.batch().rows, 3u);
    EXPECT_EQ(text(0, Column::firewall_event), "1");
    EXPECT_EQ(text(1, Column::in_bytes), "0");
    EXPECT_EQ(text(2, Column::in_bytes), "52");
    EXPECT_EQ(rig.ledger()[Counter::flows_extra], 0u);
}

TEST_F(Biflow, NselWithPackets) {
    v9({{8, 4}, {12, 4}, {231, 4}, {232, 4}, {298, 4}, {299, 4}},
       {Writer().ip("10.0.0.1").ip("10.0.0.2").u32(100).u32(0).u32(2).u32(1)});
    ASSERT_EQ(rig.batch().rows, 2u) << "a packet without bytes is an answer too";
    EXPECT_EQ(text(0, Column::in_packets), "2");
    EXPECT_EQ(text(1, Column::in_packets), "1");
}

// Beside counters of the flow itself the responder's are no second half: they stay what they were, the output's.
TEST_F(Biflow, TheRespondersCountersBesideOthers) {
    v9({{8, 4}, {12, 4}, {1, 4}, {232, 4}}, {Writer().ip("10.0.0.1").ip("10.0.0.2").u32(100).u32(60)});
    ASSERT_EQ(rig.batch().rows, 1u);
    EXPECT_EQ(text(0, Column::in_bytes), "100");
    EXPECT_EQ(text(0, Column::out_bytes), "60");
}

TEST_F(Biflow, DirectionOfTheBiflowIsKnown) {
    ipfix({{1, 4}, {239, 1}}, {Writer().u32(1).u8(2)});
    EXPECT_EQ(rig.ledger()[Counter::elements_unknown], 0u);
}

}  // namespace
