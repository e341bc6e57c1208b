// SPDX-License-Identifier: Apache-2.0
// Filters that ask a database of countries and autonomous systems, over rows.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "filters/geo/database.hpp"
#include "filters/program/program.hpp"
#include "tests/control/temporary_directory.hpp"
#include "tests/support/filter_batch.hpp"
#include "tests/support/mmdb_writer.hpp"

namespace {

using filters::language::Missing;
using flow::Column;
using support::FilterBatch;
using support::Mmdb;
using support::MmdbWriter;

// 192.0.2.0/24 is Dutch and AS 64496, 198.51.100.0/24 Belgian and AS 64497, 2001:db8::/32 Dutch and AS 70000,
// 203.0.113.0/24 in no database.
class GeoFilter : public testing::Test {
  protected:
    void SetUp() override {
        MmdbWriter country(6, 24, "Test-Country");
        country.add("192.0.2.0/24", Mmdb::country("NL"));
        country.add("198.51.100.0/24", Mmdb::country("BE"));
        country.add("2001:db8::/32", Mmdb::country("NL"));
        country.alias_v4("2002::/16");
        MmdbWriter as(6, 28, "Test-ASN");
        as.add("192.0.2.0/24", Mmdb::as(64496, "Example Networks B.V."));
        as.add("198.51.100.0/24", Mmdb::as(64497, "Ejemplo"));
        as.add("2001:db8::/32", Mmdb::as(70000, "EXAMPLE six"));
        directory_.write("country.mmdb", country.bytes());
        directory_.write("as.mmdb", as.bytes());
        const auto path = [&](const char* name) { return (directory_.path() / name).string(); };
        both_ = filters::geo::Database::open(path("country.mmdb"), path("as.mmdb")).value();
        countries_ = filters::geo::Database::open(path("country.mmdb"), "").value();
    }

    // Rows taken, as "0 2 5"; or the error.
    std::string taken(const std::string& filter, const filters::geo::Database* geo, Missing missing) {
        auto environment = filters::Environment::with_sources(1);
        environment.geo = geo;
        environment.missing = missing;
        const std::vector<filters::ChannelSpec> channels{{.name = "t/c", .filter = filter, .place = {}, .sources = {}}};
        const auto program = filters::Program::compile(channels, environment);
        if (!program) return program.error().text();
        const auto matcher = filters::Matcher::make(**program);
        if (!matcher) return matcher.error().text();
        std::string out;
        for (const filters::ChannelRows& found : (*matcher)->match(*batch_)) {
            for (std::uint32_t r = 0; r < flow::kBatchRows; ++r) {
                if ((found.rows[r / 64] >> (r % 64) & 1) != 0) out += (out.empty() ? "" : " ") + std::to_string(r);
            }
        }
        return out;
    }

