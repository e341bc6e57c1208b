// SPDX-License-Identifier: Apache-2.0
// What the plan rules out has no matching row, and what it says holds for all rows does: random filters over the whole
// field table, random blocks, both rules for what a record lacks; and that it does rule out what it should.
#include "store/query/plan.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "filters/program/program.hpp"
#include "tests/query/row_facts.hpp"
#include "tests/support/filter_batch.hpp"
#include "tests/support/plain_geo.hpp"
#include "tests/support/random_filter.hpp"
#include "tests/support/random_rows.hpp"

namespace {

using filters::Keep;
using filters::language::Missing;
using store::query::Plan;
using store::query::Planner;
using store::query::RuledOutBy;
using store::query::Truth;
using store::query::Window;

constexpr std::uint16_t kSources = 4;

std::unique_ptr<const filters::Program> compiled(const std::string& filter, const filters::Environment& environment,
                                                 std::vector<std::uint16_t> sources = {}) {
    const filters::ChannelSpec channel{.filter = filter, .sources = std::move(sources)};
    auto program = filters::Program::compile(std::span(&channel, 1), environment, Keep::outline);
    EXPECT_TRUE(program) << filter << ": " << program.error().text();
    return program ? std::move(*program) : nullptr;
}

std::uint32_t matches(const filters::Program& program, const flow::FlowBatch& batch) {
    const auto matcher = filters::Matcher::make(program).value();
    const auto found = matcher->match(batch);
    return found.empty() ? 0 : found.front().count;
}

class RandomPlans : public testing::TestWithParam<Missing> {
  protected:
    RandomPlans() : database_(support::plain_database()) {
        support::add_random_exporters(exporters_, 3, 12);
        environment_ = filters::Environment::with_sources(kSources);
        environment_.missing = GetParam();
        environment_.geo = database_.get();
        world_ = {.missing = GetParam(),
                  .sources = environment_.sources,
                  .exporters = &exporters_,
                  .country = support::plain_country,
                  .as_of = support::plain_as,
                  .as_names = support::plain_as_names};
    }

    // Of a slot's source, and sometimes of one exporter: so that something can be ruled out.
    static void settle(support::Draw& draw, flow::FlowBatch& batch) {
        for (std::uint32_t row = 1; row < batch.rows; ++row) batch.source[row] = batch.source[0];
        if (draw.one_in(2)) {
            for (std::uint32_t row = 1; row < batch.rows; ++row) batch.exporter[row] = batch.exporter[0];
        }
        if (draw.one_in(3)) {
            batch.sampling.fill(draw.of({0u, 1u, 100u}));
            batch.thinning.fill(1);
        }
    }

    void compare(const std::string& filter, std::uint64_t seed) {
        support::Draw draw(seed);
        environment_.exporters = draw.one_in(5) ? nullptr : &exporters_;
        const auto program = compiled(filter, environment_,
                                      draw.one_in(4) ? std::vector<std::uint16_t>{1, 2} : std::vector<std::uint16_t>{});
        ASSERT_NE(program, nullptr);
        ASSERT_NE(program->outline(), nullptr);
        const Plan plan(program->outline(), {});
        Planner planner(plan);
        for (const std::uint32_t rows : {1u, 2u, 3u, 10u, 100u}) {
            support::FilterBatch batch;
            support::RandomRows(seed * 10 + rows, exporters_, kSources).add(*batch, rows);
            settle(draw, *batch);
            check(filter, planner.filter(support::RowFacts(*batch)), *batch, *program);
            check(filter, planner.filter(store::query::SourceAlone(batch->source[0])), *batch, *program);
        }
    }
    void check(const std::string& filter, const Truth& truth, const flow::FlowBatch& batch,
               const filters::Program& program) {
        const std::uint32_t count = matches(program, batch);
        ++blocks_;
        EXPECT_EQ(truth.may_hold, truth.by == RuledOutBy::nothing) << filter;
        if (!truth.may_hold) {
            ++ruled_out_;
            ASSERT_EQ(count, 0u) << filter << " holds in a block that was ruled out";
        }
        if (!truth.may_fail) {
            ++held_;
            ASSERT_EQ(count, batch.rows) << filter << " fails in a block that it was to hold for";
        }
        empty_ += count == 0 ? 1 : 0;
        whole_ += count == batch.rows ? 1 : 0;
    }
    void TearDown() override {
        std::cout << blocks_ << " blocks: " << ruled_out_ << " ruled out of " << empty_ << " without a match, " << held_
                  << " known to match of " << whole_ << " that do\n";
    }

