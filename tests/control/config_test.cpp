// SPDX-License-Identifier: Apache-2.0
#include "control/config.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "control/config_version.hpp"
#include "control/size.hpp"
#include "tests/control/temporary_directory.hpp"

namespace control {
namespace {

namespace fs = std::filesystem;

struct Invalid {
    std::string name;
    std::uint32_t line;
    std::uint32_t column;
    std::string says;
};
void PrintTo(const Invalid& i, std::ostream* out) {
    *out << i.name;
}

class InvalidConfig : public testing::TestWithParam<Invalid> {};

// The file itself, or a good machine with the file as its only profile.
std::string arrange(const std::string& name, const fs::path& directory) {
    const fs::path invalid = fs::path(TEST_DATA) / "invalid" / (name + ".toml");
    if (!name.starts_with("profile_")) return invalid.string();
    fs::create_directories(directory / "profiles.d");
    fs::copy(invalid, directory / "profiles.d");
    fs::copy(fs::path(SOURCE_ROOT) / "conf/net-collector.toml", directory);
    return (directory / "net-collector.toml").string();
}

TEST_P(InvalidConfig, IsRefusedWithPlaceAndAdvice) {
    const Invalid& invalid = GetParam();
    const TemporaryDirectory directory;
    const auto config = load_config(arrange(invalid.name, directory.path()));
    ASSERT_FALSE(config.has_value());
    const flow::Error& error = config.error();
    EXPECT_NE(error.place.file.find(invalid.name.starts_with("profile_") ? invalid.name : invalid.name + ".toml"),
              std::string::npos)
        << error.text();
    EXPECT_EQ(error.place.line, invalid.line) << error.text();
    EXPECT_EQ(error.place.column, invalid.column) << error.text();
    EXPECT_NE(error.text().find(invalid.says), std::string::npos) << error.text();
}

INSTANTIATE_TEST_SUITE_P(
    Files, InvalidConfig,
    testing::Values(
        Invalid{"config_not_toml", 3, 1, "this is not TOML"},
        Invalid{"config_no_key_in_brackets", 2, 2, "this is not TOML"},
        Invalid{"config_control_character", 2, 14, "a control character, byte 0"},
        Invalid{"config_letters_outside_quotes", 4, 2, "may stand in quotes or comments only"},
        Invalid{"config_backslash_before_umlaut", 2, 15, "a backslash before a character that needs none"},
        Invalid{"config_unknown_key", 2, 1, "there is no key \"huge_pages\" here: did you mean \"hugepages\"?"},
        Invalid{"config_unknown_source_key", 5, 1, "did you mean \"source.addresses\"?"},
        Invalid{"config_no_devices", 1, 1, "devices is missing: name at least one"},
        Invalid{"config_bad_device", 1, 24, "\"loopbak\" is no device: did you mean \"loopback\"?"},
        Invalid{"config_device_twice", 1, 24, "\"loopback\" stands twice"},
        Invalid{"config_interface_too_long", 1, 12, "names no network interface"},
        Invalid{"config_core_twice", 2, 13, "CPU 1 stands twice"},
        Invalid{"config_core_out_of_range", 2, 10, "CPU 4096 does not exist"},
        Invalid{"config_match_cores_count", 3, 15, "has 1 CPUs for 2 in cores"},
        Invalid{"config_match_core_is_worker", 3, 19, "CPU 1 stands in cores too"},
        Invalid{"config_hugepages", 2, 13, "write \"auto\", true or false"},
        Invalid{"config_memory_text", 2, 13, "is a text: write a whole number from 64"},
        Invalid{"config_memory_small", 2, 13, "is 1: write a whole number from 64"},
        Invalid{"config_address", 2, 14, "\"192.0.2.300\" is no IPv4 or IPv6 address"},
        Invalid{"config_log_level", 2, 13, "is \"verbose\": write one of \"trace\", \"debug\""},
        Invalid{"config_metrics_listen", 6, 10, "write ADDRESS:PORT"},
        Invalid{"config_metrics_ipv6_without_brackets", 6, 10, "\"[::1]:9108\""},
        Invalid{"config_retention_text", 6, 6, "retention.5m is \"sixty days\": write a length of time"},
        Invalid{"config_retention_not_whole_days", 6, 7, "retention.10s is \"1m\": write whole days"},
        Invalid{"config_retention_coarser_shorter", 6, 6, "keeps 1d, less than the finer 10s with 2d"},
        Invalid{"config_socket_too_long", 2, 10, "Unix sockets allow 107"},
        Invalid{"config_user", 2, 8, "write the name of a user of this machine"},
        Invalid{"config_device_both_ways", 1, 11, "devices stands beside [[device]]"},
        Invalid{"config_device_without_name", 1, 1, "device.name is missing"},
        Invalid{"config_device_name", 2, 8, "device.name \"eth0\" is no device"},
        Invalid{"config_device_table_twice", 4, 8, "\"3b:00.0\" stands twice"},
        Invalid{"config_device_address", 3, 28, "\"10.0.0.1/33\" is no address with a prefix length"},
        Invalid{"config_device_tap", 3, 7, "write a name of 1 to 15 characters"},
        Invalid{"config_device_tap_twice", 4, 1, "is \"nc1\", as that of 3b:00.0: choose another"},
        Invalid{"config_device_tap_without_use", 3, 7, "device.tap has no effect on loopback"},
        Invalid{"config_device_punt_limit", 3, 14, "is -1: write a whole number from 0"},
        Invalid{"config_filters_missing", 3, 18, "is \"null\": write one of \"never match\", \"zero\""},
        Invalid{"config_filters_resolve_timeout", 3, 19, "is \"1m\": write a length of time from \"1s\" to \"10s\""},
        Invalid{"config_filters_resolve_zero", 3, 19, "write a length of time from \"1s\""},
        Invalid{"config_filters_geo", 3, 15, "filters.geo_country is a list: write a text in quotes"},
        Invalid{"config_filters_geo_empty", 3, 10, "filters.geo_as is empty: name a MaxMind database"},
        Invalid{"config_filters_pattern_cache", 3, 17, "write \"off\" to keep no compiled patterns"},
        Invalid{"config_filters_unknown_key", 3, 1, "there is no key \"filters.geo_city\" here"},
        Invalid{"config_archive_unknown_key", 3, 1,
                "there is no key \"archive.keep_days\" here: known are enabled, keep"},
        Invalid{"config_archive_enabled", 3, 11, "archive.enabled is a text: write true or false"},
        Invalid{"config_archive_keep", 3, 8, "is \"some\": write one of \"all\", \"none\", \"channels\", \"sample\""},
        Invalid{"config_archive_channels_missing", 3, 8, "name them, like channels = [\"services/web\""},
        Invalid{"config_archive_channels_empty", 4, 12, "is empty: name channels"},
        Invalid{"config_archive_channel_unknown", 4, 23, "no channel \"live/b\": did you mean \"live/"},
        Invalid{"config_archive_profile_unknown", 4, 13, "there is no channel \"services/*\""},
        Invalid{"config_archive_channels_without_use", 3, 12, "but nothing keeps by channels"},
        Invalid{"config_archive_sample_missing", 3, 8, "say one in how many, like sample = 100"},
        Invalid{"config_archive_sample_zero", 4, 10, "archive.sample is 0: write a whole number from 1 to 65535"},
        Invalid{"config_archive_sample_without_use", 3, 10, "but nothing keeps a sample"},
        Invalid{"config_archive_compression", 3, 15, "write one of \"none\", \"lz4\", \"zstd\""},
        Invalid{"config_archive_cores_count", 4, 9, "has 1 CPUs for 2 writers"},
        Invalid{"config_archive_core_is_worker", 3, 10, "CPU 0 stands in cores too, where it polls"},
        Invalid{"config_archive_memory", 3, 13, "is 1: write a whole number from 64"},
        Invalid{"config_archive_keep_for", 3, 12, "is \"30 days\": write a length of time like \"30d\""},
        Invalid{"config_archive_max_size", 3, 12, "is \"500\": write an amount like \"500GB\""},
        Invalid{"config_archive_min_free", 3, 12, "is \"95%\": write a share of the disk from \"0%\" to \"90%\""},
        Invalid{"config_archive_source_keep", 5, 11, "source.archive is \"most\": write one of \"all\""},
        Invalid{"config_archive_source_table", 5, 11, "source.archive.keep is missing"},
        Invalid{"config_archive_source_channel", 5, 44, "there is no channel \"live/x\": did you mean \"live/"},
        Invalid{"config_archive_source_number", 5, 11, "source.archive is a number: write a text in quotes"},
        Invalid{"config_exporter_without_addresses", 2, 1, "exporter.addresses is missing"},
        Invalid{"config_exporter_no_addresses", 3, 13, "exporter.addresses is empty"},
        Invalid{"config_exporter_prefix", 3, 28, "\"10.0.0.0/64\" is no address or prefix"},
        Invalid{"config_exporter_prefix_twice", 5, 30, "exporter.addresses: 10.0.0.0/8 stands already at "},
        Invalid{"config_exporter_sampling", 4, 12, "exporter.sampling is 0: write a whole number from 1 to 4294967295"},
        Invalid{"config_exporter_default_beside_sampling", 5, 20, "has no effect beside sampling"},
        Invalid{"config_exporter_limit", 4, 24, "is 1000000000: write a whole number from 1 to 100000000"},
        Invalid{"config_exporter_flag", 4, 12, "exporter.per_port is a text: write true or false"},
        Invalid{"config_exporter_unknown_key", 4, 1, "did you mean \"exporter.inner_headers\"?"},
        Invalid{"config_exporter_is_a_table", 2, 1, "exporter is a table: write [[exporter]]"},
        Invalid{"config_ledger_keep", 3, 8, "ledger.keep is \"90m\": write whole days"},
        Invalid{"config_interfaces_keep", 3, 8, "interfaces.keep is a number: write a text"},
        Invalid{"config_metrics_exporters", 3, 13, "metrics.exporters is 20000: write a whole number from 0 to 16384"},
        Invalid{"config_no_source", 0, 0, "there is no [[source]]"},
        Invalid{"config_source_is_a_table", 2, 1, "source is a table: write [[source]]"},
        Invalid{"config_source_name", 3, 8, "write 1 to 32 of the characters"},
        Invalid{"config_source_without_port", 2, 1, "source.port is missing"},
        Invalid{"config_source_port", 4, 8, "is 70000: write a whole number from 1 to 65535"},
        Invalid{"config_source_protocol", 5, 12, "write one of \"netflow\", \"sflow\", \"any\""},
        Invalid{"config_source_prefix", 5, 14, "\"10.0.0.0/33\" is no address or prefix"},
        Invalid{"config_source_colour", 5, 10, "write \"#RRGGBB\""},
        Invalid{"config_source_twice", 5, 1, "source \"a\" is already defined at"},
        Invalid{"config_two_rest_sources", 5, 1, "sources \"a\" and \"b\" both take the rest of port 2055"},
        Invalid{"config_equal_prefixes", 6, 1, "both take 10.0.0.0/8 on port 2055"},
        Invalid{"profile_live", 1, 11, "profile \"live\" exists already"},
        Invalid{"profile_name", 1, 11, "write 1 to 32 of the characters"},
        Invalid{"profile_without_channels", 1, 1, "has no channels: add [[channel]]"},
        Invalid{"profile_unknown_key", 2, 1, "did you mean \"channel\"?"},
        Invalid{"profile_channel_without_filter", 2, 1, "channel.filter is missing"},
        Invalid{"profile_channel_twice", 5, 1, "channel \"dns\" of profile \"p\" is already defined at line 2"},
        Invalid{"profile_channel_sign", 5, 8, "write one of \"+\", \"-\""},
        Invalid{"profile_channel_order", 5, 9, "is 0: write a whole number from 1"},
        Invalid{"profile_channel_colour", 5, 10, "write \"#RRGGBB\""},
        Invalid{"profile_channel_source", 2, 1, "did you mean \"netflow-global\"?"},
        Invalid{"profile_channel_no_sources", 5, 11, "is empty, so the channel would never match"}),
    [](const auto& test) { return test.param.name; });

TEST(Config, EveryInvalidFileIsInTheTable) {
    std::set<std::string> tested;
    const auto* suite = testing::UnitTest::GetInstance()->GetTestSuite(0);
    for (int s = 0; s < testing::UnitTest::GetInstance()->total_test_suite_count(); ++s) {
        suite = testing::UnitTest::GetInstance()->GetTestSuite(s);
        for (int t = 0; t < suite->total_test_count(); ++t) tested.insert(suite->GetTestInfo(t)->name());
    }
    for (const auto& entry : fs::directory_iterator(fs::path(TEST_DATA) / "invalid")) {
        const std::string stem = entry.path().stem().string();
        if (!stem.starts_with("config_") && !stem.starts_with("profile_")) continue;
        EXPECT_TRUE(tested.contains("IsRefusedWithPlaceAndAdvice/" + stem)) << stem;
    }
}

TEST(Config, ShippedFilesAreRight) {
    const auto config = load_config(std::string(SOURCE_ROOT) + "/conf/net-collector.toml");
    ASSERT_TRUE(config.has_value()) << config.error().text();
    ASSERT_EQ(config->sources.size(), 5u);
    EXPECT_EQ(config->sources[0].name, "netflow-global");
    EXPECT_EQ(config->sources[0].port, 2055);
    EXPECT_EQ(config->sources[2].protocol, SourceProtocol::sflow);
    EXPECT_EQ(config->sources[4].addresses.at(0).text(), "172.16.17.19/32");
    ASSERT_EQ(config->profiles.size(), 1u);
    EXPECT_EQ(config->profiles[0].name, "zone1_profile");
    ASSERT_EQ(config->profiles[0].channels.size(), 21u);
    EXPECT_EQ(config->profiles[0].channels[7].name, "pop3");
    EXPECT_EQ(config->profiles[0].channels[7].colour, "#bfffff");
    EXPECT_EQ(config->profiles[0].channels[7].filter, "port 110");
    EXPECT_EQ(config->profiles[0].channels[7].sources.size(), 5u);
    std::ifstream file(config->profiles[0].place.file, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    EXPECT_EQ(config->profiles[0].version, file_version(bytes));
    EXPECT_EQ(config->socket, "/var/lib/net-collector/control.sock");
}

TEST(Config, DefaultsAndRelativePaths) {
    const TemporaryDirectory directory;
    directory.write("c.toml", "devices = [\"pcap:x.pcap\"]\ndata = \"var\"\n[[source]]\nname = \"a\"\nport = 1\n");
    const auto config = load_config((directory.path() / "c.toml").string());
    ASSERT_TRUE(config.has_value()) << config.error().text();
    EXPECT_EQ(config->devices.at(0).name, "pcap:" + (directory.path() / "x.pcap").string());
    EXPECT_EQ(config->data, (directory.path() / "var").string());
    EXPECT_EQ(config->socket, (directory.path() / "var/control.sock").string());
    EXPECT_EQ(config->metrics.value().text(), "127.0.0.1:9108");
    EXPECT_EQ(config->cores, std::vector<std::uint32_t>{0});
    EXPECT_EQ(config->hugepages, Hugepages::automatic);
    EXPECT_TRUE(config->profiles.empty());

    Config moved = *config;
    set_data_directory(moved, "/srv/flows");
    EXPECT_EQ(moved.socket, "/srv/flows/control.sock");
    EXPECT_EQ(restart_needed(*config, moved), (std::vector<std::string>{"data", "socket"}));
    Config commanded = *config;
    commanded.overridden = {"socket"};
    EXPECT_EQ(restart_needed(commanded, moved), std::vector<std::string>{"data"});
}

// The operator must be able to ask the running daemon about a file that it refused.
TEST(Config, AFaultyFileStillSaysWhereTheDaemonIs) {
    const TemporaryDirectory directory;
    const std::string path = (directory.path() / "c.toml").string();
    const std::string data = (directory.path() / "var").string();
    for (const char* faulty :
         {"data = \"var\"\n", "data = \"var\"\ndevices = [\"nic\"]\nfoo = 1\n",
          "data = \"var\"\n[[source]\nname = \"a\"\n", "data = \"var\"\n\x01", "data = \"var\"\n["}) {
        directory.write("c.toml", faulty);
        const auto found = load_whereabouts(path);
        ASSERT_TRUE(found.has_value()) << faulty << ": " << found.error().text();
        EXPECT_EQ(found->data, data) << faulty;
        EXPECT_EQ(found->socket, data + "/control.sock") << faulty;
    }
    for (const char* faulty : {"data = \"var\n", "cores = [[\ndata = \"var\"\n", "log_level = \"info\"\n[", "\x01"}) {
        directory.write("c.toml", faulty);
        EXPECT_FALSE(load_whereabouts(path).has_value()) << faulty;
    }
    EXPECT_FALSE(load_whereabouts((directory.path() / "gone").string()).has_value());
}

TEST(Config, AGivenProfilesDirectoryMustExist) {
    const TemporaryDirectory directory;
    directory.write("c.toml", "devices = [\"loopback\"]\nprofiles = \"none\"\n[[source]]\nname = \"a\"\nport = 1\n");
    const auto config = load_config((directory.path() / "c.toml").string());
    ASSERT_FALSE(config.has_value());
    EXPECT_NE(config.error().text().find(":2:12: profiles cannot be read"), std::string::npos) << config.error().text();
}

TEST(Config, AllFaultsAreReportedTogether) {
    const TemporaryDirectory directory;
    directory.write("c.toml", "devices = [\"nic\"]\nfoo = 1\n[[source]]\nname = \"a\"\nport = 0\n");
    directory.write("profiles.d/p.toml", "[[channel]]\nname = \"c\"\nfilter = 3\n");
    const auto config = load_config((directory.path() / "c.toml").string());
    ASSERT_FALSE(config.has_value());
    const std::string text = config.error().text();
    for (const char* part : {"c.toml:1:12:", "c.toml:2:1:", "c.toml:5:8:", "p.toml:3:10: channel.filter is a number"}) {
        EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
    }
}

TEST(Config, AnyLanguageInQuotesAndComments) {
    const TemporaryDirectory directory;
    directory.write("c.toml",
                    "\xef\xbb\xbf# schön, \"ungerade\ndevices = ['loopback'] # größer\n[[source]]\nname = "
                    "\"a\"\nport = 1\n");
    directory.write("profiles.d/p.toml",
                    "description = \"Überblick \\\"klein\\\" # kein Kommentar\"\ngroup = ''\n[[channel]]\nname = 'c'\n"
                    "filter = \"\"\"\n# ältere\nport 53\"\"\"\n");
    const auto config = load_config((directory.path() / "c.toml").string());
    ASSERT_TRUE(config.has_value()) << config.error().text();
    EXPECT_EQ(config->profiles.at(0).description, "Überblick \"klein\" # kein Kommentar");
    EXPECT_EQ(config->profiles.at(0).channels.at(0).filter, "# ältere\nport 53");
}

TEST(Config, ADirectoryOrNothingIsNoFile) {
    const TemporaryDirectory directory;
    EXPECT_NE(load_config(directory.path().string()).error().text().find("is a directory"), std::string::npos);
    EXPECT_NE(load_config((directory.path() / "gone").string()).error().text().find("No such file"), std::string::npos);
}

TEST(Config, FilterPlaceIsTheFirstCharacterInsideTheQuotes) {
    struct Case {
        const char* line;
        std::uint32_t line_number, column;
    };
    for (const Case& c :
         {Case{"filter = \"port 1\"", 3, 11}, Case{"filter='port 1'", 3, 9}, Case{"filter = '''port 1'''", 3, 13},
          Case{"filter = \"\"\"\nport 1\"\"\"", 4, 1}, Case{"filter =   \"\"", 3, 13}}) {
        const TemporaryDirectory directory;
        directory.write("c.toml", "devices = [\"loopback\"]\n[[source]]\nname = \"a\"\nport = 1\n");
        directory.write("profiles.d/p.toml", std::string("[[channel]]\nname = \"c\"\n") + c.line + "\n");
        const auto config = load_config((directory.path() / "c.toml").string());
        ASSERT_TRUE(config.has_value()) << config.error().text();
        const flow::Place& place = config->profiles.at(0).channels.at(0).filter_place;
        EXPECT_EQ(place.line, c.line_number) << c.line;
        EXPECT_EQ(place.column, c.column) << c.line;
    }
}

TEST(Config, EveryProtocolAndDeviceForm) {
    const TemporaryDirectory directory;
    directory.write("c.toml",
                    "devices = [\"0000:3b:00.0\", \"3b:00.1\", \"af_xdp:eth1\", \"af_packet:eth2\", "
                    "\"tap:dtap0\", \"loopback\"]\n"
                    "cores = [0, 2]\nmatch_cores = [1, 3]\nhugepages = false\naddresses = [\"192.0.2.1\", "
                    "\"2001:db8::1\"]\n"
                    "[metrics]\nlisten = \"[::1]:0\"\n[retention]\n10s = \"3d\"\n"
                    "[[source]]\nname = \"a\"\nport = 1\nprotocol = \"any\"\naddresses = [\"10.0.0.0/8\", "
                    "\"2001:db8::/32\"]\n"
                    "[[source]]\nname = \"b\"\nport = 1\n"
                    "[[source]]\nname = \"c\"\nport = 2\naddresses = [\"10.0.0.0/8\"]\n");
    const auto config = load_config((directory.path() / "c.toml").string());
    ASSERT_TRUE(config.has_value()) << config.error().text();
    EXPECT_EQ(config->sources[0].protocol, SourceProtocol::any);
    EXPECT_EQ(config->match_cores, (std::vector<std::uint32_t>{1, 3}));
    EXPECT_EQ(config->hugepages, Hugepages::off);
    EXPECT_EQ(config->metrics.value().text(), "[::1]:0");
    EXPECT_EQ(config->retention.keep_s[0], 259200u);
    EXPECT_EQ(config->find_source("c"), 2u);
    EXPECT_FALSE(config->find_source("d").has_value());
}

TEST(Config, DevicesWithSettings) {
    const TemporaryDirectory directory;
    directory.write("c.toml",
                    "[[device]]\nname = \"3b:00.0\"\naddress = [\"192.0.2.10/24\", \"2001:db8::10/64\", \"10.0.0.1\"]\n"
                    "punt_limit = 500\n"
                    "[[device]]\nname = \"af_xdp:eth1\"\n"
                    "[[device]]\nname = \"0000:3b:00.1\"\ntap = \"export0\"\npunt_limit = 0\n"
                    "[[device]]\nname = \"pcap:x.pcap\"\n"
                    "[[source]]\nname = \"a\"\nport = 1\n");
    const auto config = load_config((directory.path() / "c.toml").string());
    ASSERT_TRUE(config.has_value()) << config.error().text();
    ASSERT_EQ(config->devices.size(), 4u);
    const DeviceConfig& first = config->devices[0];
    ASSERT_EQ(first.addresses.size(), 3u);
    EXPECT_EQ(first.addresses[0].text(), "192.0.2.10/24") << "host bits stay";
    EXPECT_EQ(first.addresses[1].text(), "2001:db8::10/64");
    EXPECT_EQ(first.addresses[2].text(), "10.0.0.1/32");
    EXPECT_EQ(first.tap_name(0), "nc0");
    EXPECT_EQ(first.punt_limit, 500u);
    EXPECT_EQ(config->devices[1].tap_name(1), "nc1");
    EXPECT_EQ(config->devices[1].punt_limit, 10'000u);
    EXPECT_EQ(config->devices[2].tap_name(2), "export0");
    EXPECT_EQ(config->devices[2].punt_limit, 0u);
    EXPECT_EQ(config->devices[3].name, "pcap:" + (directory.path() / "x.pcap").string());
    EXPECT_FALSE(config->devices[3].has_tap());

    Config other = *config;
    other.devices[1].tap = "nc7";
    EXPECT_EQ(restart_needed(*config, other), std::vector<std::string>{"devices"});
}

TEST(Config, WhatIsArchived) {
    const TemporaryDirectory directory;
    directory.write("profiles.d/services.toml", "[[channel]]\nname = \"web\"\nfilter = \"port 80\"\n");
    const auto load = [&](const std::string& archive, const std::string& of_source) {
        directory.write("c.toml", "devices = [\"loopback\"]\n" + archive + "[[source]]\nname = \"a\"\nport = 1\n" +
                                      of_source + "[[source]]\nname = \"b\"\nport = 2\n");
        auto config = load_config((directory.path() / "c.toml").string());
        EXPECT_TRUE(config.has_value()) << config.error().text();
        return config.value_or(Config{});
    };
    struct Case {
        std::string archive, of_source, text, a, b;
    };
    for (const Case& c : {
             Case{"", "", "all flows, lz4, kept for 30d, with 5% of the disk left free", "all flows", "all flows"},
             Case{"[archive]\nenabled = false\n", "", "off", "all flows", "all flows"},
             Case{"[archive]\nkeep = \"none\"\nkeep_for = \"12h\"\nmin_free = \"0%\"\n", "archive = \"all\"\n",
                  "no flows, lz4, kept for 12h", "all flows", "no flows"},
             Case{"[archive]\nkeep = \"channels\"\nchannels = [\"services/web\", \"live/*\"]\nmin_free = \"20GB\"\n",
                  "archive = { keep = \"channels\", channels = [\"services/*\"] }\n",
                  "flows of services/web, live/*, lz4, kept for 30d, with 20GB of the disk left free",
                  "flows of services/*", "flows of services/web, live/*"},
             Case{"[archive]\nsample = 100\nmax_size = \"1.5 TB\"\ncompression = \"zstd\"\n", "archive = \"sample\"\n",
                  "all flows, zstd, kept for 30d, at most 1500GB, with 5% of the disk left free", "1 in 100 flows",
                  "all flows"},
             Case{"[archive]\nkeep = \"sample\"\nsample = 10\n", "archive = { keep = \"sample\", sample = 7 }\n",
                  "1 in 10 flows, lz4, kept for 30d, with 5% of the disk left free", "1 in 7 flows", "1 in 10 flows"},
         }) {
        const Config config = load(c.archive, c.of_source);
        EXPECT_EQ(config.archive.text(), c.text);
        ASSERT_EQ(config.sources.size(), 2u);
        EXPECT_EQ(config.archive_of(config.sources[0]).text(), c.a);
        EXPECT_EQ(config.archive_of(config.sources[1]).text(), c.b);
    }
    const Config plain = load("", "");
    const Config other =
        load("[archive]\ncores = [2, 3]\nmemory_mb = 64\nenabled = false\ncompression = \"none\"\n", "");
    EXPECT_EQ(other.archive.writers, 2u) << "one on each";
    EXPECT_EQ(restart_needed(plain, other),
              (std::vector<std::string>{"archive.enabled", "archive.compression", "archive.writers", "archive.cores",
                                        "archive.memory_mb"}));
    EXPECT_TRUE(restart_needed(plain, load("[archive]\nkeep = \"none\"\nkeep_for = \"1h\"\n", "")).empty());
}

TEST(Config, VersionsTellBytesApart) {
    EXPECT_EQ(file_version("").size(), 32u);
    EXPECT_EQ(file_version("a"), file_version("a"));
    EXPECT_NE(file_version("a\n"), file_version("a\r\n"));
}

TEST(Size, ThereAndBack) {
    struct Case {
        const char* text;
        std::uint64_t bytes;
        const char* shown;
    };
    for (const Case& c : {Case{"500GB", 500'000'000'000, "500GB"}, Case{"1.5 tb", 1'500'000'000'000, "1500GB"},
                          Case{"20GiB", 20ull << 30, "21474836480B"}, Case{"4096B", 4096, "4096B"},
                          Case{"0kB", 0, "0B"}, Case{"9PB", 9'000'000'000'000'000, "9PB"}}) {
        EXPECT_EQ(parse_size(c.text), c.bytes) << c.text;
        EXPECT_EQ(size_text(c.bytes), c.shown) << c.text;
    }
    for (const char* text :
         {"", "500", "GB", "-1GB", "1 GBs", "1  GB", "1e3GB", "10000PB", "inf GB", "nan GB", "0x10GB"})
        EXPECT_FALSE(parse_size(text).has_value()) << text;
}

TEST(Config, ExportersAndWhatIsKept) {
    const TemporaryDirectory directory;
    directory.write("c.toml",
                    "devices = [\"loopback\"]\n[ledger]\nkeep = \"1y\"\n[interfaces]\nkeep = \"7d\"\n"
                    "[metrics]\nexporters = 0\n[[source]]\nname = \"a\"\nport = 1\n"
                    "[[exporter]]\naddresses = [\"0.0.0.0/0\", \"::/0\"]\ndefault_sampling = 100\n"
                    "[[exporter]]\naddresses = [\"10.0.0.0/8\"]\nsampling = 4294967295\n"
                    "datagrams_per_second = 50000\nper_port = true\nsplit_domains = true\ninner_headers = true\n"
                    "[[exporter]]\naddresses = [\"10.0.0.1\"]\n");
    const auto config = load_config((directory.path() / "c.toml").string());
    ASSERT_TRUE(config.has_value()) << config.error().text();
    EXPECT_EQ(config->retention.ledger_days, 365u);
    EXPECT_EQ(config->retention.interfaces_days, 7u);
    EXPECT_EQ(config->metrics_exporters, 0u);
    ASSERT_EQ(config->exporters.size(), 3u);
    EXPECT_EQ(config->exporters[0].default_sampling, 100u);
    const ExporterConfig& all = config->exporters[1];
    EXPECT_EQ(all.sampling, 4294967295u);
    EXPECT_EQ(all.datagrams_per_second, 50000u);
    EXPECT_TRUE(all.per_port && all.split_domains && all.inner_headers);
    const ExporterConfig& none = config->exporters[2];
    EXPECT_EQ(none.sampling + none.default_sampling + none.datagrams_per_second, 0u);
    EXPECT_FALSE(none.per_port || none.split_domains || none.inner_headers);
}

TEST(Config, Filters) {
    const TemporaryDirectory directory;
    const auto load = [&](const std::string& filters) {
        directory.write(
            "c.toml", "devices = [\"loopback\"]\ndata = \"var\"\n" + filters + "[[source]]\nname = \"a\"\nport = 1\n");
        const auto config = load_config((directory.path() / "c.toml").string());
        EXPECT_TRUE(config.has_value()) << config.error().text();
        return config.value_or(Config{});
    };
    const auto at = [&](const char* name) { return (directory.path() / name).string(); };
    const Config usual = load("");
    EXPECT_EQ(usual.filters.missing_fields, FiltersConfig::MissingFields::never_match);
    EXPECT_EQ(usual.filters.resolve_timeout_s, 5u);
    EXPECT_EQ(usual.filters.geo_country + usual.filters.geo_as, "");
    EXPECT_EQ(usual.filters.pattern_cache, at("var/patterns"));

    const Config all = load(
        "[filters]\nmissing_fields = \"zero\"\nresolve_timeout = \"10s\"\ngeo_country = \"geo/country.mmdb\"\n"
        "geo_as = \"/usr/share/as.mmdb\"\npattern_cache = \"../cache\"\n");
    EXPECT_EQ(all.filters.missing_fields, FiltersConfig::MissingFields::zero);
    EXPECT_EQ(all.filters.resolve_timeout_s, 10u);
    EXPECT_EQ(all.filters.geo_country, at("geo/country.mmdb"));
    EXPECT_EQ(all.filters.geo_country_place.line, 6u);
    EXPECT_EQ(all.filters.geo_as, "/usr/share/as.mmdb");
    EXPECT_EQ(all.filters.pattern_cache, (directory.path().parent_path() / "cache").string());
    EXPECT_EQ(load("[filters]\npattern_cache = \"off\"\n").filters.pattern_cache, "");

    EXPECT_EQ(restart_needed(usual, all), std::vector<std::string>{"filters.pattern_cache"});
    Config moved = all;
    set_data_directory(moved, "/srv/flows");
    EXPECT_EQ(moved.filters.pattern_cache, all.filters.pattern_cache);
    moved = usual;
    set_data_directory(moved, "/srv/flows");
    EXPECT_EQ(moved.filters.pattern_cache, "/srv/flows/patterns");
}

TEST(Config, AddressesOfInterfaces) {
    for (const char* wrong : {"", "/24", "192.0.2.1/", "192.0.2.1/33", "192.0.2.1/-1", "192.0.2.1/24 ",
                              "192.0.2.1/024x", "2001:db8::1/129", "eth0/24"}) {
        EXPECT_FALSE(InterfaceAddress::parse(wrong).has_value()) << wrong;
    }
    for (const char* right : {"192.0.2.1/0", "192.0.2.1/32", "2001:db8::1/0", "2001:db8::1/128"})
        EXPECT_EQ(InterfaceAddress::parse(right).value().text(), right);
}

}  // namespace
}  // namespace control
