// SPDX-License-Identifier: Apache-2.0
// Floods: made-up exporters, domains, templates, names and data without templates. What is kept of them is bounded by the
// limits of the headers; what is not kept is counted; who was there before goes on undisturbed.
#include <gtest/gtest.h>

#include "dataplane/decode/held.hpp"
#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

namespace {

using flow::Counter;
using flow::Outcome;
using flow::Skip;
using support::Bytes;
using support::DecodeRig;
using support::Ipfix;
using support::V9;
using support::Writer;

class Floods : public testing::Test {
  protected:
    void SetUp() override {
        rig.send(V9(1).template_set({{256, {{8, 4}, {1, 4}}}}).build(), kOld);
        ASSERT_EQ(flows_of_the_old_one(), 1u);
    }
    void TearDown() override {
        rig.settle();
        EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
    }
    // Rows that a datagram of the exporter that was there before brings.
    std::uint64_t flows_of_the_old_one() {
        const std::uint64_t before = rig.ledger()[Counter::records_flow];
        rig.send(V9(1).data_set(256, {Writer().ip("192.0.2.7").u32(1500)}).build(), kOld);
        return rig.ledger()[Counter::records_flow] - before;
    }
    Outcome take(const Bytes& payload, std::uint32_t address) {
        return rig.take(
            {.payload = payload, .exporter = flow::IpAddress::v4(address), .received_ms = DecodeRig::kNow_ms});
    }

