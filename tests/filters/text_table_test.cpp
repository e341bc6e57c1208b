// SPDX-License-Identifier: Apache-2.0
// Tables of texts and what is remembered of texts, against plain comparisons: silent false negatives are what can go
// wrong here.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "filters/text/known_texts.hpp"
#include "filters/text/text_table.hpp"
#include "tests/filters/plain_text.hpp"

namespace {

using filters::text::KnownTexts;
using filters::text::Pattern;
using filters::text::PatternKind;
using filters::text::Scratch;
using filters::text::TextTable;
using namespace std::string_literals;

using Ids = std::multiset<std::uint32_t>;

struct Rig {
    explicit Rig(std::vector<TextTable::Entry> asked)
        : entries(std::move(asked)), table(TextTable::compile(entries)), known(KnownTexts::make()) {
        EXPECT_TRUE(table) << table.error().text();
        EXPECT_TRUE(known);
        EXPECT_TRUE(table->fit(scratch));
        for (const auto& entry : entries) plain.emplace_back(entry.pattern);
    }
    Ids scanned(std::string_view text) {
        Ids out;
        EXPECT_TRUE(table->match(
            text, scratch, [](std::uint32_t id, void* to) { static_cast<Ids*>(to)->insert(id); }, &out));
        return out;
    }
    Ids remembered(std::string_view text) {
        const auto ids = known->ids(text, *table, scratch);
        return {ids.begin(), ids.end()};
    }
    Ids expected(const std::string& text) const {
        Ids out;
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (plain[i].holds(text)) out.insert(entries[i].id);
        }
        return out;
    }
    void compare(const std::string& text) {
        const Ids wanted = expected(text);
        // In the arena other texts stand around it, which would make of it what it is not.
        const Pattern& some = entries[text.size() % entries.size()].pattern;
        const std::string arena = some.text + text + some.text + text;
        ASSERT_EQ(scanned(std::string_view(arena).substr(some.text.size(), text.size())), wanted)
            << testing::PrintToString(text);
        ASSERT_EQ(scanned(text), wanted) << testing::PrintToString(text);
        ASSERT_EQ(remembered(text), wanted) << testing::PrintToString(text);
        ASSERT_EQ(remembered(text), wanted) << testing::PrintToString(text);
    }

    std::vector<TextTable::Entry> entries;
    flow::Result<TextTable> table;
    flow::Result<KnownTexts> known;
    Scratch scratch;
    std::vector<support::PlainText> plain;
};

