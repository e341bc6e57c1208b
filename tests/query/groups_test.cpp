// SPDX-License-Identifier: Apache-2.0
// Groups against the plainest grouping there can be: every element, every order, every way to aggregate.
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "store/query/aggregate.hpp"
#include "store/query/nfdump_order.hpp"
#include "tests/query/plain_groups.hpp"
#include "tests/support/random_rows.hpp"

namespace {

using flow::Column;
using flow::FlowBatch;
using store::query::Group;
using store::query::Grouping;
using store::query::Groups;
using store::query::Order;
using store::query::Ordering;
using support::PlainGroup;
using support::PlainGroups;

constexpr std::uint32_t kBatches = 3;
constexpr std::uint32_t kRows = 900;

// Batches with every column in disorder, and a choice of their rows.
struct Flows {
    explicit Flows(std::uint64_t seed) {
        support::add_random_exporters(exporters, seed, 40);
        support::RandomRows random(seed, exporters, 3);
        support::Draw draw(seed + 1);
        for (std::uint32_t b = 0; b < kBatches; ++b) {
            batches.push_back(std::make_unique<FlowBatch>());
            batches.back()->reset();
            random.add(*batches.back(), kRows);
            for (auto& word : batches.back()->keep) word = draw.any() | draw.any();
            for (std::uint32_t row = kRows; row < flow::kBatchRows; ++row) {
                batches.back()->keep[row / 64] &= ~(1ull << row % 64);
            }
        }
    }
    template <class Visit>
    void each(Visit visit) const {
        for (std::uint32_t b = 0; b < kBatches; ++b) {
            for (std::uint32_t row = 0; row < kRows; ++row) {
                if ((batches[b]->keep[row / 64] >> row % 64 & 1) != 0) visit(b, row);
            }
        }
    }
    flow::ExporterTable exporters{};
    std::vector<std::unique_ptr<FlowBatch>> batches{};
};

const Flows& flows() {
    static const Flows made(7);
    return made;
}

PlainGroups plain(const Grouping& grouping, const Flows& from = flows()) {
    PlainGroups out(grouping);
    from.each([&](std::uint32_t b, std::uint32_t row) { out.add(*from.batches[b], row, b * 10'000 + row); });
    return out;
}

std::unique_ptr<Groups> grouped(const Grouping& grouping, const Flows& from = flows()) {
    auto out = std::make_unique<Groups>(grouping);
    for (std::uint32_t b = 0; b < kBatches; ++b) {
        out->begin(b);
        out->add(*from.batches[b], from.batches[b]->keep.data(), 0);
    }
    return out;
}

void expect_same(const store::query::Sums& a, const store::query::Sums& b, const std::string& what) {
    EXPECT_EQ(a.flows, b.flows) << what;
    EXPECT_EQ(a.in_packets, b.in_packets) << what;
    EXPECT_EQ(a.in_bytes, b.in_bytes) << what;
    EXPECT_EQ(a.out_packets, b.out_packets) << what;
    EXPECT_EQ(a.out_bytes, b.out_bytes) << what;
    EXPECT_EQ(a.first_ms, b.first_ms) << what;
    EXPECT_EQ(a.last_ms, b.last_ms) << what;
    EXPECT_EQ(a.tcp_flags, b.tcp_flags) << what;
}

std::string shown(const flow::IpAddress& address) {
    return address == flow::IpAddress{} ? "0.0.0.0" : address.text();
}

// What the reference calls the key of a statistic's group.
std::string key_of(const Groups& groups, const Group& group, const Grouping& grouping) {
    const auto value = groups.value(group);
    const store::query::Element& element = *grouping.parts.at(0).element;
    std::string out = element.kind == store::query::ElementKind::address ? value.address.text()
                      : element.kind == store::query::ElementKind::text  ? std::string(value.text)
                                                                         : std::to_string(value.number);
    out += "|";
    if (grouping.by_protocol) out += std::to_string(value.proto) + "|";
    return out;
}

// The key as the row that is printed tells it.
std::string key_of(const Groups& groups, const Group& group, const Grouping& grouping, const PlainGroups& reference) {
    const FlowBatch& row = groups.keys(group.batch);
    std::string out;
    if (grouping.parts.empty()) {
        out = shown(row.src_addr[group.row]) + "|" + std::to_string(row.src_port[group.row]) + "|" +
              shown(row.dst_addr[group.row]) + "|" + std::to_string(row.dst_port[group.row]) + "|" +
              std::to_string(row.proto[group.row]) + "|";
    }
    for (const auto& part : grouping.parts) out += reference.part_of(part, 0, row, group.row) + "|";
    return out;
}

// All groups in their order; equal ones of few as nfdump lists them (nfdump_groups_test.cpp), else those first that were seen
// first.
template <class KeyOf>
void expect_groups(Groups& groups, const PlainGroups& reference, const Ordering& order, const std::string& what,
                   KeyOf key_of_group) {
    const auto wanted = reference.top(order);
    const auto got = groups.top(order, 0);
    ASSERT_EQ(got.size(), wanted.size()) << what;
    std::map<std::string, const PlainGroup*> by_key;
    for (const PlainGroup& group : wanted) by_key[group.key] = &group;
    for (std::size_t i = 0; i < got.size(); ++i) {
        const std::string key = key_of_group(got[i]);
        if (wanted.size() >= store::query::kToldGroups) {
            ASSERT_EQ(key, wanted[i].key) << what << " at " << i;
        }
        ASSERT_TRUE(by_key.contains(key)) << what << " " << key;
        expect_same(got[i].sums, by_key[key]->sums, what + " " + key);
        EXPECT_EQ(store::query::value_of(order.order, got[i].sums), store::query::value_of(order.order, wanted[i].sums))
            << what << " at " << i;
        by_key.erase(key);
    }
}

void expect_statistic(const std::string& text, bool raw = false) {
    const auto request = store::query::parse_statistic(text);
    ASSERT_TRUE(request) << text;
    Grouping grouping = store::query::grouping_of(*request);
    grouping.exporters = &flows().exporters;
    grouping.raw = raw;
    const PlainGroups reference = plain(grouping);
    const auto groups = grouped(grouping);
    expect_same(groups->total(), reference.total(), text);
    for (const Ordering& order : request->orders) {
        expect_groups(*groups, reference, order, text,
                      [&](const Group& group) { return key_of(*groups, group, grouping); });
    }
}

TEST(Groups, EveryStatisticIsWhatThePlainGroupingMakes) {
    for (const auto& element : store::query::elements()) {
        if (element.statistic.empty()) continue;
        expect_statistic(std::string(element.statistic) + "/bytes");
        expect_statistic(std::string(element.statistic) + ":p/flows");
    }
}

TEST(Groups, EveryOrderOfAStatistic) {
    expect_statistic("ip/flows/packets/ipkg/opkg/bytes/ibyte/obyte/pps/ipps/opps/bps/ibps/obps/bpp/ibpp/obpp");
    expect_statistic("dstport/flows/packets/bytes:a/opkg", true);
}

void expect_aggregation(Grouping grouping, const std::string& text) {
    grouping.exporters = &flows().exporters;
    const PlainGroups reference = plain(grouping);
    const auto groups = grouped(grouping);
    expect_same(groups->total(), reference.total(), text);
    for (int o = 1; o <= static_cast<int>(Order::duration); ++o) {
        expect_groups(*groups, reference, static_cast<Order>(o), text,
                      [&](const Group& group) { return key_of(*groups, group, grouping, reference); });
    }
}

TEST(Groups, EveryAggregation) {
    for (const auto& element : store::query::elements()) {
        if (element.aggregation.empty() || element.aggregation == "srcnet" || element.aggregation == "dstnet") continue;
        std::string text(element.aggregation);
        if (text == "srcip4" || text == "dstip4") text += "/20";
        if (text == "srcip6" || text == "dstip6") text += "/100";
        auto parts = store::query::parse_aggregation(text);
        ASSERT_TRUE(parts) << text;
        Grouping grouping;
        grouping.parts = *parts;
        expect_aggregation(grouping, text);
    }
}

TEST(Groups, AggregationsOfSeveralFields) {
    for (const std::string text :
         {"proto,srcip4/24,dstport", "srcip4/16,srcip6/64", "srcip6/33,dstip", "srcas,dstas,tos,dsttos,srcvlan",
          "mpls1,mpls2,mpls10,insrcmac,outdstmac,indstmac,outsrcmac,next,bgpnext,router,xsrcip,xdstip,srcip,dstip",
          "flags,exp,odid,opid,minttl,maxttl,ethertype",
          "xsrcport,xdstport,inif,outif,srcmask,dstmask,nextas,prevas"}) {
        auto parts = store::query::parse_aggregation(text);
        ASSERT_TRUE(parts) << text;
        Grouping grouping;
        grouping.parts = *parts;
        expect_aggregation(grouping, text);
    }
}

TEST(Groups, ByAddressesAndPorts) {
    expect_aggregation({}, "-a");
}

TEST(Groups, Bidirectional) {
    Grouping grouping;
    grouping.bidirectional = true;
    expect_aggregation(grouping, "-b");
}

}  // namespace
