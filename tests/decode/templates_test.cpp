// SPDX-License-Identifier: Apache-2.0
// Templates over time: redefinition, disorder, restarts, ports, limits, and what the store gives back.
#include "dataplane/decode/templates.hpp"

#include <gtest/gtest.h>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

namespace {

using flow::Counter;
using flow::Outcome;
using flow::Skip;
using support::DecodeRig;
using support::Ipfix;
using support::V9;
using support::Writer;

constexpr std::uint64_t kStart_ms = DecodeRig::kNow_ms;
constexpr std::uint64_t kMinute_ms = 60'000;

// Two meanings of one id, of the same size: only the right one gives the right column.
const support::Template kBytesFirst{256, {{1, 4}, {2, 4}}};
const support::Template kPacketsFirst{256, {{2, 4}, {1, 4}}};

class Templates : public ::testing::Test {
  protected:
    void TearDown() override {
        rig.settle();
        EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
    }
    // A datagram from `port`, exported when it is received.
    Outcome send(V9 v9, std::uint16_t port, std::uint64_t at_ms, const decode::ExporterRule& rule = decode::kNoRule) {
        return send(v9.unix_seconds(static_cast<std::uint32_t>(at_ms / 1000)).build(), port, at_ms, rule);
    }
    Outcome send(const support::Bytes& bytes, std::uint16_t port, std::uint64_t at_ms,
                 const decode::ExporterRule& rule = decode::kNoRule) {
        return rig.take({.payload = bytes,
                         .exporter = flow::IpAddress::parse("192.0.2.1").value(),
                         .exporter_port = port,
                         .received_ms = at_ms,
                         .source_id = 1,
                         .rule = &rule});
    }
    // in_bytes of the last row.
    [[nodiscard]] std::uint64_t last_bytes() const { return rig.batch().in_bytes[rig.batch().rows - 1]; }
    [[nodiscard]] std::uint64_t ledger(Counter c) const { return rig.ledger()[c]; }
    DecodeRig rig;
};
using Ports = Templates;

V9 define(const support::Template& t) {
    return V9(7).template_set({t});
}
V9 data() {
    return V9(7).data_set(256, {Writer().u32(1).u32(2)});
}

TEST_F(Templates, ALateDatagramDoesNotBringBackAnOldDefinition) {
    send(define(kBytesFirst), 4000, kStart_ms);
    send(define(kPacketsFirst), 4000, kStart_ms + 3'000);
    send(define(kBytesFirst).unix_seconds(kStart_ms / 1000).build(), 4000,
         kStart_ms + 3'100);  // sent before, came after
    EXPECT_EQ(ledger(Counter::templates_late), 1u);
    EXPECT_EQ(ledger(Counter::templates_changed), 1u);
    send(data(), 4000, kStart_ms + 4'000);
    EXPECT_EQ(last_bytes(), 2u);
}

TEST_F(Templates, AClockThatWasSetBackDoesNotFreezeThem) {
    send(define(kBytesFirst), 4000, kStart_ms);
    const auto earlier = static_cast<std::uint32_t>(kStart_ms / 1000 - 3600);
    send(define(kPacketsFirst).unix_seconds(earlier).build(), 4000, kStart_ms + decode::kLateMs);
    EXPECT_EQ(ledger(Counter::templates_changed), 1u);
    EXPECT_EQ(rig.tally().exporter(0).templates_changed, 1u);
}

TEST_F(Templates, WithdrawalsAreIgnoredOverUdpAndCounted) {
    const auto message = [] { return Ipfix(7).unix_seconds(kStart_ms / 1000); };
    send(message().template_set({{300, {{1, 4}}}}).build(), 4000, kStart_ms);
    send(message().withdrawal(300).build(), 4000, kStart_ms);
    send(message().withdrawal(2).build(), 4000, kStart_ms);
    EXPECT_EQ(rig.ledger()[Skip::template_withdrawal], 2u);
    send(message().data_set(300, {Writer().u32(5)}).build(), 4000, kStart_ms);
    EXPECT_EQ(last_bytes(), 5u);
}

TEST_F(Templates, DuplicateElementsAndFieldsOfNoLength) {
    send(V9(7)
             .template_set({{256, {{1, 4}, {8, 0}, {1, 4}, {1, 0}, {2, 4}}}})
             .data_set(256, {Writer().u32(7).u32(9).u32(3)}),
         4000, kStart_ms);
    EXPECT_EQ(last_bytes(), 7u) << "the first wins";
    EXPECT_EQ(rig.batch().in_packets[0], 3u);
}

TEST_F(Templates, TheyDoNotExpire) {
    send(define(kBytesFirst), 4000, kStart_ms);
    send(data(), 4000, kStart_ms + 48 * 60 * kMinute_ms);
    EXPECT_EQ(last_bytes(), 1u);
}

TEST_F(Templates, AnIdMayChangeBetweenDataAndOptions) {
    send(V9(7).options_template_set({{256, {{1, 4}}, {{34, 4}}}}), 4000, kStart_ms);
    send(V9(7).data_set(256, {Writer().u32(0).u32(50)}), 4000, kStart_ms);
    EXPECT_EQ(ledger(Counter::records_option), 1u);
    send(define(kBytesFirst), 4000, kStart_ms);
    send(data(), 4000, kStart_ms);
    EXPECT_EQ(ledger(Counter::records_flow), 1u);
}

TEST_F(Templates, TheOneThatWasUsedLongestAgoGivesWay) {
    const auto defined = [](std::uint32_t i) { return static_cast<std::uint16_t>(256 + i); };
    send(define(kBytesFirst), 4000, kStart_ms);
    for (std::uint32_t i = 1; i < decode::kMaxTemplates + 100; ++i) {
        send(V9(7).template_set({{defined(i), kBytesFirst.fields}}), 4000, kStart_ms + i);
        send(data(), 4000, kStart_ms + i);
    }
    EXPECT_EQ(rig.ledger()[Skip::template_limit], 100u);
    EXPECT_EQ(ledger(Counter::records_flow), decode::kMaxTemplates + 99) << "what is in use stays";
    EXPECT_EQ(ledger(Counter::sets_held), 0u);
    send(V9(7).data_set(defined(1), {Writer().u32(1).u32(2)}), 4000, kStart_ms);
    EXPECT_EQ(ledger(Counter::sets_held), 1u) << "never used, the oldest: it went first";
}

TEST_F(Templates, AFloodInOneSetIsRefusedNotWorkedThrough) {
    std::vector<support::Template> many;
    for (std::uint32_t i = 0; i < decode::kMaxTemplates + 500; ++i) {
        many.push_back({static_cast<std::uint16_t>(256 + i), {{1, 4}}});
    }
    send(V9(7).template_set(many), 4000, kStart_ms);
    EXPECT_EQ(ledger(Counter::templates_new), decode::kMaxTemplates + decode::kMostEvictions);
    EXPECT_EQ(rig.ledger()[Skip::template_limit], 500u);
}

TEST_F(Templates, TheBudgetOfAnAddressIsItsOwn) {
    const std::vector<support::Field> fields(300, {1, 1});
    const auto flood = [&](const char* address) {
        for (std::uint32_t domain = 0; domain < 16; ++domain) {
            for (std::uint16_t at = 0; at < 1'000; at = static_cast<std::uint16_t>(at + 40)) {
                std::vector<support::Template> set;
                for (std::uint16_t i = 0; i < 40; ++i)
                    set.push_back({static_cast<std::uint16_t>(256 + at + i), fields});
                rig.send(V9(domain).template_set(set).build(), address);
            }
        }
        rig.tally().templates.clear();
    };
    flood("192.0.2.1");
    EXPECT_GT(rig.ledger()[Skip::template_limit], 0u);
    const auto refused = rig.ledger()[Skip::template_limit];
    rig.send(V9(1).template_set({kBytesFirst}).build(), "192.0.2.2");
    EXPECT_EQ(rig.ledger()[Skip::template_limit], refused) << "another address has room";
}

TEST_F(Templates, ARestartOfOursLosesNone) {
    send(define(kBytesFirst), 4000, kStart_ms);
    ASSERT_EQ(rig.tally().templates.size(), 1u);
    const flow::ExporterKey key = rig.exporters().key(0);
    flow::ExporterMemory memory;
    memory.templates.push_back(rig.tally().templates[0].definition);
    flow::ExporterTable stored;
    stored.preload({key}, {{0, memory}});
    DecodeRig after(&stored);
    after.send(data().unix_seconds(kStart_ms / 1000).build());
    EXPECT_EQ(after.writer().rows(), 1u);
    EXPECT_EQ(after.tally().templates.size(), 0u) << "the store has it";
    after.send(define(kPacketsFirst).unix_seconds(kStart_ms / 1000).build());
    after.send(data().unix_seconds(kStart_ms / 1000).build());
    EXPECT_EQ(after.batch().in_bytes[1], 2u) << "and a new definition replaces it";
    EXPECT_EQ(after.tally().templates.size(), 1u);
}

TEST_F(Ports, ARestartWithANewPortIsNoConflict) {
    send(define(kBytesFirst), 4000, kStart_ms);
    send(define(kPacketsFirst), 5000, kStart_ms + kMinute_ms);
    send(define(kBytesFirst), 6000, kStart_ms + 2 * kMinute_ms);  // and again, back to the old configuration
    send(data(), 6000, kStart_ms + 2 * kMinute_ms);
    EXPECT_EQ(ledger(Counter::template_conflicts), 0u);
    EXPECT_EQ(rig.exporters().size(), 1u);
    EXPECT_EQ(last_bytes(), 1u);
}

TEST_F(Ports, ANatThatChangesPortsIsNoConflict) {
    for (std::uint16_t i = 0; i < 20; ++i) {
        send(define(kBytesFirst), static_cast<std::uint16_t>(4000 + i % 3), kStart_ms + i * kMinute_ms);
        send(data(), static_cast<std::uint16_t>(9000 + i), kStart_ms + i * kMinute_ms);
    }
    EXPECT_EQ(ledger(Counter::template_conflicts), 0u);
    EXPECT_EQ(rig.exporters().size(), 1u);
    EXPECT_EQ(rig.writer().rows(), 20u);
}

TEST_F(Ports, ALatePacketAfterARestartIsNoConflict) {
    send(define(kBytesFirst), 4000, kStart_ms);
    send(define(kPacketsFirst), 5000, kStart_ms + 10'000);
    send(define(kBytesFirst).unix_seconds(kStart_ms / 1000).build(), 4000, kStart_ms + 10'100);
    EXPECT_EQ(ledger(Counter::template_conflicts), 0u);
    EXPECT_EQ(ledger(Counter::templates_late), 1u);
    send(data(), 5000, kStart_ms + 11'000);
    EXPECT_EQ(last_bytes(), 2u);
}

TEST_F(Ports, DefinitionsThatAlternateDivideTheExporter) {
    send(define(kBytesFirst), 4000, kStart_ms);
    send(define(kPacketsFirst), 5000, kStart_ms + kMinute_ms);
    send(define(kBytesFirst), 4000, kStart_ms + 2 * kMinute_ms);
    EXPECT_EQ(ledger(Counter::template_conflicts), 1u);
    // Both are known at once: neither has to be told again.
    send(data(), 5000, kStart_ms + 2 * kMinute_ms + 1);
    EXPECT_EQ(last_bytes(), 2u);
    send(data(), 4000, kStart_ms + 2 * kMinute_ms + 2);
    EXPECT_EQ(last_bytes(), 1u);
    EXPECT_EQ(ledger(Counter::sets_held), 0u);
    ASSERT_EQ(rig.exporters().size(), 3u);
    EXPECT_EQ(rig.exporters().key(1).port, 5000);
    EXPECT_EQ(rig.exporters().key(2).port, 4000);
    EXPECT_EQ(rig.tally().exporter(1).records, 1u);
    send(define(kPacketsFirst), 5000, kStart_ms + 3 * kMinute_ms);
    send(define(kBytesFirst), 4000, kStart_ms + 3 * kMinute_ms);
    EXPECT_EQ(ledger(Counter::template_conflicts), 1u) << "there is none any more";
    EXPECT_EQ(ledger(Counter::templates_refreshed), 2u);
}

TEST_F(Ports, FourDevicesBehindOneAddress) {
    const auto of = [](std::uint16_t device) {
        return define({256, {{1, 4}, {2, 4}, {10, static_cast<std::uint16_t>(1 + device)}}});
    };
    for (std::uint16_t round = 0; round < 2; ++round) {
        for (std::uint16_t device = 0; device < 4; ++device) {
            send(of(device), static_cast<std::uint16_t>(4000 + device), kStart_ms + (round * 4 + device) * kMinute_ms);
        }
    }
    EXPECT_EQ(ledger(Counter::template_conflicts), 1u);
    for (std::uint16_t device = 0; device < 4; ++device) {
        send(V9(7).data_set(256, {Writer().u32(device).u32(0).zeros(1u + device)}, 0),
             static_cast<std::uint16_t>(4000 + device), kStart_ms + 9 * kMinute_ms);
        EXPECT_EQ(last_bytes(), device);
    }
    EXPECT_EQ(rig.writer().rows(), 4u);
}

TEST_F(Ports, OptionsOfTheCommonExporterServeItsPorts) {
    send(V9(7).options_template_set({{512, {{1, 4}}, {{34, 4}}}}).data_set(512, {Writer().u32(0).u32(100)}), 4000,
         kStart_ms);
    send(define(kBytesFirst), 4000, kStart_ms);
    send(define(kPacketsFirst), 5000, kStart_ms + kMinute_ms);
    send(define(kBytesFirst), 4000, kStart_ms + 2 * kMinute_ms);
    send(data(), 4000, kStart_ms + 2 * kMinute_ms);
    EXPECT_EQ(rig.batch().sampling[0], 100u);
    ASSERT_EQ(rig.tally().options.size(), 2u) << "saved for the new entry too";
    EXPECT_EQ(rig.tally().options[1].exporter, 1u);
}

TEST_F(Ports, TheStoreRemembersThatItIsDivided) {
    flow::ExporterKey key{.address = flow::IpAddress::parse("192.0.2.1").value(),
                          .source_id = 1,
                          .domain = 7,
                          .protocol = flow::Protocol::netflow9};
    flow::ExporterKey of_port = key;
    of_port.port = 4000;
    send(define(kBytesFirst), 4000, kStart_ms);
    flow::ExporterMemory memory;
    memory.templates.push_back(rig.tally().templates[0].definition);
    flow::ExporterTable stored;
    stored.preload({key, of_port}, {{1, memory}});
    DecodeRig after(&stored);
    const auto bytes = data().unix_seconds(kStart_ms / 1000).build();
    after.take(
        {.payload = bytes, .exporter = key.address, .exporter_port = 4000, .received_ms = kStart_ms, .source_id = 1});
    EXPECT_EQ(after.writer().rows(), 1u);
    EXPECT_EQ(after.batch().exporter[0], 1u);
    after.take(
        {.payload = bytes, .exporter = key.address, .exporter_port = 5000, .received_ms = kStart_ms, .source_id = 1});
    EXPECT_EQ(after.ledger()[Counter::sets_held], 1u);
    after.settle();
    EXPECT_EQ(flow::broken_law(after.ledger(), true), "");
}

TEST_F(Ports, ARuleDividesFromTheStartWhateverTheProtocol) {
    const decode::ExporterRule rule{.per_port = true};
    send(define(kBytesFirst), 4000, kStart_ms, rule);
    send(define(kPacketsFirst), 5000, kStart_ms, rule);
    send(data(), 4000, kStart_ms, rule);
    EXPECT_EQ(last_bytes(), 1u);
    send(data(), 5000, kStart_ms, rule);
    EXPECT_EQ(last_bytes(), 2u);
    const auto v5 = [](std::uint32_t sequence) {
        return support::V5().unix_time(kStart_ms / 1000).sequence(sequence).record({}).build();
    };
    for (std::uint32_t i = 0; i < 10; ++i) {
        send(v5(i), 4000, kStart_ms, rule);
        send(v5(500'000 + i), 5000, kStart_ms, rule);
    }
    rig.settle();
    for (std::uint32_t id = 0; id < rig.exporters().size(); ++id) {
        EXPECT_EQ(rig.tally().exporter(id).lost, 0u);
        EXPECT_EQ(rig.tally().exporter(id).restarts, 0u);
    }
    EXPECT_EQ(rig.exporters().size(), 4u);
}

TEST_F(Ports, MadeUpPortsCostNoMoreThanTheAddressHasAndNoData) {
    send(define(kBytesFirst), 4000, kStart_ms);
    send(define(kPacketsFirst), 5000, kStart_ms + kMinute_ms);
    send(define(kBytesFirst), 4000, kStart_ms + 2 * kMinute_ms);
    for (std::uint32_t port = 10'000; port < 10'000 + 2 * flow::kMaxEntriesPerAddress; ++port) {
        EXPECT_EQ(send(define(kBytesFirst), static_cast<std::uint16_t>(port), kStart_ms + 3 * kMinute_ms),
                  Outcome::accepted);
    }
    EXPECT_EQ(rig.exporters().size(), flow::kMaxEntriesPerAddress);
    send(define(kBytesFirst), 3999, kStart_ms + 4 * kMinute_ms);
    EXPECT_EQ(send(data(), 3999, kStart_ms + 4 * kMinute_ms), Outcome::accepted) << "by the entry of all ports";
    EXPECT_EQ(rig.writer().rows(), 1u);
}

// Both protocols of one device, in one domain: the same id is two templates.
TEST(TemplateSpaces, NetflowV9AndIpfixOfOneExporterAreSeparate) {
    support::DecodeRig rig;
    rig.send(support::V9(7).template_set({{256, {{8, 4}, {12, 4}, {1, 4}}}}).build());
    rig.send(support::Ipfix(7).template_set({{256, {{1, 4}, {12, 4}, {8, 4}}}}).build());
    EXPECT_EQ(rig.ledger()[flow::Counter::templates_new], 2u);
    EXPECT_EQ(rig.ledger()[flow::Counter::templates_changed], 0u);
    const support::Bytes record = support::Writer().u32(10).u32(20).u32(30);
    rig.send(support::V9(7).data_set(256, {record}).build());
    rig.send(support::Ipfix(7).data_set(256, {record}).build());
    ASSERT_EQ(rig.batch().rows, 2u);
    EXPECT_EQ(rig.batch().in_bytes[0], 30u);
    EXPECT_EQ(rig.batch().in_bytes[1], 10u);
    EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
}

// H3C sends variable fields in NetFlow v9, which RFC 3954 does not know.
TEST(TemplateSpaces, VariableLengthInNetflowV9) {
    support::DecodeRig rig;
    rig.send(support::V9(7)
                 .template_set({{256, {{8, 4}, {82, 65535}, {1, 4}}}})
                 .data_set(256, {support::Writer().ip("192.0.2.7").u8(3).raw({'e', 't', 'h'}).u32(1500),
                                 support::Writer().ip("192.0.2.8").u8(0).u32(40)})
                 .build());
    const flow::FlowBatch& b = rig.batch();
    ASSERT_EQ(b.rows, 2u);
    EXPECT_EQ(b.arena.view(b.input_if_name[0]), "eth");
    EXPECT_EQ(b.in_bytes[0], 1500u);
    EXPECT_EQ(b.src_addr[1].text(), "192.0.2.8");
    EXPECT_EQ(b.in_bytes[1], 40u);
    EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
}

}  // namespace