    std::shared_ptr<const filters::geo::Database> database_;
    flow::ExporterTable exporters_;
    filters::Environment environment_;
    support::FilterWorld world_;
    std::uint64_t blocks_ = 0, ruled_out_ = 0, held_ = 0, empty_ = 0, whole_ = 0;
};

TEST_P(RandomPlans, NothingIsLost) {
    support::FilterBatch sample;
    support::RandomRows(1, exporters_, kSources).add(*sample, 64);
    support::RandomFilter filters(2, *sample, world_);
    std::uint64_t seed = 10;
    for (const auto& field : filters::language::fields()) {
        if (!support::RandomFilter::can_ask(field, world_)) continue;
        for (int n = 0; n < 6 && !HasFatalFailure(); ++n) {
            const std::string filter = filters.test(field);
            compare(filter, ++seed);
            compare("not " + filter, ++seed);
        }
    }
    for (int n = 0; n < 300 && !HasFatalFailure(); ++n) compare(filters.filter(3), ++seed);
    EXPECT_GT(ruled_out_, empty_ / 4);
    EXPECT_GT(held_, whole_ / 8);
}

INSTANTIATE_TEST_SUITE_P(BothRules, RandomPlans, testing::Values(Missing::no_match, Missing::zero),
                         [](const auto& rule) { return rule.param == Missing::zero ? "Zero" : "NoMatch"; });

// One block of two flows of one host.
class PlanOfABlock : public testing::Test {
  protected:
    PlanOfABlock() {
        using flow::Column;
        exporter_ = *exporters_.find_or_add({.address = flow::IpAddress::v4(0x0a000001), .domain = 0x0203});
        for (const std::uint16_t port : {std::uint16_t{443}, std::uint16_t{8443}}) {
            batch_.add({.src = "10.1.0.1",
                        .dst = "192.168.1.10",
                        .proto = 6,
                        .src_port = 40000,
                        .dst_port = port,
                        .source = 1,
                        .more = {{Column::in_packets, 10u}, {Column::in_bytes, 1000u + port}, {Column::input_if, 7u}}});
            const std::uint32_t row = batch_->rows - 1;
            batch_->first_ms[row] = 1000;
            batch_->last_ms[row] = 3000;
            batch_->sampling[row] = 100;
            batch_->thinning[row] = 1;
            batch_->exporter[row] = exporter_;
        }
        environment_ = filters::Environment::with_sources(3);
        environment_.exporters = &exporters_;
    }
    Truth ask(const std::string& filter) {
        const auto program = compiled(filter, environment_);
        const Plan plan(program->outline(), {});
        Planner planner(plan);
        const Truth truth = planner.filter(support::RowFacts(*batch_));
        notes_ = store::query::notes_of(*program->outline(), planner.tallies());
        return truth;
    }

