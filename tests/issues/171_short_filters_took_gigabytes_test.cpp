// SPDX-License-Identifier: Apache-2.0
// A list of ICMP codes became up to 32,768 ranges of ports, and each mask with holes a table of up to 256 KB: a filter of a
// megabyte took 800 MB one way and 6 GB the other.
#include <gtest/gtest.h>

#include <string>

#include "filters/program/program.hpp"

namespace {

auto compiled(const std::string& filter) {
    const filters::ChannelSpec channel{.name = {}, .filter = filter, .place = {}, .sources = {}};
    return filters::Program::compile({&channel, 1}, filters::Environment::with_sources(1));
}

TEST(Issue171, ListsOfIcmpCodesStaySmall) {
    std::string filter = "not any";
    for (unsigned first = 0; first < 200; ++first) {
        filter += " or icmp-code in [" + std::to_string(first);
        for (unsigned code = 0; code < 256; code += 2) filter += " " + std::to_string(code);
        filter += "]";
    }
    const auto program = compiled(filter);  // 128 of them were too many for a table
    ASSERT_TRUE(program) << program.error().text();
    EXPECT_LT((*program)->figures().bytes, 1u << 20);
}

TEST(Issue171, MasksWithHolesAreBounded) {
    std::string filter = "not any";
    for (unsigned mask = 0x8001; mask < 0x9001; mask += 2) {
        const std::string low = std::to_string(mask >> 8) + "." + std::to_string(mask & 255);
        filter += " or net 0.0." + low + " 0.0." + low;
    }
    const auto program = compiled(filter);
    ASSERT_FALSE(program);
    EXPECT_NE(program.error().message.find("different masks with holes"), std::string::npos);
}

}  // namespace
