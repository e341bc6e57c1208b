// SPDX-License-Identifier: Apache-2.0
// Groups with little memory: on disk they are all there; without a directory what found no room is counted.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

#include "store/query/aggregate.hpp"
#include "tests/support/random_rows.hpp"

namespace {

using flow::Column;
using flow::FlowBatch;
using store::query::Group;
using store::query::Grouping;
using store::query::Groups;
using store::query::Order;

constexpr std::uint64_t kLittle = 700'000;  // bytes; the groups need some megabytes

const std::vector<std::unique_ptr<FlowBatch>>& batches() {
    static const auto kMade = [] {
        flow::ExporterTable exporters;
        support::add_random_exporters(exporters, 1, 10);
        support::RandomRows random(11, exporters, 3);
        support::Draw draw(12);
        std::vector<std::unique_ptr<FlowBatch>> out;
        for (int b = 0; b < 12; ++b) {
            out.push_back(std::make_unique<FlowBatch>());
            FlowBatch& batch = *out.back();
            batch.reset();
            random.add(batch, flow::kBatchRows);
            batch.keep.fill(~0ull);
            // Thousands of each, some again and again; counters that do not end in saturation.
            for (std::uint32_t row = 0; row < batch.rows; ++row) {
                batch.src_port[row] = static_cast<std::uint16_t>(draw.below(draw.one_in(2) ? 100 : 65536));
                batch.src_as[row] = draw.below(4000);
                batch.in_bytes[row] %= 100'000;
                batch.in_packets[row] %= 1000;
                batch.out_bytes[row] %= 100'000;
            }
        }
        return out;
    }();
    return kMade;
}

void add(Groups& groups, std::size_t from, std::size_t step) {
    for (std::size_t b = from; b < batches().size(); b += step) {
        groups.begin(b);
        groups.add(*batches()[b], batches()[b]->keep.data(), 0);
    }
}

// Everything of a group that can be seen.
std::string told(const Groups& groups, const Group& group) {
    const FlowBatch& b = groups.keys(group.batch);
    const std::uint32_t r = group.row;
    std::string out = b.src_addr[r].text() + " " + b.dst_addr[r].text();
    for (const std::uint64_t number :
         {std::uint64_t{b.src_port[r]}, std::uint64_t{b.dst_port[r]}, std::uint64_t{b.proto[r]},
          std::uint64_t{b.src_as[r]}, std::uint64_t{b.tos[r]}, std::uint64_t{b.family[r]}, group.sums.flows,
          group.sums.in_packets, group.sums.in_bytes, group.sums.out_packets, group.sums.out_bytes, group.sums.first_ms,
          group.sums.last_ms, std::uint64_t{group.sums.tcp_flags}}) {
        out += " " + std::to_string(number);
    }
    if (b.has(r, Column::user)) out += " " + std::string(b.arena.view(b.user[r]));
    return out;
}

std::vector<std::string> told(Groups& groups, Order order, std::uint64_t count) {
    std::vector<std::string> out;
    for (const Group& group : groups.top(order, count)) out.push_back(told(groups, group));
    return out;
}

struct Case {
    const char* name;
    Grouping grouping;
};
std::vector<Case> cases() {
    std::vector<Case> out(4);
    out[0].name = "ends";
    out[0].grouping.carried = {Column::tos, Column::src_as, Column::user};
    out[1].name = "both directions";
    out[1].grouping.bidirectional = true;
    out[1].grouping.guess_direction = true;
    out[2].name = "-A";
    out[2].grouping.parts = store::query::parse_aggregation("srcport,srcas,proto,srcip").value();
    out[3].name = "-A numbers";
    out[3].grouping.parts = store::query::parse_aggregation("srcport,srcas").value();
    return out;
}

TEST(GroupsWithLittleMemory, AnswersFromDiskAreTheSame) {
    for (Case& one : cases()) {
        Groups roomy(one.grouping);
        add(roomy, 0, 1);
        Grouping tight = one.grouping;
        tight.memory = std::make_shared<store::query::GroupMemory>();
        tight.memory_bytes = kLittle;
        tight.spill_directory = testing::TempDir();
        Groups groups(tight), second(tight), third(tight);
        add(groups, 0, 3);
        add(second, 1, 3);
        add(third, 2, 3);
        groups.merge(second);
        groups.merge(third);
        ASSERT_GT(roomy.groups() * 112, kLittle) << one.name << ": too few groups to tell";
        for (const Order order : {Order::bytes, Order::flows, Order::tstart, Order::bpp}) {
            EXPECT_EQ(told(groups, order, 40), told(roomy, order, 40)) << one.name << " " << name_of(order);
            EXPECT_EQ(groups.left_out(), 0u) << one.name;
            EXPECT_EQ(groups.groups(), roomy.groups()) << one.name;
        }
        EXPECT_EQ(groups.total().in_bytes, roomy.total().in_bytes);
    }
}

TEST(GroupsWithLittleMemory, WithoutADirectoryWhatIsKnownIsRightAndTheRestIsCounted) {
    for (Case& one : cases()) {
        Groups roomy(one.grouping);
        add(roomy, 0, 1);
        Grouping tight = one.grouping;
        tight.memory = std::make_shared<store::query::GroupMemory>();
        tight.memory_bytes = kLittle;
        Groups groups(tight);
        add(groups, 0, 1);
        EXPECT_GT(groups.left_out(), 0u) << one.name;
        EXPECT_LT(groups.groups(), roomy.groups()) << one.name;
        EXPECT_EQ(groups.total().in_bytes, roomy.total().in_bytes);
        std::uint64_t flows = 0;
        for (const Group& group : groups.top(Order::flows, 0)) flows += group.sums.flows;
        EXPECT_LT(flows, roomy.total().flows);
        EXPECT_LE(tight.memory->used(), 2 * kLittle);
    }
}

TEST(GroupsWithLittleMemory, ADirectoryThatIsNotThereIsNone) {
    Grouping tight;
    tight.memory_bytes = kLittle;
    tight.spill_directory = testing::TempDir() + "not-there";
    Groups groups(tight);
    add(groups, 0, 1);
    EXPECT_GT(groups.left_out(), 0u);
    EXPECT_FALSE(groups.top(Order::bytes, 10).empty());
}

TEST(GroupsWithLittleMemory, AllGroupsThatFitIntoTheAnswer) {
    Grouping tight = cases()[3].grouping;
    tight.memory_bytes = kLittle;
    tight.spill_directory = testing::TempDir();
    Groups groups(tight);
    add(groups, 0, 1);
    const auto all = groups.top(Order::bytes, 0);
    EXPECT_GT(all.size(), 1000u);
    EXPECT_EQ(all.size() + groups.left_out(), groups.groups());
}

TEST(GroupsWithLittleMemory, TextsBeyondItAreOneMore) {
    Grouping grouping = store::query::grouping_of(store::query::parse_statistic("user/bytes").value());
    grouping.memory_bytes = 400;  // a quarter is for texts
    Groups groups(grouping);
    add(groups, 0, 1);
    EXPECT_GT(groups.left_out(), 0u);
    bool other = false;
    for (const Group& group : groups.top(Order::bytes, 0)) other = other || groups.value(group).text == "(other)";
    EXPECT_TRUE(other);
}

}  // namespace
