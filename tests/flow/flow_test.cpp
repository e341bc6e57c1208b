// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "dataplane/flow/address.hpp"
#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/exporter.hpp"
#include "dataplane/flow/outcome.hpp"
#include "dataplane/flow/scale.hpp"
#include "dataplane/flow/tally.hpp"
#include "dataplane/flow/wire.hpp"

namespace {

using flow::IpAddress;
using flow::Prefix;

TEST(Address, TextThereAndBack) {
    for (const char* text : {"0.0.0.0", "255.255.255.255", "10.1.2.3", "::", "::1", "2001:db8::5", "fe80::1:2:3:4"}) {
        const auto a = IpAddress::parse(text);
        ASSERT_TRUE(a) << text;
        EXPECT_EQ(a->text(), text);
    }
    EXPECT_EQ(IpAddress::parse("10.1.2.3")->as_v4(), 0x0a010203u);
    EXPECT_TRUE(IpAddress::parse("10.1.2.3")->is_v4());
    EXPECT_FALSE(IpAddress::parse("::1")->is_v4());
    for (const char* text : {"", "10.1", "10.1.2.256", "10.1.2.3 ", "::g", "10.1.2.3/8", "host"}) {
        EXPECT_FALSE(IpAddress::parse(text)) << text;
    }
    EXPECT_FALSE(IpAddress::parse(std::string_view("10.1.2.3\0x", 10)));
}

TEST(Prefix, ClearsHostBitsAndContains) {
    struct Case {
        const char *text, *shown, *inside, *outside;
    };
    for (const Case& c : {Case{"10.1.2.3/8", "10.0.0.0/8", "10.255.0.1", "11.0.0.1"},
                          Case{"192.0.2.7", "192.0.2.7/32", "192.0.2.7", "192.0.2.6"},
                          Case{"0.0.0.0/0", "0.0.0.0/0", "8.8.8.8", "2001:db8::1"},
                          Case{"2001:db8::ff/33", "2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1"},
                          Case{"172.16.0.0/12", "172.16.0.0/12", "172.31.255.255", "172.32.0.0"}}) {
        const auto p = Prefix::parse(c.text);
        ASSERT_TRUE(p) << c.text;
        EXPECT_EQ(p->text(), c.shown);
        EXPECT_TRUE(p->contains(*IpAddress::parse(c.inside))) << c.text;
        EXPECT_FALSE(p->contains(*IpAddress::parse(c.outside))) << c.text;
    }
    for (const char* text : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "2001:db8::/129", "/8"}) {
        EXPECT_FALSE(Prefix::parse(text)) << text;
    }
}

TEST(Ledger, NamesAreDistinctAndEveryValueHasOne) {
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < flow::Ledger::kSize; ++i) {
        const auto name = flow::ledger_name(i);
        EXPECT_TRUE(seen.insert(name.path).second) << name.path;
        EXPECT_FALSE(name.help.empty()) << name.path;
    }
}

TEST(Ledger, EveryLawIsChecked) {
    const auto broken = [](auto change) {
        flow::Ledger l;
        l[flow::Counter::packets_received] = l[flow::PacketFate::whole] = l[flow::Counter::datagrams_received] =
            l[flow::Outcome::accepted] = l[flow::Counter::records_seen] = l[flow::Counter::records_flow] =
                l[flow::Counter::flows_decoded] = l[flow::Counter::flows_through] = l[flow::Counter::flows_archived] =
                    7;
        EXPECT_EQ(flow::broken_law(l, true), "");
        change(l);
        return std::string(flow::broken_law(l, true));
    };
    // Whatever single value of a stage grows alone breaks a law.
    for (std::size_t i = 0; i < flow::kPacketFates + flow::kOutcomes + flow::kSkips; ++i) {
        EXPECT_NE(broken([i](flow::Ledger& l) { ++l.values[i]; }), "") << flow::ledger_name(i).path;
    }
    for (const flow::Counter c :
         {flow::Counter::packets_received, flow::Counter::datagrams_received, flow::Counter::records_seen,
          flow::Counter::records_flow, flow::Counter::records_option, flow::Counter::records_counter,
          flow::Counter::flows_extra, flow::Counter::flows_decoded, flow::Counter::flows_through,
          flow::Counter::flows_lost_ring, flow::Counter::handoff_lost, flow::Counter::flows_archived,
          flow::Counter::archive_not_wanted, flow::Counter::archive_off, flow::Counter::archive_shed_busy,
          flow::Counter::archive_shed_disk, flow::Counter::archive_unwritten}) {
        EXPECT_NE(broken([c](flow::Ledger& l) { ++l[c]; }), "") << flow::ledger_name(flow::Ledger::index(c)).path;
    }
}

