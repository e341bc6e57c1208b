// SPDX-License-Identifier: Apache-2.0
// What is said of filters that are wrong, and where.
#include <gtest/gtest.h>

#include <string>

#include "filters/language/lexer.hpp"
#include "filters/language/parser.hpp"

namespace {

using filters::language::parse;

struct Wrong {
    std::string filter;
    std::uint32_t column;
    std::string message;
};

const Wrong kWrong[] = {
    // unknown words, with what was perhaps meant
    {"porto 80", 1,
     "expected a test such as proto tcp, port 80 or ip 10.0.0.1, found 'porto'; did you mean proto or port?"},
    {"pckets > 5", 1, "found 'pckets'; did you mean packets?"},
    {"FLAG S", 1, "found 'FLAG'; did you mean flags?"},
    {"qqqqq 5", 1, "or ip 10.0.0.1, found 'qqqqq'"},
    {"mpls label11 1", 6, "expected after 'mpls' label1 to label10, exp1 to exp10, eos or any, found 'label11'"},
    {"mpls", 5, "expected after 'mpls' label1 to label10, exp1 to exp10, eos or any, found the end of the filter"},
    {"observation pint id 5", 13, "expected after 'observation' domain or point, found 'pint'; did you mean point?"},
    {"observation domain 5", 20, "expected after 'domain' id, found '5'"},
    {"src nat foo", 9, "expected after 'nat' geo, ip, net or port, found 'foo'"},
    {"src prot 5", 5, "expected after the direction one of port, ip, net, tos, as, mask, vlan, tun, geo, nat or mac"},
    {"src flows 5", 5, "nat or mac, found 'flows'"},
    {"src and mac 1", 9, "expected dst, found 'mac'"},
    {"engine", 7, "expected after 'engine' type or id, found the end of the filter"},
    {"first sen 2026", 7, "expected after 'first' seen, found 'sen'; did you mean seen?"},
    // what other tools' filters have
    {"tcp and port 80", 1, "found 'tcp'; did you mean proto tcp?"},
    {"port 80 or 443", 12, "found '443'; did you mean port 443?"},
    {"ip 10.1.0.1 or 10.1.0.2", 16, "found '10.1.0.2'; did you mean ip 10.1.0.2?"},
    {"src net 10/8 or 11/8", 17, "found '11/8'; did you mean net 11/8?"},
    {"src port 80,443", 12, "found ','; did you mean a list, as in port in [80, 443]?"},
    {"dst port != 80", 10, "found '!'; did you mean not, in front of the test?"},
    {"port 80-90", 6, "found '80-90'; a range is two tests, >= and <="},
    {"bytes > 1MB", 9, "found '1MB'; whole numbers only, which may end in k, m, g or t"},
    {"ip 10.0.0.0/8", 4, "found '10.0.0.0/8'; for a prefix write net"},
    {"net 10.0.0.1", 5, "found '10.0.0.1'; for one address write ip"},
    {"port 80 & proto tcp", 9, "unexpected character '&'; write and, or &&"},
    {"sni = *.example.com", 7, "unexpected character '*'; only a text in quotes may have it"},
    // values
    {"port 70000", 6, "expected a port number from 0 to 65535, found '70000'"},
    {"port in [80, http]", 14, "expected a port number from 0 to 65535, found 'http'"},
    {"src mask 256", 10, "expected a prefix length from 0 to 255, found '256'"},
    {"as 4294967296", 4, "expected an AS number from 0 to 4294967295, found '4294967296'"},
    {"tos 256", 5, "expected a type of service from 0 to 255, found '256'"},
    {"mpls label1 1048576", 13, "expected a label from 0 to 1048575, found '1048576'"},
    {"mpls exp1 8", 11, "expected EXP bits from 0 to 7, found '8'"},
    {"flags s", 7, "expected upper-case letters out of U A P R S F C E X, or a number from 0 to 255, found 's'"},
    {"flags SS", 7, "found 'SS'"},
    {"flags =", 8, "found the end of the filter"},
    {"flags > S", 9, "found 'S'"},
    {"flags 256", 7, "found '256'"},
    {"mac 1:2:3:4:5", 5, "expected a MAC address such as 00:11:22:33:44:55, found '1:2:3:4:5'"},
    {"mac 1:2:3:4:5:6:7", 5, "expected a MAC address"},
    {"mac 001:2:3:4:5:6", 5, "expected a MAC address"},
    {"mac 1:2:3:4:5:g", 5, "expected a MAC address"},
    {"mac 0011.2233.445", 5, "expected a MAC address"},
    {"mac > 1:2:3:4:5:6", 5, "expected a MAC address such as 00:11:22:33:44:55, found '>'"},
    {"first seen 2026-02-30", 12, "expected a time such as 2026-01-31T23:59:59, found '2026-02-30'"},
    {"first seen 2026-01-31T24:00", 12, "expected a time"},
    {"first seen 1969", 12, "expected a time"},
    {"first seen 2026-01-31T10:00:00.", 12, "expected a time"},
    {"first seen 2026-01-31T10:00+15:00", 12, "expected a time"},
    {"first seen in [2026]", 12, "expected a time such as 2026-01-31T23:59:59, found 'in'"},
    {"geo USA", 5, "expected a country of two letters, found 'USA'"},
    {"geo 12", 5, "expected a country of two letters, found '12'"},
    {"fwdstat forwarded", 9, "expected a forwarding status: a number from 0 to 255, or a name such as Forw or Drop"},
    {"fwdstat drp", 9, "did you mean Drop or Drpf?"},
    {"proto ipv9", 7, "did you mean ipv6?"},
    {"asa event crate", 11, "found 'crate'; did you mean create?"},
    {"nat event 256", 11, "expected a NAT event"},
    {"ident", 6, "expected the name of a source, found the end of the filter"},
    {"ident and port 80", 7, "expected the name of a source, found 'and'"},
    {"ident " + std::string(256, 'x'), 7, "of at most 255 bytes"},
    {"next ip example.org", 9, "expected a complete IPv4 or IPv6 address, found 'example.org'"},
    {"ip in [10.1.0.0/24, 10.1]", 21, "expected a complete IPv4 or IPv6 address or a host name, found '10.1'"},
    {"ip 10.1", 4, "expected a complete IPv4 or IPv6 address or a host name, found '10.1'"},
    {"ip > 10.0.0.1", 4, "found '>'"},
    // texts
    {"application", 12, "expected =, contains, matches, defined, or a name, found the end of the filter"},
    {"application > 5", 13, "expected =, contains, matches, defined, or a name, found '>'"},
    {"application = ", 15, "expected a text in quotes, or a word, found the end of the filter"},
    {"application = ''", 15, "expected a text in quotes, or a word, found an empty one"},
    {"application contains and port 80", 22, "expected a text in quotes, or a word, found 'and'"},
    {"host matches foo", 14, "expected a regular expression in quotes or slashes, found 'foo'"},
    {"host matches /foo", 14, "the pattern that begins at '/foo' is not closed; expected / on the same line"},
    {"host matches /foo\\/", 14, "is not closed"},
    {"host matches /foo/x", 14, "expected / or /i at the end of the pattern, found '/x'"},
    {"host matches //", 14, "expected a regular expression, found an empty one"},
    {"src host = x", 10, "expected a complete IPv4 or IPv6 address or a host name, found '='"},
    {"payload ja3 abc", 13, "expected 32 hex digits, or defined, found 'abc'"},
    {"payload ja4 abc", 13,
     "expected a JA4 digest such as t13d1516h2_8daaf6152771_b186095e22b6, or defined, found 'abc'"},
    {"payload tls version 1.4", 21, "expected after 'version' 1.0 to 1.3, found '1.4'"},
    {"payload jar3 x", 9, "did you mean ja3?"},
    // what cannot be had
    {"pf action block", 1, "'pf' cannot be asked: packet filter logs of OpenBSD do not come in flow exports"},
    {"ip tor", 1, "'ip tor' cannot be asked: no list of Tor exit nodes is kept"},
    {"not dst host tor", 5, "'ip tor' cannot be asked"},
    {"payload dns name x", 1, "'payload dns' cannot be asked: DNS is not taken apart"},
    {"payload ja4s x", 1, "'payload ja4s' cannot be asked"},
    {"payload ssl version 2.0", 1, "cannot be asked"},
    // the rest
    {"port 80 443", 9, "expected and, or, or the end of the filter, found '443'"},
    {"port 80 adn ip ::1", 9, "expected and, or, or the end of the filter, found 'adn'; did you mean and?"},
    {"(port 80 ro ip ::1)", 10, "expected and, or, or ')', found 'ro'; did you mean or?"},
    {"port 80 port 81", 9, "end of the filter, found 'port'"},
    {"@foo", 1, "expected include after '@'; elsewhere only a text in quotes may have it"},
    {"@include", 9, "expected the name of a file after @include"},
    {"@include 'x", 10, "is not closed"},
    {"@includes x", 1, "expected include after '@'; elsewhere only a text in quotes may have it"},
    {"port @include", 14, "expected the name of a file after @include"},
    {"(@include nets)", 11, "files cannot be included here, found @include 'nets'"},
    {"host example.org", 6, "found 'example.org'; host names cannot be looked up here"},
};

TEST(LanguageErrors, SayWhatWasExpectedAndFoundAndWhere) {
    for (const Wrong& wrong : kWrong) {
        const auto ast = parse(wrong.filter);
        ASSERT_FALSE(ast) << wrong.filter << " -> " << print(*ast);
        EXPECT_NE(ast.error().message.find(wrong.message), std::string::npos)
            << wrong.filter << ": " << ast.error().message;
        EXPECT_EQ(ast.error().place.line, 1u) << wrong.filter;
        EXPECT_EQ(ast.error().place.column, wrong.column) << wrong.filter;
        EXPECT_FALSE(filters::language::pointed(wrong.filter, ast.error().place).empty()) << wrong.filter;
        EXPECT_EQ(ast.error().message.find('\n'), std::string::npos);
        EXPECT_LT(ast.error().message.size(), 250u) << ast.error().message;
    }
}

TEST(LanguageErrors, CountLinesInsideListsAndBrackets) {
    const auto ast = parse("(proto tcp  # web\n  and port in [80,\n\t443,\n\t99999]\n)");
    ASSERT_FALSE(ast);
    EXPECT_EQ(ast.error().place.line, 4u);
    EXPECT_EQ(ast.error().place.column, 2u);
}

TEST(LanguageErrors, CaretsCoverAPattern) {
    const std::string filter = "host matches /a b/x or port 80";
    const auto ast = parse(filter);
    ASSERT_FALSE(ast);
    EXPECT_EQ(filters::language::pointed(filter, ast.error().place), filter + "\n             ^^^^^\n");
}

TEST(LanguageErrors, AMillionOfAnythingIsAnErrorAndNotACrash) {
    for (const std::string piece :
         {"(", "!", "[", "port in [", "src ", "'", "/", "@", "flags ", "ip in [::1 ", "as name "}) {
        std::string filter;
        while (filter.size() < 1'000'000) filter += piece;
        EXPECT_FALSE(parse(filter)) << piece;
    }
}

TEST(LanguageErrors, TooManyTests) {
    std::string filter = "any";
    for (std::size_t i = 0; i <= filters::language::kMostTests; ++i) filter += "||if 1";
    const auto ast = parse(filter);
    ASSERT_FALSE(ast);
    EXPECT_NE(ast.error().message.find("more than 100000 tests"), std::string::npos) << ast.error().message;
}

}  // namespace
