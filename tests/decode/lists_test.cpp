// SPDX-License-Identifier: Apache-2.0
// IPFIX structured data, RFC 6313.
#include <gtest/gtest.h>

#include "dataplane/decode/lists.hpp"
#include "tests/support/column_text.hpp"
#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

namespace {

using flow::Column;
using flow::Counter;
using flow::Skip;
using support::DecodeRig;
using support::Field;
using support::Writer;

constexpr std::uint32_t kNow_s = DecodeRig::kNow_ms / 1000;
constexpr std::uint16_t kVariable = support::kVariableLength;
constexpr std::uint8_t kAllOf = 3;  // semantic

support::Bytes basic_list(std::uint16_t id, std::uint16_t length, const Writer& items) {
    return Writer().u8(kAllOf).u16(id).u16(length).raw(items.bytes());
}
support::Bytes template_list(std::uint16_t id, const Writer& records) {
    return Writer().u8(kAllOf).u16(id).raw(records.bytes());
}
struct Part {
    std::uint16_t id;
    support::Bytes records;
};
support::Bytes multi_list(const std::vector<Part>& parts) {
    Writer w;
    w.u8(kAllOf);
    for (const Part& p : parts) w.u16(p.id).u16(static_cast<std::uint16_t>(p.records.size() + 4)).raw(p.records);
    return w;
}

class Lists : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_EQ(flow::broken_law(rig.ledger(), true), ""); }
    // Template 300 is of the record, the others are named by its lists.
    void send(const std::vector<support::Template>& templates, const support::Bytes& record) {
        rig.send(support::Ipfix(1).unix_seconds(kNow_s).template_set(templates).data_set(300, {record}).build());
    }
    std::string text(std::uint32_t row, Column column) {
        return support::column_text(rig.batch(), row, column).value_or("nothing");
    }
    DecodeRig rig;
};

const std::vector<Field> kPlain{{8, 4}, {12, 4}, {1, 4}};
Writer plain() {
    return Writer().ip("10.0.0.1").ip("10.0.0.2").u32(100);
}
std::vector<Field> plain_and(std::uint16_t list) {
    std::vector<Field> fields = kPlain;
    fields.push_back({list, kVariable});
    return fields;
}

TEST_F(Lists, BasicListsFillColumns) {
    struct Case {
        const char* what;
        support::Bytes list;
        Column column;
        const char* text;
    };
    const std::vector<Case> cases{
        {"labels", basic_list(70, 3, Writer().number(0x1234a0, 3).number(0x0000f1, 3)), Column::mpls, "1193120 241"},
        {"AS path", basic_list(17, 4, Writer().u32(65001).u32(3356).u32(4200000000)), Column::as_path,
         "65001 3356 4200000000"},
        {"AS path of two bytes", basic_list(16, 2, Writer().u16(65001).u16(3356)), Column::as_path, "65001 3356"},
        {"communities", basic_list(483, 4, Writer().u32(65001u << 16 | 1).u32(65001u << 16 | 2)), Column::communities,
         "65001:1 65001:2"},
        {"targets: the first", basic_list(461, kVariable, Writer().variable("/a").variable("/b")), Column::http_url,
         "/a"},
        {"user in an enterprise's element",
         Writer().u8(kAllOf).u16(0x8000 | 7232).u16(kVariable).u32(9).variable("alice").bytes(), Column::user, "alice"},
        {"numbers of variable length", basic_list(95, kVariable, Writer().variable(Writer().u16(258).bytes())),
         Column::application_id, "258"},
        {"a list within a list", basic_list(291, kVariable, Writer().variable(basic_list(17, 4, Writer().u32(65001)))),
         Column::as_path, "65001"},
        {"nothing in it", basic_list(461, kVariable, Writer()), Column::http_url, "nothing"},
        {"of length 0", support::Bytes(), Column::http_url, "nothing"},
    };
    for (const Case& c : cases) {
        DecodeRig one;
        one.send(support::Ipfix(1)
                     .unix_seconds(kNow_s)
                     .template_set({{300, plain_and(291)}})
                     .data_set(300, {plain().variable(c.list)})
                     .build());
        ASSERT_EQ(one.batch().rows, 1u) << c.what;
        EXPECT_EQ(support::column_text(one.batch(), 0, c.column).value_or("nothing"), c.text) << c.what;
        EXPECT_EQ(one.batch().in_bytes[0], 100u) << c.what;
        EXPECT_EQ(one.ledger()[Skip::bad_list] + one.ledger()[Skip::list_limit], 0u) << c.what;
        EXPECT_EQ(flow::broken_law(one.ledger(), true), "") << c.what;
    }
}

TEST_F(Lists, CommunityListsAreElementsOfTheirOwn) {
    send({{300, plain_and(484)}}, plain().variable(basic_list(483, 4, Writer().u32(65001u << 16 | 7))));
    EXPECT_EQ(text(0, Column::communities), "65001:7");
    EXPECT_EQ(text(0, Column::as_path), "");
}

