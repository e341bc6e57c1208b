// SPDX-License-Identifier: Apache-2.0
// Records in every format, against what nfdump 1.7.1 prints of the same datagrams.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>

#include "control/query/print.hpp"
#include "dataplane/flow/outcome.hpp"
#include "tests/nfdump_output/expected.hpp"
#include "tests/nfdump_output/flow_sets.hpp"

namespace nfdump_output {
namespace {

std::string print(const Case& c) {
    const support::DecodeRig& rig = rows_of(c.set);
    const query::PrintOptions options = options_of(c, rig);
    auto printer = query::RecordPrinter::make(options);
    if (!printer) return printer.error().message + "\n";
    const std::string most = c.value_of("-c");
    std::size_t left = most.empty() ? ~std::size_t{0} : std::stoul(most);
    std::string out;
    query::Summary summary{};
    (*printer)->header(out);
    for (const flow::FlowBatch* batch : rig.writer().batches()) {
        for (std::uint32_t row = 0; row < batch->rows && left != 0; ++row, --left) {
            const store::query::Sums sums = query::sums_of(*batch, row, false);
            store::query::add(summary.total, sums);
            (*printer)->record(*batch, row, sums, out);
        }
    }
    (*printer)->footer(out);
    query::print_summary(summary, options, out);
    return without_runtime(out);
}

class Records : public testing::TestWithParam<const char*> {};

TEST_P(Records, ArePrintedAsNfdumpDoes) {
    const std::vector<Case> cases = cases_in(GetParam());
    ASSERT_FALSE(cases.empty());
    for (const Case& c : cases) {
        SCOPED_TRACE(c.command);
        setenv("TZ", c.zone.c_str(), 1);
        std::string ours = print(c);
        if (!ours.empty() && ours.back() != '\n') ours += '\n';
        EXPECT_EQ(ours, expected(c));
    }
    setenv("TZ", "UTC", 1);
}
INSTANTIATE_TEST_SUITE_P(OfNfdump, Records, testing::Values("oracle.txt", "values.txt", "events.txt"));

TEST(Records, OfTheTestsKeepTheLedger) {
    for (const char* set : {"oracle", "oracle5", "numbers", "addresses", "protocols", "events", "rare"}) {
        EXPECT_EQ(flow::broken_law(rows_of(set).ledger(), true), "") << set;
        EXPECT_GT(rows_of(set).writer().rows(), 4u) << set;
    }
}

}  // namespace
}  // namespace nfdump_output
