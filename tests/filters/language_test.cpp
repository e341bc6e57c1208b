// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "filters/language/parser.hpp"
#include "filters/language/protocols.hpp"

namespace {

using filters::language::parse;
using filters::language::print;

struct Valid {
    std::string filter;
    std::string normal;
};

class LanguageValid : public testing::TestWithParam<Valid> {};

TEST_P(LanguageValid, HasThisNormalFormAndItParsesBack) {
    const auto ast = parse(GetParam().filter);
    ASSERT_TRUE(ast) << ast.error().text();
    EXPECT_EQ(print(*ast), GetParam().normal);
    const auto again = parse(GetParam().normal);
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_EQ(print(*again), GetParam().normal);
}

INSTANTIATE_TEST_SUITE_P(Any, LanguageValid,
                         testing::Values(Valid{"", "any"}, Valid{"  \n\t ", "any"}, Valid{"# only a comment", "any"},
                                         Valid{"any", "any"}, Valid{"ANY # all of it\n", "any"},
                                         Valid{"not any", "not any"}));

INSTANTIATE_TEST_SUITE_P(Protocol, LanguageValid,
                         testing::Values(Valid{"proto tcp", "proto tcp"}, Valid{"proto 6", "proto tcp"},
                                         Valid{"PROTO TCP", "proto tcp"}, Valid{"proto 0x11", "proto udp"},
                                         Valid{"proto icmp", "proto icmp"}, Valid{"proto icmp6", "proto icmp6"},
                                         Valid{"proto ipv6-icmp", "proto icmp6"}, Valid{"proto ospfigp", "proto ospf"},
                                         Valid{"proto ipip", "proto ipip"}, Valid{"proto 4", "proto ipip"},
                                         Valid{"proto 94", "proto 94"}, Valid{"proto tp++", "proto tp++"},
                                         Valid{"proto 3pc", "proto 3pc"}, Valid{"proto a/n", "proto 107"},
                                         Valid{"proto ipv6", "proto ipv6"}, Valid{"proto 38", "proto 38"},
                                         Valid{"proto 0", "proto 0"}, Valid{"proto 255", "proto 255"}));

INSTANTIATE_TEST_SUITE_P(
    Port, LanguageValid,
    testing::Values(Valid{"port 53", "port 53"}, Valid{"src port 53", "src port 53"},
                    Valid{"DST PORT 53", "dst port 53"}, Valid{"src or dst port 53", "port 53"},
                    Valid{"dst or src port 53", "port 53"}, Valid{"src || dst port 53", "port 53"},
                    Valid{"src and dst port 53", "src and dst port 53"},
                    Valid{"dst and src port 53", "src and dst port 53"}, Valid{"port = 53", "port 53"},
                    Valid{"port==53", "port 53"}, Valid{"port=53", "port 53"}, Valid{"port eq 53", "port 53"},
                    Valid{"port EQ 53", "port 53"}, Valid{"port 0x35", "port 53"}, Valid{"port > 1024", "port >= 1025"},
                    Valid{"port gt 1k", "port > 1000"}, Valid{"port >= 50000", "port >= 50000"},
                    Valid{"port ge 1", "port > 0"}, Valid{"port<20", "port < 20"}, Valid{"port lt 1", "port 0"},
                    Valid{"port <= 1024", "port <= 1024"}, Valid{"port le 0", "port 0"}, Valid{"port < 0", "port < 0"},
                    Valid{"port > 65535", "port < 0"}, Valid{"port >= 0", "port >= 0"},
                    Valid{"port > 65534", "port 65535"}, Valid{"port in [22 23 25]", "port in [22 23 25]"},
                    Valid{"port in [22,23, 25 ,22]", "port in [22 23 25]"},
                    Valid{"dst port in[80,443]", "dst port in [80 443]"},
                    Valid{"src and dst port in [1 2]", "src and dst port in [1 2]"}, Valid{"port in [7]", "port 7"}));

INSTANTIATE_TEST_SUITE_P(
    Address, LanguageValid,
    testing::Values(
        Valid{"ip 10.1.0.1", "ip 10.1.0.1"}, Valid{"host 10.1.0.1", "ip 10.1.0.1"},
        Valid{"src ip 2001:0DB8:0:0:0:0:0:1", "src ip 2001:db8::1"}, Valid{"dst host fe80::1", "dst ip fe80::1"},
        Valid{"src and dst ip 10.1.0.1", "src and dst ip 10.1.0.1"}, Valid{"ip ::ffff:10.1.0.1", "ip 10.1.0.1"},
        Valid{"net 10.1.2.3/16", "net 10.1.0.0/16"}, Valid{"net 172.16/12", "net 172.16.0.0/12"},
        Valid{"net 10/8", "net 10.0.0.0/8"}, Valid{"net 10.1/16", "net 10.1.0.0/16"},
        Valid{"net 10.0/8", "net 10.0.0.0/8"}, Valid{"net 0/0", "net 0.0.0.0/0"}, Valid{"net ::/0", "net ::/0"},
        Valid{"src net 2001:db8:dead::1/48", "src net 2001:db8:dead::/48"}, Valid{"net 10.0.0.1/32", "ip 10.0.0.1"},
        Valid{"net ::1/128", "ip ::1"}, Valid{"net 10.1.0.0 255.255.0.0", "net 10.1.0.0/16"},
        Valid{"dst net 10.1.2.3 255.0.255.0", "dst net 10.0.2.0 255.0.255.0"},
        Valid{"net 1.2.3.4 255.255.255.255", "ip 1.2.3.4"}, Valid{"net 1.2.3.4 0.0.0.0", "net 0.0.0.0/0"},
        Valid{"ip in [10.1.0.3,10.1.0.2]", "ip in [10.1.0.2 10.1.0.3]"},
        Valid{"dst ip in [8.8.8.8, 192.168.1.20/31]", "dst ip in [8.8.8.8 192.168.1.20/31]"},
        Valid{"src ip in [2001:db8::/32 10/8]", "src ip in [10.0.0.0/8 2001:db8::/32]"},
        Valid{"net in [10/8 172.16/12]", "ip in [10.0.0.0/8 172.16.0.0/12]"},
        Valid{"host in [10.0.0.0/8]", "net 10.0.0.0/8"}));

INSTANTIATE_TEST_SUITE_P(FamilyAndIcmp, LanguageValid,
                         testing::Values(Valid{"ipv4", "ipv4"}, Valid{"inet", "ipv4"}, Valid{"IPv6", "ipv6"},
                                         Valid{"inet6", "ipv6"}, Valid{"icmp-type 8", "icmp-type 8"},
                                         Valid{"icmp-code 0", "icmp-code 0"}, Valid{"ICMP-TYPE 255", "icmp-type 255"}));

INSTANTIATE_TEST_SUITE_P(
    Text, LanguageValid,
    testing::Values(Valid{"payload content 'GET /'", "payload content 'GET /'"},
                    Valid{"payload content \"it's\"", "payload content \"it's\""},
                    Valid{"payload content GET", "payload content 'GET'"},
                    Valid{"PAYLOAD REGEX '^SSH-[0-9]'", "payload regex '^SSH-[0-9]'"},
                    Valid{"payload regex 'host: .*example' i", "payload regex 'host: .*example' i"},
                    Valid{"payload regex '#(no) comment' and port 80", "payload regex '#(no) comment' and port 80"}));

INSTANTIATE_TEST_SUITE_P(
    Boolean, LanguageValid,
    testing::Values(Valid{"proto tcp and port 80 or port 53", "proto tcp and port 80 or port 53"},
                    Valid{"proto tcp and (port 80 or port 53)", "proto tcp and (port 80 or port 53)"},
                    Valid{"port 80||port 443&&proto 6", "port 80 or port 443 and proto tcp"},
                    Valid{"((port 80))", "port 80"}, Valid{"! port 53", "not port 53"},
                    Valid{"!port 53", "not port 53"}, Valid{"not not port 53", "port 53"},
                    Valid{"not (not port 53)", "port 53"}, Valid{"not not not any", "not any"},
                    Valid{"not proto tcp and port 53", "not proto tcp and port 53"},
                    Valid{"not (port 53 or port 80)", "not (port 53 or port 80)"},
                    Valid{"not (port 53 and port 80)", "not (port 53 and port 80)"},
                    Valid{"port 1 or (port 2 or port 3)", "port 1 or port 2 or port 3"},
                    Valid{"port 1 and (port 2 and port 3) and port 4", "port 1 and port 2 and port 3 and port 4"},
                    Valid{"port 80 # web\nor port 443 # and its\n# sibling", "port 80 or port 443"},
                    Valid{"src port 80 or dst port 90", "src port 80 or dst port 90"},
                    Valid{"src port 80 and dst port 90", "src port 80 and dst port 90"}));

struct Invalid {
    std::string filter;
    std::uint32_t line;
    std::uint32_t column;
    std::string expected;  // the message contains it
    std::string found;     // and this
};

class LanguageInvalid : public testing::TestWithParam<Invalid> {};

TEST_P(LanguageInvalid, SaysWhereAndWhat) {
    const auto ast = parse(GetParam().filter);
    ASSERT_FALSE(ast) << print(*ast);
    EXPECT_EQ(ast.error().place.line, GetParam().line) << ast.error().text();
    EXPECT_EQ(ast.error().place.column, GetParam().column) << ast.error().text();
    EXPECT_NE(ast.error().message.find(GetParam().expected), std::string::npos) << ast.error().message;
    EXPECT_NE(ast.error().message.find(GetParam().found), std::string::npos) << ast.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Words, LanguageInvalid,
    testing::Values(Invalid{"foo", 1, 1, "expected a test such as", "'foo'"},
                    Invalid{"proto tcp port 80", 1, 11, "expected and, or", "'port'"},
                    Invalid{"port 80 or", 1, 11, "expected a test such as", "end of the filter"},
                    Invalid{"port 80 and or port 1", 1, 13, "expected a test such as", "'or'"},
                    Invalid{"and port 80", 1, 1, "expected a test such as", "'and'"},
                    Invalid{"not", 1, 4, "expected a test such as", "end of the filter"},
                    Invalid{"(port 80", 1, 9, "')'", "end of the filter"},
                    Invalid{"port 80)", 1, 8, "end of the filter", "')'"},
                    Invalid{"()", 1, 2, "expected a test such as", "')'"},
                    Invalid{"port 80 or\n  bogus 1", 2, 3, "expected a test such as", "'bogus'"},
                    Invalid{"src", 1, 4, "after the direction", "end of the filter"},
                    Invalid{"src proto tcp", 1, 5, "port, ip, net", "'proto'"},
                    Invalid{"src or port 80", 1, 8, "expected dst", "'port'"},
                    Invalid{"dst and dst port 80", 1, 9, "expected src", "'dst'"},
                    Invalid{"payload foo", 1, 9, "expected after 'payload' ", "'foo'"},
                    Invalid{"port 80 $ port 1", 1, 9, "unexpected character", "'$'"},
                    Invalid{"port 80 or \xc3\xa4 or port 1", 1, 12, "unexpected character", "\\xc3"},
                    Invalid{"# \xc3\xa4\xc3\xb6\nport 80 & port 1", 2, 9, "unexpected character", "'&'"}));

INSTANTIATE_TEST_SUITE_P(
    Numbers, LanguageInvalid,
    testing::Values(
        Invalid{"port", 1, 5, "a port number from 0 to 65535", "end of the filter"},
        Invalid{"port http", 1, 6, "a port number from 0 to 65535", "'http'"},
        Invalid{"port 65536", 1, 6, "from 0 to 65535", "'65536'"}, Invalid{"port -1", 1, 6, "from 0 to 65535", "'-1'"},
        Invalid{"port 99999999999999999999", 1, 6, "from 0 to 65535", "'99999999999999999999'"},
        Invalid{"port 18446744073709551615k", 1, 6, "from 0 to 65535", "k'"},
        Invalid{"port 0x", 1, 6, "from 0 to 65535", "'0x'"}, Invalid{"port 1kk", 1, 6, "from 0 to 65535", "'1kk'"},
        Invalid{"port k", 1, 6, "from 0 to 65535", "'k'"},
        Invalid{"port >", 1, 7, "a port number", "end of the filter"},
        Invalid{"port > = 5", 1, 8, "a port number", "'='"}, Invalid{"port '80'", 1, 6, "a port number", "'80'"},
        Invalid{"port in 80", 1, 9, "expected '['", "'80'"}, Invalid{"port in []", 1, 10, "a port number", "']'"},
        Invalid{"port in [80 81", 1, 15, "expected ']'", "end of the filter"},
        Invalid{"port in [80,]", 1, 13, "a port number", "']'"},
        Invalid{"port in [,80]", 1, 10, "a port number", "','"},
        Invalid{"port in [80,,81]", 1, 13, "a port number", "','"},
        Invalid{"port > in [80]", 1, 8, "a port number", "'in'"},
        Invalid{"icmp-type 256", 1, 11, "from 0 to 255", "'256'"},
        Invalid{"proto 256", 1, 7, "a number from 0 to 255", "'256'"},
        Invalid{"proto foo", 1, 7, "protocol name", "'foo'"},
        Invalid{"proto in [6 tpc]", 1, 13, "protocol name", "'tpc'; did you mean tcp?"}));

INSTANTIATE_TEST_SUITE_P(Addresses, LanguageInvalid,
                         testing::Values(Invalid{"ip 10.1", 1, 4, "complete IPv4 or IPv6", "'10.1'"},
                                         Invalid{"ip 10.0.0.0/8", 1, 4, "complete IPv4", "'10.0.0.0/8'"},
                                         Invalid{"ip 256.1.1.1", 1, 4, "complete IPv4", "'256.1.1.1'"},
                                         Invalid{"ip 1:2:3", 1, 4, "complete IPv4", "'1:2:3'"},
                                         Invalid{"host example.org", 1, 6, "complete IPv4", "'example.org'"},
                                         Invalid{"ip in [10.1 10.2.0.0]", 1, 8, "complete IPv4", "'10.1'"},
                                         Invalid{"ip in []", 1, 8, "complete IPv4", "']'"},
                                         Invalid{"ip in [10.0.0.0/8 10.0.0.0/33]", 1, 19, "at most 32", "/33'"},
                                         Invalid{"net 10.1.0.0", 1, 5, "a prefix such as", "'10.1.0.0'"},
                                         Invalid{"net 10.1/24", 1, 5, "/24 reaches", "'10.1/24'"},
                                         Invalid{"net 10.1.0.0/33", 1, 5, "at most 32", "'10.1.0.0/33'"},
                                         Invalid{"net 2001:db8::/129", 1, 5, "at most 128", "/129'"},
                                         Invalid{"net 10.1.2.3.4/8", 1, 5, "a prefix such as", "'10.1.2.3.4/8'"},
                                         Invalid{"net 10./8", 1, 5, "a prefix such as", "'10./8'"},
                                         Invalid{"net /8", 1, 5, "a prefix such as", "'/8'"},
                                         Invalid{"net 10.0.0.0/", 1, 5, "a prefix such as", "'10.0.0.0/'"},
                                         Invalid{"net 10.0.0.0/8/8", 1, 5, "a prefix such as", "'10.0.0.0/8/8'"},
                                         Invalid{"net 10.0.0.0 ::1", 1, 14, "a mask such as", "'::1'"},
                                         Invalid{"net ::1 255.0.0.0", 1, 9, "a prefix such as", "'::1'"}));

INSTANTIATE_TEST_SUITE_P(Texts, LanguageInvalid,
                         testing::Values(Invalid{"payload content", 1, 16, "a text in quotes", "end of the filter"},
                                         Invalid{"payload content 'abc", 1, 17, "is not closed", "abc"},
                                         Invalid{"payload content ''", 1, 17, "a text in quotes", "empty"},
                                         Invalid{"payload content 'a\nb'", 1, 17, "is not closed", "'a"},
                                         Invalid{"payload regex abc", 1, 15, "a regular expression in quotes", "'abc'"},
                                         Invalid{"payload content 'a' i", 1, 21, "expected and, or", "'i'"},
                                         Invalid{"payload regex 'a' x", 1, 19, "expected and, or", "'x'"}));

TEST(Language, DeepBracketsAreAnErrorAndNotACrash) {
    for (const std::size_t depth : {std::size_t{101}, std::size_t{200'000}}) {
        const auto ast = parse(std::string(depth, '(') + "any" + std::string(depth, ')'));
        ASSERT_FALSE(ast);
        EXPECT_NE(ast.error().message.find("nested deeper than 100"), std::string::npos);
        EXPECT_EQ(ast.error().place.column, 101u);
    }
    EXPECT_TRUE(parse(std::string(100, '(') + "any" + std::string(100, ')')));
}

TEST(Language, LongChainsAreFlat) {
    std::string filter = "port 1";
    for (int i = 2; i < 20'000; ++i) filter += (i % 2 != 0 ? " or port " : " and not port ") + std::to_string(i);
    const auto ast = parse(filter);
    ASSERT_TRUE(ast) << ast.error().text();
    std::string nots;
    for (int i = 0; i < 100'000; ++i) nots += "! ";
    EXPECT_EQ(print(*parse(nots + "port 1")), "port 1");
}

TEST(Language, TooMuchTextIsAnError) {
    const auto ast = parse(std::string(2'000'000, ' '));
    ASSERT_FALSE(ast);
    EXPECT_NE(ast.error().message.find("at most 1048576"), std::string::npos);
}

TEST(Language, PlacesOfErrorsPointIntoTheFile) {
    using filters::language::placed;
    const flow::Place begin{"zone1.toml", 10, 11};
    EXPECT_EQ((flow::Error{"x", placed(begin, {"", 1, 6})}).text(), "zone1.toml:10:16: x");
    EXPECT_EQ((flow::Error{"x", placed(begin, {"", 3, 6})}).text(), "zone1.toml:12:6: x");
    EXPECT_EQ((flow::Error{"x", placed({}, {"", 2, 6})}).text(), "2:6: x");
}

TEST(Protocols, EveryShortNameIsItsNumber) {
    for (unsigned n = 0; n < 256; ++n) {
        const auto name = filters::language::protocol_name(static_cast<std::uint8_t>(n));
        if (!name.empty()) {
            EXPECT_EQ(filters::language::protocol_number(name), n) << name;
        }
    }
    EXPECT_EQ(filters::language::protocol_number(""), std::nullopt);
    EXPECT_EQ(filters::language::protocol_number("Sctp"), 132);
}

}  // namespace
