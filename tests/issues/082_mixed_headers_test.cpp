// SPDX-License-Identifier: Apache-2.0
// Routers with SRv6 tell of a packet by the outer header, then by the inner one in the same elements. What was zero outside
// was filled from inside: a flow of protocol 4 with the ports of the UDP inside, between addresses of either.
#include <gtest/gtest.h>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

namespace {

using flow::Column;
using support::Writer;

TEST(Issue082, InnerPacketIsTheFlowAndOuterHeaderTheTunnel) {
    support::DecodeRig rig;
    rig.send(support::Ipfix()
                 .template_set({{256,
                                 {{27, 16},
                                  {28, 16},
                                  {7, 2},
                                  {11, 2},
                                  {4, 1},
                                  {5, 1},
                                  {1, 4},
                                  {8, 4},
                                  {12, 4},
                                  {7, 2},
                                  {11, 2},
                                  {4, 1},
                                  {5, 1}}}})
                 .data_set(256, {Writer()
                                     .ip("2001:db8::1")
                                     .ip("2001:db8::2")
                                     .u16(0)
                                     .u16(0)
                                     .u8(4)
                                     .u8(0)
                                     .u32(1500)
                                     .ip("192.0.2.7")
                                     .ip("192.0.2.8")
                                     .u16(1111)
                                     .u16(2222)
                                     .u8(17)
                                     .u8(0xb8)})
                 .build());
    const flow::FlowBatch& b = rig.batch();
    ASSERT_EQ(b.rows, 1u);
    EXPECT_EQ(b.src_addr[0].text(), "192.0.2.7");
    EXPECT_EQ(b.dst_addr[0].text(), "192.0.2.8");
    EXPECT_EQ(b.family[0], 4);
    EXPECT_EQ(b.src_port[0], 1111);
    EXPECT_EQ(b.dst_port[0], 2222);
    EXPECT_EQ(b.proto[0], 17);
    EXPECT_EQ(b.tos[0], 0xb8);
    ASSERT_TRUE(b.has(0, Column::tunnel_src_addr) && b.has(0, Column::tunnel_proto));
    EXPECT_EQ(b.tunnel_src_addr[0].text(), "2001:db8::1");
    EXPECT_EQ(b.tunnel_dst_addr[0].text(), "2001:db8::2");
    EXPECT_EQ(b.tunnel_proto[0], 4);
    EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
}

// One protocol: the second address is of the other family, as in records of caches that hold both.
TEST(Issue082, OneProtocolIsOnePacket) {
    support::DecodeRig rig;
    rig.send(support::Ipfix()
                 .template_set({{256, {{8, 4}, {12, 4}, {27, 16}, {28, 16}, {4, 1}}}})
                 .data_set(256, {Writer().ip("0.0.0.0").ip("0.0.0.0").ip("2001:db8::1").ip("2001:db8::2").u8(6)})
                 .build());
    EXPECT_EQ(rig.batch().src_addr[0].text(), "2001:db8::1");
    EXPECT_EQ(rig.batch().family[0], 6);
}

}  // namespace
