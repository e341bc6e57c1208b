// SPDX-License-Identifier: Apache-2.0
#include "filters/language/lexer.hpp"

#include <gtest/gtest.h>

#include "filters/language/parser.hpp"

namespace {

using filters::language::pointed;
using filters::language::TokenKind;

TEST(Lexer, SplitsWithoutBlanks) {
    const auto list = filters::language::tokens("!(port>=0x35&&net 10/8)||x");
    ASSERT_TRUE(list);
    std::vector<std::string> texts;
    for (const auto& token : *list) texts.emplace_back(token.text);
    EXPECT_EQ(texts,
              (std::vector<std::string>{"!", "(", "port", ">=", "0x35", "&&", "net", "10/8", ")", "||", "x", ""}));
    EXPECT_EQ(list->back().kind, TokenKind::end);
}

TEST(Lexer, CountsLinesAndCharacters) {
    const auto list = filters::language::tokens("a # \xc3\xa4\n\t'\xc3\xa4\xc3\xb6' b");
    ASSERT_TRUE(list);
    ASSERT_EQ(list->size(), 4u);
    EXPECT_EQ((*list)[1].kind, TokenKind::quoted);
    EXPECT_EQ((*list)[1].line, 2u);
    EXPECT_EQ((*list)[1].column, 2u);
    EXPECT_EQ((*list)[2].column, 7u);
}

struct Caret {
    std::string filter;
    std::uint32_t line;
    std::uint32_t column;
    std::string shown;
};

TEST(Lexer, PutsACaretUnderTheToken) {
    const Caret cases[] = {
        {"port 80 or bogus 1", 1, 12, "port 80 or bogus 1\n           ^^^^^\n"},
        {"port 80\nor port http", 2, 9, "or port http\n        ^^^^\n"},
        {"\tport 80)", 1, 9, "\tport 80)\n\t       ^\n"},
        {"port", 1, 5, "port\n    ^\n"},
        {"\xc3\xa4 port", 1, 3, "\xc3\xa4 port\n  ^^^^\n"},
        {"payload content 'a b' x", 1, 17, "payload content 'a b' x\n                ^^^^^\n"},
        {"port", 2, 1, ""},
        {"port", 1, 9, ""},
        {"port", 0, 0, ""},
    };
    for (const Caret& c : cases) EXPECT_EQ(pointed(c.filter, {{}, c.line, c.column}), c.shown) << c.filter;
}

TEST(Lexer, AByteOrderMarkIsNoWord) {
    const std::string filter = "\xef\xbb\xbfport 80";
    const auto list = filters::language::tokens(filter);
    ASSERT_TRUE(list) << list.error().text();
    ASSERT_EQ(list->size(), 3u);
    EXPECT_EQ(list->front().column, 1u);
    EXPECT_EQ(pointed(filter, {{}, 1, 6}), "port 80\n     ^^\n");
    EXPECT_FALSE(
        filters::language::tokens("port \xef\xbb\xbf"
                                  "80"))
        << "elsewhere it is a character like others";
    const auto odd = filters::language::tokens("port ~80");
    ASSERT_FALSE(odd);
    EXPECT_NE(odd.error().message.find("only a text in quotes may have it, else words, numbers and ( ) [ ]"),
              std::string::npos);
}

TEST(Lexer, ShowsOddBytesReadably) {
    EXPECT_EQ(filters::language::quoted("a\x01\xff"), "'a\\x01\\xff'");
    EXPECT_EQ(filters::language::quoted(std::string(50, 'x')), "'" + std::string(40, 'x') + "...'");
}

}  // namespace
