// SPDX-License-Identifier: Apache-2.0
// 'any or payload regex x' takes every flow, and yet every payload was searched for x: the index of a predicate ran when
// some filter had named it, though no channel's answer hung on it any more.
#include <gtest/gtest.h>

#include "filters/program/program.hpp"

namespace {

TEST(Issue170, WhatDecidesNothingIsNotLookedAt) {
    struct Case {
        const char* filter;
        std::size_t indexes;
    };
    for (const Case& c : {Case{"any or payload regex 'x[0-9]'", 0}, Case{"port 80 and not port 80 and bytes > 5", 0},
                          Case{"proto tcp and (any or ip 10.0.0.1)", 1}, Case{"application = x and not any", 0}}) {
        const filters::ChannelSpec channel{.name = {}, .filter = c.filter, .place = {}, .sources = {}};
        const auto program = filters::Program::compile({&channel, 1}, filters::Environment::with_sources(1));
        ASSERT_TRUE(program) << program.error().text();
        EXPECT_EQ((*program)->figures().indexes.size(), c.indexes) << c.filter;
    }
}

}  // namespace
