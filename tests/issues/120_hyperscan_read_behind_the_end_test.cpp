// SPDX-License-Identifier: Apache-2.0
// Hyperscan 5.4.0 reads up to a register behind the end of what it scans, for patterns such as [0-9]{2}\.[a-z] and lengths
// such as 58: a text at the end of the last page of a batch crashed the collector. Texts near the end of a page are copied.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <random>
#include <string>

#include "filters/text/pattern_db.hpp"

namespace {

using filters::text::Pattern;
using filters::text::PatternDb;
using filters::text::PatternKind;
using filters::text::Scratch;

// Pages with nothing before and behind them.
class Alone {
  public:
    static constexpr std::size_t kPage = 4096;
    static constexpr std::size_t kBytes = 4 * kPage;

    Alone() {
        void* at = mmap(nullptr, kBytes + 2 * kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        EXPECT_NE(at, MAP_FAILED);
        begin_ = static_cast<char*>(at) + kPage;
        EXPECT_EQ(mprotect(begin_, kBytes, PROT_READ | PROT_WRITE), 0);
    }
    Alone(const Alone&) = delete;
    Alone& operator=(const Alone&) = delete;
    ~Alone() { munmap(begin_ - kPage, kBytes + 2 * kPage); }

    // `text` so that it ends `gap` bytes before the last page does.
    std::string_view at_end(const std::string& text, std::size_t gap) {
        char* at = begin_ + kBytes - gap - text.size();
        std::memcpy(at, text.data(), text.size());
        return {at, text.size()};
    }
    std::string_view at_begin(const std::string& text) {
        std::memcpy(begin_, text.data(), text.size());
        return {begin_, text.size()};
    }

  private:
    char* begin_ = nullptr;
};

TEST(Issue120, TextsAtTheEndOfAPageAreScanned) {
    const Pattern patterns[] = {{PatternKind::regex, "[0-9]{2}\\.[a-z]"},
                                {PatternKind::regex, "[a-z]+x[0-9]"},
                                {PatternKind::regex, "(foo|bar)baz"},
                                {PatternKind::content, "exa"},
                                {PatternKind::regex, "end$"},
                                {PatternKind::regex, "[^a]{3}q", true}};
    Alone alone;
    std::mt19937 random(1);
    for (std::size_t first = 0; first <= std::size(patterns); ++first) {
        // Each for itself, and at last all together.
        const bool all = first == std::size(patterns);
        const auto db = PatternDb::compile(all ? std::span(patterns) : std::span(patterns).subspan(first, 1));
        ASSERT_TRUE(db) << db.error().text();
        Scratch scratch;
        ASSERT_TRUE(scratch.fit(*db));
        const auto found = [&](std::string_view text) {
            std::uint32_t bits = 0;
            EXPECT_TRUE(db->scan(
                text, scratch, [](std::uint32_t id, void* to) { *static_cast<std::uint32_t*>(to) |= 1u << id; },
                &bits));
            return bits;
        };
        for (int i = 0; i < 4000; ++i) {
            std::string text(1 + static_cast<std::size_t>(i) % 700, ' ');
            for (char& c : text) c = "0123456789.abexa foobarz"[random() % 24];
            const std::uint32_t wanted = found(text);
            ASSERT_EQ(found(alone.at_end(text, 0)), wanted);
            ASSERT_EQ(found(alone.at_end(text, random() % 200)), wanted);
            ASSERT_EQ(found(alone.at_begin(text)), wanted);
        }
    }
}

}  // namespace
