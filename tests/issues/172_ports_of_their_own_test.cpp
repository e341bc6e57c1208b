// SPDX-License-Identifier: Apache-2.0
// 65,536 ports that each mean something else, and those that mean nothing, are more sets than 16 bits number: the filters
// were refused.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "filters/program/predicates.hpp"
#include "filters/program/program.hpp"
#include "filters/program/tables.hpp"

namespace {

namespace program = filters::program;
using filters::language::Range;
using flow::Column;

TEST(Issue172, EachPortMayHaveASetOfItsOwn) {
    constexpr std::uint64_t kPorts = 65536;
    program::PredicateSet predicates;
    for (std::uint64_t port = 0; port < kPorts; ++port) {
        program::Predicate predicate;
        predicate.add(Column::dst_port, {{Range{port, port}}});
        predicate.settle();
        EXPECT_EQ(predicates.intern(std::move(predicate)), port);
    }
    program::Tables tables;
    const auto built = program::build_indexes(predicates, filters::Environment::with_sources(1), tables);
    ASSERT_TRUE(built) << built.error().text();
    ASSERT_EQ(tables.bytes.size(), 1u);
    const auto& table = tables.bytes.front();
    for (const std::uint64_t port : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{40000}, kPorts - 1}) {
        std::vector<std::uint64_t> found;
        table.sets.each(table.sets.heads[table.set_of[port]], [&](auto id) { found.push_back(id); });
        EXPECT_EQ(found, std::vector<std::uint64_t>{port});
    }
}

}  // namespace