    static constexpr const char* kOld = "203.0.113.1";
    DecodeRig rig;
};

TEST_F(Floods, NewExportersStopAtTheTable) {
    const Bytes datagram = V9(1).template_set({{256, {{8, 4}}}}).build();
    constexpr std::uint32_t kSent = flow::kMaxExporters + 5000;
    std::uint64_t refused = 0;
    for (std::uint32_t i = 0; i < kSent; ++i) refused += take(datagram, 0x0a000000 + i) == Outcome::too_many_exporters;
    EXPECT_EQ(rig.exporters().size(), flow::kMaxExporters);
    EXPECT_EQ(refused, kSent - (flow::kMaxExporters - 1));
    EXPECT_EQ(flows_of_the_old_one(), 1u);
}

TEST_F(Floods, DomainsOfOneAddressStopAtItsShare) {
    for (std::uint32_t domain = 0; domain < 3 * flow::kMaxEntriesPerAddress; ++domain) {
        take(V9(domain).template_set({{256, {{8, 4}}}}).build(), 0x0a000001);
    }
    EXPECT_EQ(rig.exporters().size(), flow::kMaxEntriesPerAddress + 1);
    EXPECT_EQ(rig.ledger()[Outcome::too_many_exporters], 2 * flow::kMaxEntriesPerAddress);
    EXPECT_EQ(flows_of_the_old_one(), 1u);
}

// All 65,280 ids, of templates that are as big as they may be.
TEST_F(Floods, TemplatesOfOneExporterStopAtItsShare) {
    std::uint64_t sent = 0;
    for (std::uint32_t id = 256; id < 65536; id += 40, ++sent) {
        take(Ipfix(1)
                 .template_set({{static_cast<std::uint16_t>(id), std::vector<support::Field>(1000, {8, 4})}})
                 .build(),
             0x0a000001);
    }
    const flow::Ledger& l = rig.ledger();
    EXPECT_GT(l[Skip::template_limit], 0u);
    const std::uint64_t kept = sent - l[Skip::template_limit];
    EXPECT_LE(kept, decode::kMaxTemplates);
    // Field specifiers and their plan: no template is smaller than what came.
    EXPECT_LE(kept * 4000, decode::kTemplateBytesEach);
    EXPECT_EQ(flows_of_the_old_one(), 1u);
}

TEST_F(Floods, TemplatesOfManyExportersStopAtTheBudget) {
    const Bytes datagram = Ipfix(1).template_set({{256, std::vector<support::Field>(1000, {8, 4})}}).build();
    const std::uint64_t before = rig.ledger()[Counter::templates_new];
    constexpr std::uint32_t kSent = 10'000;
    for (std::uint32_t i = 0; i < kSent; ++i) take(datagram, 0x0a000000 + i);
    const std::uint64_t kept = rig.ledger()[Counter::templates_new] - before;
    EXPECT_LE(kept * 4000, decode::kTemplateBytes);
    EXPECT_EQ(rig.ledger()[Skip::template_limit], kSent - kept);
    EXPECT_EQ(flows_of_the_old_one(), 1u);
}

// An id that changes with each datagram costs no memory and hides nothing.
TEST_F(Floods, RedefinitionsAreCountedAndDecoded) {
    for (std::uint16_t i = 0; i < 1000; ++i) {
        const std::uint16_t width = i % 2 == 0 ? 4 : 8;
        take(Ipfix(1).template_set({{256, {{1, width}}}}).data_set(256, {Writer().number(1500, width)}).build(),
             0x0a000001);
    }
    EXPECT_EQ(rig.ledger()[Counter::templates_changed], 999u);
    EXPECT_EQ(rig.ledger()[Counter::records_flow], 1001u);
    for (std::uint32_t row = 1; row < rig.batch().rows; ++row) ASSERT_EQ(rig.batch().in_bytes[row], 1500u) << row;
}

TEST_F(Floods, HeldDataStopsAtItsShares) {
    const Bytes content(1300, 0x55);
    constexpr std::uint32_t kDomains = 200, kSets = 100;
    for (std::uint32_t domain = 0; domain < kDomains; ++domain) {
        for (std::uint32_t set = 0; set < kSets; ++set) take(Ipfix(domain).set(999, content).build(), 0x0a000001);
    }
    const flow::Ledger& l = rig.ledger();
    EXPECT_LE(l[Counter::sets_held], kDomains * kSets);
    const std::uint64_t still = l[Counter::sets_held] - l[Counter::held_evicted];
    EXPECT_LE(still * content.size(), decode::kHeldBytesEach);
    EXPECT_LE(still, kDomains * decode::kMostHeldSets);
    // Another exporter's data is held all the same.
    rig.send(V9(9).data_set(300, {Writer().ip("192.0.2.7").u32(1)}).build(), kOld);
    const std::uint64_t before = l[Counter::held_replayed];
    rig.send(V9(9).template_set({{300, {{8, 4}, {1, 4}}}}).build(), kOld);
    EXPECT_EQ(l[Counter::held_replayed], before + 1);
}

TEST_F(Floods, HeldDataOfManyExportersStopsAtTheBudget) {
    const Bytes content(1300, 0x55);
    constexpr std::uint32_t kExporters = 4000;
    for (std::uint32_t i = 0; i < kExporters; ++i) {
        for (int set = 0; set < 8; ++set) take(Ipfix(1).set(999, content).build(), 0x0a000000 + i);
    }
    const flow::Ledger& l = rig.ledger();
    const std::uint64_t still = l[Counter::sets_held] - l[Counter::held_evicted] - l[Counter::held_replayed];
    EXPECT_LE(still * content.size(), decode::kHeldBytes);
    EXPECT_EQ(l[Skip::no_template], 8 * kExporters - still);
}

TEST_F(Floods, NamesStopAtTheirShare) {
    take(Ipfix(1).options_template_set({{512, {{10, 4}}, {{82, 100}}}}).build(), 0x0a000001);
    constexpr std::uint32_t kNames = 20'000;
    for (std::uint32_t i = 0; i < kNames; i += 10) {
        std::vector<Bytes> records;
        for (std::uint32_t n = i; n < i + 10; ++n)
            records.push_back(Writer().u32(n).text("port-" + std::to_string(n), 100));
        take(Ipfix(1).data_set(512, records).build(), 0x0a000001);
    }
    EXPECT_EQ(rig.ledger()[Counter::records_option], kNames);
    EXPECT_EQ(rig.ledger()[Counter::options_learned], decode::kMaxOptions);
    EXPECT_EQ(rig.ledger()[Counter::options_refused], kNames - decode::kMaxOptions);
}

// What is under way to the store is bounded while the store is behind.
TEST_F(Floods, LearntThingsUnderWayAreBounded) {
    for (std::uint32_t i = 0; i < 3 * flow::Tally::kMostLearned; ++i) {
        take(Ipfix(i % 1000).template_set({{256, {{1, static_cast<std::uint16_t>(1 + i % 8)}}}}).build(), 0x0a000001);
    }
    EXPECT_LE(rig.tally().templates.size(), flow::Tally::kMostLearned);
    EXPECT_LE(rig.tally().options.size(), flow::Tally::kMostLearned);
}

}  // namespace
