// SPDX-License-Identifier: Apache-2.0
// sFlow whose lengths and numbers lie, by the incident where there was one.
#include <gtest/gtest.h>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

namespace {

using flow::Column;
using flow::Counter;
using flow::Outcome;
using flow::Skip;
using support::Bytes;
using support::DecodeRig;
using support::FlowSample;
using support::Frame;
using support::Sflow;
using support::Writer;

class SflowMalformed : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_EQ(flow::broken_law(rig.ledger(), true), ""); }
    [[nodiscard]] std::uint64_t skipped() const {
        const flow::Ledger& l = rig.ledger();
        return l[Counter::records_seen] - l[Counter::records_flow] - l[Counter::records_counter];
    }
    DecodeRig rig;
};

Bytes header_record(std::size_t payload = 0) {
    return support::sflow_raw_header({.header = Frame().ethernet().ipv4().udp({.dst = 53}).payload(payload).build()});
}
FlowSample good() {
    return {.records = {header_record()}};
}

TEST_F(SflowMalformed, ThreeSamplesToldTwoThere) {
    rig.send(Sflow().flow_sample(good()).flow_sample(good()).count(3).build());
    EXPECT_EQ(rig.writer().rows(), 2u);
    EXPECT_EQ(rig.ledger()[Skip::missing_records], 1u);
    EXPECT_EQ(skipped(), 1u);
}

// CVE-2022-2529 (goflow): memory for as many samples and records as the header promises.
TEST_F(SflowMalformed, MoreSamplesAndRecordsPromisedThanBytes) {
    FlowSample sample = good();
    sample.record_count = 0xffffffff;
    rig.send(Sflow().flow_sample(sample).count(0xffffffff).build());
    EXPECT_EQ(rig.writer().rows(), 1u) << "what is there counts";
    EXPECT_EQ(rig.ledger()[Skip::sample_limit], 1u);
    EXPECT_EQ(skipped(), 1u);
}

// gopacket 1.6.1: memory for as many communities, AS and segments as the record promises.
TEST_F(SflowMalformed, GatewayPromisesMoreThanItHolds) {
    const support::Gateway lies[] = {
        {.path = {{2, {65001}}}, .community_count = 0xffffffff},
        {.path = {{2, {65001}}}, .segment_count = 0xffffffff},
        {.path = {{2, {65001}}}, .communities = {1}, .community_count = 0x40000001},
    };
    for (const support::Gateway& g : lies) {
        rig.send(Sflow().flow_sample({.records = {header_record(), support::sflow_gateway(g)}}).build());
    }
    const Bytes endless = Writer().u32(1).ip("10.9.9.9").u32(1).u32(2).u32(3).u32(2).u32(2).u32(0xffffffff).u32(65001);
    rig.send(Sflow().flow_sample({.records = {header_record(), support::sflow_record(1003, endless)}}).build());
    ASSERT_EQ(rig.writer().rows(), 4u);
    EXPECT_EQ(rig.batch().src_as[0], 65100u) << "what stands in front of the lie";
    EXPECT_EQ(rig.batch().next_as[0], 65001u);
    EXPECT_EQ(rig.batch().src_as[3], 2u);
    EXPECT_FALSE(rig.batch().has(3, Column::as_path));
}

TEST_F(SflowMalformed, SampleLongerThanItsRecordsAndPaddingBehindThem) {
    const Bytes record = header_record();
    Writer body;
    body.u32(1).u32(1).u32(10).zeros(8).u32(1).u32(2).u32(1).raw(record).zeros(24);
    rig.send(Sflow().sample(1, body.bytes()).flow_sample(good()).raw(Bytes(60)).raw(Bytes(3, 0xff)).build());
    EXPECT_EQ(rig.writer().rows(), 2u);
    EXPECT_EQ(skipped(), 0u) << "what stands behind the told number is nobody's";
}

// A record that ends before its structure does must not read on into the next one.
TEST_F(SflowMalformed, RecordsEndWhereTheySay) {
    const Bytes short_switch = support::sflow_record(1001, Writer().u32(7).bytes());
    rig.send(Sflow().flow_sample({.records = {short_switch, header_record()}}).build());
    ASSERT_EQ(rig.writer().rows(), 1u);
    EXPECT_FALSE(rig.batch().has(0, Column::src_vlan));
}

// Lengths that are no multiple of four, with the padding of XDR and without it; both are seen.
TEST_F(SflowMalformed, LengthsThatAreNoMultipleOfFour) {
    for (std::size_t extra = 1; extra < 4; ++extra) {
        for (const bool padded : {false, true}) {
            SCOPED_TRACE(extra);
            DecodeRig one;
            const Bytes frame = Frame().ethernet().ipv4().udp({.dst = 53}).payload(2 + extra).build();
            const std::size_t zeros = padded ? 4 - extra : 0;
            Writer content;
            content.u32(1).u32(500).u32(4).u32(static_cast<std::uint32_t>(frame.size())).raw(frame);
            const auto length = static_cast<std::uint32_t>(content.size());
            ASSERT_EQ(length % 4, extra);
            Writer records;
            records.u32(1).u32(length).raw(content.bytes()).zeros(zeros).raw(support::sflow_switch(10, 20));
            Writer sample;
            sample.u32(1).u32(1).u32(10).zeros(8).u32(1).u32(2).u32(2).raw(records.bytes());
            const auto sample_length = static_cast<std::uint32_t>(sample.size());
            Writer samples;
            for (int i = 0; i < 3; ++i) {
                samples.u32(1).u32(sample_length).raw(sample.bytes());
                if (padded) samples.zeros((4 - sample_length % 4) % 4);
            }
            one.send(Sflow().raw(samples.bytes()).count(3).build());
            ASSERT_EQ(one.writer().rows(), 3u) << padded;
            EXPECT_EQ(one.batch().dst_vlan[2], 20) << padded;
            EXPECT_EQ(one.ledger()[Counter::records_seen], 3u);
        }
    }
}

