// SPDX-License-Identifier: Apache-2.0
// A priority tag (VLAN id 0) in a sampled frame hid the VLAN that the switch told in the record beside it.
#include <gtest/gtest.h>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

namespace {

TEST(Issue031, SwitchKnowsTheVlanOfAPriorityTag) {
    const auto vlan_of = [](std::uint16_t tag) {
        support::DecodeRig rig;
        const auto frame = support::Frame().ethernet().vlan(tag, 5).ipv4().udp().build();
        rig.send(
            support::Sflow()
                .flow_sample({.records = {support::sflow_raw_header({.header = frame}), support::sflow_switch(30, 40)}})
                .build());
        EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
        return rig.batch().src_vlan[0];
    };
    EXPECT_EQ(vlan_of(0), 30);
    EXPECT_EQ(vlan_of(20), 20) << "a tag that names a VLAN stands";
}

}  // namespace
