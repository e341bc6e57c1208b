// SPDX-License-Identifier: Apache-2.0
// A packet as samples bring it: below and around the headers of headers.hpp there may be labels, sessions and tunnels.
//
// Thread: any; pure.
// Source: IEEE 802.1Q, 802.2, 802.11, RFC 1042 (SNAP), RFC 1661 and 1662 (PPP), RFC 2516 (PPPoE), RFC 3032 (MPLS), RFC 4448
//         and 8469 (Ethernet over MPLS), RFC 2003, 2473, 4213 (IP in IP), RFC 2784, 2890, 2637 (GRE), RFC 3378 (EtherIP),
//         RFC 4023 (MPLS in IP), RFC 7348 (VXLAN), RFC 8926 (GENEVE), draft-foschiano-erspan (ERSPAN II and III).
// Limits: kMaxLinkHeaders tags and sessions of one frame, kMaxTunnels packets in one another, labels as in MplsStack, and
//         those of headers.hpp; the bytes may end anywhere, every read is checked against them.
#pragma once

#include <cstdint>

#include "dataplane/flow/columns.hpp"
#include "dataplane/flow/headers.hpp"

namespace flow {

inline constexpr unsigned kMaxLinkHeaders = 8;
inline constexpr unsigned kMaxTunnels = 4;

// What the first byte belongs to.
enum class FirstHeader : std::uint8_t {
    ethernet,
    ip,  // version 4 or 6, told by the packet
    mpls,
    ppp,  // with or without address and control, or Cisco's HDLC
    token_ring,
    fddi,  // and token bus: frame control, addresses, LLC
    frame_relay,
    llc,
    ieee80211,
};

// Which of the packets that lie in one another the headers are of.
enum class Nesting : std::uint8_t { outer, inner };

struct Layers {
    // Nesting::outer: of the outermost IP packet and the frame it came in. Nesting::inner: of the innermost one that
    // can be read, and of the innermost Ethernet frame.
    Headers headers{};
    // The outermost tunnel over IP; Ethernet over MPLS and PPPoE where there is none.
    Tunnel tunnel = Tunnel::none;
    bool has_tunnel_addresses = false;  // Nesting::inner and the inner packet can be read
    bool has_tunnel_key = false;
    std::uint8_t tunnel_proto = 0;  // outer: IP protocol of the packet inside, 0 unknown; inner: of the packet around
    std::uint16_t tunnel_src_port = 0, tunnel_dst_port = 0;  // with addresses, of UDP
    std::uint64_t tunnel_key = 0;  // GRE key, VNI, ERSPAN session, PPPoE session, bottom label of Ethernet over MPLS
    IpAddress tunnel_src{}, tunnel_dst{};
    MplsStack mpls{};  // the outermost stack
};

[[nodiscard]] Layers parse_layers(Bytes packet, FirstHeader first, Nesting nesting) noexcept;

// The same into an object that is used again and again: key, addresses and labels that are not told are left as they were.
void parse_layers(Bytes packet, FirstHeader first, Nesting nesting, Layers& out) noexcept;

}  // namespace flow