TEST_F(SflowMalformed, APacketCountsWhateverIsWrongBehindIt) {
    FlowSample sample = good();
    sample.records.push_back(support::sflow_record(1001, Bytes(16), 5000));
    rig.send(Sflow().flow_sample(sample).flow_sample(good()).build());
    EXPECT_EQ(rig.writer().rows(), 2u);
    EXPECT_EQ(skipped(), 0u) << "each sample ends once";
}

TEST_F(SflowMalformed, OneKindOfRecordCountsOnce) {
    FlowSample sample;
    for (std::uint32_t i = 0; i < 200; ++i) {
        sample.records.push_back(support::sflow_switch(i, i));
        sample.records.push_back(support::sflow_gateway({.path = {{2, std::vector<std::uint32_t>(20, 65000 + i)}}}));
    }
    sample.records.push_back(header_record());
    rig.send(Sflow().flow_sample(sample).build());
    ASSERT_EQ(rig.batch().rows, 1u);
    EXPECT_EQ(rig.batch().src_vlan[0], 0);
    EXPECT_EQ(rig.batch().dst_as[0], 65000u);
    EXPECT_LT(rig.batch().arena.used(), 1000u);
}

TEST_F(SflowMalformed, LongPathsAndNamesAreLeftOutAndCounted) {
    const Bytes url =
        support::sflow_record(1005, Writer().u32(1).opaque(Bytes(5000, 'u')).opaque(Bytes(4, 'h')).bytes());
    const Bytes gateway = support::sflow_gateway({.path = {{2, std::vector<std::uint32_t>(500, 4'000'000'000)}}});
    rig.send(Sflow().flow_sample({.records = {header_record(), url, gateway}}).build());
    ASSERT_EQ(rig.batch().rows, 1u);
    EXPECT_EQ(rig.batch().http_url[0].length, 0u);
    EXPECT_EQ(rig.batch().http_host[0].length, 4u);
    EXPECT_EQ(rig.batch().as_path[0].length, 0u);
    EXPECT_EQ(rig.batch().dst_as[0], 4'000'000'000u);
    EXPECT_EQ(rig.ledger()[Counter::texts_lost], 2u);
}

// Texts of samples that become no flow must not fill the arena: it could not be emptied by closing the batch.
TEST_F(SflowMalformed, SamplesWithoutPacketLeaveNothing) {
    const Bytes url =
        support::sflow_record(1005, Writer().u32(1).opaque(Bytes(1000, 'u')).opaque(Bytes(1000, 'h')).bytes());
    const Bytes datagram = Sflow().flow_sample({.records = {url}}).build();
    for (int i = 0; i < 2000; ++i) rig.send(datagram);
    EXPECT_EQ(rig.writer().batches().size(), 1u);
    EXPECT_EQ(rig.batch().arena.used(), 0u);
    EXPECT_EQ(rig.ledger()[Skip::no_packet_header], 2000u);
}

TEST_F(SflowMalformed, AWholeDatagramOfEmptySamples) {
    Sflow sflow;
    for (int i = 0; i < 8000; ++i) sflow.sample(1, Bytes());
    EXPECT_EQ(rig.send(sflow.build()), Outcome::accepted);
    EXPECT_EQ(rig.ledger()[Skip::bad_sample], 8000u);
}

TEST_F(SflowMalformed, EveryPrefixEndsInOneOutcome) {
    const Bytes whole = Sflow()
                            .flow_sample({.records = {header_record(20), support::sflow_switch(1, 2),
                                                      support::sflow_gateway({.path = {{2, {65001}}}})}})
                            .expanded_flow_sample(good())
                            .discarded_packet({.records = {header_record()}})
                            .counter_sample({.records = {support::sflow_interface_counters(1, 2, 3)}})
                            .build();
    for (std::size_t n = 0; n <= whole.size(); ++n) {
        DecodeRig one;
        const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
        const Outcome outcome = one.send(cut);
        EXPECT_EQ(outcome, n < 28 ? Outcome::too_short : Outcome::accepted) << n;
        EXPECT_EQ(flow::broken_law(one.ledger(), true), "") << n;
        if (n >= 28 && n < whole.size()) {
            const flow::Ledger& l = one.ledger();
            EXPECT_EQ(l[Skip::bad_sample] + l[Skip::missing_records] + l[Skip::sample_limit], 1u) << n;
        }
    }
}

TEST_F(SflowMalformed, HeaderNamesNoAddress) {
    for (const std::uint32_t type : {0u, 3u, 0xffffffffu}) {
        EXPECT_EQ(rig.send(Sflow().agent_type(type).flow_sample(good()).build()), Outcome::bad_length);
    }
}

}  // namespace
