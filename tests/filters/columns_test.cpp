// SPDX-License-Identifier: Apache-2.0
// Program::columns(): what stands in any other column changes no answer.
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "filters/program/program.hpp"
#include "tests/support/filter_batch.hpp"
#include "tests/support/plain_geo.hpp"
#include "tests/support/random_filter.hpp"
#include "tests/support/random_rows.hpp"

namespace {

using filters::language::Missing;
using flow::Column;
using flow::ColumnSet;

constexpr std::uint16_t kSources = 4;
constexpr std::size_t kWords = flow::kBatchRows / 64;

void spoil(support::Draw& draw, flow::Text& value) {
    value = {draw.below(1000), draw.below(20)};
}
template <class Value>
void spoil(support::Draw& draw, Value& value) {
    static_assert(std::is_trivially_copyable_v<Value>);
    const std::uint64_t junk = draw.any();
    for (std::size_t at = 0; at < sizeof(value); ++at) {
        reinterpret_cast<unsigned char*>(&value)[at] = static_cast<unsigned char>(junk >> (at % 8 * 8));
    }
}

// Every column that is not in `kept` becomes noise.
void spoil_others(support::Draw& draw, flow::FlowBatch& batch, const ColumnSet& kept) {
    const auto spoil_column = [&](Column column, auto& values) {
        if (kept.has(column)) return;
        for (std::uint32_t row = 0; row < batch.rows; ++row) spoil(draw, values[row]);
    };
#define X(name, type, what) spoil_column(Column::name, batch.name);
    FLOW_COMMON_COLUMNS(X)
    FLOW_RARE_COLUMNS(X)
#undef X
}

std::vector<std::uint64_t> taken_by(const filters::Program& program, const flow::FlowBatch& batch) {
    const auto matcher = filters::Matcher::make(program).value();
    const auto found = matcher->match(batch);
    return found.empty() ? std::vector<std::uint64_t>(kWords)
                         : std::vector<std::uint64_t>(found.front().rows, found.front().rows + kWords);
}

class ProgramColumns : public testing::TestWithParam<Missing> {
  protected:
    ProgramColumns() : database_(support::plain_database()) {
        support::add_random_exporters(exporters_, 3, 12);
        environment_ = filters::Environment::with_sources(kSources);
        environment_.missing = GetParam();
        environment_.exporters = &exporters_;
        environment_.geo = database_.get();
        world_ = {.missing = GetParam(),
                  .sources = environment_.sources,
                  .exporters = &exporters_,
                  .country = support::plain_country,
                  .as_of = support::plain_as,
                  .as_names = support::plain_as_names};
    }

    void compare(const std::string& filter, std::uint64_t seed) {
        support::Draw draw(seed);
        const filters::ChannelSpec channel{
            .filter = filter,
            .sources = draw.one_in(4) ? std::vector<std::uint16_t>{1, 2} : std::vector<std::uint16_t>{}};
        const auto program = filters::Program::compile(std::span(&channel, 1), environment_);
        ASSERT_TRUE(program) << filter << ": " << program.error().text();
        support::FilterBatch batch;
        support::RandomRows(seed, exporters_, kSources).add(*batch, 150);
        const auto wanted = taken_by(**program, *batch);
        spoil_others(draw, *batch, (*program)->columns());
        ASSERT_EQ(taken_by(**program, *batch), wanted) << filter << ", seed " << seed;
    }

    std::shared_ptr<const filters::geo::Database> database_;
    flow::ExporterTable exporters_;
    filters::Environment environment_;
    support::FilterWorld world_;
};

TEST_P(ProgramColumns, OthersDoNotMatter) {
    support::FilterBatch sample;
    support::RandomRows(1, exporters_, kSources).add(*sample, 64);
    support::RandomFilter filters(2, *sample, world_);
    std::uint64_t seed = 10;
    for (const auto& field : filters::language::fields()) {
        if (!support::RandomFilter::can_ask(field, world_)) continue;
        for (int n = 0; n < 6 && !HasFatalFailure(); ++n) compare(filters.test(field), ++seed);
    }
    for (int n = 0; n < 300 && !HasFatalFailure(); ++n) compare(filters.filter(3), ++seed);
}

INSTANTIATE_TEST_SUITE_P(BothRules, ProgramColumns, testing::Values(Missing::no_match, Missing::zero),
                         [](const auto& rule) { return rule.param == Missing::zero ? "Zero" : "NoMatch"; });

struct Case {
    const char* filter;
    ColumnSet columns;
};

TEST(ProgramColumnsOf, FiltersOfEveryDay) {
    using enum Column;
    const std::vector<Case> cases = {
        {"any", {}},
        {"any or port 80", {}},
        {"proto tcp and dst port 443", {proto, dst_port}},
        {"port 53", {src_port, dst_port}},
        {"src ip 10.0.0.1", {src_addr, present}},
        {"bytes > 1000", {in_bytes, sampling, thinning}},
        {"duration > 10", {first_ms, last_ms}},
        {"bps > 1m", {in_bytes, sampling, thinning, first_ms, last_ms}},
        {"icmp-type 8", {proto, dst_port}},
        {"flows > 1", {flow_count, thinning, present}},
        {"ident 1", {source}},
    };
    const auto environment = filters::Environment::with_sources(3);
    for (const Case& one : cases) {
        const filters::ChannelSpec channel{.filter = one.filter};
        const auto program = filters::Program::compile(std::span(&channel, 1), environment);
        ASSERT_TRUE(program) << one.filter << ": " << program.error().text();
        EXPECT_EQ((*program)->columns(), one.columns) << one.filter;
        EXPECT_EQ((*program)->outline(), nullptr);
    }
}

}  // namespace
