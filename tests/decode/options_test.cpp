// SPDX-License-Identifier: Apache-2.0
// Options data in use: sampling rates, names, the exporter's start and what it says it dropped.
#include "dataplane/decode/options.hpp"

#include <gtest/gtest.h>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

namespace {

using flow::Column;
using flow::Counter;
using flow::OptionKind;
using flow::Outcome;
using support::DecodeRig;
using support::Ipfix;
using support::V5;
using support::V9;
using support::Writer;

constexpr std::uint32_t kNow_s = DecodeRig::kNow_ms / 1000;
constexpr std::uint64_t kEvery = flow::kEverySampler;

V9 v9() {
    return V9(7).unix_seconds(kNow_s).uptime_ms(5'000);
}
Ipfix ipfix() {
    return Ipfix(7).unix_seconds(kNow_s);
}

class Options : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_EQ(flow::broken_law(rig.ledger(), true), ""); }
    [[nodiscard]] std::uint32_t last_rate() const { return rig.batch().sampling[rig.batch().rows - 1]; }
    [[nodiscard]] std::string text(flow::Text t) const { return std::string(rig.batch().arena.view(t)); }
    DecodeRig rig;
};
using Sampling = Options;
using Names = Options;

// A plain flow of template 256.
const support::Template kFlow{256, {{8, 4}, {12, 4}, {1, 4}}};
support::Bytes flow_record() {
    return Writer().ip("10.0.0.1").ip("10.0.0.2").u32(100);
}
const support::Template kSampledFlow{257, {{8, 4}, {48, 2}}};
const support::Template kInterfaceFlow{258, {{8, 4}, {10, 4}, {14, 4}, {61, 1}}};

struct Told {
    const char* device;
    std::vector<support::Field> scopes, fields;
    support::Bytes record;
    OptionKind kind;
    std::uint64_t id, value;
    const char* text;
};

const std::vector<Told> kToldByV9{
    {"Juniper MX: the rate in options of the system only",
     {{1, 4}},
     {{34, 4}, {35, 1}},
     Writer().u32(1).u32(1000).u8(1),
     OptionKind::sampler,
     kEvery,
     1000,
     ""},
    {"Juniper SRX: scope of length 0", {{1, 0}}, {{34, 4}}, Writer().u32(64), OptionKind::sampler, kEvery, 64, ""},
    {"Cisco sampler table",
     {{1, 4}},
     {{48, 1}, {49, 1}, {50, 4}, {84, 8}},
     Writer().u32(0).u8(3).u8(2).u32(512).text("SAMP", 8),
     OptionKind::sampler,
     3,
     512,
     ""},
    {"ASR9000: sampler id of four bytes",
     {{1, 4}},
     {{48, 4}, {50, 4}, {49, 1}},
     Writer().u32(0).u32(1).u32(4000).u8(2),
     OptionKind::sampler,
     1,
     4000,
     ""},
    {"rate of an interface: scope type 2 is an interface, not element 2",
     {{2, 4}},
     {{34, 4}},
     Writer().u32(17).u32(8),
     OptionKind::interface,
     17,
     8,
     ""},
    {"not sampled", {{1, 4}}, {{34, 4}}, Writer().u32(0).u32(0), OptionKind::sampler, kEvery, 1, ""},
    {"Cisco interface table: system scope, the interface is a field",
     {{1, 4}},
     {{10, 4}, {82, 8}, {83, 8}},
     Writer().u32(0).u32(5).text("Gi0/1", 8).text("uplink", 8),
     OptionKind::interface,
     5,
     0,
     "Gi0/1"},
    {"interface as scope", {{2, 2}}, {{82, 8}}, Writer().u16(6).text("ge-0", 8), OptionKind::interface, 6, 0, "ge-0"},
    {"only a description",
     {{2, 4}},
     {{83, 8}},
     Writer().u32(6).text("to Rome", 8),
     OptionKind::interface,
     6,
     0,
     "to Rome"},
    {"bytes behind the end of the name",
     {{2, 4}},
     {{82, 8}},
     Writer().u32(6).text("a").zeros(1).text("junk").zeros(2),
     OptionKind::interface,
     6,
     0,
     "a"},
    {"control characters", {{2, 4}}, {{82, 4}}, Writer().u32(6).text("a\x1b[m"), OptionKind::interface, 6, 0, "a?[m"},
    {"VRF table", {{1, 4}}, {{234, 4}, {236, 6}}, Writer().u32(0).u32(9).text("RED", 6), OptionKind::vrf, 9, 0, "RED"},
    {"application table",
     {{1, 4}},
     {{95, 4}, {96, 8}, {94, 4}},
     Writer().u32(0).u32(0x0d000001).text("http", 8).text("web", 4),
     OptionKind::application,
     0x0d000001,
     0,
     "http"},
    {"dropped by the exporter", {{1, 4}}, {{164, 8}}, Writer().u32(0).u64(70), OptionKind::announced, 164, 70, ""},
    {"dropped by a line card",
     {{3, 4}},
     {{166, 8}, {167, 8}},
     Writer().u32(2).u64(5).u64(50),
     OptionKind::announced,
     2 << 16 | 166,
     5,
     ""},
};

