// SPDX-License-Identifier: Apache-2.0
// The engine against the reference: random filters over the whole field table, many in one program and alone, on random
// rows, under both rules for what a record lacks. Seeds are fixed; for more of it:
//
//   RANDOM_FILTER_ROUNDS=5000 RANDOM_FILTER_SEED=1 build/tests/filters/random_filters_test --gtest_filter=*Rounds*
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "filters/language/parser.hpp"
#include "filters/program/program.hpp"
#include "tests/support/filter_batch.hpp"
#include "tests/support/plain_geo.hpp"
#include "tests/support/random_filter.hpp"
#include "tests/support/random_rows.hpp"
#include "tests/support/reference_filter.hpp"

namespace {

using filters::ChannelSpec;
using filters::language::Missing;

constexpr std::uint16_t kSources = 4;  // rows also carry 4, which no channel knows
constexpr std::size_t kWords = flow::kBatchRows / 64;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* given = std::getenv(name);
    return given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
}

struct Tried {
    std::uint64_t filters = 0;
    std::uint64_t cases = 0;  // a filter and a row
    std::uint64_t held = 0;
};

// Everything that one round needs: a sample to draw filters from, a program, batches.
class Round {
  public:
    Round(std::uint64_t seed, Missing missing, bool with_exporters, bool with_geo)
        : seed_(seed), draw_(seed), with_exporters_(with_exporters), rows_(seed * 3 + 1, exporters_, kSources) {
        support::add_random_exporters(exporters_, seed, 12);
        environment_ = filters::Environment::with_sources(kSources);
        environment_.missing = missing;
        environment_.exporters = with_exporters ? &exporters_ : nullptr;
        world_ = {.missing = missing, .sources = environment_.sources, .exporters = environment_.exporters};
        if (with_geo) {
            static const auto kDatabase = support::plain_database();
            environment_.geo = kDatabase.get();
            world_.country = support::plain_country;
            world_.as_of = support::plain_as;
            world_.as_names = support::plain_as_names;
        }
        rows_.add(*sample_, 64);
        filters_ = std::make_unique<support::RandomFilter>(seed * 7 + 1, *sample_, world_);
    }

    support::RandomFilter& filters() { return *filters_; }
    [[nodiscard]] const Tried& tried() const { return tried_; }

    // Compiles these together and compares what they take of each batch.
    void run(const std::vector<std::string>& list, std::initializer_list<std::uint32_t> batches) {
        std::vector<ChannelSpec> channels;
        std::vector<filters::language::Ast> trees;
        for (const std::string& filter : list) {
            auto ast = filters::language::parse(filter);
            ASSERT_TRUE(ast) << about(filter) << ast.error().text();
            const std::string normal = filters::language::print(*ast);
            const auto again = filters::language::parse(normal);
            ASSERT_TRUE(again) << about(filter) << "prints as " << normal << ", " << again.error().text();
            ASSERT_EQ(filters::language::print(*again), normal) << about(filter);
            channels.push_back(
                {.name = "r/" + std::to_string(channels.size()), .filter = filter, .sources = sources()});
            // What the normal form means is what the engine is held to: so the printer is, too.
            trees.push_back(std::move(draw_.one_in(2) ? *ast : *again));
        }
        const auto program = filters::Program::compile(channels, environment_);
        ASSERT_TRUE(program) << "seed " << seed_ << ": " << program.error().text();
        const auto matcher = filters::Matcher::make(**program);
        ASSERT_TRUE(matcher);
        std::uint64_t rows_before = 0;
        for (const std::uint32_t rows : batches) {
            support::FilterBatch batch;
            rows_.add(*batch, rows);
            ASSERT_NO_FATAL_FAILURE(compare(**matcher, *batch, channels, trees, rows_before));
            rows_before += rows;
            if (with_exporters_)
                support::add_random_exporters(exporters_, seed_ + rows_before, 1);  // they come as they come
        }
        EXPECT_EQ((*matcher)->text_failures(), 0u);
        tried_.filters += list.size();
    }

  private:
    [[nodiscard]] std::string about(const std::string& filter) const {
        return "seed " + std::to_string(seed_) + ": " + filter + "\n";
    }
    std::vector<std::uint16_t> sources() {
        std::vector<std::uint16_t> out;
        if (draw_.one_in(3)) out.assign(1 + draw_.below(2), static_cast<std::uint16_t>(draw_.below(kSources)));
        return out;
    }

    // What the reference takes, as the engine reports it: a bit a row.
    std::array<std::uint64_t, kWords> expected(const ChannelSpec& channel, const support::ReferenceFilter& reference,
                                               const flow::FlowBatch& batch) {
        std::array<std::uint64_t, kWords> out{};
        const auto& list = channel.sources;
        for (std::uint32_t row = 0; row < batch.rows; ++row) {
            const bool from = list.empty() || std::find(list.begin(), list.end(), batch.source[row]) != list.end();
            if (!from || !reference.holds(row)) continue;
            out[row / 64] |= 1ull << (row % 64);
            ++tried_.held;
        }
        tried_.cases += batch.rows;
        return out;
    }

