// SPDX-License-Identifier: Apache-2.0
#include "dataplane/flow/layers.hpp"

#include "dataplane/flow/link_headers.hpp"
#include "dataplane/flow/tunnels.hpp"

namespace flow {
namespace {

// Reads one packet from its first header at `offset`, and tells what lies in it.
Inside read_packet(Bytes packet, std::size_t offset, FirstHeader first, Headers& h, Layers& out) noexcept {
    Cursor at(packet.subspan(offset));
    const LinkEnd end = read_link_headers(at, first, h, out);
    if (!at.ok()) {
        h.fault = Headers::Fault::short_frame;
        return {};
    }
    h.depth = Headers::Depth::link;
    const std::size_t next = packet.size() - at.left();
    h.network_offset = static_cast<std::uint32_t>(next);
    if (end.pseudowire) {
        return {.tunnel = Tunnel::mpls,
                .first = FirstHeader::ethernet,
                .offset = next,
                .has_key = true,
                .key = end.bottom_label};
    }
    if (end.family == 0) return {};
    parse_network(packet, next, end.family, h);
    return inside_of(packet, h);
}

void keep_link(const Headers& of, Headers& h) noexcept {
    h.src_mac = of.src_mac;
    h.dst_mac = of.dst_mac;
    h.ethertype = of.ethertype;
    h.vlan = of.vlan;
    h.inner_vlan = of.inner_vlan;
    h.has_vlan = of.has_vlan;
    h.has_inner_vlan = of.has_inner_vlan;
}

void note_tunnel(const Inside& inside, Layers& out) noexcept {
    out.tunnel = inside.tunnel;
    out.has_tunnel_key = inside.has_key;
    out.tunnel_key = inside.key;
}

void note_addresses(const Headers& around, Layers& out) noexcept {
    out.has_tunnel_addresses = true;
    out.tunnel_src = around.src;
    out.tunnel_dst = around.dst;
    out.tunnel_src_port = around.src_port;
    out.tunnel_dst_port = around.dst_port;
    out.tunnel_proto = around.proto;
}

// Goes from packet to packet inwards, as far as `nesting` asks.
void go_inside(Bytes packet, Inside inside, Nesting nesting, Layers& out) noexcept {
    bool named = false;  // the outermost tunnel over IP, that is
    for (unsigned depth = 0; inside.tunnel != Tunnel::none && depth < kMaxTunnels; ++depth) {
        const bool over_ip = out.headers.family != 0;
        if (!named) note_tunnel(inside, out);
        named |= over_ip;
        Headers inner;
        const Inside next = read_packet(packet, inside.offset, inside.first, inner, out);
        const bool readable = inner.depth >= Headers::Depth::network;
        if (over_ip && !readable) {  // labels in a tunnel, perhaps, and a frame behind them
            inside = next;
            continue;
        }
        if (over_ip && nesting == Nesting::outer) {
            out.tunnel_proto = inner.proto;
            return;
        }
        // Behind a pseudowire: where its frame is cut, what is known of the frame around it stands.
        if (inner.depth == Headers::Depth::nothing) return;
        if (over_ip && !out.has_tunnel_addresses) note_addresses(out.headers, out);
        if (inside.first != FirstHeader::ethernet || nesting == Nesting::outer) keep_link(out.headers, inner);
        out.headers = inner;
        inside = next;
    }
}

}  // namespace

Layers parse_layers(Bytes packet, FirstHeader first, Nesting nesting) noexcept {
    Layers out;
    parse_layers(packet, first, nesting, out);
    return out;
}

void parse_layers(Bytes packet, FirstHeader first, Nesting nesting, Layers& out) noexcept {
    out.headers = {};
    out.tunnel = Tunnel::none;
    out.has_tunnel_addresses = out.has_tunnel_key = false;
    out.tunnel_proto = 0;
    out.tunnel_src_port = out.tunnel_dst_port = 0;
    out.mpls.count = 0;
    const Inside inside = read_packet(packet, 0, first, out.headers, out);
    if (inside.tunnel != Tunnel::none) go_inside(packet, inside, nesting, out);
}

}  // namespace flow
