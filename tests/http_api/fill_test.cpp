// SPDX-License-Identifier: Apache-2.0
// Filling a channel's past: how its time is laid out, and what of an answer is believed.
#include <gtest/gtest.h>

#include "control/fill/answer.hpp"
#include "control/fill/question.hpp"
#include "control/http/api/fill_run.hpp"
#include "control/http/api/read_child.hpp"

namespace fill {
namespace {

constexpr std::uint32_t kNow = 1'700'000'000 - 1'700'000'000 % 86400 + 4000;
constexpr std::uint32_t kDay = 86400;

TEST(FillQuestion, TimesAreAskedInTheFinestStepsThatAreKept) {
    const store::Retention retention{};
    const std::uint32_t kept_10s = kNow - 2 * kDay - (kNow - 2 * kDay) % 300;
    struct Case {
        const char* what;
        std::uint32_t from_s, to_s;
        std::vector<Stretch> expected;
    };
    const Case cases[] = {
        {"an hour", kNow - 3601, kNow - 7, {{kNow - 3601 - (kNow - 3601) % 300, kNow, 10}}},
        {"beyond 10 s",
         kNow - 3 * kDay,
         kNow - 100,
         {{kept_10s, kNow - 100, 10}, {kNow - 3 * kDay - (kNow - 3 * kDay) % 300, kept_10s, 300}}},
        {"all long ago",
         kNow - 4 * kDay,
         kNow - 3 * kDay - 10,
         {{(kNow - 4 * kDay) / 300 * 300, (kNow - 3 * kDay - 10 + 299) / 300 * 300, 300}}},
        {"nothing", kNow, kNow, {}},
        {"before all", 0, 1000, {}},
    };
    for (const Case& c : cases) EXPECT_EQ(stretches(c.from_s, c.to_s, retention, kNow), c.expected) << c.what;
    const auto ever = stretches(kNow - 5000 * kDay, kNow, retention, kNow);
    ASSERT_EQ(ever.size(), store::kResolutionCount);
    for (std::size_t i = 1; i < ever.size(); ++i) {
        EXPECT_EQ(ever[i].to_s, ever[i - 1].from_s);
        EXPECT_EQ(ever[i].step_s, store::kResolutions[i].step_s);
    }
    EXPECT_TRUE(parse_question(to_json({.filter = "any", .place = {}, .sources = {"a"}, .stretches = ever})));
}

TEST(FillQuestion, IsReadAsItWasWritten) {
    const Question asked{.filter = "port 53\n\"\x01",
                         .place = {"f", 3, 4},
                         .sources = {"a", "b"},
                         .stretches = {{600, 1200, 300}, {300, 600, 10}}};
    const auto read = parse_question(to_json(asked));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->filter, asked.filter);
    EXPECT_EQ(read->sources, asked.sources);
    EXPECT_EQ(read->stretches, asked.stretches);
    for (const char* wrong :
         {"", "[]", "{}", R"({"filter":1,"file":"","line":1,"column":1,"sources":[],"stretches":[]})",
          R"({"filter":"","file":"","line":1,"column":1,"sources":[],"stretches":[]})",
          R"({"filter":"","file":"","line":1,"column":1,"sources":[],"stretches":[[5,10,10]]})",
          R"({"filter":"","file":"","line":1,"column":1,"sources":[],"stretches":[[0,10,7]]})",
          R"({"filter":"","file":"","line":1,"column":1,"sources":[],"stretches":[[0,10,10],[0,20,10]]})"})
        EXPECT_FALSE(parse_question(wrong)) << wrong;
}

const Question kQuestion{
    .filter = {}, .place = {}, .sources = {"a", "b"}, .stretches = {{7200, 7230, 10}, {0, 1800, 1800}}};
const std::string kTwelve = " 1 2 3 0 0 0 0 0 0 4 5 6";

TEST(FillAnswer, StepsThatAreNotNamedAreZero) {
    AnswerReader reader(kQuestion);
    std::vector<Values> values;
    const std::string text = "progress 1 4\nwindow 7200 7230 10\nsource 1\nnone 7200\npart 7220\ncell 7220" + kTwelve +
                             "\nend\nwindow 0 1800 1800\nsource 0\ncell 0" + kTwelve + kTwelve +
                             "\nend\ncovers all of it\n";
    for (const char c : text) ASSERT_TRUE(reader.take({&c, 1}, values));
    EXPECT_TRUE(reader.is_complete());
    EXPECT_EQ(reader.covers(), "all of it");
    ASSERT_EQ(values.size(), 2u);
    ASSERT_EQ(values[0].points.size(), 2u) << "but for the one of which the archive has nothing";
    EXPECT_EQ(values[0].source, 1u);
    EXPECT_EQ(values[0].points[0].at_s, 7210u);
    EXPECT_EQ(values[0].points[0].sum[0].flows, 0u);
    EXPECT_FALSE(values[0].points[0].at_least);
    EXPECT_TRUE(values[0].points[1].at_least);
    EXPECT_EQ(values[0].points[1].sum[3].bytes, 6u);
    EXPECT_EQ(values[1].points[0].max[0].packets, 2u);
}

TEST(FillAnswer, WhatIsNoAnswerIsAnError) {
    for (const std::string text :
         {"hello\n", "\n", "window 7200 7230 300\n", "window 7200 7240 10\n", "source 0\n",
          "window 7200 7230 10\nsource 2\n", "window 7200 7230 10\nsource 0\nsource 0\n",
          "window 7200 7230 10\nsource 0\ncell 7205 1\n",
          "window 7200 7230 10\nsource 0\ncell 7230 1 1 1 1 1 1 1 1 1 1 1 1\n",
          "window 7200 7230 10\nsource 0\ncell 7200 1 1 1 1 1 1 1 1 1 1 1 \n",
          "window 7200 7230 10\nsource 0\ncell 7200 1 1 1 1 1 1 1 1 1 1 1 99999999999999999999\n", "end\n",
          "window 7200 7230 10\nend\nwindow 7200 7230 10\n", "covers x\nend\n", "progress 1\n", "progress -1 2\n",
          "none 7200\n"}) {
        AnswerReader reader(kQuestion);
        std::vector<Values> values;
        EXPECT_FALSE(reader.take(text, values)) << text;
    }
    AnswerReader reader(kQuestion);
    std::vector<Values> values;
    EXPECT_FALSE(reader.take(std::string(kLongestLine + 1, 'x'), values));
    EXPECT_FALSE(reader.is_complete());
}

TEST(FillPiece, EndsWhereLiveCountingBegan) {
    const api::FillPlan::Series series{.id = 7, .begun_s = 100, .to_s = 110};
    Values values{.source = 0, .step_s = 10, .points = {}};
    for (std::uint32_t s = 80; s < 130; s += 10) values.points.push_back({.at_s = s, .at_least = true});
    const store::FillPiece piece = api::piece_of(series, values);
    ASSERT_EQ(piece.points.size(), 3u);
    EXPECT_EQ(piece.series, 7u);
    EXPECT_FALSE(piece.points[1].at_least) << "nothing was counted live there";
    EXPECT_TRUE(piece.points[2].at_least);
}

TEST(FillChild, IsReadAndReaped) {
    auto child =
        api::ReadChild::start("/bin/sh", {"-c", "cat; echo 'net-collector: it failed' >&2; exit 3"}, "what was asked");
    ASSERT_TRUE(child) << child.error().message;
    std::string out;
    while (child->read(out, 1000)) {
    }
    EXPECT_EQ(child->wait(), 3);
    EXPECT_EQ(out, "what was asked");
    EXPECT_EQ(child->said(), "it failed");
    EXPECT_FALSE(api::ReadChild::start("/nowhere/to/be/found", {}, ""));
    EXPECT_TRUE(api::ReadChild::start("/bin/sh", {"-c", "sleep 1000"}, "")) << "killed, and waited for";
}

}  // namespace
}  // namespace fill
