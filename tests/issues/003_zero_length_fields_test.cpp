// SPDX-License-Identifier: Apache-2.0
// A template of hundreds of zero-length fields and one variable field made a datagram cost hundreds of steps a byte: 12 Mb/s
// of it stopped a worker. Such fields are legal and carry nothing; now they cost nothing.
#include <gtest/gtest.h>

#include "dataplane/decode/copy_plan.hpp"

TEST(Issue003, ZeroLengthFieldsTakeNoPartInTheWork) {
    std::vector<decode::Field> fields(500, decode::Field{.pen = 0, .id = 8, .length = 0});
    fields.push_back({.pen = 0, .id = 96, .length = decode::kVariableLength});
    const auto with = decode::CopyPlan::compile(fields, flow::Protocol::ipfix);
    const auto without = decode::CopyPlan::compile(std::span(fields).last(1), flow::Protocol::ipfix);
    EXPECT_EQ(with.bytes(), without.bytes());
    EXPECT_EQ(with.record_bytes(), 1u);
}
