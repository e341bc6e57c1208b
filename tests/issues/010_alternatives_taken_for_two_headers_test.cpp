// SPDX-License-Identifier: Apache-2.0
// Exporters with one template for both families tell protocolIdentifier and nextHeaderIPv6. That was taken for the headers of
// two packets: the transport protocol became the tunnel's, and an IPv4 flow got the empty IPv6 addresses of its template.
#include <gtest/gtest.h>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

namespace {

using flow::Column;
using support::Field;
using support::Writer;

// (protocol, next header) are the last fields of both templates.
const std::vector<Field> kIpv6{{27, 16}, {28, 16}, {7, 2}, {11, 2}, {4, 1}, {193, 1}};
const std::vector<Field> kBoth{{8, 4}, {12, 4}, {27, 16}, {28, 16}, {4, 1}, {193, 1}};

TEST(Issue010, NextHeaderIsNoSecondProtocol) {
    support::DecodeRig rig;
    rig.send(support::Ipfix()
                 .template_set({{256, kIpv6}})
                 .data_set(256, {Writer().ip("2001:db8::1").ip("2001:db8::2").u16(1111).u16(443).u8(6).u8(0),
                                 Writer().ip("2001:db8::1").ip("2001:db8::2").u16(1111).u16(443).u8(0).u8(6)})
                 .build());
    const flow::FlowBatch& b = rig.batch();
    ASSERT_EQ(b.rows, 2u);
    for (std::uint32_t row = 0; row < b.rows; ++row) {
        EXPECT_EQ(b.proto[row], 6);
        EXPECT_EQ(b.dst_port[row], 443);
        EXPECT_FALSE(b.has(row, Column::tunnel_proto));
    }
    EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
}

TEST(Issue010, AddressesOfBothFamiliesAreAlternatives) {
    support::DecodeRig rig;
    rig.send(support::Ipfix()
                 .template_set({{256, kBoth}})
                 .data_set(256, {Writer().ip("192.0.2.7").ip("192.0.2.8").ip("::").ip("::").u8(17).u8(0),
                                 Writer().ip("0.0.0.0").ip("0.0.0.0").ip("2001:db8::1").ip("2001:db8::2").u8(0).u8(6)})
                 .build());
    const flow::FlowBatch& b = rig.batch();
    ASSERT_EQ(b.rows, 2u);
    EXPECT_EQ(b.src_addr[0].text(), "192.0.2.7");
    EXPECT_EQ(b.dst_addr[0].text(), "192.0.2.8");
    EXPECT_EQ(b.family[0], 4);
    EXPECT_EQ(b.proto[0], 17);
    EXPECT_EQ(b.src_addr[1].text(), "2001:db8::1");
    EXPECT_EQ(b.family[1], 6);
    EXPECT_EQ(b.proto[1], 6);
    EXPECT_FALSE(b.has(0, Column::tunnel_src_addr));
    EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
}

}  // namespace