TEST_F(Lists, WhatTheRecordTellsItselfWins) {
    send({{300, plain_and(292)}, {400, {{1, 4}, {7, 2}, {5, 1}}}},
         plain().variable(template_list(400, Writer().u32(999).u16(443).u8(8).u32(998).u16(444).u8(9))));
    ASSERT_EQ(rig.batch().rows, 1u);
    EXPECT_EQ(text(0, Column::in_bytes), "100");
    EXPECT_EQ(text(0, Column::src_port), "443") << "the first record of the list";
    EXPECT_EQ(text(0, Column::tos), "8");
    EXPECT_NE(rig.batch().present_any & flow::present_bit(Column::tos), 0u);
}

TEST_F(Lists, ListedFlowsAreFlows) {
    send({{300, {{149, 4}, {152, 8}, {292, kVariable}}}, {400, {{8, 4}, {12, 4}, {1, 4}}}},
         Writer()
             .u32(7)
             .u64(DecodeRig::kNow_ms - 9)
             .variable(template_list(
                 400, Writer().ip("10.0.0.1").ip("10.0.0.2").u32(1).ip("10.0.0.3").ip("10.0.0.4").u32(2))));
    ASSERT_EQ(rig.batch().rows, 2u) << "the record around them is none";
    EXPECT_EQ(text(1, Column::src_addr), "10.0.0.3");
    EXPECT_EQ(text(1, Column::in_bytes), "2");
    EXPECT_EQ(text(1, Column::family), "4");
    EXPECT_EQ(text(0, Column::observation_domain), "7") << "what the record tells of all";
    EXPECT_EQ(text(0, Column::first_ms), "1699999999991");
    EXPECT_EQ(rig.ledger()[Counter::records_flow], 1u);
    EXPECT_EQ(rig.ledger()[Counter::flows_extra], 1u);
}

TEST_F(Lists, AFlowThatListsFlowsIsOneToo) {
    send({{300, plain_and(293)}, {400, {{27, 16}, {28, 16}, {2, 4}}}, {401, {{96, kVariable}}}},
         plain().variable(multi_list(
             {{400, Writer().ip("2001:db8::1").ip("2001:db8::2").u32(3)}, {401, Writer().variable("dns")}})));
    ASSERT_EQ(rig.batch().rows, 2u);
    EXPECT_EQ(text(0, Column::src_addr), "2001:db8::1");
    EXPECT_EQ(text(0, Column::family), "6");
    EXPECT_EQ(text(0, Column::in_packets), "3");
    EXPECT_EQ(text(0, Column::in_bytes), "0") << "the record's bytes are not this flow's";
    EXPECT_EQ(text(0, Column::application), "nothing") << "nor is what another list tells";
    EXPECT_EQ(text(1, Column::src_addr), "10.0.0.1");
    EXPECT_EQ(text(1, Column::in_bytes), "100");
    EXPECT_EQ(text(1, Column::application), "dns");
}

// yaf tells resolved names as records with a source address alone: no flow of theirs, and not the flow's address.
TEST_F(Lists, OneAddressIsNoFlow) {
    send({{300, plain_and(292)}, {400, {{8, 4}}}}, plain().variable(template_list(400, Writer().ip("192.0.2.7"))));
    ASSERT_EQ(rig.batch().rows, 1u);
    EXPECT_EQ(text(0, Column::src_addr), "10.0.0.1");
}

// yaf again: both directions' flags in one listed record.
TEST_F(Lists, ReverseElementsInAListAreOfTheSecondRow) {
    constexpr std::uint32_t kCert = 6871, kReverse = 29305;
    send({{300, {{8, 4}, {12, 4}, {85, 4}, {85, 4, kReverse}, {293, kVariable}}},
          {400, {{14, 1, kCert}, {15, 1, kCert}, {14 | 0x4000, 1, kCert}, {15 | 0x4000, 1, kCert}}}},
         Writer()
             .ip("10.0.0.1")
             .ip("10.0.0.2")
             .u32(5)
             .u32(6)
             .variable(multi_list({{400, Writer().u8(0x02).u8(0x18).u8(0x12).u8(0x01)}})));
    ASSERT_EQ(rig.batch().rows, 2u);
    EXPECT_EQ(text(0, Column::tcp_flags), "26");
    EXPECT_EQ(text(1, Column::tcp_flags), "19");
    EXPECT_EQ(text(1, Column::in_bytes), "6");
}

TEST_F(Lists, FixedLengthListsToo) {
    std::vector<Field> fields = kPlain;
    fields.push_back({291, 9});
    send({{300, fields}}, plain().raw(basic_list(17, 4, Writer().u32(65001))));
    EXPECT_EQ(text(0, Column::as_path), "65001");
}

