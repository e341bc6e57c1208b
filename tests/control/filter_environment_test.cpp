// SPDX-License-Identifier: Apache-2.0
// What filters get from a configuration, and that a configuration is checked with all of it.
#include "control/filter_environment.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "control/check.hpp"
#include "tests/control/temporary_directory.hpp"
#include "tests/support/mmdb_writer.hpp"

namespace control {
namespace {

using support::Mmdb;
using support::MmdbWriter;

class FilterEnvironmentTest : public testing::Test {
  protected:
    // A machine with the source `a`, this table [filters] and these filters, a channel each.
    Config config(const std::string& filters_table, const std::vector<std::string>& filters = {}) {
        directory_.write("c.toml", "devices = [\"loopback\"]\n[filters]\n" + filters_table +
                                       "\n[[source]]\nname = \"a\"\nport = 1\n[[source]]\nname = \"b\"\nport = 2\n");
        std::string profile = "description = \"\"\n";
        for (std::size_t i = 0; i < filters.size(); ++i)
            profile += "[[channel]]\nname = \"c" + std::to_string(i) + "\"\nfilter = '" + filters[i] + "'\n";
        if (!filters.empty()) directory_.write("profiles.d/p.toml", profile);
        const auto loaded = load_config((directory_.path() / "c.toml").string());
        EXPECT_TRUE(loaded.has_value()) << loaded.error().text();
        return *loaded;
    }
    void write_country(const std::string& code) {
        MmdbWriter writer;
        writer.add("192.0.2.0/24", Mmdb::country(code));
        directory_.write("new.mmdb", writer.bytes());
        std::filesystem::rename(directory_.path() / "new.mmdb", directory_.path() / "country.mmdb");
    }
    std::string fault(const Config& checked) {
        const auto result = check(checked);
        return result ? "" : result.error().text();
    }

    TemporaryDirectory directory_;
};

TEST_F(FilterEnvironmentTest, HasWhatTheConfigurationSays) {
    const auto plain = make_filter_environment(config(""));
    ASSERT_TRUE(plain.has_value());
    EXPECT_EQ(plain->environment.sources, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(plain->environment.missing, filters::language::Missing::no_match);
    EXPECT_EQ(plain->environment.geo, nullptr);
    EXPECT_EQ(plain->environment.exporters, nullptr);
    EXPECT_EQ(plain->environment.pattern_cache, "/var/lib/net-collector/patterns");
    EXPECT_TRUE(plain->environment.context.resolve);
    EXPECT_TRUE(plain->environment.context.include);

    write_country("NL");
    const auto full = make_filter_environment(
        config("missing_fields = \"zero\"\ngeo_country = \"country.mmdb\"\npattern_cache = \"off\""));
    ASSERT_TRUE(full.has_value()) << full.error().text();
    EXPECT_EQ(full->environment.missing, filters::language::Missing::zero);
    ASSERT_NE(full->environment.geo, nullptr);
    EXPECT_TRUE(full->environment.geo->has_country("NL"));
    EXPECT_EQ(full->environment.pattern_cache, "");
}

TEST_F(FilterEnvironmentTest, DatabasesAreReadAgainWhenTheyChanged) {
    write_country("NL");
    const Config with = config("geo_country = \"country.mmdb\"");
    const auto first = make_filter_environment(with);
    ASSERT_TRUE(first.has_value());
    const auto same = make_filter_environment(with, &*first);
    ASSERT_TRUE(same.has_value());
    EXPECT_EQ(same->geo, first->geo);
    write_country("BE");
    const auto changed = make_filter_environment(with, &*first);
    ASSERT_TRUE(changed.has_value());
    EXPECT_NE(changed->geo, first->geo);
    EXPECT_TRUE(changed->geo->has_country("BE"));
    EXPECT_TRUE(first->geo->has_country("NL")) << "who has the old one keeps it";
    directory_.write("country.mmdb", "rubbish");
    EXPECT_FALSE(make_filter_environment(with, &*first).has_value());
    const auto without = make_filter_environment(config(""), &*first);
    ASSERT_TRUE(without.has_value());
    EXPECT_EQ(without->environment.geo, nullptr);
}

TEST_F(FilterEnvironmentTest, ABadDatabaseIsAFaultOfItsKey) {
    write_country("NL");
    const std::string gone = fault(config("geo_country = \"gone.mmdb\""));
    EXPECT_NE(gone.find("c.toml:3:15: filters.geo_country: cannot open the database"), std::string::npos) << gone;
    const std::string kind = fault(config("geo_country = \"country.mmdb\"\ngeo_as = \"country.mmdb\""));
    EXPECT_NE(kind.find("c.toml:3:15: filters.geo_country: "), std::string::npos) << kind;
    std::filesystem::copy(directory_.path() / "country.mmdb", directory_.path() / "as.mmdb");
    const std::string as = fault(config("geo_country = \"country.mmdb\"\ngeo_as = \"as.mmdb\""));
    EXPECT_NE(as.find("c.toml:4:10: filters.geo_as: "), std::string::npos) << as;
    EXPECT_NE(as.find("knows no autonomous systems"), std::string::npos) << as;
}

TEST_F(FilterEnvironmentTest, IncludedFilesBeginAtTheProfiles) {
    directory_.write("profiles.d/common/web.filter", "@include \"ports.filter\" and proto tcp");
    directory_.write("profiles.d/common/ports.filter", "port in [80 443]");
    EXPECT_EQ(fault(config("", {"@include common/web.filter"})), "");
    const std::string absolute = (directory_.path() / "profiles.d/common/web.filter").string();
    EXPECT_EQ(fault(config("", {"@include " + absolute})), "");
    const std::string gone = fault(config("", {"@include common/gone.filter"}));
    EXPECT_NE(gone.find("common/gone.filter: No such file"), std::string::npos) << gone;
    for (const char* no_file : {"common", "/dev/zero"}) {
        const std::string odd = fault(config("", {std::string("@include ") + no_file}));
        EXPECT_NE(odd.find("is no file"), std::string::npos) << odd;
    }
    directory_.write("profiles.d/common/ports.filter", "port in [80 banana]");
    const std::string inner = fault(config("", {"@include common/web.filter"}));
    EXPECT_NE(inner.find("common/ports.filter:1:13:"), std::string::npos) << inner;
}

TEST_F(FilterEnvironmentTest, EveryFaultOfEveryFilterIsTold) {
    const std::string told = fault(config("", {"port 80", "port banana", "payload regex \"(\"", "geo NL", "any"}));
    EXPECT_NE(told.find("filter of channel \"c1\""), std::string::npos) << told;
    EXPECT_NE(told.find("filter of channel \"c2\""), std::string::npos) << told;
    EXPECT_NE(told.find("filter of channel \"c3\""), std::string::npos) << told;
    EXPECT_EQ(told.find("\"c0\""), std::string::npos) << told;
    EXPECT_EQ(told.find("\"c4\""), std::string::npos) << told;
    EXPECT_NE(told.find("geo_country"), std::string::npos) << told;
    write_country("NL");
    EXPECT_EQ(fault(config("geo_country = \"country.mmdb\"", {"geo NL"})), "");
}

}  // namespace
}  // namespace control
