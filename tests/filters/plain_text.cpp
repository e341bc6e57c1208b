// SPDX-License-Identifier: Apache-2.0
#include "tests/filters/plain_text.hpp"

#include <gtest/gtest.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <array>
#include <vector>

namespace support {

namespace {

using filters::text::Pattern;
using filters::text::PatternKind;

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = 'A' <= c && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return out;
}

std::string draw_atom(std::mt19937& random, int depth) {
    static constexpr std::array kAtoms = {
        "a",   "b",  "c",  "x",     "\\x00",         ".",   "[ab]",  "[^a]", "\\d",    "\\w", "[a-cx]",
        "\\.", "aa", "ab", "[A-C]", "[\\x00-\\x03]", "\\s", "\\xff", "xyz",  "[^\\w]", "\\W", "(?:a{1,3})"};
    if (depth > 0 && random() % 4 == 0) {
        std::string inner = draw_atom(random, depth - 1) + draw_atom(random, depth - 1);
        if (random() % 2 == 0) inner += "|" + draw_atom(random, depth - 1);
        return "(" + inner + ")";
    }
    return kAtoms[random() % kAtoms.size()];
}

}  // namespace

void PlainText::Free::operator()(pcre2_real_code_8* code) const noexcept {
    pcre2_code_free(code);
}
void PlainText::Free::operator()(pcre2_real_match_data_8* data) const noexcept {
    pcre2_match_data_free(data);
}

PlainText::PlainText(const Pattern& pattern) : pattern_(pattern) {
    if (pattern.kind != PatternKind::regex) return;
    int error = 0;
    std::size_t at = 0;
    const std::uint32_t options = PCRE2_DOTALL | (pattern.caseless ? PCRE2_CASELESS : 0);
    code_.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.text.data()), pattern.text.size(), options, &error,
                              &at, nullptr));
    EXPECT_NE(code_, nullptr) << pattern.text;
    data_.reset(pcre2_match_data_create_from_pattern(code_.get(), nullptr));
}

bool PlainText::holds(std::string_view text) const {
    const std::string given = pattern_.caseless ? lower(text) : std::string(text);
    const std::string wanted = pattern_.caseless ? lower(pattern_.text) : pattern_.text;
    switch (pattern_.kind) {
        case PatternKind::present:
            return !text.empty();
        case PatternKind::equal:
            return given == wanted;
        case PatternKind::content:
            return given.find(wanted) != std::string::npos;
        case PatternKind::regex:
            break;
    }
    // Not by backtracking, which gives up on some of these.
    std::vector<int> workspace(10'000);
    const int rc = pcre2_dfa_match(code_.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0,
                                   PCRE2_DFA_SHORTEST, data_.get(), nullptr, workspace.data(), workspace.size());
    EXPECT_TRUE(rc >= 0 || rc == PCRE2_ERROR_NOMATCH) << "PCRE2 fails with " << rc;
    return rc >= 0;
}

std::string draw_regex(std::mt19937& random) {
    std::string out = random() % 5 == 0 ? "^" : "";
    for (std::size_t n = 1 + random() % 4; n > 0; --n) {
        out += draw_atom(random, 2);
        static constexpr std::array kRepeats = {"", "", "", "", "+", "{2}", "{1,4}", "+?"};
        // The first atom stays, so that something must be there.
        static constexpr std::array kOptional = {"*", "?", "{0,3}"};
        out += out.size() > 6 && random() % 4 == 0 ? kOptional[random() % kOptional.size()]
                                                   : kRepeats[random() % kRepeats.size()];
    }
    static constexpr std::array kEnds = {"", "", "", "", "$", "\\z", ".*b"};
    return out + "[abx]" + kEnds[random() % kEnds.size()];
}

}  // namespace support