TEST(Columns, PresenceBitsAreSharedOnlyWhereSaid) {
    std::set<std::uint64_t> bits;
    std::size_t without = 0, shared = 0;
    for (std::size_t c = 0; c < flow::kColumns; ++c) {
        const std::uint64_t bit = flow::present_bit(static_cast<flow::Column>(c));
        if (bit == 0)
            ++without;
        else if (!bits.insert(bit).second)
            ++shared;
    }
    EXPECT_EQ(without, 8u) << "times, presence, exporter, sampling, source, thinning, family";
    std::size_t said = 2;  // of the common ones: both ports, both masks
    for (std::size_t c = 0; c < flow::kColumns; ++c) said += flow::shares_bit(static_cast<flow::Column>(c));
    EXPECT_EQ(shared, said);
}

TEST(TextArena, StoresRepeatsOnceAndRefusesWhatDoesNotFit) {
    const auto arena = std::make_unique<flow::TextArena>();
    arena->reset();
    flow::Text a, b, c;
    EXPECT_TRUE(arena->add("example.org", a));
    EXPECT_TRUE(arena->add("example.org", b));
    EXPECT_EQ(a.offset, b.offset);
    EXPECT_EQ(arena->used(), 11u);
    EXPECT_TRUE(arena->add("", c));
    EXPECT_EQ(c.length, 0u);
    const std::string large(flow::kArenaBytes, 'x');
    EXPECT_FALSE(arena->add(large, c));
    EXPECT_EQ(c.length, 0u);
    EXPECT_EQ(arena->view(a), "example.org");
}

TEST(Cursor, NeverReadsPastItsEnd) {
    const std::uint8_t bytes[] = {1, 2, 3};
    flow::Cursor at{flow::Bytes(bytes)};
    EXPECT_EQ(at.u16(), 0x0102);
    EXPECT_EQ(at.u32(), 0u);
    EXPECT_FALSE(at.ok());
    EXPECT_EQ(at.left(), 0u);
    EXPECT_TRUE(at.take(1).empty());
}

TEST(Scale, SaturatesAndCountsUnknownAsOne) {
    EXPECT_EQ(flow::scaled(5, 0, 1), 5u);
    EXPECT_EQ(flow::scaled(5, 100, 1), 500u);
    EXPECT_EQ(flow::scaled(5, 100, 3), 1500u);
    EXPECT_EQ(flow::scaled(~0ull, 2, 1), ~0ull);
}

TEST(ExporterTable, GivesIdsOnceAndIsFullAtItsLimit) {
    flow::ExporterTable table;
    flow::ExporterKey key{.address = IpAddress::v4(1)};
    EXPECT_EQ(table.find_or_add(key), 0u);
    EXPECT_EQ(table.find_or_add(key), 0u);
    for (std::uint32_t i = 1; i < flow::kMaxExporters; ++i) {
        key.address = IpAddress::v4(1 + i);
        ASSERT_EQ(table.find_or_add(key), i);
    }
    key.address = IpAddress::v4(0xffffffff);
    EXPECT_FALSE(table.find_or_add(key));
    EXPECT_EQ(table.key(5).address, IpAddress::v4(6));
}

TEST(Tally, ClearsWhatWasTouched) {
    flow::SeriesMap series;
    series.series_id = {0, 1, 2};
    flow::SpscRing<flow::Tally*> home(4);
    flow::Tally tally(series, home);
    tally.add(5, 1, 2, 3);
    tally.add(5, 1, 2, 3);
    tally.exporter(9).records = 4;
    EXPECT_FALSE(tally.empty());
    ASSERT_EQ(tally.touched().size(), 1u);
    EXPECT_EQ(tally.cell(5).bytes, 6u);
    tally.clear();
    EXPECT_TRUE(tally.empty());
    EXPECT_EQ(tally.cell(5).flows, 0u);
    EXPECT_EQ(tally.exporter(9).records, 0u);
}

}  // namespace