TEST_F(Lists, SubTemplatesThatAreNotKnownAreUnknownElements) {
    send({{300, plain_and(292)}}, plain().variable(template_list(400, Writer().u32(1))));
    EXPECT_EQ(rig.batch().rows, 1u);
    EXPECT_EQ(rig.ledger()[Counter::elements_unknown], 1u);
    EXPECT_EQ(rig.ledger()[Skip::bad_list], 0u);
}

TEST_F(Lists, ContradictionsAreSkippedAndTheFlowStays) {
    struct Case {
        const char* what;
        std::uint16_t element;
        support::Bytes list;
    };
    const std::vector<Case> cases{
        {"basicList cut in its header", 291, {kAllOf, 0}},
        {"basicList without its enterprise", 291, Writer().u8(kAllOf).u16(0x8001).u16(4).u16(0)},
        {"items of length 0", 291, basic_list(17, 0, Writer().u32(1))},
        {"an item cut short", 291, basic_list(17, 4, Writer().u32(1).u16(2))},
        {"an item that runs past the list", 291, basic_list(461, kVariable, Writer().u8(200).text("abc"))},
        {"subTemplateList cut in its header", 292, {kAllOf}},
        {"a record that runs past the list", 292, template_list(401, Writer().u8(200).text("abc"))},
        {"bytes after the last record", 292, template_list(400, Writer().u32(1).u8(7))},
        {"subTemplateMultiList cut in its header", 293, {kAllOf, 1, 144}},
        {"a part shorter than its header", 293, Writer().u8(kAllOf).u16(400).u16(3).u32(0)},
        {"a part of length 0", 293, Writer().u8(kAllOf).u16(400).u16(0).u32(0)},
        {"a part that runs past the list", 293, Writer().u8(kAllOf).u16(400).u16(400).u32(0)},
    };
    for (const Case& c : cases) {
        DecodeRig one;
        one.send(support::Ipfix(1)
                     .unix_seconds(kNow_s)
                     .template_set({{300, plain_and(c.element)}, {400, {{10, 4}}}, {401, {{96, kVariable}}}})
                     .data_set(300, {plain().variable(c.list)})
                     .build());
        ASSERT_EQ(one.batch().rows, 1u) << c.what;
        EXPECT_EQ(one.batch().in_bytes[0], 100u) << c.what;
        EXPECT_EQ(one.ledger()[Skip::bad_list], 1u) << c.what;
        EXPECT_EQ(flow::broken_law(one.ledger(), true), "") << c.what;
    }
}

TEST_F(Lists, DepthIsBounded) {
    support::Bytes list = basic_list(17, 4, Writer().u32(65001));
    for (unsigned depth = 1; depth < decode::kMaxListDepth; ++depth) {
        list = basic_list(291, kVariable, Writer().variable_long(list));
    }
    send({{300, plain_and(291)}}, plain().variable_long(list));
    EXPECT_EQ(rig.ledger()[Skip::list_limit], 0u);
    EXPECT_EQ(text(0, Column::as_path), "65001");
    list = basic_list(291, kVariable, Writer().variable_long(list));
    send({{300, plain_and(291)}}, plain().variable_long(list));
    EXPECT_EQ(rig.ledger()[Skip::list_limit], 1u);
    EXPECT_EQ(text(1, Column::as_path), "nothing");
}

// A template that lists itself ends by depth, not by stack.
TEST_F(Lists, ATemplateThatNamesItself) {
    support::Bytes inner;
    for (int i = 0; i < 200; ++i) inner = Writer().u8(kAllOf).u16(300).raw(plain().variable_long(inner).bytes());
    send({{300, plain_and(292)}}, plain().variable_long(inner));
    EXPECT_EQ(rig.batch().rows, 1u + decode::kMaxListDepth);
    EXPECT_EQ(rig.ledger()[Skip::list_limit], 1u);
}

TEST_F(Lists, ItemsAreBounded) {
    Writer items;
    for (unsigned i = 0; i <= decode::kMaxListItems; ++i) items.u32(i);
    send({{300, plain_and(291)}}, plain().variable_long(basic_list(17, 4, items)));
    EXPECT_EQ(rig.batch().rows, 1u);
    EXPECT_EQ(rig.ledger()[Skip::list_limit], 1u);
}

TEST_F(Lists, ManyListedFlowsFillSeveralBatches) {
    Writer flows;
    for (std::uint32_t i = 0; i < 700; ++i) flows.u32(i).u32(i + 1);
    for (int i = 0; i < 4; ++i) {
        send({{300, plain_and(292)}, {400, {{8, 4}, {12, 4}}}}, plain().variable_long(template_list(400, flows)));
    }
    EXPECT_EQ(rig.writer().rows(), 4 * 701u);
    EXPECT_EQ(rig.ledger()[Counter::flows_extra], 4 * 700u);
}

}  // namespace