const std::vector<Told> kToldByIpfix{
    {"selector, 1 taken and 99 not",
     {{302, 8}},
     {{304, 2}, {305, 4}, {306, 4}},
     Writer().u64(5).u16(1).u32(1).u32(99),
     OptionKind::sampler,
     5,
     100,
     ""},
    {"2 of 1001: the nearest",
     {{302, 4}},
     {{305, 4}, {306, 4}},
     Writer().u32(5).u32(2).u32(999),
     OptionKind::sampler,
     5,
     501,
     ""},
    {"interval without space is everything",
     {{302, 4}},
     {{305, 4}},
     Writer().u32(5).u32(100),
     OptionKind::sampler,
     5,
     1,
     ""},
    {"n of N at random",
     {{302, 2}},
     {{304, 2}, {309, 4}, {310, 4}},
     Writer().u16(8).u16(3).u32(2).u32(4096),
     OptionKind::sampler,
     8,
     2048,
     ""},
    {"probability",
     {{302, 2}},
     {{304, 2}, {311, 8}},
     Writer().u16(8).u16(4).u64(0x3f947ae147ae147b /* 0.02 */),
     OptionKind::sampler,
     8,
     50,
     ""},
    {"of the whole domain", {{149, 4}}, {{34, 4}}, Writer().u32(7).u32(2000), OptionKind::sampler, kEvery, 2000, ""},
    {"interface names of variable length",
     {{10, 4}},
     {{82, support::kVariableLength}},
     Writer().u32(3).variable("xe-1/0/0"),
     OptionKind::interface,
     3,
     0,
     "xe-1/0/0"},
    {"physical interface", {{252, 4}}, {{82, 4}}, Writer().u32(3).text("eth3"), OptionKind::interface, 3, 0, "eth3"},
    {"VRF as scope", {{235, 4}}, {{236, 4}}, Writer().u32(0).text("main"), OptionKind::vrf, 0, 0, "main"},
    {"start of the exporter",
     {{144, 4}},
     {{160, 8}},
     Writer().u32(1).u64(DecodeRig::kNow_ms - 9'000),
     OptionKind::start,
     0,
     DecodeRig::kNow_ms - 9'000,
     ""},
    {"type information, RFC 5610",
     {{346, 4}, {303, 2}},
     {{339, 1}, {341, support::kVariableLength}},
     Writer().u32(12345).u16(77).u8(3).variable("queueDepth"),
     OptionKind::element,
     12345ull << 16 | 77,
     3,
     "queueDepth"},
};

template <class Message>
void expect_told(const Told& t, Message message) {
    DecodeRig rig;
    rig.send(message.options_template_set({{512, t.scopes, t.fields}}).data_set(512, {t.record}).build());
    SCOPED_TRACE(t.device);
    EXPECT_EQ(rig.ledger()[Counter::records_option], 1u);
    EXPECT_EQ(rig.ledger()[Counter::options_learned], 1u);
    ASSERT_EQ(rig.tally().options.size(), 1u);
    const flow::OptionValue& value = rig.tally().options[0].value;
    EXPECT_EQ(value.kind, t.kind);
    EXPECT_EQ(value.id, t.id);
    EXPECT_EQ(value.value, t.value);
    EXPECT_EQ(value.text, t.text);
    EXPECT_EQ(value.learned_ms, DecodeRig::kNow_ms);
    EXPECT_EQ(rig.tally().options[0].exporter, 0u);
    EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
}

TEST_F(Options, WhatDevicesTellInV9) {
    for (const Told& t : kToldByV9) expect_told(t, v9());
}

TEST_F(Options, WhatDevicesTellInIpfix) {
    for (const Told& t : kToldByIpfix) expect_told(t, ipfix());
}

TEST_F(Options, OnlyChangesGoToTheStore) {
    const auto table = [](std::uint32_t rate) {
        return v9()
            .options_template_set({{512, {{1, 4}}, {{34, 4}}}})
            .data_set(512, {Writer().u32(0).u32(rate)})
            .build();
    };
    rig.send(table(100));
    rig.send(table(100));
    EXPECT_EQ(rig.tally().options.size(), 1u);
    rig.send(table(200));
    EXPECT_EQ(rig.tally().options.size(), 2u);
    EXPECT_EQ(rig.ledger()[Counter::options_learned], 2u);
}

TEST_F(Options, WhatFoundNoRoomOnTheWayToTheStoreGoesWhenItIsToldAgain) {
    const auto table = [] {
        return v9().options_template_set({{512, {{1, 4}}, {{34, 4}}}}).data_set(512, {Writer().u32(0).u32(9)}).build();
    };
    rig.tally().options.resize(flow::Tally::kMostLearned);
    rig.tally().templates.resize(flow::Tally::kMostLearned);
    rig.send(table());
    EXPECT_EQ(rig.tally().options.size(), flow::Tally::kMostLearned);
    rig.tally().options.clear();
    rig.tally().templates.clear();
    rig.send(table());
    EXPECT_EQ(rig.tally().options.size(), 1u);
    EXPECT_EQ(rig.tally().templates.size(), 1u);
    rig.send(table());
    EXPECT_EQ(rig.tally().options.size(), 1u);
    EXPECT_EQ(rig.tally().templates.size(), 1u);
}

TEST_F(Options, ARestartKnowsThem) {
    flow::ExporterTable table;
    flow::ExporterKey key{.address = flow::IpAddress::parse("192.0.2.1").value(),
                          .source_id = 1,
                          .domain = 7,
                          .protocol = flow::Protocol::netflow9};
    flow::ExporterMemory memory;
    memory.options = {{OptionKind::sampler, kEvery, 32, 1, ""}, {OptionKind::announced, 164, 1'000, 1, ""}};
    table.preload({key}, {{0, memory}});
    DecodeRig after(&table);
    after.send(v9().template_set({kFlow}).data_set(256, {flow_record()}).build());
    EXPECT_EQ(after.batch().sampling[0], 32u);
    after.send(
        v9().options_template_set({{512, {{1, 4}}, {{164, 8}}}}).data_set(512, {Writer().u32(0).u64(1'004)}).build());
    EXPECT_EQ(after.tally().exporter(0).announced_drops, 4u) << "what it dropped while we were down; not all again";
}

TEST_F(Options, AnnouncedDropsCountTheIncrease) {
    const auto total = [](std::uint64_t packets) {
        return v9()
            .options_template_set({{512, {{1, 4}}, {{164, 8}}}})
            .data_set(512, {Writer().u32(0).u64(packets)})
            .build();
    };
    rig.send(total(5'000));
    EXPECT_EQ(rig.tally().exporter(0).announced_drops, 0u) << "before us";
    rig.send(total(5'010));
    rig.send(total(5'010));
    EXPECT_EQ(rig.tally().exporter(0).announced_drops, 10u);
    rig.send(total(3));
    EXPECT_EQ(rig.tally().exporter(0).announced_drops, 13u) << "it restarted";
}

TEST_F(Options, DescribedElementsAreNotUnknown) {
    const support::Template t{300, {{8, 4}, {77, 2, 12345}, {78, 2, 12345}}};
    const auto record = Writer().ip("10.0.0.1").u16(1).u16(2);
    rig.send(ipfix().template_set({t}).data_set(300, {record}).build());
    EXPECT_EQ(rig.ledger()[Counter::elements_unknown], 2u);
    rig.send(ipfix()
                 .options_template_set({{512, {{346, 4}, {303, 2}}, {{341, 4}}}})
                 .data_set(512, {Writer().u32(12345).u16(77).text("hops", 4)})
                 .data_set(300, {record})
                 .build());
    EXPECT_EQ(rig.ledger()[Counter::elements_unknown], 3u) << "one of two";
    rig.send(ipfix().template_set({{301, t.fields}}).data_set(301, {record, record}).build());
    EXPECT_EQ(rig.ledger()[Counter::elements_unknown], 5u) << "also in templates that come later";
}

TEST_F(Options, UptimesOfIpfixCountFromTheStartThatOptionsTold) {
    rig.send(ipfix()
                 .options_template_set({{512, {{144, 4}}, {{160, 8}}}})
                 .data_set(512, {Writer().u32(1).u64(DecodeRig::kNow_ms - 10'000)})
                 .build());
    rig.send(ipfix().template_set({{300, {{22, 4}, {21, 4}}}}).data_set(300, {Writer().u32(1'000).u32(2'000)}).build());
    EXPECT_EQ(rig.batch().first_ms[0], DecodeRig::kNow_ms - 9'000);
    EXPECT_EQ(rig.batch().last_ms[0], DecodeRig::kNow_ms - 8'000);
}

TEST_F(Options, ValuesPerExporterAreLimited) {
    std::vector<support::Bytes> records;
    for (std::uint32_t i = 0; i < decode::kMaxOptions + 3; ++i) records.push_back(Writer().u32(i + 1).text("if", 2));
    for (std::size_t at = 0; at < records.size(); at += 1'000) {
        const auto end = std::min(records.size(), at + 1'000);
        rig.send(v9().options_template_set({{512, {{2, 4}}, {{82, 2}}}})
                     .data_set(512, {records.begin() + static_cast<std::ptrdiff_t>(at),
                                     records.begin() + static_cast<std::ptrdiff_t>(end)})
                     .build());
        rig.tally().options.clear();
    }
    EXPECT_EQ(rig.ledger()[Counter::options_learned], decode::kMaxOptions);
    EXPECT_EQ(rig.ledger()[Counter::options_refused], 3u);
}

TEST_F(Options, ValuesPerAddressAndTextsAreLimited) {
    const std::size_t each = decode::kOptionBytesEach / 256 / 1'000;  // domains that fill an address's share
    std::vector<support::Bytes> records;
    for (std::uint32_t i = 0; i < 1'000; ++i) records.push_back(Writer().u32(i + 1).u8(5).text("name!"));
    for (std::uint32_t domain = 0; domain < each + 4; ++domain) {
        rig.send(Ipfix(domain)
                     .options_template_set({{512, {{10, 4}}, {{82, support::kVariableLength}}}})
                     .data_set(512, records)
                     .build());
        rig.tally().options.clear();
    }
    EXPECT_GT(rig.ledger()[Counter::options_refused], 2'000u);
    EXPECT_LE(rig.ledger()[Counter::options_learned] * 256, decode::kOptionBytesEach);
    rig.send(ipfix()
                 .options_template_set({{512, {{10, 4}}, {{82, support::kVariableLength}}}})
                 .data_set(512, {Writer().u32(1).variable(std::string(300, 'x'))})
                 .build(),
             "192.0.2.9");
    ASSERT_EQ(rig.tally().options.size(), 1u) << "another address has a share of its own";
    EXPECT_EQ(rig.tally().options[0].value.text, std::string(decode::kMaxNameBytes, 'x'));
}

TEST_F(Options, ARecordThatRunsPastItsSetTellsNothing) {
    rig.send(ipfix()
                 .options_template_set({{512, {{10, 4}}, {{82, support::kVariableLength}}}})
                 .set(512, Writer().u32(1).u8(200).text("short").bytes())
                 .build());
    EXPECT_EQ(rig.ledger()[flow::Skip::bad_record], 1u);
    EXPECT_EQ(rig.ledger()[Counter::options_learned], 0u);
}

TEST_F(Sampling, CatalystSendsTemplateAndRateInOneDatagram) {
    rig.send(v9().template_set({kFlow})
                 .options_template_set({{512, {{1, 4}}, {{34, 4}, {35, 1}}}})
                 .data_set(512, {Writer().u32(0).u32(128).u8(1)})
                 .data_set(256, {flow_record()})
                 .build());
    EXPECT_EQ(last_rate(), 128u);
    EXPECT_EQ(rig.tally().exporter(0).sampling, 128u);
    EXPECT_EQ(rig.ledger()[Counter::flows_unknown_rate], 0u);
}

TEST_F(Sampling, DataJustBeforeTheOptionsKeepItsUnknownRate) {
    rig.send(v9().template_set({kFlow}).data_set(256, {flow_record()}).build());
    EXPECT_EQ(last_rate(), 0u);
    EXPECT_EQ(rig.ledger()[Counter::flows_unknown_rate], 1u);
    EXPECT_EQ(rig.tally().exporter(0).flows_unknown_rate, 1u);
    rig.send(v9().options_template_set({{512, {{1, 4}}, {{34, 4}}}}).data_set(512, {Writer().u32(0).u32(128)}).build());
    EXPECT_EQ(rig.batch().sampling[0], 0u) << "what was known then";
    rig.send(v9().data_set(256, {flow_record()}).build());
    EXPECT_EQ(last_rate(), 128u) << "in force from the moment it is announced";
    EXPECT_EQ(rig.ledger()[Counter::flows_unknown_rate], 1u);
}

TEST_F(Sampling, AsrNamesASamplerWhoseRateComesInATable) {
    rig.send(v9().template_set({kSampledFlow}).data_set(257, {Writer().ip("10.0.0.1").u16(2)}).build());
    EXPECT_EQ(last_rate(), 0u);
    rig.send(v9().options_template_set({{512, {{1, 4}}, {{48, 4}, {50, 4}}}})
                 .data_set(512, {Writer().u32(0).u32(1).u32(100), Writer().u32(0).u32(2).u32(2'000)})
                 .build());
    rig.send(v9().data_set(257, {Writer().ip("10.0.0.1").u16(1), Writer().ip("10.0.0.1").u16(2)}).build());
    EXPECT_EQ(rig.batch().sampling[1], 100u);
    EXPECT_EQ(rig.batch().sampling[2], 2'000u);
    rig.send(v9().data_set(257, {Writer().ip("10.0.0.1").u16(3)}).build());
    EXPECT_EQ(last_rate(), 0u) << "a sampler that the table does not have";
    EXPECT_EQ(rig.ledger()[Counter::flows_unknown_rate], 2u);
}

TEST_F(Sampling, SelectorOfEightBytes) {
    rig.send(ipfix()
                 .template_set({{300, {{8, 4}, {302, 8}}}})
                 .options_template_set({{512, {{302, 8}}, {{304, 2}, {305, 4}, {306, 4}}}})
                 .data_set(512, {Writer().u64(77).u16(1).u32(1).u32(499)})
                 .data_set(300, {Writer().ip("10.0.0.1").u64(77)})
                 .build());
    EXPECT_EQ(last_rate(), 500u);
}

TEST_F(Sampling, OrderOfWhatWins) {
    const auto generic =
        v9().options_template_set({{512, {{1, 4}}, {{34, 4}}}}).data_set(512, {Writer().u32(0).u32(10)});
    const auto flows =
        v9().template_set({kInterfaceFlow, kSampledFlow, {259, {{8, 4}, {48, 2}, {34, 4}}}})
            .data_set(258, {Writer().ip("10.0.0.1").u32(1).u32(2).u8(0)})
            .data_set(258, {Writer().ip("10.0.0.1").u32(1).u32(2).u8(1)})
            .data_set(257, {Writer().ip("10.0.0.1").u16(6)})
            .data_set(259, {Writer().ip("10.0.0.1").u16(6).u32(40), Writer().ip("10.0.0.1").u16(6).u32(0)})
            .build();
    const auto rates = [&](std::size_t n) {
        const auto& b = rig.batch();
        return std::vector<std::uint32_t>(b.sampling.begin() + (b.rows - n), b.sampling.begin() + b.rows);
    };
    using R = std::vector<std::uint32_t>;
    const auto send = [&](const decode::ExporterRule& rule) {
        rig.take({.payload = flows,
                  .exporter = flow::IpAddress::parse("192.0.2.1").value(),
                  .received_ms = DecodeRig::kNow_ms,
                  .source_id = 1,
                  .source = 3,
                  .rule = &rule});
    };
    send({});
    EXPECT_EQ(rates(5), (R{0, 0, 0, 40, 0})) << "nothing but the record's own";
    send({.default_sampling = 7});
    EXPECT_EQ(rates(5), (R{7, 7, 7, 40, 7}));
    rig.send(V9(generic).build());
    send({.default_sampling = 7});
    EXPECT_EQ(rates(5), (R{10, 10, 10, 40, 10}));
    rig.send(v9().options_template_set({{513, {{2, 4}}, {{34, 4}}}}).data_set(513, {Writer().u32(2).u32(20)}).build());
    send({});
    EXPECT_EQ(rates(5), (R{10, 20, 10, 40, 10})) << "egress flows: of the output interface";
    rig.send(v9().options_template_set({{514, {{1, 4}}, {{48, 2}, {50, 4}}}})
                 .data_set(514, {Writer().u32(0).u16(6).u32(30)})
                 .build());
    send({});
    EXPECT_EQ(rates(5), (R{10, 20, 30, 40, 30}));
    send({.sampling = 99});
    EXPECT_EQ(rates(5), (R{99, 99, 99, 99, 99}));
    EXPECT_EQ(rig.tally().exporter(0).sampling, 99u);
}

TEST_F(Sampling, TheOverrideHoldsForV5Too) {
    const decode::ExporterRule rule{.sampling = 64};
    const auto v5 = V5().unix_time(kNow_s).sampling(1, 10).record({}).build();
    rig.send(v5);
    EXPECT_EQ(last_rate(), 10u);
    rig.take({.payload = v5,
              .exporter = flow::IpAddress::parse("192.0.2.1").value(),
              .received_ms = DecodeRig::kNow_ms,
              .source_id = 1,
              .thinning = 4,
              .rule = &rule});
    EXPECT_EQ(last_rate(), 64u);
    EXPECT_EQ(rig.batch().thinning[1], 4) << "and thinning is written";
    rig.send(V5().unix_time(kNow_s).record({}).build());
    EXPECT_EQ(last_rate(), 1u) << "v5 always tells";
}

TEST_F(Names, OfInterfacesVrfAndApplication) {
    rig.send(v9().options_template_set({{512, {{1, 4}}, {{10, 4}, {82, 8}}},
                                        {513, {{1, 4}}, {{234, 4}, {236, 8}}},
                                        {514, {{1, 4}}, {{95, 4}, {96, 8}}}})
                 .data_set(512, {Writer().u32(0).u32(1).text("Gi0/1", 8), Writer().u32(0).u32(2).text("Gi0/2", 8)})
                 .data_set(513, {Writer().u32(0).u32(9).text("RED", 8)})
                 .data_set(514, {Writer().u32(0).u32(0x03000050).text("http", 8)})
                 .build());
    rig.send(v9().template_set({{300, {{8, 4}, {10, 4}, {14, 4}, {234, 4}, {95, 4}}}})
                 .data_set(300, {Writer().ip("10.0.0.1").u32(1).u32(2).u32(9).u32(0x03000050),
                                 Writer().ip("10.0.0.1").u32(2).u32(3).u32(8).u32(1),
                                 Writer().ip("10.0.0.1").u32(3).u32(4).u32(9).u32(0x03000050)})
                 .build());
    const auto& b = rig.batch();
    ASSERT_EQ(b.rows, 3u);
    EXPECT_EQ(text(b.input_if_name[0]), "Gi0/1");
    EXPECT_EQ(text(b.output_if_name[0]), "Gi0/2");
    EXPECT_EQ(text(b.vrf_name[0]), "RED");
    EXPECT_EQ(text(b.application[0]), "http");
    EXPECT_TRUE(b.has(0, Column::input_if_name) && b.has(0, Column::vrf_name) && b.has(0, Column::application));
    EXPECT_EQ(text(b.input_if_name[1]), "Gi0/2");
    EXPECT_EQ(text(b.output_if_name[1]), "") << "that one has no name";
    EXPECT_FALSE(b.has(1, Column::vrf_name) || b.has(1, Column::application));
    EXPECT_FALSE(b.has(2, Column::input_if_name));
    EXPECT_EQ(b.vrf_name[2].offset, b.vrf_name[0].offset) << "each text once";
    EXPECT_EQ(b.present_any & flow::present_bit(Column::application), flow::present_bit(Column::application));
}

TEST_F(Names, TheRecordsOwnNameStays) {
    rig.send(v9().options_template_set({{512, {{2, 4}}, {{82, 4}}}})
                 .data_set(512, {Writer().u32(1).text("opts", 4)})
                 .template_set({{300, {{10, 4}, {82, 4}}}})
                 .data_set(300, {Writer().u32(1).text("own", 4)})
                 .build());
    EXPECT_EQ(text(rig.batch().input_if_name[0]), "own");
}

TEST_F(Names, EveryBatchHasItsOwn) {
    rig.send(v9().options_template_set({{512, {{2, 4}}, {{82, 8}}}})
                 .data_set(512, {Writer().u32(1).text("first", 8), Writer().u32(2).text("second", 8)})
                 .template_set({{300, {{10, 2}, {14, 2}}}})
                 .build());
    const auto set = v9().data_set(300, std::vector<support::Bytes>(500, Writer().u16(1).u16(2))).build();
    for (int i = 0; i < 10; ++i) rig.send(set);
    ASSERT_GE(rig.writer().batches().size(), 3u);
    for (const flow::FlowBatch* b : rig.writer().batches()) {
        for (std::uint32_t row = 0; row < b->rows; ++row) {
            ASSERT_EQ(b->arena.view(b->input_if_name[row]), "first");
            ASSERT_EQ(b->arena.view(b->output_if_name[row]), "second");
        }
        EXPECT_LT(b->arena.used(), 100u);
    }
}

TEST_F(Names, ARenamedInterface) {
    const auto table = [](const char* name) {
        return v9()
            .options_template_set({{512, {{2, 4}}, {{82, 8}}}})
            .data_set(512, {Writer().u32(1).text(name, 8)})
            .build();
    };
    const auto flow =
        v9().template_set({kInterfaceFlow}).data_set(258, {Writer().zeros(4).u32(1).u32(9).u8(0)}).build();
    rig.send(table("old"));
    rig.send(flow);
    rig.send(table("new"));
    rig.send(flow);
    EXPECT_EQ(text(rig.batch().input_if_name[0]), "old");
    EXPECT_EQ(text(rig.batch().input_if_name[1]), "new");
}

TEST_F(Names, ManyInterfaces) {
    std::vector<support::Bytes> records;
    for (std::uint32_t i = 1; i <= 1'000; ++i) records.push_back(Writer().u32(i).text("if" + std::to_string(i), 8));
    rig.send(v9().options_template_set({{512, {{2, 4}}, {{82, 8}}}})
                 .data_set(512, records)
                 .template_set({kInterfaceFlow})
                 .build());
    std::vector<support::Bytes> flows;
    for (std::uint32_t i = 1; i <= 1'100; ++i) flows.push_back(Writer().zeros(4).u32(i).u32(1'101 - i).u8(0));
    rig.send(v9().data_set(258, flows).build());
    for (std::uint32_t i = 1; i <= 1'100; ++i) {
        ASSERT_EQ(text(rig.batch().input_if_name[i - 1]), i <= 1'000 ? "if" + std::to_string(i) : "");
        ASSERT_EQ(text(rig.batch().output_if_name[i - 1]), 1'101 - i <= 1'000 ? "if" + std::to_string(1'101 - i) : "");
    }
}

}  // namespace
