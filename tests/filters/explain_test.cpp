// SPDX-License-Identifier: Apache-2.0
// What explain tells of a filter: the compiler's own choices, in words.
#include "filters/program/explain.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using filters::Environment;
using filters::Explanation;

Explanation explained(const std::string& filter, std::vector<std::uint16_t> sources = {}) {
    Environment environment;
    environment.sources = {"zone1", "zone2", "zone3"};
    auto out =
        filters::explain({.name = "", .filter = filter, .place = {}, .sources = std::move(sources)}, environment);
    EXPECT_TRUE(out) << out.error().text();
    return out ? *out : Explanation{};
}

std::string in_words(const Explanation& e) {
    std::string out;
    for (const auto& index : e.indexes) {
        out += index.subjects + " " + index.way;
        out += index.worked_out.empty() ? "\n" : " (" + index.worked_out + ")\n";
    }
    for (std::size_t i = 0; i < e.predicates.size(); ++i) {
        out += "p" + std::to_string(i + 1) + " = " + e.predicates[i].text + " by";
        for (const std::size_t index : e.predicates[i].indexes) out += " " + std::to_string(index);
        out += e.predicates[i].triggers ? ", triggers\n" : "\n";
    }
    for (const auto& operation : e.operations) out += operation + "\n";
    return out + e.result + (e.always ? " always" : "");
}

struct Case {
    std::string filter;
    std::string words;
};

TEST(Explain, TellsIndexesPredicatesAndOperations) {
    const Case cases[] = {
        {"", "any always"},
        {"not any", "not any"},
        {"proto tcp", "proto 1 range compare\np1 = proto tcp by 0, triggers\np1"},
        {"proto tcp and (src port 80 or dst port in [1 3 5]) and not net 10/8",
         "dst_port table\n"
         "src_port 1 range compare\n"
         "proto 1 range compare\n"
         "src_addr+dst_addr prefixes\n"
         "p1 = src port 80 or dst port in [1 3 5] by 0 1, triggers\n"
         "p2 = net 10.0.0.0/8 by 3\n"
         "p3 = proto tcp by 2\n"
         "o1 = p1 and p3 and not p2\n"
         "o1"},
        {"pps > 100", "pps 1 range compare (packets * 1000 / duration_ms)\np1 = pps > 100 by 0, triggers\np1"},
        {"bytes > 10 and bytes <= 20 and src port > 5 and src port < 3",
         "p1 = bytes > 10 and bytes <= 20 by\nnot any"},  // nobody needs it any more
        {"src and dst as 1",
         "src_as 1 range compare\ndst_as 1 range compare\np1 = src as 1 by 0, triggers\np2 = dst as 1 by 1\n"
         "o1 = p1 and p2\no1"},
        {"not port 53",
         "src_port 1 range compare\ndst_port 1 range compare\np1 = port 53 by 0 1\no1 = not p1\no1 always"},
    };
    for (const Case& c : cases) EXPECT_EQ(in_words(explained(c.filter)), c.words) << c.filter;
}

TEST(Explain, SourceListsAreAsked) {
    const Explanation e = explained("port 53", {0, 2});
    ASSERT_EQ(e.predicates.size(), 2u);
    EXPECT_EQ(e.predicates[1].text, "ident zone1 or ident zone3");
    EXPECT_EQ(e.normal_form, "port 53");
}

TEST(Explain, CostsAddUp) {
    const Explanation e = explained("port in [1 2 3] and bps > 1000 and not src as 7");
    double sum = e.operations_ns_per_row;
    for (const auto& index : e.indexes) {
        EXPECT_GT(index.ns_per_row, 0) << index.subjects;
        sum += index.ns_per_row;
    }
    EXPECT_DOUBLE_EQ(e.ns_per_row, sum);
    for (const auto& predicate : e.predicates) {
        EXPECT_GT(predicate.share, 0);
        EXPECT_LE(predicate.share, 1);
    }
}

TEST(Explain, FaultsAreThoseOfTheCompiler) {
    const auto e = filters::explain({.name = "", .filter = "port http", .place = {"", 1, 1}}, Environment{});
    ASSERT_FALSE(e);
    EXPECT_EQ(e.error().place.column, 6u);
}

// What is looked at first in an AND: larger limits are rarer, and a country is no more than its addresses.
TEST(Explain, GuessesThatLargerLimitsAreRarer) {
    const auto share = [](const char* filter) {
        const filters::ChannelSpec channel{.name = {}, .filter = filter, .place = {}, .sources = {}};
        const auto explained = filters::explain(channel, filters::Environment::with_sources(1));
        EXPECT_TRUE(explained) << filter;
        return explained->predicates.front().share;
    };
    EXPECT_LT(share("bps > 1m"), share("bps > 1k"));
    EXPECT_LT(share("bps > 1g"), share("bps > 1m"));
    EXPECT_LT(share("bps > 1m"), 0.6);
    EXPECT_GT(share("bytes < 1m"), share("bytes < 1k"));
    std::string list = "src ip in [";
    for (int i = 0; i < 4096; ++i) list += "10." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ".0/24 ";
    EXPECT_LT(share((list + "]").c_str()), 0.05);
}

}  // namespace