    flow::ExporterTable exporters_;
    std::uint32_t exporter_ = 0;
    support::FilterBatch batch_;
    filters::Environment environment_;
    std::vector<std::string> notes_;
};

TEST_F(PlanOfABlock, RulesOut) {
    using enum RuledOutBy;
    const std::vector<std::pair<const char*, RuledOutBy>> cases = {
        {"any", nothing},
        {"proto tcp and dst port 443", nothing},
        {"proto udp", zones},
        {"not proto tcp", zones},
        {"dst port 80", zones},
        {"dst port 1000", nothing},  // between the smallest and the largest
        {"src port in [1 2 3]", zones},
        {"port 40000", nothing},
        {"src ip 10.1.0.1", nothing},
        {"src ip 10.1.0.2", zones},
        {"ip 10.1.0.2", zones},
        {"src net 10.2.0.0/16", zones},
        {"dst net 192.168.0.0/16", nothing},
        {"not dst net 192.168.0.0/16", zones},
        {"src net 2001:db8::/32", zones},
        {"bytes > 1m", zones},
        {"bytes > 100k", nothing},  // sampled 1 in 100
        {"bytes < 100k", zones},
        {"packets > 1000", zones},
        {"duration > 2000", zones},
        {"duration < 2000", zones},
        {"pps > 500", zones},
        {"bpp > 1000", zones},
        {"in if 7", nothing},
        {"in if 8", zones},
        {"src vlan 5", absent},
        {"out bytes > 5", absent},
        {"mpls label1 5", absent},
        {"asa event denied", absent},
        {"payload content 'abc'", absent},
        {"ident 1", nothing},
        {"ident 2", zones},
        {"router ip 10.0.0.1", nothing},
        {"router ip 10.0.0.2", absent},
        {"engine-id 3", nothing},
        {"engine-id 4", absent},
        {"proto udp or src vlan 5", zones},
        {"not (dst port 443 or dst port 8443 or any)", nothing},
    };
    for (const auto& [filter, by] : cases) {
        const Truth truth = ask(filter);
        if (std::string(filter) == "not (dst port 443 or dst port 8443 or any)") {
            EXPECT_FALSE(truth.may_hold) << filter;
            continue;
        }
        EXPECT_EQ(truth.may_hold, by == nothing) << filter;
        EXPECT_EQ(truth.by, by) << filter;
    }
}

TEST_F(PlanOfABlock, AsksBloomFiltersOfWhatZonesLeave) {
    batch_.add({.src = "10.1.0.9", .dst = "192.168.1.20"});
    batch_->source[2] = 1;
    EXPECT_EQ(ask("src ip 10.1.0.5").by, RuledOutBy::addresses);
    EXPECT_EQ(ask("ip 10.1.0.5").by, RuledOutBy::addresses);
    EXPECT_EQ(ask("ip in [10.1.0.5 10.1.0.6]").by, RuledOutBy::addresses);
    EXPECT_EQ(ask("ip in [10.1.0.5 10.1.0.9]").by, RuledOutBy::nothing);
    EXPECT_EQ(ask("ip 10.1.0.5 and proto udp").by, RuledOutBy::zones);
    EXPECT_EQ(ask("src ip 10.1.0.5 or src ip 10.1.0.1").by, RuledOutBy::nothing);
    EXPECT_TRUE(ask("not src ip 10.1.0.5").may_hold);
    EXPECT_FALSE(ask("not src ip 10.1.0.5").may_fail);
    EXPECT_EQ(ask("src and dst ip 10.1.0.9").by, RuledOutBy::zones);
}

TEST_F(PlanOfABlock, KnowsWhatHoldsForAll) {
    for (const char* filter :
         {"any", "proto tcp", "src ip 10.1.0.1", "net 10.0.0.0/8", "in if 7", "bytes > 100k", "not proto udp",
          "proto tcp and ident 1", "router ip 10.0.0.1", "proto udp or src port 40000"}) {
        EXPECT_FALSE(ask(filter).may_fail) << filter;
    }
    for (const char* filter : {"dst port 443", "not dst port 443", "payload content 'abc'", "src vlan 0"}) {
        EXPECT_TRUE(ask(filter).may_fail) << filter;
    }
}

TEST_F(PlanOfABlock, SaysWhy) {
    EXPECT_FALSE(ask("dst port 80 and proto tcp").may_hold);
    ASSERT_EQ(notes_.size(), 1u);
    EXPECT_EQ(notes_[0], "dst port 80: not in 1 of 1 blocks that were asked (zone maps)");
}

TEST_F(PlanOfABlock, Windows) {
    struct Case {
        Window window;
        bool may_hold, may_fail;
    };
    const std::vector<Case> cases = {
        {{}, true, false},           {{1000, 3000}, true, false}, {{0, 5000}, true, false}, {{1001, 3000}, false, true},
        {{1000, 2999}, false, true}, {{4000, 5000}, false, true}, {{0, 500}, false, true},  {{3000, 1000}, false, true},
    };
    for (const Case& one : cases) {
        const Plan plan(nullptr, one.window);
        const Planner planner(plan);
        const Truth truth = planner.window(support::RowFacts(*batch_));
        EXPECT_EQ(truth.may_hold, one.may_hold) << one.window.from_ms << ' ' << one.window.to_ms;
        EXPECT_EQ(truth.may_fail, one.may_fail) << one.window.from_ms << ' ' << one.window.to_ms;
    }
    batch_->first_ms[1] = 500;
    const Plan plan(nullptr, Window{1000, 3000});
    EXPECT_TRUE(Planner(plan).window(support::RowFacts(*batch_)).may_hold);
    EXPECT_TRUE(Planner(plan).window(support::RowFacts(*batch_)).may_fail);
}

TEST_F(PlanOfABlock, KnowsFiltersThatCountRows) {
    EXPECT_TRUE(Plan(compiled("count < 10", environment_)->outline(), {}).counts_rows());
    EXPECT_FALSE(Plan(compiled("packets < 10", environment_)->outline(), {}).counts_rows());
}

}  // namespace
