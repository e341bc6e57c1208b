// SPDX-License-Identifier: Apache-2.0
// Completeness took `lost == lost_datagrams` for "this protocol numbers datagrams": a v5 or IPFIX exporter that lost one
// record, estimated as one datagram, was charged its mean flows a datagram for it.
#include <gtest/gtest.h>

#include "store/books.hpp"

TEST(Issue041, ALostRecordIsOneFlow) {
    flow::ExporterCounts counts;
    counts.datagrams = 33;
    counts.flows = counts.flows_through = 999;
    counts.lost = counts.lost_datagrams = 1;
    for (const auto protocol : {flow::Protocol::netflow5, flow::Protocol::netflow7, flow::Protocol::ipfix})
        EXPECT_DOUBLE_EQ(store::completeness(protocol, counts), 0.999) << flow::protocol_name(protocol);
    for (const auto protocol : {flow::Protocol::netflow9, flow::Protocol::sflow5})
        EXPECT_DOUBLE_EQ(store::completeness(protocol, counts), 33.0 / 34) << flow::protocol_name(protocol);
}
