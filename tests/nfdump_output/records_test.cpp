// SPDX-License-Identifier: Apache-2.0
// Records in every format, against what nfdump 1.7.1 prints of the same datagrams.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <map>
#include <memory>

#include "control/query/print.hpp"
#include "dataplane/flow/outcome.hpp"
#include "tests/nfdump_output/expected.hpp"
#include "tests/nfdump_output/printed_flows.hpp"
#include "tests/support/decode_rig.hpp"

namespace nfdump_output {
namespace {

constexpr std::uint64_t kReceived_ms = 1893553445678;  // 2030-01-02 03:04:05.678 UTC, as in the files
constexpr std::uint64_t kExported_ms = 1768478400000;  // the decoder mends times that are far from those of reception

// The rows of a set, decoded once.
const support::DecodeRig& rows_of(const std::string& set) {
    static std::map<std::string, std::unique_ptr<support::DecodeRig>> sets;
    std::unique_ptr<support::DecodeRig>& rig = sets[set];
    if (rig == nullptr) {
        rig = std::make_unique<support::DecodeRig>();
        for (const support::Bytes& datagram : datagrams_of(set)) rig->send(datagram, "127.0.0.1", kExported_ms);
        const std::vector<Times> far = far_times_of(set);
        std::size_t i = 0;
        for (flow::FlowBatch* batch : rig->writer().batches()) {
            batch->row_received_ms.fill(kReceived_ms);
            for (std::uint32_t row = 0; row < batch->rows && i < far.size(); ++row, ++i) {
                batch->first_ms[row] = far[i].first_ms;
                batch->last_ms[row] = far[i].last_ms;
            }
        }
    }
    return *rig;
}

query::PrintOptions options_of(const Case& c, const support::DecodeRig& rig) {
    return {.format = c.value_of("-o"),
            .quiet = c.has("-q"),
            .plain_numbers = c.has("-N"),
            .long_v6 = c.has("-6"),
            .tag_addresses = c.has("-T"),
            .exporters = &rig.exporters()};
}

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

// Where nfdump itself is wrong and we are not: see DEVIATIONS.md.
struct Deviation {
    std::string_view command;  // part of it
    std::string_view nfdump, ours;
};
constexpr std::array kDeviations = {
    Deviation{"oracle", "2001:db8:ffff::1,2001:db8:ffff::1", "2001:db8:ffff::1,2001:db8:ffff::2"},
    Deviation{"oracle", "dst tos      =               184", "dst tos      =                46"},
};

std::string expected(const Case& c) {
    std::string out = c.output;
    for (const Deviation& d : kDeviations) {
        if (c.command.find(d.command) == std::string::npos) continue;
        for (std::size_t at = out.find(d.nfdump); at != std::string::npos;
             at = out.find(d.nfdump, at + d.ours.size())) {
            out.replace(at, d.nfdump.size(), d.ours);
        }
    }
    return out;
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
