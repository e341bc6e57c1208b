// SPDX-License-Identifier: Apache-2.0
#include "control/query/options.hpp"

#include <gtest/gtest.h>

namespace query {
namespace {

constexpr std::uint64_t kNow_s = 1'768'478'400;  // 2026-01-15T12:00:00Z

flow::Result<Request> parse(std::vector<std::string> arguments) {
    return parse_options(arguments, kNow_s);
}

Request parsed(std::vector<std::string> arguments) {
    auto request = parse(std::move(arguments));
    EXPECT_TRUE(request.has_value()) << request.error().text();
    return request.value_or(Request{});
}

TEST(Options, WithoutAnyEverythingIsListed) {
    const Request r = parsed({});
    EXPECT_EQ(r.action, Request::Action::answer);
    EXPECT_TRUE(r.filter_words.empty());
    EXPECT_TRUE(r.time.window.everything());
    EXPECT_FALSE(r.aggregate);
    EXPECT_EQ(r.count, 0u);
}

// Bundled options, attached values, options behind the filter: as getopt has it, and so nfdump's scripts.
TEST(Options, ShortOptionsAreReadAsNfdumpReadsThem) {
    const Request r = parsed({"-qN6T", "-n5", "-ssrcip/bytes", "-s", "dstport:p/flows/bytes", "-olong", "proto", "tcp",
                              "-c", "7", "and", "port", "80"});
    EXPECT_TRUE(r.quiet && r.plain_numbers && r.long_v6 && r.tag_addresses);
    EXPECT_EQ(r.top, 5u);
    EXPECT_EQ(r.count, 7u);
    EXPECT_EQ(r.format, "long");
    EXPECT_EQ(r.statistics, (std::vector<std::string>{"srcip/bytes", "dstport:p/flows/bytes"}));
    EXPECT_EQ(r.filter_words, (std::vector<std::string>{"proto", "tcp", "and", "port", "80"}));
    EXPECT_EQ(parsed({"-qNo", "fmt:%sa %da", "any"}).format, "fmt:%sa %da");
}

TEST(Options, WhatFollowsTwoDashesIsFilter) {
    EXPECT_EQ(parsed({"-q", "--", "-x", "y"}).filter_words, (std::vector<std::string>{"-x", "y"}));
}

TEST(Options, GroupingAndOrder) {
    const Request r = parsed({"-A", "srcip4/24,dstport", "-O", "bytes", "-l", "+1M", "-L", "-10k", "-n", "0"});
    EXPECT_EQ(r.aggregation, "srcip4/24,dstport");
    EXPECT_EQ(r.order, "bytes");
    ASSERT_TRUE(r.packet_limit && r.byte_limit);
    EXPECT_FALSE(r.packet_limit->below);
    EXPECT_EQ(r.packet_limit->value, 1'000'000u);
    EXPECT_TRUE(r.byte_limit->below);
    EXPECT_EQ(r.byte_limit->value, 10'000u);
    EXPECT_EQ(r.top, 0u);
    const Request both = parsed({"-B"});
    EXPECT_TRUE(both.bidirectional && both.guess_direction);
}

TEST(Options, OursInLongForm) {
    const Request r =
        parsed({"--source", "edge",       "--source=peer", "--profile", "zone",      "--channel",  "dns", "--raw",
                "--json",   "--confined", "--progress",    "7",         "--explain", "--threads",  "4",   "--memory",
                "64M",      "--timeout",  "90s",           "--data",    "/d",        "--config=/c"});
    EXPECT_EQ(r.sources, (std::vector<std::string>{"edge", "peer"}));
    EXPECT_EQ(r.profile, "zone");
    EXPECT_EQ(r.channels, std::vector<std::string>{"dns"});
    EXPECT_TRUE(r.raw && r.json && r.explain && r.confined);
    EXPECT_EQ(r.progress, 7);
    EXPECT_EQ(r.threads, 4u);
    EXPECT_EQ(r.memory_bytes, 64u << 20);
    EXPECT_EQ(r.timeout_ms, 90'000u);
    EXPECT_EQ(r.data, "/d");
    EXPECT_EQ(r.config, "/c");
}

TEST(Options, WatchTakesSecondsOrNone) {
    EXPECT_EQ(parsed({"--watch"}).watch_s, 5u);
    EXPECT_EQ(parsed({"--watch", "10"}).watch_s, 10u);
    EXPECT_EQ(parsed({"--watch=1m"}).watch_s, 60u);
    const Request r = parsed({"--watch", "port", "80"});
    EXPECT_EQ(r.watch_s, 5u);
    EXPECT_EQ(r.filter_words, (std::vector<std::string>{"port", "80"}));
}

TEST(Options, ActionsOfTheirOwn) {
    using Action = Request::Action;
    for (const auto& [option, action] : {std::pair{"-h", Action::help},
                                         {"--help", Action::help},
                                         {"-V", Action::version},
                                         {"--version", Action::version},
                                         {"-Z", Action::check_filter},
                                         {"-X", Action::dump_filter},
                                         {"-I", Action::totals}}) {
        EXPECT_EQ(parsed({option}).action, action) << option;
    }
}

struct Wrong {
    std::vector<std::string> arguments;
    std::string says;
};

TEST(Options, WhatIsWrongIsSaid) {
    const std::vector<Wrong> all{
        {{"-c", "0"}, "-c needs a number of records above 0, not \"0\""},
        {{"-c", "-3"}, "-c needs a number"},
        {{"-n", "x"}, "-n needs a number of lines"},
        {{"-l", "1x", "-a"}, "-l needs a limit"},
        {{"-l", "100"}, "-l and -L are limits of groups"},
        {{"-t", "foo"}, "-t foo is no time window"},
        {{"-s"}, "-s needs a value"},
        {{"--memory"}, "--memory needs a value"},
        {{"--memory", "1k"}, "at least 16M"},
        {{"--threads", "0"}, "--threads needs a number from 1 to 256"},
        {{"--timeout", "soon"}, "--timeout needs a length of time"},
        {{"--watch=0"}, "--watch needs a length of time"},
        {{"-K"}, "there is no option -K"},
        {{"-qK"}, "there is no option -K (in -qK)"},
        {{"--explian"}, "there is no option --explian: did you mean --explain?"},
        {{"-w", "out.nf"}, "-w of nfdump is not supported: nfdump's files are not written here"},
        {{"-z"}, "-z of nfdump is not supported"},
        {{"-v", "x"}, "`net-collector archive verify`"},
        {{"-s", "record/bytes", "-O", "bytes"}, "write -s record/bytes instead of -O"},
        {{"-b", "-A", "srcip"}, "leave -A srcip out"},
        {{"--channel", "dns"}, "--channel dns needs --profile"},
        {{"-r", "a", "-R", "b"}, "-r and -R"},
        {{"-M", "/a:b"}, "-M needs -r or -R"},
        {{"--watch", "-r", "x"}, "--watch repeats questions"},
    };
    for (const Wrong& w : all) {
        const auto request = parse(w.arguments);
        ASSERT_FALSE(request.has_value()) << w.says;
        EXPECT_NE(request.error().message.find(w.says), std::string::npos) << request.error().message;
    }
}

TEST(Options, RemarksOnWhatChangesNothing) {
    const Request old = parsed({"-m"});
    EXPECT_EQ(old.order, "tstart");
    EXPECT_EQ(old.notes.size(), 1u);
    EXPECT_EQ(parsed({"-a", "-s", "srcip"}).notes.size(), 1u);
    EXPECT_TRUE(parsed({"-a", "-s", "record"}).notes.empty());
}

TEST(Options, HelpTellsOfEveryOption) {
    const std::string_view help = help_text();
    for (const char* option :
         {"-f ",      "-t ",    "--source",  "--profile", "--channel", "-r ",      "-R ",       "-M ",
          "-s ",      "-a ",    "-A ",       "-b,",       "-B",        "-O ",      "-n ",       "-c ",
          "-l ",      "-L ",    "-I ",       "--raw",     "-o ",       "-q ",      "-N ",       "-6 ",
          "-T ",      "--json", "--explain", "--watch",   "--threads", "--memory", "--timeout", "--data",
          "--config", "-Z",     "-X",        "-V",        "-h"}) {
        EXPECT_NE(help.find(option), std::string_view::npos) << option;
    }
}

}  // namespace
}  // namespace query
