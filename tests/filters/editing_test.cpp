// SPDX-License-Identifier: Apache-2.0
#include "filters/language/editing.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "filters/language/parser.hpp"

namespace filters::language {
namespace {

// k keyword, f field, o operator, n number, a address, s text, c comment, b bracket, ! fault; one a part.
std::string shades(std::string_view filter) {
    std::string out;
    for (const Shaded& part : shaded(filter)) out += "kfonascb!"[static_cast<int>(part.shade)];
    return out;
}

struct Shades {
    std::string_view filter, shades;
};

TEST(Shaded, ColoursRightAndUnfinishedFilters) {
    const Shades cases[] = {
        {"", ""},
        {"  \n", ""},
        {"any", "k"},
        {"proto tcp and dst port 443", "fskkfn"},
        {"not (src net 10/8 or ip 2001:db8::1)", "kbkfakfab"},
        {"port in [80, 443] # web", "fobnonbc"},
        {"src and dst ip in [10.0.0.0/8 192.168.0.0/16]", "kkkfobaab"},
        {"net 10.0.0.0 255.0.0.0", "faa"},
        {"flags SA and packets >= 3", "fskfon"},
        {"host = x", "fos"},
        {"host 10.0.0.1", "fa"},
        {"sni matches /(^|\\.)a/i", "fos"},
        {"application contains 'a' i and port 1", "foskkfn"},
        {"application defined", "fo"},
        {"mpls label3 > 5 || ident backbone", "ffonkfs"},
        {"geo CZ", "fs"},
        {"as name contains 'x'", "ffos"},
        {"port in pblock", "fff"},
        {"@include web.nf and any", "kkk"},
        // Wrong or unfinished.
        {"proto", "f"},
        {"proto tcp and prot 443 or port 80", "fsk!nkfn"},
        {"port 80 or 443", "fnkn"},
        {"port 80 port 443", "fnfn"},
        {"application contains 'a", "fo!"},
        {"port 80 $ and any", "fn!kk"},
        {"src", "k"},
        {"mpls", "f"},
        {"port in [80", "fobn"},
        {")", "!"},
        {"pf reason match", "f!!"},
    };
    for (const Shades& c : cases) EXPECT_EQ(shades(c.filter), c.shades) << c.filter;
}

// What is offered where | stands.
std::vector<std::string> offered(std::string_view marked) {
    std::string filter(marked);
    const std::size_t cursor = filter.find('|');
    filter.erase(cursor, 1);
    std::vector<std::string> out;
    for (const Completion& c : completions(filter, cursor, {"backbone", "peer 1"}).list) out.push_back(c.text);
    return out;
}

struct Offer {
    std::string_view marked;
    std::vector<std::string> first;  // that stand there first
    std::vector<std::string> among;
    std::vector<std::string> absent;
};

TEST(Completions, OfferWhatTheLanguageTakesThere) {
    const Offer cases[] = {
        {"|", {"proto", "port"}, {"ip", "net", "src", "dst", "not", "any"}, {"and", "or"}},
        {"pro|", {"proto"}, {}, {"port"}},
        {"proto |", {"tcp", "udp", "icmp"}, {"in [", ">="}, {"and"}},
        {"proto t|", {"tcp"}, {}, {"udp"}},
        {"proto tcp |", {"and", "or"}, {"and not"}, {")", "tcp"}},
        {"(proto tcp |", {"and", "or", ")"}, {}, {}},
        {"proto tcp an|", {"and"}, {}, {"or"}},
        {"not |", {"proto"}, {"src"}, {"not"}},
        {"src |", {}, {"port", "ip", "net", "as", "mac", "and dst", "or dst"}, {"proto", "not"}},
        {"src and |", {"dst"}, {}, {"src", "port"}},
        {"src and dst p|", {"port"}, {}, {"proto"}},
        {"port |", {"in [", "="}, {"in pblock"}, {"and"}},
        {"port in [|", {}, {}, {"and"}},
        {"port in [80 |", {"]"}, {}, {"and"}},
        {"flags |", {"S"}, {"SA", "="}, {}},
        {"geo d|", {"DE"}, {"DK"}, {"CZ"}},
        {"geo ger|", {"DE"}, {}, {"CZ"}},
        {"ident |", {"backbone", "'peer 1'"}, {}, {"="}},
        {"mpls |", {"label1"}, {"any", "eos"}, {"tcp"}},
        {"as |", {}, {"name", "in [", ">"}, {}},
        {"host |", {"in ["}, {"contains", "matches", "defined"}, {}},
        {"application |", {"contains"}, {"matches", "defined"}, {"<"}},
        {"application contains 'x' |", {"i", "and"}, {}, {}},
        {"flowdir |", {"ingress", "egress"}, {}, {}},
        {"dst xl|", {}, {"xlate ip", "xlate port"}, {"xlate event"}},
        {"label|", {}, {"mpls label1"}, {}},
        // Nothing within comments, texts and behind what is wrong.
        {"any # pro|", {}, {}, {"proto"}},
        {"application contains 'a|b'", {}, {}, {"and"}},
        {"application contains 'a|", {}, {}, {"and"}},
        {"frobnicate |", {}, {}, {"and", "proto"}},
        // In the middle of a right filter.
        {"proto | and port 80", {"tcp"}, {}, {"and"}},
        {"pr| tcp and port 80", {"proto"}, {}, {}},
    };
    for (const Offer& c : cases) {
        const auto found = offered(c.marked);
        const auto has = [&](const std::string& text) {
            return std::find(found.begin(), found.end(), text) != found.end();
        };
        for (std::size_t i = 0; i < c.first.size(); ++i)
            EXPECT_TRUE(i < found.size() && found[i] == c.first[i]) << c.marked << ": " << c.first[i];
        for (const auto& text : c.among) EXPECT_TRUE(has(text)) << c.marked << ": " << text;
        for (const auto& text : c.absent) EXPECT_FALSE(has(text)) << c.marked << ": " << text;
        EXPECT_LE(found.size(), kMostCompletions);
    }
}

TEST(Completions, TakeThePlaceOfTheWordAtTheCursor) {
    const Completions inside = completions("proto udp", 7, {});
    EXPECT_EQ(inside.offset, 6u);
    EXPECT_EQ(inside.length, 3u);
    const Completions behind = completions("proto ", 6, {});
    EXPECT_EQ(behind.offset, 6u);
    EXPECT_EQ(behind.length, 0u);
    EXPECT_EQ(completions("any", 99, {}).offset, 0u);
}

// What is taken over one after the other makes a right filter.
TEST(Completions, LeadToARightFilter) {
    for (const std::string_view begin : {"", "src ", "proto ", "port in [80 ", "flags ", "mpls ", "src and "}) {
        std::string filter(begin);
        bool right = false;
        for (int words = 0; words < 6 && !(right = !filter.empty() && parse(filter).has_value()); ++words) {
            const Completions next = completions(filter, filter.size(), {});
            if (next.list.empty()) {
                filter += "80 ";
                continue;
            }
            filter = filter.substr(0, next.offset) + next.list.front().text + " ";
        }
        EXPECT_TRUE(right) << filter;
    }
}

TEST(Editing, FindsTheTokenOfAnError) {
    const std::string_view filter = "\xef\xbb\xbf# \xc4\x8c\nproto tcp and prot 443";
    const auto ast = parse(filter);
    ASSERT_FALSE(ast);
    const Stretch at = stretch_of(filter, ast.error().place);
    EXPECT_EQ(filter.substr(at.offset, at.length), "prot");
    EXPECT_EQ(stretch_of("proto", {{}, 1, 6}).offset, 5u);
}

TEST(Editing, CorrectsWhatWasMeant) {
    const auto fixed = [](std::string_view filter) {
        const auto ast = parse(filter);
        return ast ? std::string("right")
                   : corrected(filter, ast.error(), [](const std::string& f) { return parse(f).has_value(); });
    };
    EXPECT_EQ(fixed("proto tcp and prot 443"), "proto tcp and port 443");
    EXPECT_EQ(fixed("prot tcp"), "proto tcp");
    EXPECT_EQ(fixed("tcp"), "proto tcp");
    EXPECT_EQ(fixed("port 80 or 443"), "port 80 or port 443");
    EXPECT_EQ(fixed("proto tcp adn port 80"), "proto tcp and port 80");
    EXPECT_EQ(fixed("zzzzzz"), "");
    EXPECT_EQ(fixed("port 80, 443"), "");
}

TEST(Editing, CountsAsBrowsersDo) {
    const std::string_view text = "a\xc4\x8c\xf0\x9f\x98\x80z";  // a, C with caron, a smile, z
    EXPECT_EQ(utf16_units(text), 5u);
    EXPECT_EQ(utf8_bytes(text, 2), 3u);
    EXPECT_EQ(utf8_bytes(text, 4), 7u);
    EXPECT_EQ(utf8_bytes(text, 3), 7u);
    EXPECT_EQ(utf8_bytes(text, 99), text.size());
}

}  // namespace
}  // namespace filters::language
