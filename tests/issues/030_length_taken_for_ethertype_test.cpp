// SPDX-License-Identifier: Apache-2.0
// Sampled 802.3 frames (spanning tree, and IP behind SNAP) have a length where Ethernet II has its EtherType; it was written to
// the ethertype column, and the IP packet behind the SNAP header was not found.
#include <gtest/gtest.h>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

namespace {

using flow::Column;
using support::Bytes;
using support::Frame;
using support::Writer;

TEST(Issue030, LengthOfA8023FrameIsNoEthertype) {
    support::DecodeRig rig;
    const Bytes macs = Writer().mac("01:80:c2:00:00:00").mac("02:00:00:00:00:01");
    const Bytes bridge = Writer().raw(macs).u16(38).raw({0x42, 0x42, 3}).zeros(35);
    const Bytes ip = Frame().ipv4().udp({.dst = 53}).build();
    const Bytes snap = Writer().raw(macs).u16(36).raw({0xaa, 0xaa, 3, 0, 0, 0, 8, 0}).raw(ip);
    rig.send(support::Sflow()
                 .flow_sample({.records = {support::sflow_raw_header({.header = bridge})}})
                 .flow_sample({.records = {support::sflow_raw_header({.header = snap})}})
                 .build());
    const flow::FlowBatch& b = rig.batch();
    ASSERT_EQ(b.rows, 2u);
    EXPECT_FALSE(b.has(0, Column::ethertype));
    EXPECT_EQ(b.ethertype[1], 0x0800);
    EXPECT_EQ(b.dst_port[1], 53);
    EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
}

}  // namespace
