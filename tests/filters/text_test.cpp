// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "filters/text/pattern_db.hpp"
#include "filters/text/payload.hpp"
#include "filters/text/regex_cost.hpp"

namespace {

using filters::text::Pattern;
using filters::text::PatternDb;
using filters::text::PatternKind;
using filters::text::Scratch;
using namespace std::string_literals;

std::set<std::uint32_t> scan(const PatternDb& db, Scratch& scratch, std::string_view bytes) {
    std::set<std::uint32_t> found;
    EXPECT_TRUE(db.scan(
        bytes, scratch, [](std::uint32_t id, void* to) { static_cast<std::set<std::uint32_t>*>(to)->insert(id); },
        &found));
    return found;
}

bool plain_match(const Pattern& pattern, const std::string& bytes) {
    if (pattern.kind == PatternKind::content) return bytes.find(pattern.text) != std::string::npos;
    auto flags = std::regex::ECMAScript;
    if (pattern.caseless) flags |= std::regex::icase;
    return std::regex_search(bytes, std::regex(pattern.text, flags));
}

// Hyperscan's known troubles are silent false negatives, so sets of patterns are compared with a matcher that
// is too simple to have any.
void compare(const std::vector<Pattern>& patterns, const std::vector<std::string>& inputs) {
    const auto db = PatternDb::compile(patterns);
    ASSERT_TRUE(db) << db.error().text();
    Scratch scratch;
    ASSERT_TRUE(scratch.fit(*db));
    for (const std::string& input : inputs) {
        std::set<std::uint32_t> expected;
        for (std::uint32_t i = 0; i < patterns.size(); ++i) {
            if (plain_match(patterns[i], input)) expected.insert(i);
        }
        EXPECT_EQ(scan(*db, scratch, input), expected) << testing::PrintToString(input);
    }
}

TEST(PatternDb, AgreesWithAPlainMatcherOnChosenInput) {
    compare(
        {
            {PatternKind::content, "GET "},
            {PatternKind::content, "\0\0\0\0"s},
            {PatternKind::content, "\0x"s},
            {PatternKind::content, "a.b*c[(\\"},
            {PatternKind::content, "\n\r"},
            {PatternKind::content, "\xff\xfe"},
            {PatternKind::content, "z"},
            {PatternKind::content, "zz"},
            {PatternKind::content, std::string(300, 'y')},
            {PatternKind::regex, "^SSH-[0-9]"},
            {PatternKind::regex, "host: [a-z]+\\.example", true},
            {PatternKind::regex, "(foo|bar)baz"},
            {PatternKind::regex, "end$"},
            {PatternKind::regex, "[0-9]{3}-[0-9]{4}"},
        },
        {"",
         "z",
         "zz",
         "GET / HTTP/1.0",
         "get /",
         "GET",
         "SSH-2.0",
         "xSSH-2.0",
         "Host: WWW.Example",
         "HOST: a.example",
         "a.b*c[(\\",
         "aXbbbc",
         "\0\0\0"s,
         "\0\0\0\0"s,
         "q\0x\0\0\0\0\0"s,
         "\xff\xfe",
         "\n\r",
         "foobaz barbaz",
         "the end",
         "the end ",
         "555-1234",
         "55-1234",
         std::string(299, 'y'),
         std::string(301, 'y'),
         std::string(2000, '\0')});
}

TEST(PatternDb, AgreesWithAPlainMatcherOnRandomInput) {
    std::mt19937 random(20);
    const auto draw = [&](std::size_t most, const std::string& letters) {
        std::string out(1 + random() % most, ' ');
        for (char& c : out) c = letters[random() % letters.size()];
        return out;
    };
    const std::string letters = "ab\0c"s;
    for (int round = 0; round < 60; ++round) {
        std::vector<Pattern> patterns;
        for (int i = 0; i < 12; ++i) {
            std::string regex = draw(3, "abc") + (random() % 2 != 0 ? "[ab]+" : "(a|cb)") + draw(2, "abc");
            const bool literal = random() % 2 != 0;
            patterns.push_back(literal ? Pattern{PatternKind::content, draw(5, letters)}
                                       : Pattern{PatternKind::regex, std::move(regex), random() % 2 != 0});
        }
        std::vector<std::string> inputs;
        for (int i = 0; i < 20; ++i) inputs.push_back(draw(i < 10 ? 6 : 60, letters + "A"));
        compare(patterns, inputs);
    }
}

std::string many(const std::string& text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += text;
    return out;
}

struct Refused {
    Pattern pattern;
    std::string reason;
};

TEST(PatternDb, RefusesWhatItCannotOrShouldNotTake) {
    const Refused cases[] = {
        {{PatternKind::content, ""}, "it is empty"},
        {{PatternKind::content, std::string(1025, 'a')}, "more than 1024 bytes"},
        {{PatternKind::regex, "a\0b"s}, "NUL"},
        {{PatternKind::regex, "a*"}, "matches an empty text"},
        {{PatternKind::regex, "(abc)?$"}, "not accepted"},
        {{PatternKind::regex, "a(b"}, "Missing close parenthesis"},
        {{PatternKind::regex, "[a"}, "not accepted"},
        {{PatternKind::regex, "(a)\\1"}, "not accepted"},
        {{PatternKind::regex, "a(?=b)"}, "not accepted"},
        {{PatternKind::regex, "a{5000}"}, "repeats are too large"},
        {{PatternKind::regex, "((ab){100}){100}"}, "repeats are too large"},
        {{PatternKind::regex, "((((x{90}){90}){90}){90}){90}"}, "repeats are too large"},
        {{PatternKind::regex, "a{99999999999999999999999}"}, "repeats are too large"},
        {{PatternKind::regex, "(" + many("ab|", 250) + "z){4}"}, "can follow each other"},
        {{PatternKind::regex, "x(a?b?){400}y"}, "can follow each other"},
    };
    for (const Refused& c : cases) {
        const auto checked = filters::text::check(c.pattern);
        ASSERT_FALSE(checked) << c.pattern.text;
        EXPECT_NE(checked.error().message.find(c.reason), std::string::npos) << checked.error().message;
        EXPECT_FALSE(PatternDb::compile(std::span(&c.pattern, 1)));
    }
}

TEST(PatternDb, RefusesTooMuchTogether) {
    std::vector<Pattern> patterns;
    for (std::uint32_t i = 0; i < 100; ++i) patterns.push_back({PatternKind::regex, std::to_string(i) + ".{4000}x"});
    patterns.push_back({PatternKind::regex, "largest.{4050}x"});
    const auto db = PatternDb::compile(patterns);
    ASSERT_FALSE(db);
    EXPECT_NE(db.error().message.find("'largest.{4050}x'"), std::string::npos) << db.error().message;
    EXPECT_NE(db.error().message.find("too much together"), std::string::npos) << db.error().message;
    patterns.assign(filters::text::kMostPatterns + 1, {PatternKind::content, "x"});
    EXPECT_FALSE(PatternDb::compile(patterns));
}

struct Cost {
    std::string regex;
    std::uint64_t positions;
    std::uint64_t edges;
};

TEST(RegexCost, IsThatOfTheExpressionWrittenOut) {
    const Cost cases[] = {
        {"", 0, 0},
        {"abc", 3, 2},
        {"a{3}", 3, 3},
        {"ab{2,5}c", 7, 7},
        {"(ab){10}c", 21, 20},
        {"((ab){10}c){3}", 63, 62},
        {"[]{9}]\\{x{4}", 6, 6},
        {"a{,7}", 7, 7},
        {"a{x}", 4, 3},
        {"(((((", 0, 0},
        {"a\\", 2, 1},
        {"a[\\", 2, 1},
        {"a|b|c", 3, 0},
        {"(a|b|c)(d|e)", 5, 6},
        {"(a|b|c){2}", 6, 9},
        {"(a|b|c)+", 3, 9},
        {"(a|b|c)+?x", 4, 12},
        {"(?:ab)*", 2, 2},
        {"(?i)ab", 2, 1},
        {"a?b?c?", 3, 6},
        {".{0,1000}x", 1001, 1001},
    };
    for (const Cost& c : cases) {
        EXPECT_EQ(filters::text::cost_of(c.regex).positions, c.positions) << c.regex;
        EXPECT_EQ(filters::text::cost_of(c.regex).edges, c.edges) << c.regex;
    }
    EXPECT_EQ(filters::text::cost_of("((ab){1000000}){1000000}{1000000}").positions, filters::text::kUncounted);
    EXPECT_EQ(filters::text::cost_of("(a{1000000}){1000000}{1000000}").positions, filters::text::kUncounted);
}

// Header fields that the finder looks at; the rest is zero.
std::string ethernet(std::uint16_t type) {
    return std::string(12, 'm') + static_cast<char>(type >> 8) + static_cast<char>(type & 0xff);
}
std::string vlan(std::uint16_t type) {
    return "\0\x05"s + static_cast<char>(type >> 8) + static_cast<char>(type & 0xff);
}
std::string ipv4(std::uint8_t proto, std::size_t payload, unsigned words = 5, std::uint16_t fragment = 0) {
    std::string out(words * 4, '\0');
    const std::size_t total = payload == 0 ? 0 : payload + out.size();
    out[0] = static_cast<char>(0x40 | words);
    out[2] = static_cast<char>(total >> 8);
    out[3] = static_cast<char>(total & 0xff);
    out[6] = static_cast<char>(fragment >> 8);
    out[7] = static_cast<char>(fragment & 0xff);
    out[9] = static_cast<char>(proto);
    return out;
}
std::string ipv6(std::uint8_t next, std::size_t payload) {
    std::string out(40, '\0');
    out[0] = 0x60;
    out[4] = static_cast<char>(payload >> 8);
    out[5] = static_cast<char>(payload & 0xff);
    out[6] = static_cast<char>(next);
    return out;
}
std::string udp() {
    return std::string(8, 'u');
}
std::string tcp(unsigned words = 5) {
    std::string out(words * 4, 't');
    out[12] = static_cast<char>(words << 4);
    return out;
}
std::string extension(std::uint8_t next, unsigned more = 0) {
    return std::string(1, static_cast<char>(next)) + static_cast<char>(more) + std::string(6 + more * 8, '\0');
}

struct Sample {
    std::string name;
    std::string packet;
    std::uint8_t proto;
    std::string rest;
};

TEST(Payload, BeginsBehindTheTransportHeader) {
    const Sample cases[] = {
        {"udp over ethernet", ethernet(0x0800) + ipv4(17, 12) + udp() + "data", 17, "data"},
        {"link padding is not payload", ethernet(0x0800) + ipv4(17, 12) + udp() + "data" + std::string(20, '\0'), 17,
         "data"},
        {"tcp with options", ethernet(0x0800) + ipv4(6, 32) + tcp(7) + "data", 6, "data"},
        {"tcp with a nonsense length has the least header",
         ethernet(0x0800) + ipv4(6, 24) + tcp(5).replace(12, 1, 1, '\0') + "data", 6, "data"},
        {"ipv4 with options", ethernet(0x0800) + ipv4(17, 12, 8) + udp() + "data", 17, "data"},
        {"vlan", ethernet(0x8100) + vlan(0x0800) + ipv4(17, 12) + udp() + "data", 17, "data"},
        {"qinq", ethernet(0x88a8) + vlan(0x8100) + vlan(0x86dd) + ipv6(17, 12) + udp() + "data", 17, "data"},
        {"bare ipv4", ipv4(17, 12) + udp() + "data", 17, "data"},
        {"bare ipv6", ipv6(6, 24) + tcp() + "data", 6, "data"},
        {"ipv6 extensions", ipv6(0, 8 + 16 + 12) + extension(60) + extension(17, 1) + udp() + "data", 17, "data"},
        {"ipv6 later fragment", ipv6(44, 12) + "\x11\0\0\x09\0\0\0\0"s + "data", 17, "data"},
        {"ipv4 later fragment", ipv4(17, 4, 5, 3) + "data", 17, "data"},
        {"length 0 of segmentation offload", ipv4(17, 0) + udp() + "data", 17, "data"},
        {"icmp keeps its header", ipv4(1, 12) + "\x08\0\0\0\0\0\0\0"s + "data", 1, "\x08\0\0\0\0\0\0\0"s + "data"},
        {"cut inside the transport header", ethernet(0x0800) + ipv4(6, 400) + "tttt", 6, ""},
        {"cut behind the transport header", ethernet(0x0800) + ipv4(17, 400) + udp() + "da", 17, "da"},
        {"another protocol than the flow's", ethernet(0x0800) + ipv4(17, 12) + udp() + "data", 6,
         ethernet(0x0800) + ipv4(17, 12) + udp() + "data"},
        {"arp", ethernet(0x0806) + "data", 0, ethernet(0x0806) + "data"},
        {"text", "GET / HTTP/1.0", 6, "GET / HTTP/1.0"},
        {"tunnel, for the packet around", ipv4(47, 4 + 20 + 12) + "\0\0\x08\0"s + ipv4(17, 12) + udp() + "data", 47,
         "\0\0\x08\0"s + ipv4(17, 12) + udp() + "data"},
        {"tunnel, for the packet inside", ipv4(47, 4 + 20 + 12) + "\0\0\x08\0"s + ipv4(17, 12) + udp() + "data", 17,
         "data"},
        {"labels", ethernet(0x8847) + "\0\x01\x01\x40"s + ipv4(17, 12) + udp() + "data", 17, "data"},
        {"ipv6 whose extensions end behind its length", ipv6(0, 4) + extension(17) + udp() + "data", 17, ""},
        {"three tags", ethernet(0x8100) + vlan(0x8100) + vlan(0x8100) + vlan(0x0800) + "x", 0,
         ethernet(0x8100) + vlan(0x8100) + vlan(0x8100) + vlan(0x0800) + "x"},
        {"nothing", "", 6, ""},
    };
    for (const Sample& c : cases) EXPECT_EQ(filters::text::application_bytes(c.packet, c.proto), c.rest) << c.name;
}

TEST(Payload, StaysInsideWhateverTheBytesSay) {
    std::mt19937 random(9);
    for (int i = 0; i < 20'000; ++i) {
        std::string packet = random() % 2 != 0 ? ethernet(random() % 2 != 0 ? 0x0800 : 0x86dd) : "";
        packet += random() % 2 != 0 ? ipv4(static_cast<std::uint8_t>(random()), random() % 99)
                                    : ipv6(random() % 2 != 0 ? 44 : 0, random() % 99);
        for (std::size_t n = random() % 40; n > 0; --n) packet += static_cast<char>(random());
        packet.resize(random() % (packet.size() + 1));
        if (!packet.empty()) packet[random() % packet.size()] = static_cast<char>(random());
        const auto rest = filters::text::application_bytes(packet, random() % 2 != 0 ? 6 : 17);
        if (rest.empty()) continue;
        ASSERT_GE(rest.data(), packet.data());
        ASSERT_LE(rest.data() + rest.size(), packet.data() + packet.size());
    }
}

}  // namespace
