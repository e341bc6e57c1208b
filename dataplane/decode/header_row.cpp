// SPDX-License-Identifier: Apache-2.0
#include "dataplane/decode/header_row.hpp"

#include <algorithm>
#include <string_view>

namespace decode {
namespace {

using flow::Column;
using flow::FlowBatch;
using flow::Headers;
using flow::present_bit;

constexpr std::uint8_t kTcp = 6;

std::uint64_t write_link(const Headers& h, FlowBatch& batch, std::uint32_t row) noexcept {
    std::uint64_t present = 0;
    if ((h.src_mac | h.dst_mac) != 0) {
        batch.in_src_mac[row] = h.src_mac;
        batch.in_dst_mac[row] = h.dst_mac;
        present |= present_bit(Column::in_src_mac) | present_bit(Column::in_dst_mac);
    }
    if (h.ethertype != 0) {
        batch.ethertype[row] = h.ethertype;
        present |= present_bit(Column::ethertype);
    }
    if (h.has_vlan) {
        batch.src_vlan[row] = h.vlan;
        present |= present_bit(Column::src_vlan);
    }
    if (h.has_inner_vlan) {
        batch.inner_vlan[row] = h.inner_vlan;
        present |= present_bit(Column::inner_vlan);
    }
    return present;
}

std::uint64_t write_network(const Headers& h, FlowBatch& batch, std::uint32_t row) noexcept {
    batch.family[row] = h.family;
    batch.src_addr[row] = h.src;
    batch.dst_addr[row] = h.dst;
    batch.proto[row] = h.proto;
    batch.tos[row] = h.tos;
    batch.min_ttl[row] = batch.max_ttl[row] = h.ttl;
    std::uint64_t present = present_bit(Column::src_addr) | present_bit(Column::dst_addr) | present_bit(Column::proto) |
                            present_bit(Column::tos) | present_bit(Column::min_ttl);
    if (h.family == 6) {
        batch.flow_label[row] = h.flow_label;
        present |= present_bit(Column::flow_label);
    }
    if (h.depth == Headers::Depth::transport) {
        batch.src_port[row] = h.src_port;
        batch.dst_port[row] = h.dst_port;
        present |= present_bit(Column::src_port);
        if (h.proto == kTcp) {
            batch.tcp_flags[row] = h.tcp_flags;
            present |= present_bit(Column::tcp_flags);
        }
    }
    return present;
}

std::uint64_t write_tunnel(const flow::Layers& packet, FlowBatch& batch, std::uint32_t row) noexcept {
    batch.tunnel_type[row] = static_cast<std::uint8_t>(packet.tunnel);
    batch.tunnel_src_port[row] = packet.tunnel_src_port;
    batch.tunnel_dst_port[row] = packet.tunnel_dst_port;
    std::uint64_t present = present_bit(Column::tunnel_type);
    if (packet.has_tunnel_key) {
        batch.tunnel_key[row] = packet.tunnel_key;
        present |= present_bit(Column::tunnel_key);
    }
    if (packet.tunnel_proto != 0) {
        batch.tunnel_proto[row] = packet.tunnel_proto;
        present |= present_bit(Column::tunnel_proto);
    }
    if (packet.has_tunnel_addresses) {
        batch.tunnel_src_addr[row] = packet.tunnel_src;
        batch.tunnel_dst_addr[row] = packet.tunnel_dst;
        present |= present_bit(Column::tunnel_src_addr);
    }
    return present;
}

}  // namespace

std::uint64_t write_headers(const flow::Layers& packet, FlowBatch& batch, std::uint32_t row) noexcept {
    const Headers& h = packet.headers;
    std::uint64_t present = write_link(h, batch, row);
    if (h.depth >= Headers::Depth::network) present |= write_network(h, batch, row);
    if (packet.tunnel != flow::Tunnel::none) present |= write_tunnel(packet, batch, row);
    if (packet.mpls.count != 0) {
        batch.mpls[row] = packet.mpls;
        present |= present_bit(Column::mpls);
    }
    return present;
}

std::uint64_t write_payload(flow::Bytes packet, FlowBatch& batch, std::uint32_t row, flow::Ledger& ledger) noexcept {
    const std::string_view bytes(reinterpret_cast<const char*>(packet.data()),
                                 std::min<std::size_t>(packet.size(), kMaxPayload));
    if (!batch.arena.add(bytes, batch.payload[row])) ++ledger[flow::Counter::texts_lost];
    return present_bit(Column::payload);
}

}  // namespace decode