TEST(TextTable, AnswersEachKindOfQuestion) {
    Rig rig({{{PatternKind::equal, "web-browsing"}, 0},
             {{PatternKind::equal, "Web-Browsing", true}, 1},
             {{PatternKind::equal, ""}, 2},
             {{PatternKind::equal, "a\0b"s}, 3},
             {{PatternKind::equal, "A\0B"s, true}, 4},
             {{PatternKind::equal, std::string(1024, 'x')}, 5},
             {{PatternKind::equal, std::string(1024, 'X'), true}, 6},
             {{PatternKind::present}, 7},
             {{PatternKind::content, "brows"}, 8},
             {{PatternKind::content, "\0"s}, 9},
             {{PatternKind::content, "BROWS", true}, 10},
             {{PatternKind::regex, "^web-[a-z]+$"}, 11},
             {{PatternKind::regex, "^WEB.", true}, 12},
             {{PatternKind::equal, "caf\xc3\xa9"}, 13},
             {{PatternKind::equal, "CAF\xc3\xa9", true}, 14},
             {{PatternKind::equal, "\xff\xfe"}, 15},
             {{PatternKind::content, "\xc3"}, 16},
             {{PatternKind::content, "brows"}, 17},
             {{PatternKind::equal, "web-browsing"}, 18},
             {{PatternKind::regex, "a.b"}, 19}});
    EXPECT_EQ(rig.table->patterns(), 18u);
    for (const std::string& text : {""s,
                                    "web-browsing"s,
                                    "WEB-BROWSING"s,
                                    "web-browsing "s,
                                    "a\0b"s,
                                    "A\0b"s,
                                    "a"s,
                                    "\0"s,
                                    "a\nb"s,
                                    std::string(1024, 'x'),
                                    std::string(1025, 'x'),
                                    std::string(70'000, 'x'),
                                    "caf\xc3\xa9"s,
                                    "CAF\xc3\xa9"s,
                                    "CAF\xc3\x89"s,
                                    "\xff\xfe"s,
                                    "browse"s,
                                    "web-1"s,
                                    "web-a\n"s,
                                    std::string(112, 'q'),
                                    std::string(113, 'q'),
                                    std::string(112, 'x') + "brows",
                                    "webx" + std::string(200, '\0')}) {
        rig.compare(text);
    }
}

TEST(TextTable, WithoutPatternsNeedsNoDatabase) {
    Rig rig({{{PatternKind::equal, "x"}, 1}, {{PatternKind::present}, 2}});
    EXPECT_FALSE(rig.table->has_database());
    for (const std::string text : {"", "x", "X", "xx"}) rig.compare(text);
}

std::string draw(std::mt19937& random, std::size_t most, const std::string& letters) {
    std::string out(random() % (most + 1), ' ');
    for (char& c : out) c = letters[random() % letters.size()];
    return out;
}

Pattern draw_pattern(std::mt19937& random, const std::string& letters) {
    const bool caseless = random() % 3 == 0;
    switch (random() % 5) {
        case 0:
            return {PatternKind::equal, draw(random, 6, letters), caseless};
        case 1: {
            // What Hyperscan is known to be slow on, and was wrong on: many equal bytes at the end.
            return {PatternKind::content,
                    draw(random, 4, letters) + std::string(1 + random() % 12, letters[random() % 3]), caseless};
        }
        case 2:
        case 3:
            return {PatternKind::content, letters[random() % letters.size()] + draw(random, 7, letters), caseless};
        default:
            return {PatternKind::regex, support::draw_regex(random), caseless};
    }
}

// Short and zero-rich texts, cut out of each other, so that literals overlap and end where the text does.
std::string draw_text(std::mt19937& random, const std::string& letters, const std::vector<TextTable::Entry>& entries) {
    std::string out;
    for (std::size_t n = random() % 5; n > 0; --n) {
        switch (random() % 4) {
            case 0:
                out += std::string(random() % 20, '\0');
                break;
            case 1:
                out += draw(random, 12, letters);
                break;
            case 2:
                out += std::string(random() % 40, letters[random() % letters.size()]);
                break;
            default: {
                const Pattern& some = entries[random() % entries.size()].pattern;
                if (some.kind != PatternKind::regex) out += some.text;
            }
        }
    }
    return out.substr(0, out.size() - (out.empty() ? 0 : random() % std::min<std::size_t>(out.size(), 3)));
}

TEST(TextTable, AgreesWithPlainComparisonsOnRandomPatternsAndTexts) {
    std::mt19937 random(4);
    for (int round = 0; round < 60; ++round) {
        const std::string letters = round % 3 == 0 ? "ab\0"s : round % 3 == 1 ? "aAbB.\0\xff"s : "abcdefgh\0xyzXYZ-."s;
        std::vector<TextTable::Entry> entries;
        const std::size_t count = round % 10 == 0 ? 300 : 1 + random() % 25;
        for (std::uint32_t i = 0; i < count; ++i) entries.push_back({draw_pattern(random, letters), i * 3});
        Rig rig(entries);
        for (int i = 0; i < 60; ++i) rig.compare(draw_text(random, letters, entries));
    }
}

TEST(KnownTexts, LooksAtEachTextOnce) {
    Rig rig({{{PatternKind::content, "a"}, 1}, {{PatternKind::content, "b"}, 2}, {{PatternKind::content, "c"}, 3}});
    for (int round = 0; round < 3; ++round) {
        for (const std::string text : {"", "x", "a", "ab", "abc", "cba"}) {
            EXPECT_EQ(rig.remembered(text), rig.expected(text));
        }
        EXPECT_EQ(rig.known->looked_at(), 6u);
    }
    EXPECT_EQ(rig.known->failures(), 0u);
    const std::string most(KnownTexts::kLongestKnown, 'a');
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(rig.remembered(most), rig.expected(most));
        EXPECT_EQ(rig.remembered(most + "b"), rig.expected(most + "b"));
    }
    EXPECT_EQ(rig.known->looked_at(), 6u + 1 + 3);
}

TEST(KnownTexts, PlacesMeanOtherTextsInTheNextBatch) {
    Rig rig({{{PatternKind::content, "a"}, 1}, {{PatternKind::content, "b"}, 2}});
    const std::string first = "aab";
    const std::string second = "bba";
    const auto at = [&](std::uint32_t offset, std::uint32_t length, const std::string& arena) {
        const auto ids = rig.known->ids(flow::Text{offset, length}, arena.data(), *rig.table, rig.scratch);
        return Ids(ids.begin(), ids.end());
    };
    for (int i = 0; i < 2; ++i) {
        rig.known->next_batch();
        EXPECT_EQ(at(0, 2, first), Ids{1});
        EXPECT_EQ(at(0, 3, first), (Ids{1, 2}));
        EXPECT_EQ(at(0, 2, first), Ids{1});
        EXPECT_EQ(at(2, 1, first), Ids{2});
        EXPECT_EQ(at(0, 0, first), Ids{});
        rig.known->next_batch();
        EXPECT_EQ(at(0, 2, second), Ids{2});
        EXPECT_EQ(at(2, 1, second), Ids{1});
    }
}

