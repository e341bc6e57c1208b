// SPDX-License-Identifier: Apache-2.0
// -s, -A and -O as they are written, and what is said of those that are not.
#include "store/query/grouping.hpp"

#include <gtest/gtest.h>

#include <set>

namespace {

using store::query::Order;
using store::query::Ordering;

TEST(Statistic, AsWritten) {
    const auto request = store::query::parse_statistic("SrcIP:p/bytes/flows/bytes:a").value();
    ASSERT_NE(request.element, nullptr);
    EXPECT_EQ(request.element->title, "Src IP Addr");
    EXPECT_TRUE(request.by_protocol);
    // Each order once, as nfdump prints them.
    EXPECT_EQ(request.orders, (std::vector<Ordering>{Order::flows, Order::bytes}));
    EXPECT_EQ(store::query::parse_statistic("port").value().orders, std::vector<Ordering>{Order::flows});
    EXPECT_TRUE(store::query::parse_statistic("proto/packets").value().by_protocol);
    EXPECT_EQ(store::query::parse_statistic("record/pps").value().element, nullptr);
}

TEST(Statistic, RefusesWhatThereIsNot) {
    for (const char* text : {"", "foo", "srcip/foo", "srcip/", "srcip/-", "srcip/tstart", "srcip/bytes:x",
                             "srcip//bytes", "srcgeo", "srcasn", "/bytes", ":p", "src ip"}) {
        EXPECT_FALSE(store::query::parse_statistic(text)) << text;
    }
    EXPECT_EQ(store::query::parse_statistic("foo/bytes").error().message, "Unknown stat: 'foo/bytes'!");
}

TEST(Aggregation, AsWritten) {
    const auto parts = store::query::parse_aggregation("proto,srcip4/24,dstport").value();
    ASSERT_EQ(parts.size(), 3u);
    EXPECT_EQ(parts[1].bits, 120);
    EXPECT_FALSE(parts[1].v4_only);
    const auto both = store::query::parse_aggregation("srcip4/24,srcip6/64").value();
    EXPECT_TRUE(both[0].v4_only);
    EXPECT_TRUE(both[1].v6_only);
    EXPECT_TRUE(store::query::parse_aggregation("SRCNET").value()[0].by_mask);
}

TEST(Aggregation, RefusesWhatNfdumpRefuses) {
    const std::pair<const char*, const char*> cases[] = {
        {"foo", "Unknown aggregation field 'foo'"},
        {"srcip,srcip", "Duplicate aggregation mask"},
        {"srcip4", "'srcip4' needs number of subnet bits"},
        {"srcip4/0", "out of range for IPv4"},
        {"srcip4/33", "out of range for IPv4"},
        {"srcip6/129", "out of range for IPv6"},
        {"srcip4/x", "out of range for IPv4"},
        {"srcip4/24x", "out of range for IPv4"},
        {"srcip/24", "Need srcip4/dstip4"},
        {"", "No aggregation specified"},
        {",", "No aggregation specified"},
    };
    for (const auto& [text, message] : cases) {
        const auto parts = store::query::parse_aggregation(text);
        ASSERT_FALSE(parts) << text;
        EXPECT_NE(parts.error().message.find(message), std::string::npos) << text << ": " << parts.error().message;
    }
}

TEST(Orders, AsWritten) {
    EXPECT_EQ(store::query::parse_order("tstart").value(), Ordering(Order::tstart, true));
    EXPECT_EQ(store::query::parse_order("tstart:d").value(), Ordering(Order::tstart, false));
    EXPECT_EQ(store::query::parse_order("BYTES:a").value(), Ordering(Order::bytes, true));
    EXPECT_EQ(store::query::parse_order("foo").error().message, "Unknown print order 'foo'");
    for (const char* text : {"", "-", "bytes:", "bytes:x", ":a"}) EXPECT_FALSE(store::query::parse_order(text)) << text;
}

TEST(Orders, RatesAreTruncatedAndDoNotOverflow) {
    store::query::Sums sums{1, 10, 999, 3, 1001, 1000, 4000, 0};
    EXPECT_EQ(store::query::value_of(Order::ipps, sums), 3u);
    EXPECT_EQ(store::query::value_of(Order::pps, sums), 4u);
    EXPECT_EQ(store::query::value_of(Order::obps, sums), 2669u);
    EXPECT_EQ(store::query::value_of(Order::ibpp, sums), 99u);
    EXPECT_EQ(store::query::value_of(Order::duration, sums), 3000u);
    sums.last_ms = sums.first_ms;
    EXPECT_EQ(store::query::value_of(Order::bps, sums), 0u);
    sums = {~0ull, ~0ull, ~0ull, ~0ull, ~0ull, 0, 1, 0};
    EXPECT_EQ(store::query::value_of(Order::bps, sums), ~0ull);
}

TEST(Elements, NamesAreThereOnce) {
    std::set<std::string_view> statistics, aggregations;
    for (const auto& element : store::query::elements()) {
        if (!element.statistic.empty()) {
            EXPECT_TRUE(statistics.insert(element.statistic).second) << element.statistic;
        }
        if (!element.aggregation.empty()) {
            EXPECT_TRUE(aggregations.insert(element.aggregation).second) << element.aggregation;
            EXPECT_FALSE(element.tag.empty()) << element.aggregation;
        }
    }
    EXPECT_EQ(store::query::find_statistic("mac")->sides(), 4u);
    EXPECT_EQ(store::query::find_statistic("inmac")->sides(), 1u);
}

}  // namespace