    void compare(filters::Matcher& matcher, const flow::FlowBatch& batch, const std::vector<ChannelSpec>& channels,
                 const std::vector<filters::language::Ast>& trees, std::uint64_t rows_before) {
        static constexpr std::array<std::uint64_t, kWords> kNone{};
        const auto found = matcher.match(batch);
        std::size_t at = 0;
        for (std::uint32_t c = 0; c < channels.size(); ++c) {
            const auto wanted =
                expected(channels[c], support::ReferenceFilter(trees[c], batch, world_, rows_before), batch);
            const bool listed = at < found.size() && found[at].channel == c;
            const std::uint64_t* rows = listed ? found[at].rows : kNone.data();
            for (std::size_t w = 0; w < kWords; ++w) {
                ASSERT_EQ(rows[w], wanted[w])
                    << about(channels[c].filter) << "rows from " << w * 64 << " of " << batch.rows
                    << ", first that differs " << w * 64 + static_cast<unsigned>(std::countr_zero(rows[w] ^ wanted[w]));
            }
            ASSERT_EQ(listed, wanted != kNone) << about(channels[c].filter);
            if (!listed) continue;
            std::uint32_t count = 0;
            for (const std::uint64_t word : wanted) count += static_cast<std::uint32_t>(std::popcount(word));
            ASSERT_EQ(found[at++].count, count) << about(channels[c].filter);
        }
        ASSERT_EQ(at, found.size()) << "seed " << seed_;
    }

    std::uint64_t seed_;
    support::Draw draw_;
    bool with_exporters_;
    flow::ExporterTable exporters_;
    support::RandomRows rows_;
    support::FilterBatch sample_;
    filters::Environment environment_;
    support::FilterWorld world_;
    std::unique_ptr<support::RandomFilter> filters_;
    Tried tried_;
};

class RandomFilters : public testing::TestWithParam<Missing> {
  protected:
    // `count` filters in one program.
    void compare(std::uint64_t seed, std::size_t count, std::initializer_list<std::uint32_t> batches) {
        Round round(seed, GetParam(), seed % 4 != 0, seed % 3 != 0);
        std::vector<std::string> list;
        for (std::size_t i = 0; i < count; ++i) list.push_back(round.filters().filter(3));
        round.run(list, batches);
        add(round.tried());
    }
    void add(const Tried& more) {
        tried_.filters += more.filters;
        tried_.cases += more.cases;
        tried_.held += more.held;
    }
    // Filters that hold always or never prove little.
    void TearDown() override {
        EXPECT_GT(tried_.held, tried_.cases / 50);
        EXPECT_LT(tried_.held, tried_.cases - tried_.cases / 50);
        std::cout << tried_.filters << " filters, " << tried_.cases << " filters x rows, of which " << tried_.held
                  << " held\n";
    }
    Tried tried_;
};

TEST_P(RandomFilters, EngineAgreesWithTheReference) {
    for (std::uint64_t seed = 1; seed <= 20 && !HasFatalFailure(); ++seed) compare(seed, 40, {1, 3, 64, 7, 130});
}

TEST_P(RandomFilters, AloneAsTogether) {
    for (std::uint64_t seed = 1000; seed < 1150 && !HasFatalFailure(); ++seed) compare(seed, 1, {2, 20, 65});
}

TEST_P(RandomFilters, OnFullBatches) {
    compare(5, 60, {flow::kBatchRows});
}

TEST_P(RandomFilters, EveryRowOfTheTable) {
    for (std::uint64_t seed = 2000; seed < 2004 && !HasFatalFailure(); ++seed) {
        Round round(seed, GetParam(), true, true);
        std::vector<std::string> list;
        for (const auto& field : filters::language::fields()) {
            for (int n = 0; n < 4; ++n) list.push_back(round.filters().test(field));
            list.push_back("not " + list.back());
        }
        round.run(list, {64, 200});
        add(round.tried());
    }
}

// Many tests of one field share its index, which is then large and made in other ways.
TEST_P(RandomFilters, ManyOfOneKind) {
    std::uint64_t seed = 3000;
    for (const auto& field : filters::language::fields()) {
        if (HasFatalFailure()) break;
        Round round(++seed, GetParam(), true, true);
        std::vector<std::string> list;
        for (int n = 0; n < 40; ++n) list.push_back(round.filters().test(field));
        round.run(list, {33, 66, 400});
        EXPECT_GT(round.tried().held, 0u) << "no row is taken by any test of " << field.name();
        EXPECT_LT(round.tried().held, round.tried().cases) << "every row is taken by any test of " << field.name();
        for (std::string& filter : list) filter = "not " + filter;
        round.run(list, {70});
        add(round.tried());
    }
}

TEST_P(RandomFilters, ThousandsOfPrefixes) {
    for (const auto& field : filters::language::fields()) {
        if (field.name() != "net" || HasFatalFailure()) continue;
        Round round(4000, GetParam(), true, true);
        std::vector<std::string> list;
        for (int n = 0; n < 4000; ++n) list.push_back(round.filters().test(field));
        round.run(list, {200});
        add(round.tried());
    }
}

// As many as asked for.
TEST_P(RandomFilters, Rounds) {
    const std::uint64_t rounds = from_environment("RANDOM_FILTER_ROUNDS", 4);
    const std::uint64_t first = from_environment("RANDOM_FILTER_SEED", 100'000);
    for (std::uint64_t seed = first; seed < first + rounds && !HasFatalFailure(); ++seed) {
        compare(seed, 1 + seed * 37 % 200, {static_cast<std::uint32_t>(1 + seed % 97), 100});
    }
}

INSTANTIATE_TEST_SUITE_P(BothRules, RandomFilters, testing::Values(Missing::no_match, Missing::zero),
                         [](const auto& rule) { return rule.param == Missing::zero ? "Zero" : "NoMatch"; });

}  // namespace
