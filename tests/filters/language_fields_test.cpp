// SPDX-License-Identifier: Apache-2.0
// Every primitive in every spelling: what it becomes, in the normal form and in the tree.
#include "filters/language/fields.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "filters/language/parser.hpp"
#include "filters/language/spellings.hpp"

namespace {

using filters::language::Field;
using filters::language::Operand;
using filters::language::parse;
using filters::language::print;
using filters::language::Range;
using filters::language::Side;
using filters::language::TextMatch;

// What can stand behind the words of a field.
std::vector<std::string> values_of(const Field& field) {
    switch (field.operand) {
        case Operand::fixed:
        case Operand::pattern:
            return {""};
        case Operand::number: {
            std::vector<std::string> out = {"0",   "= 1",  "==1",  "eq 1", "> 1", "gt 0",        "<5",    "lt 5",
                                            ">=2", "ge 2", "<= 2", "le 2", "0x5", "in [1 2, 3]", "in[7]", "< 0"};
            for (const auto& named : field.names) out.emplace_back(named.name);
            if (field.most >= 1000) out.insert(out.end(), {"1k", "> 1K"});
            out.push_back(std::to_string(field.most));
            out.push_back("> " + std::to_string(field.most));
            return out;
        }
        case Operand::protocol:
            return {"tcp", "6", "UDP", "ipv6-icmp", "= 6", "> 5", "in [tcp 17]", "255"};
        case Operand::address:
            return {"10.1.2.3", "2001:db8::1", "in [10.1.2.3, 10.2.0.0/16 ::1]", "in [10.0.0.0/8]"};
        case Operand::prefix:
            return {"10.0.0.0/8",
                    "10/8",
                    "172.16/12",
                    "10.1.0.0 255.255.0.0",
                    "10.1.0.0 255.0.255.0",
                    "2001:db8::/32",
                    "10.1.2.3/32",
                    "in [10/8, 10.1.2.3]",
                    "::/0",
                    "0.0.0.0/0"};
        case Operand::mac:
            return {"00:11:22:33:44:55",
                    "0:1:2:3:4:5",
                    "00-11-22-33-44-55",
                    "0011.2233.aabb",
                    "in [00:00:00:00:00:00 1:2:3:4:5:6]",
                    "ff:ff:ff:ff:ff:ff"};
        case Operand::flags:
            return {"S", "SA", "X", "UAPRSF", "CE", "=SA", "= SA", "=X", "0", "2", "= 2", "> 16", "255", "in [2 18]"};
        case Operand::time:
            return {"2026-01-31T23:59:59", "> 2026-01-31T23:59:59.123", "<= 2026", ">= 2026-01", "< 2026-01-31",
                    "2026/01/31.23:59:59", "> 2026-01-31T10:00+01:00",  "< 1970"};
        case Operand::ident:
            return {"oracle9", "'oracle9'", "\"a b\"", "net-flow_1.x", "'or'", "\"it's\""};
        case Operand::country:
            return {"CH", "ch", "'IN'", "in"};
        case Operand::text:
        case Operand::as_name:
            return {"'a b'",
                    "= 'a b'",
                    "== x",
                    "eq x",
                    "contains 'a'",
                    "contains a.b",
                    "matches /a b\\/c/",
                    "matches /A/i",
                    "matches 'a'",
                    "matches 'a' i",
                    "defined",
                    "'defined'",
                    "= 'x' i",
                    "contains \"it's\" i",
                    "matches /it's \"x\"/",
                    "matches 'a\\'"};
        case Operand::ja3:
            return {"e7d705a3286e19ea42f587b344ee6865", "'E7D705A3286E19EA42F587B344EE6865'", "defined", "DEFINED"};
        case Operand::ja4:
            return {"t13d1516h2_8daaf6152771_b186095e22b6", "T13D1516H2_8DAAF6152771_B186095E22B6", "defined"};
        case Operand::content:
            return {"'GET /'", "\"it's\"", "GET"};
        case Operand::regex:
            return {"'a.*b'", "\"it's\" i", "/a\\/b c/", "/A/i", "/it's \"x\"/i"};
    }
    return {};
}

// `host = x` asks for the text, `host 10.0.0.1` for the address.
bool needs_operator(const Field& field) {
    return field.operand == Operand::text && field.name() == "host";
}

void expect_same(const std::vector<filters::language::Subject>& subjects, const Field& other,
                 const std::string& filter) {
    EXPECT_TRUE(std::equal(subjects.begin(), subjects.end(), other.subjects.begin(), other.subjects.end())) << filter;
}

TEST(LanguageFields, EverySpellingTakesEveryValueAndParsesBack) {
    std::size_t filters = 0;
    for (const Field& field : filters::language::fields()) {
        for (const std::string& value : values_of(field)) {
            std::string normal;
            for (const std::string_view words : filters::language::spellings_of(field.words)) {
                const std::string spelling(words);
                for (const char* side : {"", "src ", "dst ", "src or dst ", "dst and src "}) {
                    if (*side != 0 && !field.sided) continue;
                    const bool bare = value[0] == '\'' || value[0] == '"';
                    if (needs_operator(field) && bare) continue;
                    const std::string filter = side + spelling + ' ' + value;
                    const auto ast = parse(filter);
                    ASSERT_TRUE(ast) << filter << ": " << ast.error().text();
                    ASSERT_EQ(ast->tests.size(), 1u);
                    const Field& found = filters::language::fields()[ast->tests[0].field];
                    expect_same({field.subjects.begin(), field.subjects.end()}, found, filter);
                    const std::string printed = print(*ast);
                    const auto again = parse(printed);
                    ASSERT_TRUE(again) << filter << " -> " << printed << ": " << again.error().text();
                    EXPECT_EQ(print(*again), printed) << filter;
                    EXPECT_EQ(again->tests[0].ranges, ast->tests[0].ranges) << filter;
                    EXPECT_EQ(again->tests[0].nets, ast->tests[0].nets) << filter;
                    EXPECT_EQ(again->tests[0].text, ast->tests[0].text) << filter;
                    EXPECT_EQ(again->tests[0].match, ast->tests[0].match) << filter;
                    EXPECT_EQ(again->tests[0].caseless, ast->tests[0].caseless) << filter;
                    EXPECT_EQ(again->tests[0].side, ast->tests[0].side) << filter;
                    ++filters;
                    if (*side != 0) continue;
                    if (normal.empty()) normal = printed;
                    EXPECT_EQ(printed, normal) << filter;
                }
            }
        }
    }
    EXPECT_GT(filters, 3000u);
}

TEST(LanguageFields, KeywordsInAnyCase) {
    for (const Field& field : filters::language::fields()) {
        std::string filter = std::string(field.name()) + ' ' + (needs_operator(field) ? "= x" : values_of(field)[0]);
        const std::size_t words = field.name().size();
        for (std::size_t i = 0; i < words; i += 2) filter[i] = static_cast<char>(std::toupper(filter[i]));
        EXPECT_TRUE(parse(filter)) << filter;
    }
}

TEST(LanguageFields, TheTableIsSound) {
    for (const Field& field : filters::language::fields()) {
        EXPECT_FALSE(field.subjects.empty()) << field.words;
        EXPECT_EQ(field.words.find("  "), std::string_view::npos);
        EXPECT_TRUE(!field.sided || field.subjects.size() == 2) << field.words;
        const bool wordless = field.operand == Operand::fixed || field.operand == Operand::pattern;
        EXPECT_EQ(field.value.empty(), wordless) << field.words;
        EXPECT_EQ(field.pattern.empty(), field.operand != Operand::pattern) << field.words;
        for (const auto& named : field.names) EXPECT_LE(named.value, field.most) << named.name;
        const auto kind = filters::language::kind_of(field.subjects.front());
        for (const auto subject : field.subjects) EXPECT_EQ(filters::language::kind_of(subject), kind) << field.words;
    }
}

struct Known {
    std::string filter;
    std::string normal;
};

// A row of the notes' table each, and what users write.
const Known kKnown[] = {
    {"ident oracle9", "ident oracle9"},
    {"inet6", "ipv6"},
    {"proto ospfigp", "proto ospf"},
    {"tun proto gre", "tun proto gre"},
    {"src host 10.0.0.1", "src ip 10.0.0.1"},
    {"dst net 10.1/16", "dst net 10.1.0.0/16"},
    {"src geo ch", "src geo CH"},
    {"nat geo 'IN'", "nat geo IN"},
    {"tunip 10.0.0.1", "tun ip 10.0.0.1"},
    {"src tun ip ::1", "src tun ip ::1"},
    {"port in pblock", "port in pblock"},
    {"src port in nat pblock", "src port in pblock"},
    {"icmp type > 3", "icmp-type >= 4"},
    {"icmp code 3", "icmp-code 3"},
    {"in if 1", "in if 1"},
    {"if 1", "if 1"},
    {"as in [65001,64512]", "as in [64512 65001]"},
    {"src as > 65000", "src as > 65000"},
    {"previous as 559", "prev as 559"},
    {"next as 3303", "next as 3303"},
    {"src mask 24", "src mask 24"},
    {"vlan 100", "vlan 100"},
    {"flags SA", "flags AS"},
    {"flags X", "flags UAPRSF"},
    {"flags =SA", "flags =AS"},
    {"flags 18", "flags =AS"},
    {"flags 0", "flags 0"},
    {"flags > 16", "flags >= 17"},
    {"flags EC", "flags CE"},
    {"tos 184", "src tos 184"},
    {"src or dst tos 184", "src or dst tos 184"},
    {"dst tos 46", "dst tos 46"},
    {"in packets > 1k", "packets > 1000"},
    {"out packets 8", "out packets 8"},
    {"bytes > 1G", "bytes > 1000000000"},
    {"out bytes > 0", "out bytes > 0"},
    {"flows > 1", "flows >= 2"},
    {"duration >= 1000", "duration >= 1000"},
    {"pps > 1k", "pps > 1000"},
    {"bps > 1m", "bps > 1000000"},
    {"bpp < 60", "bpp < 60"},
    {"next ip in [10.255.0.1 ::1]", "next ip in [::1 10.255.0.1]"},
    {"bgp next ip ::2", "bgpnext ip ::2"},
    {"exporter ip 127.0.0.1", "router ip 127.0.0.1"},
    {"engine type 0", "engine-type 0"},
    {"engine-id > 10", "engine-id > 10"},
    {"sysid 1", "exporter id 1"},
    {"exporter sysid < 3", "exporter id <= 2"},
    {"mac 0:11:22:33:44:55", "mac 00:11:22:33:44:55"},
    {"mac 00:00:00:00:00:00", "mac 00:00:00:00:00:00"},
    {"in src mac 0011.2233.4455", "in src mac 00:11:22:33:44:55"},
    {"mpls label10 > 16000", "mpls label10 > 16000"},
    {"mpls exp1 0", "mpls exp1 0"},
    {"mpls eos 16003", "mpls eos 16003"},
    {"mpls any = 16002", "mpls any 16002"},
    {"fwdstat forw", "fwdstat Forw"},
    {"fwdstat Term", "fwdstat Term"},
    {"fwdstat 64", "fwdstat 64"},
    {"dir 1", "flowdir egress"},
    {"client latency > 0", "client latency > 0"},
    {"app latency > 10k", "app latency > 10000"},
    {"asa event term", "asa event delete"},
    {"asa event denied", "asa event denied"},
    {"asa event deny and port 80", "asa event denied and port 80"},
    {"asa event denied ingress", "asa denied ingress"},
    {"asa event denied 1003", "asa denied interface"},
    {"asa denied e-acl", "asa denied egress"},
    {"asa xevent > 1000", "asa xevent > 1000"},
    {"asa user bob", "user = 'bob'"},
    {"src xip 1.2.3.4", "src nat ip 1.2.3.4"},
    {"nnet 10/8", "nat net 10.0.0.0/8"},
    {"dst xlate port 80", "dst nat port 80"},
    {"ingress acl 5", "ingress acl 5"},
    {"egress xace > 5", "egress xace >= 6"},
    {"nat event create", "nat event add"},
    {"nat pblock size 64", "nat pblock size 64"},
    {"pblock start > 1024", "nat pblock start >= 1025"},
    {"egress vrf 1", "egress vrf 1"},
    {"cnt < 5", "count <= 4"},
    {"nfversion 9", "nfversion 9"},
    {"flowlabel 0xabc", "flowlabel 2748"},
    {"observation domain id 42", "observation domain id 42"},
    {"observation point id > 0", "observation point id > 0"},
    {"payload content 'GET'", "payload content 'GET'"},
    {"payload ja3 defined", "payload ja3 defined"},
    {"payload ssl defined", "payload tls defined"},
    {"payload tls version 1.2", "payload tls version 1.2"},
    {"payload tls sni example", "payload tls sni contains 'example'"},
    {"ttl > 64", "ttl >= 65"},
    {"ttl equal", "ttl equal"},
    {"min ttl 1 or max ttl 255", "min ttl 1 or max ttl 255"},
    {"etherType 0x86dd", "ethertype 34525"},
    {"first seen > 2026-01-31T10:00:00.5+01:00", "first seen >= 2026-01-31T09:00:00.501Z"},
    {"last seen < 2026", "last seen <= 2025-12-31T23:59:59.999Z"},
    {"application = dns", "application = 'dns'"},
    {"application matches /^(dns|ntp)$/i", "application matches /^(dns|ntp)$/i"},
    {"host = 'Example.org'", "host = 'Example.org'"},
    {"host contains example", "host contains 'example'"},
    {"host matches /\\.example\\.(org|com)$/i", "host matches /\\.example\\.(org|com)$/"},
    {"url contains '/login'", "url contains '/login'"},
    {"in interface = eth0", "in interface = 'eth0'"},
    {"vrf = red", "vrf = 'red'"},
    {"src as name contains google i", "src as name contains 'google' i"},
    {"host in [10.0.0.1]", "ip 10.0.0.1"},
};

TEST(LanguageFields, KnownFiltersHaveTheirNormalForm) {
    for (const Known& known : kKnown) {
        const auto ast = parse(known.filter);
        ASSERT_TRUE(ast) << known.filter << ": " << ast.error().text();
        EXPECT_EQ(print(*ast), known.normal) << known.filter;
    }
}

filters::language::Test only_test(const std::string& filter) {
    const auto ast = parse(filter);
    EXPECT_TRUE(ast) << filter;
    return ast ? ast->tests.at(0) : filters::language::Test{};
}

TEST(LanguageFields, WhatTestsHold) {
    EXPECT_EQ(only_test("flags =SA").ranges, (std::vector<Range>{{18, 18}}));
    EXPECT_EQ(only_test("flags 0").ranges, (std::vector<Range>{{0, 0}}));
    const auto reset = only_test("flags R");
    ASSERT_EQ(reset.ranges.size(), 32u);
    EXPECT_EQ(reset.ranges.front(), (Range{4, 7}));
    EXPECT_EQ(reset.ranges.back(), (Range{252, 255}));
    EXPECT_EQ(only_test("flags CE").ranges, (std::vector<Range>{{192, 255}}));
    EXPECT_EQ(only_test("mac 0:11:22:33:44:55").ranges, (std::vector<Range>{{0x1122334455, 0x1122334455}}));
    EXPECT_EQ(only_test("first seen 2026-01-31T23:59:59.123").ranges.front().low, 1'769'903'999'123u);
    EXPECT_EQ(only_test("first seen 2026-01-31T23:59:59.123-01:30").ranges.front().low, 1'769'909'399'123u);
    EXPECT_EQ(only_test("last seen >= 2024-02-29").ranges.front().low, 1'709'164'800'000u);
    EXPECT_EQ(only_test("tos 1").side, Side::source);
    EXPECT_EQ(only_test("src or dst tos 1").side, Side::either);
    EXPECT_EQ(only_test("src and dst mask 1").side, Side::both);
    EXPECT_EQ(only_test("sni = X").caseless, true);
    EXPECT_EQ(only_test("user = X").caseless, false);
    EXPECT_EQ(only_test("user defined").match, TextMatch::present);
    EXPECT_EQ(only_test("payload ja3 defined").match, TextMatch::present);
    EXPECT_EQ(only_test("payload content X").match, TextMatch::contains);
    EXPECT_EQ(only_test("payload tls defined").match, TextMatch::regex);
    EXPECT_EQ(only_test("user matches /a\\/b/").text, "a/b");
    EXPECT_EQ(only_test("user matches /a\\\\/").text, "a\\\\");
    EXPECT_EQ(only_test("geo ch").text, "CH");
}

}  // namespace