// More texts than there is room for, among them some that are asked again and again.
TEST(KnownTexts, StaysRightAndBoundedInAFlood) {
    Rig rig({{{PatternKind::regex, "[13579]$"}, 1},
             {{PatternKind::content, "77"}, 2},
             {{PatternKind::content, "4"}, 3},
             {{PatternKind::equal, "host-12"}, 4}});
    const auto expected = [](std::uint64_t i, const std::string& text) {
        Ids out;
        if (i % 2 == 1) out.insert(1);
        if (text.find("77") != std::string::npos) out.insert(2);
        if (text.find('4') != std::string::npos) out.insert(3);
        if (i == 12) out.insert(4);
        return out;
    };
    const std::uint64_t most = KnownTexts::kMostTexts * 5 / 2;
    std::uint64_t asked_often = 0;
    for (std::uint64_t i = 0; i < most; ++i) {
        const std::string text = "host-" + std::to_string(i);
        ASSERT_EQ(rig.remembered(text), expected(i, text)) << text;
        const std::uint64_t often = i % 50;
        const std::string again = "host-" + std::to_string(often);
        const std::uint64_t before = rig.known->looked_at();
        ASSERT_EQ(rig.remembered(again), expected(often, again)) << again;
        asked_often += rig.known->looked_at() - before;
    }
    EXPECT_LT(asked_often, most / 100) << "texts that are asked often are driven out by those that are not";
}

// 64 texts at once, some of them longer than what is kept, each batch at other places: as when each is looked at.
TEST(KnownTexts, RecallsManyAtOnce) {
    Rig rig(
        {{{PatternKind::regex, "[13579]$"}, 1}, {{PatternKind::content, "77"}, 2}, {{PatternKind::content, "a4"}, 3}});
    std::mt19937 random(5);
    std::uint64_t recalled_rows = 0;
    for (int batch = 0; batch < 400; ++batch) {
        rig.known->next_batch();
        std::string arena;
        std::array<flow::Text, 64> texts{};
        for (flow::Text& text : texts) {
            const std::string name =
                std::string(random() % 8 == 0 ? 130 : random() % 30, 'a') + std::to_string(random() % 100);
            text = {static_cast<std::uint32_t>(arena.size()), static_cast<std::uint32_t>(name.size())};
            arena += name;
        }
        const std::uint64_t rows = random() | std::uint64_t{random()} << 32;
        KnownTexts::Recalled recalled;
        for (int again = 0; again < 2; ++again) {
            rig.known->recall(texts.data(), rows, arena.data(), recalled);
            std::array<Ids, 64> got{};
            for (std::uint32_t i = 0; i < recalled.ones; ++i)
                got[recalled.one[i]].insert(recalled.found[recalled.one[i]]);
            for (std::uint32_t i = 0; i < recalled.manys; ++i) {
                const auto ids = rig.known->ids(recalled.found[recalled.many[i]]);
                got[recalled.many[i]].insert(ids.begin(), ids.end());
            }
            EXPECT_EQ(recalled.unknown & ~rows, 0u);
            for (std::size_t row = 0; row < 64; ++row) {
                if ((rows >> row & 1) == 0) continue;
                const std::string text = arena.substr(texts[row].offset, texts[row].length);
                if ((recalled.unknown >> row & 1) != 0) {
                    const auto ids = rig.known->ids(texts[row], arena.data(), *rig.table, rig.scratch);
                    got[row].insert(ids.begin(), ids.end());
                } else {
                    ++recalled_rows;
                }
                ASSERT_EQ(got[row], rig.expected(text)) << text;
            }
        }
    }
    EXPECT_GT(recalled_rows, 400u * 32);
}

// The lists of ids are full long before the texts are.
TEST(KnownTexts, ForgetsWhenItsListsAreFull) {
    std::vector<TextTable::Entry> entries;
    for (std::uint32_t i = 0; i < 1000; ++i) entries.push_back({{PatternKind::present}, i});
    entries.push_back({{PatternKind::content, "7"}, 5000});
    Rig rig(entries);
    for (int i = 0; i < 700; ++i) {
        const std::string text = "t" + std::to_string(i % 350);
        ASSERT_EQ(rig.remembered(text).size(), 1000 + rig.expected(text).count(5000)) << text;
    }
    EXPECT_EQ(rig.known->failures(), 0u);
}

}  // namespace
