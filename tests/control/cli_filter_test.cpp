// SPDX-License-Identifier: Apache-2.0
// `net-collector filter`: what an operator is told about a filter.
#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>
#include <regex>

#include "control/filter_excerpt.hpp"
#include "filters/language/fields.hpp"
#include "filters/language/parser.hpp"
#include "tests/control/cli_rig.hpp"

namespace cli {
namespace {

const std::string kShipped = std::string(SOURCE_ROOT) + "/conf/net-collector.toml";

TEST(CliFilter, ChecksAndPrintsTheNormalForm) {
    struct Case {
        std::vector<std::string> words;
        const char* normal;
    };
    const Case cases[] = {
        {{"port=53 && ! src net 10/8"}, "port 53 and not src net 10.0.0.0/8"},
        {{"port", "in", "[80", "443]"}, "port in [80 443]"},
        {{"not", "host", "status"}, nullptr},
        {{""}, "any"},
        {{"# nothing but words"}, "any"},
    };
    for (const Case& c : cases) {
        std::vector<std::string> arguments{"filter", "check"};
        arguments.insert(arguments.end(), c.words.begin(), c.words.end());
        const Said said = run_cli(arguments);
        if (c.normal == nullptr) {
            EXPECT_EQ(said.code, code_of(Exit::bad_filter)) << said.out;
            continue;
        }
        EXPECT_EQ(said.code, 0) << said.err;
        EXPECT_EQ(said.out, std::string("ok\n") + c.normal + "\n");
    }
    EXPECT_EQ(run_cli({"filter", "check", "-o", "json", "port 53 or port 80"}).json().at("normal"),
              "port 53 or port 80");
}

TEST(CliFilter, AnErrorHasItsPlaceItsLineAndACaret) {
    const Said said = run_cli({"filter", "check", "proto tcp and port eighty"});
    EXPECT_EQ(said.code, code_of(Exit::bad_filter));
    EXPECT_EQ(said.out, "");
    EXPECT_NE(said.err.find("filter:1:20: expected a port number"), std::string::npos) << said.err;
    EXPECT_NE(said.err.find("\n    proto tcp and port eighty\n                       ^^^^^^\n"), std::string::npos)
        << said.err;

    const Said json = run_cli({"filter", "check", "-o", "json", "proto tcp and port eighty"});
    EXPECT_EQ(json.code, code_of(Exit::bad_filter));
    const Json error = json.json().at("error");
    EXPECT_EQ(error.at("column"), 20);
    EXPECT_EQ(error.at("message").get<std::string>().find('\n'), std::string::npos);

    // What only the compiler sees.
    const Said regex = run_cli({"filter", "check", "port 80 and payload regex 'a(b'"});
    EXPECT_EQ(regex.code, code_of(Exit::bad_filter)) << regex.out;
    EXPECT_NE(regex.err.find("filter:1:27: "), std::string::npos) << regex.err;
    EXPECT_NE(regex.err.find("^^^^^"), std::string::npos) << regex.err;
}

// Colours, titles and cursors of a terminal are not for filters to set.
TEST(CliFilter, ControlCharactersStayInTheFilter) {
    const std::vector<std::vector<std::string>> cases = {
        {"filter", "check", "user = 'a\x1b[31mb\xc2\x9b'"},
        {"filter", "explain", "user = 'a\x1b[31mb\xc2\x9b' and port 80"},
        {"filter", "check", "payload regex 'a(\x1b[31mb'"},
        {"filter", "check", "host 'a\x1b[31mb.example'"},
        {"filter", "check", "-c", kShipped, "ident 'a\x1b[31mb'"},
    };
    for (const auto& words : cases) {
        const Said said = run_cli(words);
        EXPECT_FALSE((said.out + said.err).empty());
        EXPECT_EQ((said.out + said.err).find('\x1b'), std::string::npos) << words.back();
        EXPECT_EQ((said.out + said.err).find("\xc2\x9b"), std::string::npos) << words.back();
    }
}

TEST(CliFilter, NotesWhatIsRightButHardlyMeant) {
    EXPECT_EQ(run_cli({"filter", "check", "port > 65535"}).err, "note: it takes no flow at all\n");
    EXPECT_EQ(run_cli({"filter", "check", "any"}).err, "");
    EXPECT_NE(run_cli({"filter", "check", "-c", kShipped, "port 53 and ident peer3"})
                  .err.find("filter:1:19: there is no source"),
              std::string::npos);
    EXPECT_EQ(run_cli({"filter", "check", "-o", "json", "not any"}).json().at("notes").size(), 1u);
}

TEST(CliFilter, ReadsAFileOrStandardInput) {
    const control::TemporaryDirectory directory;
    directory.write("web.filter", "# web\nproto tcp\nand prt 80\n");
    const std::string file = (directory.path() / "web.filter").string();
    const Said wrong = run_cli({"filter", "check", "-f", file});
    EXPECT_EQ(wrong.code, code_of(Exit::bad_filter));
    EXPECT_NE(wrong.err.find("web.filter:3:5: "), std::string::npos) << wrong.err;
    EXPECT_NE(wrong.err.find("    and prt 80\n        ^^^\n"), std::string::npos) << wrong.err;
    EXPECT_EQ(run_cli({"filter", "check", "-f", file, "port 80"}).code, 0)
        << "the command line goes first, as in nfdump";

    std::istringstream input("port 80\nor port 81");
    auto* const before = std::cin.rdbuf(input.rdbuf());
    const Said piped = run_cli({"filter", "check", "-f", "-"});
    std::cin.rdbuf(before);
    EXPECT_EQ(piped.out, "ok\nport 80 or port 81\n") << piped.err;

    for (const std::string& unreadable : {directory.path().string(), file + ".none"}) {
        const Said said = run_cli({"filter", "check", "-f", unreadable});
        EXPECT_EQ(said.code, code_of(Exit::usage));
        EXPECT_NE(said.err.find("cannot be read"), std::string::npos) << said.err;
    }
}

TEST(CliFilter, ChecksEveryChannelOfAConfiguration) {
    const Said good = run_cli({"filter", "check", "-c", kShipped});
    EXPECT_EQ(good.code, 0) << good.err;
    EXPECT_NE(good.out.find("profiles: 1, channels: 21"), std::string::npos) << good.out;

    const control::TemporaryDirectory directory;
    directory.write("c.toml", "devices = [\"loopback\"]\n[[source]]\nname = \"a\"\nport = 1\n");
    directory.write("profiles.d/p.toml",
                    "[[channel]]\nname = \"c\"\nfilter = \"port 53 adn proto udp\"\n[[channel]]\nname = "
                    "\"d\"\nfilter = '''\nport 1\nor net 10.0.0.0/99'''\n");
    const std::string file = (directory.path() / "c.toml").string();
    const Said bad = run_cli({"filter", "check", "-c", file});
    EXPECT_EQ(bad.code, code_of(Exit::bad_filter));
    for (const char* part :
         {"p.toml:3:19: filter of channel \"c\": ", "\n    port 53 adn proto udp\n            ^^^\n",
          "p.toml:8:8: filter of channel \"d\": ", "\n    or net 10.0.0.0/99\n           ^^^^^^^^^^^\n"})
        EXPECT_NE(bad.err.find(part), std::string::npos) << part << "\n" << bad.err;
    const Json json = run_cli({"filter", "check", "-c", file, "-o", "json"}).json();
    EXPECT_EQ(json.at("ok"), false);
    EXPECT_EQ(json.at("errors").size(), 2u);
    EXPECT_EQ(run_cli({"check-config", file, "-o", "json"}).json().at("errors"), json.at("errors"));
}

TEST(CliFilter, EveryFieldHasAnExampleThatParses) {
    const Said said = run_cli({"filter", "fields", "-o", "json"});
    ASSERT_EQ(said.code, 0);
    const Json fields = said.json();
    ASSERT_EQ(fields.size(), filters::language::fields().size());
    const std::string table = run_cli({"filter", "fields"}).out;
    for (const Json& field : fields) {
        const auto example = field.at("example").get<std::string>();
        const auto ast = filters::language::parse(example);
        EXPECT_TRUE(ast.has_value()) << example << "\n" << (ast ? "" : ast.error().text());
        // Of families of numbered fields the table shows the first one.
        const bool shown =
            !std::regex_search(example, std::regex("^mpls (label|exp)([2-9]|10)|^payload tls version 1.[1-3]"));
        EXPECT_EQ(table.find(example) != std::string::npos, shown) << example;
    }
    for (const char* heading : {"PROTOCOLS, ADDRESSES, PORTS", "COUNTERS AND TIMES", "INTERFACES, ROUTES, TUNNELS",
                                "COUNTRIES", "OF THE PACKETS", "MAC ADDRESSES AND MPLS", "NAT AND FIREWALLS",
                                "VRF AND LATENCY", "WHO EXPORTED IT", "NAMES AND TEXTS", "PAYLOAD OF SAMPLED PACKETS"})
        EXPECT_NE(table.find(heading), std::string::npos) << heading;
}

TEST(CliFilter, ExplainDrawsTheFilterAndSaysWhoAnswers) {
    const std::string filter = "proto tcp and (dst port 443 or payload regex '^SSH') and not src net 10/8";
    const Said said = run_cli({"filter", "explain", filter});
    ASSERT_EQ(said.code, 0) << said.err;
    EXPECT_TRUE(
        said.out.starts_with("proto tcp and (dst port 443 or payload regex '^SSH') and not src net 10.0.0.0/8\n\n"
                             "  and\n"
                             "  ├─ proto tcp\n"
                             "  ├─ or\n"
                             "  │  ├─ dst port 443\n"
                             "  │  └─ payload regex '^SSH'\n"
                             "  └─ not src net 10.0.0.0/8\n\n"))
        << said.out;
    for (const char* part : {"HOLDS FOR", "src_addr", "prefixes", "application_bytes", "patterns", "NS A ROW",
                             "together", "and, or, not", "takes the rows of o", "B of memory"})
        EXPECT_NE(said.out.find(part), std::string::npos) << part << "\n" << said.out;

    const Json json = run_cli({"filter", "explain", "-o", "json", filter}).json();
    ASSERT_EQ(json.at("predicates").size(), 4u);
    double sum = json.at("operations_ns_per_row").get<double>();
    for (const Json& index : json.at("indexes")) sum += index.at("ns_per_row").get<double>();
    EXPECT_NEAR(json.at("ns_per_row").get<double>(), sum, 1e-9);
    for (const Json& predicate : json.at("predicates")) {
        EXPECT_FALSE(predicate.at("indexes").empty()) << predicate;
        EXPECT_GE(predicate.at("share").get<double>(), 0);
        EXPECT_LE(predicate.at("share").get<double>(), 1);
    }
}

TEST(CliFilter, ExplainOfFiltersThatAskNothing) {
    EXPECT_NE(run_cli({"filter", "explain", ""}).out.find("takes the rows of any; looked at in every batch"),
              std::string::npos);
    EXPECT_NE(run_cli({"filter", "explain", "not any"}).out.find("takes the rows of not any"), std::string::npos);
    const Said wrong = run_cli({"filter", "explain", "port 1 and prot 2"});
    EXPECT_EQ(wrong.code, code_of(Exit::bad_filter));
    EXPECT_NE(wrong.err.find("\n    port 1 and prot 2\n               ^^^^\n"), std::string::npos) << wrong.err;
}

TEST(CliFilter, ExplainOfAllChannels) {
    const Said said = run_cli({"filter", "explain", "-c", kShipped});
    ASSERT_EQ(said.code, 0) << said.err;
    for (const char* part :
         {": 26 channels, 5 of them those of the profile live", "21 tests and 5 lists of sources ask 26",
          "src_port+dst_port", "together", "zone1_profile/dns", "port 53"})
        EXPECT_NE(said.out.find(part), std::string::npos) << part << "\n" << said.out;
    const Json json = run_cli({"filter", "explain", "-o", "json", "-c", kShipped}).json();
    EXPECT_EQ(json.at("channels"), 26);
    EXPECT_EQ(json.at("predicates"), 26);
    EXPECT_EQ(json.at("alone").size(), 26u);
}

// The profile that shows what filters can ask is right.
TEST(CliFilter, TheExampleProfileIsRight) {
    const control::TemporaryDirectory directory;
    const std::filesystem::path conf = std::string(SOURCE_ROOT) + "/conf";
    std::filesystem::create_directory(directory.path() / "profiles.d");
    std::filesystem::copy(conf / "net-collector.toml", directory.path());
    std::filesystem::copy(conf / "profiles.d/private.list", directory.path() / "profiles.d");
    std::filesystem::copy(conf / "profiles.d/questions.toml.example", directory.path() / "profiles.d/questions.toml");
    const Said said = run_cli({"filter", "check", "-c", (directory.path() / "net-collector.toml").string()});
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_NE(said.out.find("profiles: 1, channels: 8"), std::string::npos) << said.out;
}

TEST(CliFilter, UsageIsExplained) {
    const Said none = run_cli({"filter"});
    EXPECT_EQ(none.code, code_of(Exit::usage));
    const Said typo = run_cli({"filter", "chekc", "any"});
    EXPECT_EQ(typo.code, code_of(Exit::usage));
    EXPECT_NE(typo.err.find("there is no subcommand \"chekc\": did you mean \"check\"?"), std::string::npos)
        << typo.err;
    for (const char* command : {"check", "explain", "fields"}) {
        const Said help = run_cli({"filter", command, "--help"});
        EXPECT_EQ(help.code, 0);
        EXPECT_NE(help.out.find("Example"), std::string::npos) << help.out;
        std::istringstream lines(help.out);
        for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 120u) << line;
    }
}

TEST(FilterExcerpt, LongLinesAreCutAroundTheToken) {
    std::string filter;
    for (int i = 0; i < 40; ++i) filter += "port " + std::to_string(1000 + i) + " or ";
    const std::string token = "prt";
    const auto column = static_cast<std::uint32_t>(filter.size() + 1);
    filter += token;
    for (int i = 0; i < 40; ++i) filter += " or port " + std::to_string(i);
    const std::string shown = control::FilterTexts().excerpt(filter, {{}, 1, column});
    const std::size_t end = shown.find('\n');
    ASSERT_NE(end, std::string::npos);
    const std::string line = shown.substr(0, end);
    const std::string caret = shown.substr(end + 1);
    EXPECT_LE(line.size(), control::kExcerptIndent.size() + control::kExcerptColumns + 6);
    EXPECT_TRUE(line.starts_with("    ...") && line.ends_with("...")) << line;
    EXPECT_EQ(line.substr(caret.find('^'), token.size()), token) << shown;
    EXPECT_EQ(caret.substr(caret.find('^')), "^^^");
}

TEST(FilterExcerpt, NothingIsShownOfWhatCannotBe) {
    const control::FilterTexts texts;
    EXPECT_EQ(texts.excerpt("port 1", {}), "");
    EXPECT_EQ(texts.excerpt("port 1", {{}, 2, 1}), "");
    EXPECT_EQ(texts.excerpt("port 1", {{}, 1, 60}), "");
    EXPECT_EQ(texts.excerpt("port 1", {"other", 1, 1}), "");
    EXPECT_EQ(texts.excerpt("\x1b[31mport", {{}, 1, 1}), "    ?[31mport\n    ^");
}

TEST(FilterExcerpt, IncludedFilesAreRemembered) {
    control::FilterTexts texts;
    filters::language::Context context;
    context.include = [](std::string_view, std::string_view) -> flow::Result<filters::language::Context::Included> {
        return filters::language::Context::Included{"nets.filter", "net 10/8\nor nte 11/8"};
    };
    const auto remembering = texts.remembering(context);
    ASSERT_TRUE(remembering.include("nets.filter", "").has_value());
    const flow::Error error = texts.shown({"expected net", {"nets.filter", 2, 4}}, "@include nets.filter",
                                          {"p.toml", 9, 11}, "channel \"c\": ");
    EXPECT_EQ(error.text(), "nets.filter:2:4: channel \"c\": expected net\n    or nte 11/8\n       ^^^");
}

}  // namespace
}  // namespace cli
