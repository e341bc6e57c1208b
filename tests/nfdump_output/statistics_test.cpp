// SPDX-License-Identifier: Apache-2.0
// Statistics and aggregated flows, against what nfdump 1.7.1 prints of the same datagrams.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>

#include "control/query/print.hpp"
#include "tests/nfdump_output/flow_sets.hpp"

namespace nfdump_output {
namespace {

using store::query::Grouping;
using store::query::Groups;
using store::query::Order;

void feed(Groups& groups, const support::DecodeRig& rig) {
    std::uint32_t page = 0;
    for (const flow::FlowBatch* batch : rig.writer().batches()) {
        std::array<std::uint64_t, flow::kBatchRows / 64> rows{};
        for (std::uint32_t r = 0; r < batch->rows; ++r) rows[r / 64] |= 1ull << (r % 64);
        if (batch->rows != 0) groups.add(*batch, rows.data(), page);
        ++page;
    }
}

void print_flows(Groups& groups, const std::vector<store::query::Group>& top, const query::PrintOptions& options,
                 std::string& out) {
    auto printer = query::RecordPrinter::make(options);
    ASSERT_TRUE(printer);
    (*printer)->header(out);
    for (const store::query::Group& g : top) (*printer)->record(groups.keys(g.batch), g.row, g.sums, out);
    (*printer)->footer(out);
}

// One of several -s.
void print_statistic_of(const std::string& text, std::uint64_t count, const Case& c, query::Summary& summary,
                        std::string& out) {
    const support::DecodeRig& rig = rows_of(c.set);
    query::PrintOptions options = options_of(c, rig);
    auto request = store::query::parse_statistic(text);
    ASSERT_TRUE(request) << request.error().message;
    Grouping grouping = store::query::grouping_of(*request);
    grouping.exporters = &rig.exporters();
    if (request->element == nullptr) {
        auto printer = query::RecordPrinter::make(options);
        ASSERT_TRUE(printer);
        grouping.carried = (*printer)->columns();
    }
    Groups groups(grouping);
    feed(groups, rig);
    if (request->orders.empty()) request->orders.push_back(Order::flows);
    for (const store::query::Ordering& order : request->orders) {
        const auto top = groups.top(order, count);
        if (request->element == nullptr) {
            query::print_record_statistic(order.order, count, options, out);
            print_flows(groups, top, options, out);
        } else {
            query::print_statistic({request->element, request->by_protocol, order.order, count}, groups, top, options,
                                   out);
        }
    }
    summary.total = groups.total();
}

void print_aggregate(const Case& c, std::uint64_t count, query::Summary& summary, std::string& out) {
    const support::DecodeRig& rig = rows_of(c.set);
    query::PrintOptions options = options_of(c, rig);
    Grouping grouping{};
    grouping.exporters = &rig.exporters();
    if (const std::string parts = c.value_of("-A"); !parts.empty()) {
        auto parsed = store::query::parse_aggregation(parts);
        ASSERT_TRUE(parsed) << parsed.error().message;
        grouping.parts = *parsed;
        if (options.format.empty()) options.format = query::format_of(grouping);
    }
    grouping.bidirectional = c.has("-b") || c.has("-B");
    grouping.guess_direction = c.has("-B");
    auto printer = query::RecordPrinter::make(options);
    ASSERT_TRUE(printer) << printer.error().message;
    grouping.carried = (*printer)->columns();
    store::query::Ordering order;
    if (const std::string name = c.value_of("-O"); !name.empty()) order = store::query::parse_order(name).value();
    Groups groups(grouping);
    feed(groups, rig);
    print_flows(groups, groups.top(order, count), options, out);
    summary.total = groups.total();
}

std::string print(const Case& c) {
    const std::string most = c.value_of("-n");
    query::Summary summary{};
    std::string out;
    bool statistics = false;
    for (std::size_t i = 0; i + 1 < c.options.size(); ++i) {
        if (c.options[i] != "-s") continue;
        statistics = true;
        print_statistic_of(c.options[i + 1], most.empty() ? 10 : std::stoull(most), c, summary, out);
    }
    if (!statistics) print_aggregate(c, most.empty() ? 0 : std::stoull(most), summary, out);
    query::print_summary(summary, options_of(c, rows_of(c.set)), out);
    return without_runtime(out);
}

TEST(Statistics, ArePrintedAsNfdumpDoes) {
    const std::vector<Case> cases = cases_in("statistics.txt");
    ASSERT_FALSE(cases.empty());
    setenv("TZ", "UTC", 1);
    for (const Case& c : cases) {
        SCOPED_TRACE(c.command);
        EXPECT_EQ(print(c), expected(c));
    }
}

}  // namespace
}  // namespace nfdump_output