    FilterBatch batch_{
        // The exporter tells AS numbers:
        {.src = "192.0.2.1", .dst = "203.0.113.1", .more = {{Column::src_as, 64496u}, {Column::dst_as, 64500u}}},  // 0
        {.src = "198.51.100.1",
         .dst = "192.0.2.9",
         .more = {{Column::src_as, 64499u}, {Column::dst_as, 0u}}},  // 1: another than the database says; none
        {.src = "203.0.113.9", .dst = "203.0.113.10", .more = {{Column::src_as, 0u}, {Column::dst_as, 0u}}},  // 2
        // It does not:
        {.src = "192.0.2.2", .dst = "198.51.100.2"},         // 3
        {.src = "2001:db8::1", .dst = "2001:db9::1"},        // 4
        {.src = "2002:c000:201::1", .dst = "2001:db8::2"},   // 5: an alias of 192.0.2.1; Dutch
        {.src = "203.0.113.3", .dst = "203.0.113.4"},        // 6
        {},                                                  // 7: no addresses
        {.src = "::192.0.2.1", .dst = "::ffff:192.0.2.77"},  // 8: IPv6 that looks like IPv4; mapped is IPv4
    };
    control::TemporaryDirectory directory_;
    std::shared_ptr<const filters::geo::Database> both_, countries_;
};

TEST_F(GeoFilter, Countries) {
    const struct {
        const char* filter;
        const char* rows;
    } cases[] = {
        {"src geo NL", "0 3 4"},
        {"dst geo NL", "1 5 8"},
        {"geo NL", "0 1 3 4 5 8"},
        {"geo nl", "0 1 3 4 5 8"},
        {"src and dst geo NL", ""},
        {"geo BE", "1 3"},
        {"geo NL and geo BE", "1 3"},
        {"src geo NL and dst geo BE", "3"},
        {"geo NL or geo BE", "0 1 3 4 5 8"},
        {"not geo NL", "2 6 7"},
        {"geo NL and ipv6", "4 5 8"},
        {"geo FR", ""},
        {"not geo FR", "0 1 2 3 4 5 6 7 8"},
        {"src geo NL or src ip 203.0.113.3", "0 3 4 6"},
    };
    for (const auto& c : cases) {
        for (const Missing missing : {Missing::no_match, Missing::zero})
            EXPECT_EQ(taken(c.filter, both_.get(), missing), c.rows) << c.filter;
    }
    EXPECT_EQ(taken("geo NL", countries_.get(), Missing::no_match), "0 1 3 4 5 8");
}

TEST_F(GeoFilter, NumbersThatNobodyToldComeFromTheAddress) {
    const struct {
        const char* filter;
        const char* rows;
    } cases[] = {
        {"src as 64496", "0 3"},
        {"dst as 64496", "1 8"},
        {"as 64496", "0 1 3 8"},
        {"src as 64497", ""},  // row 1 says another
        {"src as 64499", "1"},
        {"as 64497", "3"},
        {"as 70000", "4 5"},
        {"src and dst as 64496", ""},
        {"src as 64496 and dst as 64497", "3"},
        {"src as in [64496 70000]", "0 3 4"},
        {"src as > 64496", "1 4"},
        {"as 64496 or as 70000", "0 1 3 4 5 8"},
        {"not src as 64496", "1 2 4 5 6 7 8"},
        {"src as 0", "2"},
        {"dst as 0", "2"},
        {"src as < 64497", "0 2 3"},
        {"src as >= 0", "0 1 2 3 4"},
    };
    for (const auto& c : cases) EXPECT_EQ(taken(c.filter, both_.get(), Missing::no_match), c.rows) << c.filter;
    // The older rule: what is missing and in no database is 0.
    EXPECT_EQ(taken("src as 0", both_.get(), Missing::zero), "2 5 6 7 8");
    EXPECT_EQ(taken("src as < 64497", both_.get(), Missing::zero), "0 2 3 5 6 7 8");
    EXPECT_EQ(taken("src as 64496", both_.get(), Missing::zero), "0 3");
}

TEST_F(GeoFilter, WithoutADatabaseTheNumbersAreWhatTheExporterTold) {
    for (const filters::geo::Database* geo : {static_cast<const filters::geo::Database*>(nullptr), countries_.get()}) {
        EXPECT_EQ(taken("src as 64496", geo, Missing::no_match), "0");
        EXPECT_EQ(taken("as 64500", geo, Missing::no_match), "0");
        EXPECT_EQ(taken("src as 0", geo, Missing::no_match), "2");
        EXPECT_EQ(taken("src as 0", geo, Missing::zero), "2 3 4 5 6 7 8");
    }
}

TEST_F(GeoFilter, NamesOfAs) {
    const struct {
        const char* filter;
        const char* rows;
    } cases[] = {
        {"src as name = 'Example Networks B.V.'", "0 3"},
        {"src as name = 'Example'", ""},
        {"src as name contains 'Example'", "0 3"},
        {"as name contains 'xample'", "0 1 3 8"},
        {"as name matches /example/i", "0 1 3 4 5 8"},
        {"as name matches /^E[jx]/", "0 1 3 8"},
        {"src as name matches /^Ejemplo$/", ""},  // row 1 tells another number
        {"dst as name = 'Ejemplo'", "3"},
        {"src as name defined", "0 3 4"},
        {"not as name defined", "2 6 7"},
        {"src and dst as name defined", "3"},
        {"prev as name contains 'E'", ""},
    };
    for (const auto& c : cases) {
        for (const Missing missing : {Missing::no_match, Missing::zero})
            EXPECT_EQ(taken(c.filter, both_.get(), missing), c.rows) << c.filter;
    }
    batch_.set(2, {Column::prev_as, 64497u});
    EXPECT_EQ(taken("prev as name = 'Ejemplo'", both_.get(), Missing::no_match), "2");
}

TEST_F(GeoFilter, WhatIsMissingIsSaid) {
    const auto says = [&](const char* filter, const filters::geo::Database* geo, const char* part) {
        const std::string text = taken(filter, geo, Missing::no_match);
        EXPECT_NE(text.find(part), std::string::npos) << filter << ": " << text;
    };
    says("geo NL", nullptr, "'geo NL' needs a database of countries: name one as geo_country below [filters]");
    says("src geo NL", nullptr, "column 9");
    says("as name contains 'x'", nullptr, "needs a database of autonomous systems: name one as geo_as");
    says("as name contains 'x'", countries_.get(), "needs a database of autonomous systems");
    says("geo UK", both_.get(), "'geo UK': there is no such country");
    says("as name matches /(/", both_.get(), "is not accepted");
}

}  // namespace
