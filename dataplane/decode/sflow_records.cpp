// SPDX-License-Identifier: Apache-2.0
// Records of flow samples into the columns of a row. What has no column is known and passed over.
#include "dataplane/decode/header_row.hpp"
#include "dataplane/decode/sflow_parts.hpp"

namespace decode::sflow {
namespace {

using flow::Bytes;
using flow::Column;
using flow::Cursor;
using flow::FirstHeader;
using flow::present_bit;
using flow::Tunnel;

bool has(const Sample& s, Column c) noexcept {
    return (s.present & present_bit(c)) != 0;
}

// A counted string or opaque, and what fills it up to four bytes.
Bytes read_opaque(Cursor& at) noexcept {
    const std::uint32_t length = at.u32();
    const Bytes bytes = at.take(length);
    at.skip(std::min<std::size_t>((4 - length % 4) % 4, at.left()));
    return bytes;
}

// Type 1 IPv4, 2 IPv6; any other holds no address, and false.
bool read_address(Cursor& at, flow::IpAddress& address) noexcept {
    const std::uint32_t type = at.u32();
    if (type != 1 && type != 2) return false;
    const Bytes bytes = at.take(type == 1 ? 4 : 16);
    if (bytes.empty()) return false;
    address = type == 1 ? flow::IpAddress::v4(flow::load_be32(bytes.data())) : flow::IpAddress::v6(bytes.data());
    return true;
}

std::uint64_t read_mac(Cursor& at) noexcept {
    const std::uint64_t high = at.u16();
    const std::uint64_t mac = high << 32 | at.u32();
    at.skip(2);  // XDR fills up to eight
    return mac;
}

// What the sampled bytes begin with, by sFlow's header_protocol; false: nothing that is read here.
bool first_header(std::uint32_t protocol, FirstHeader& first) noexcept {
    switch (protocol) {
        case 1:   // Ethernet
        case 17:  // subframe of an 802.11 A-MSDU: addresses, length, LLC
            first = FirstHeader::ethernet;
            return true;
        case 2:  // token bus
        case 4:  // FDDI
            first = FirstHeader::fddi;
            return true;
        case 3:
            first = FirstHeader::token_ring;
            return true;
        case 5:
            first = FirstHeader::frame_relay;
            return true;
        case 7:   // PPP
        case 14:  // packet over SONET
            first = FirstHeader::ppp;
            return true;
        case 9:  // ATM AAL5
            first = FirstHeader::llc;
            return true;
        case 10:  // IP over AAL5
        case 11:
        case 12:
            first = FirstHeader::ip;
            return true;
        case 13:
            first = FirstHeader::mpls;
            return true;
        case 15:
            first = FirstHeader::ieee80211;
            return true;
        default:  // X.25, SMDS, A-MPDU, InfiniBand
            return false;
    }
}

void read_raw_header(Cursor at, Sample& s) noexcept {
    const std::uint32_t protocol = at.u32();
    const std::uint32_t frame_bytes = at.u32();
    at.skip(4);  // stripped: bytes taken off before the header was copied, the checksum mostly
    const std::uint32_t length = at.u32();
    const Bytes header = at.take(length);
    FirstHeader first{};
    if (!at.ok() || header.empty()) {
        s.bad_header = true;
        return;
    }
    if (!first_header(protocol, first)) return;
    flow::Layers& layers = s.scratch.layers;
    parse_layers(header, first, nesting_of(s.work.datagram.rule->inner_headers), layers);
    using Depth = flow::Headers::Depth;
    const Depth least = first == FirstHeader::ip ? Depth::network : Depth::link;
    if (layers.headers.depth < least) {
        s.bad_header = true;
        return;
    }
    s.present |= write_headers(layers, s.batch, s.row);
    s.packet = Sample::Packet::header;
    s.bytes = frame_bytes;
    s.header = header;
}

void read_sampled_ethernet(Cursor at, Sample& s) noexcept {
    const std::uint32_t bytes = at.u32();
    const std::uint64_t src = read_mac(at), dst = read_mac(at);
    const std::uint32_t type = at.u32();
    if (!at.ok()) return;
    if (!has(s, Column::in_src_mac)) {
        s.batch.in_src_mac[s.row] = src;
        s.batch.in_dst_mac[s.row] = dst;
        s.present |= present_bit(Column::in_src_mac) | present_bit(Column::in_dst_mac);
    }
    if (!has(s, Column::ethertype) && type != 0) {
        s.batch.ethertype[s.row] = static_cast<std::uint16_t>(type);
        s.present |= present_bit(Column::ethertype);
    }
    if (s.packet != Sample::Packet::none) return;
    s.packet = Sample::Packet::ethernet;
    s.bytes = bytes;
}

// The structures sampled_ipv4 and sampled_ipv6.
struct SampledIp {
    std::uint32_t bytes = 0;
    std::uint8_t proto = 0, tcp_flags = 0, tos = 0;
    flow::IpAddress src{}, dst{};
    std::uint16_t src_port = 0, dst_port = 0;
};
bool read_sampled_ip(Cursor& at, bool v6, SampledIp& ip) noexcept {
    ip.bytes = at.u32();
    ip.proto = static_cast<std::uint8_t>(at.u32());
    if (v6) {
        const Bytes src = at.take(16), dst = at.take(16);
        if (!at.ok()) return false;
        ip.src = flow::IpAddress::v6(src.data());
        ip.dst = flow::IpAddress::v6(dst.data());
    } else {
        ip.src = flow::IpAddress::v4(at.u32());
        ip.dst = flow::IpAddress::v4(at.u32());
    }
    ip.src_port = static_cast<std::uint16_t>(at.u32());
    ip.dst_port = static_cast<std::uint16_t>(at.u32());
    ip.tcp_flags = static_cast<std::uint8_t>(at.u32());
    ip.tos = static_cast<std::uint8_t>(at.u32());  // IPv6: priority
    return at.ok();
}

void write_sampled_ip(Cursor at, bool v6, Sample& s) noexcept {
    SampledIp ip;
    // The raw header, when there is one, tells more.
    if (s.packet == Sample::Packet::header || !read_sampled_ip(at, v6, ip)) return;
    flow::FlowBatch& b = s.batch;
    b.family[s.row] = v6 ? 6 : 4;
    b.src_addr[s.row] = ip.src;
    b.dst_addr[s.row] = ip.dst;
    b.proto[s.row] = ip.proto;
    b.tos[s.row] = ip.tos;
    b.src_port[s.row] = ip.src_port;
    b.dst_port[s.row] = ip.dst_port;
    s.present |= present_bit(Column::src_addr) | present_bit(Column::dst_addr) | present_bit(Column::proto) |
                 present_bit(Column::tos) | present_bit(Column::src_port);
    if (ip.proto == 6) {
        b.tcp_flags[s.row] = ip.tcp_flags;
        s.present |= present_bit(Column::tcp_flags);
    }
    s.packet = Sample::Packet::ip;
    s.bytes = ip.bytes;
}

void read_switch(Cursor at, Sample& s) noexcept {
    const std::uint32_t src = at.u32();
    at.skip(4);  // priority
    const std::uint32_t dst = at.u32();
    if (!at.ok()) return;
    s.src_vlan = src;
    s.dst_vlan = dst;
}

void read_router(Cursor at, Sample& s) noexcept {
    flow::IpAddress next_hop;
    if (read_address(at, next_hop)) {
        s.batch.next_hop[s.row] = next_hop;
        s.present |= present_bit(Column::next_hop);
    }
    const std::uint32_t src = at.u32(), dst = at.u32();
    if (!at.ok()) return;
    s.batch.src_mask[s.row] = static_cast<std::uint8_t>(std::min(src, 128u));
    s.batch.dst_mask[s.row] = static_cast<std::uint8_t>(std::min(dst, 128u));
    s.present |= present_bit(Column::src_mask);
}

void read_gateway(Cursor at, Sample& s) noexcept {
    flow::IpAddress next_hop;
    if (read_address(at, next_hop)) {
        s.batch.bgp_next_hop[s.row] = next_hop;
        s.present |= present_bit(Column::bgp_next_hop);
    }
    at.skip(4);  // the router's own AS
    const std::uint32_t src = at.u32(), src_peer = at.u32(), segments = at.u32();
    if (!at.ok()) return;
    const Bytes path = at.rest();
    std::uint32_t first = 0, last = 0;
    for (std::uint32_t i = 0; i < segments && at.ok(); ++i) {
        at.skip(4);  // sequence or set
        const std::uint64_t length = at.u32();
        const Bytes list = at.take(length * 4);
        if (list.empty()) continue;
        if (first == 0) first = flow::load_be32(list.data());
        last = flow::load_be32(list.data() + list.size() - 4);
    }
    s.batch.src_as[s.row] = src;
    s.batch.dst_as[s.row] = last;  // none: our own
    s.batch.prev_as[s.row] = src_peer;
    s.batch.next_as[s.row] = first;
    s.present |= present_bit(Column::src_as) | present_bit(Column::dst_as) | present_bit(Column::prev_as);
    if (!at.ok()) return;  // segments that lie about their length: what is in front of them stands
    s.extras().gateway.path = path.first(path.size() - at.left());
    const std::uint64_t communities = at.u32();
    s.extras().gateway.communities = at.take(communities * 4);
}

void read_user(Cursor at, Sample& s) noexcept {
    at.skip(4);  // character set
    const Bytes src = read_opaque(at);
    at.skip(4);
    const Bytes dst = read_opaque(at);
    s.extras().user = src.empty() ? dst : src;
}

void read_url(Cursor at, Sample& s) noexcept {
    at.skip(4);  // which side is the server
    s.extras().url = read_opaque(at);
    s.extras().host = read_opaque(at);
}

// http_request, before (2201) and after (2206) it told who a proxy stood in for.
void read_http(Cursor at, bool forwarded_for, Sample& s) noexcept {
    at.skip(8);  // method, version
    s.extras().url = read_opaque(at);
    s.extras().host = read_opaque(at);
    read_opaque(at);  // referrer
    read_opaque(at);  // user agent
    if (forwarded_for) read_opaque(at);
    const Bytes user = read_opaque(at);
    if (!user.empty()) s.extras().user = user;
}

void read_mpls(Cursor at, Sample& s) noexcept {
    flow::IpAddress next_hop;
    if (read_address(at, next_hop) && !has(s, Column::next_hop)) {
        s.batch.next_hop[s.row] = next_hop;
        s.present |= present_bit(Column::next_hop);
    }
    const std::uint64_t incoming = at.u32();
    Bytes labels = at.take(incoming * 4);
    if (labels.empty()) {
        const std::uint64_t outgoing = at.u32();
        labels = at.take(outgoing * 4);
    }
    s.extras().mpls = labels;
}

void read_nat(Cursor at, Sample& s) noexcept {
    flow::IpAddress src{}, dst{};
    const bool has_src = read_address(at, src), has_dst = read_address(at, dst);
    if (!has_src && !has_dst) return;
    s.batch.nat_src_addr[s.row] = src;
    s.batch.nat_dst_addr[s.row] = dst;
    s.present |= present_bit(Column::nat_src_addr);
}

void read_nat_ports(Cursor at, Sample& s) noexcept {
    const std::uint32_t src = at.u32(), dst = at.u32();
    if (!at.ok()) return;
    s.batch.nat_src_port[s.row] = static_cast<std::uint16_t>(src);
    s.batch.nat_dst_port[s.row] = static_cast<std::uint16_t>(dst);
    s.present |= present_bit(Column::nat_src_port);
}

Tunnel tunnel_of(const SampledIp& around) noexcept {
    if (around.proto == 4 || around.proto == 41) return Tunnel::ipip;
    if (around.proto == 47) return Tunnel::gre;
    if (around.proto != 17) return Tunnel::other;
    return around.dst_port == 6081 ? Tunnel::geneve : around.dst_port == 4789 ? Tunnel::vxlan : Tunnel::other;
}

// The packet that was around the sampled one before, or will be. Where the sample itself shows a tunnel, that is told.
void read_tunnel(Cursor at, bool v6, Sample& s) noexcept {
    SampledIp around;
    if (has(s, Column::tunnel_type) || !read_sampled_ip(at, v6, around)) return;
    flow::FlowBatch& b = s.batch;
    b.tunnel_type[s.row] = static_cast<std::uint8_t>(tunnel_of(around));
    b.tunnel_src_port[s.row] = around.src_port;
    b.tunnel_dst_port[s.row] = around.dst_port;
    b.tunnel_src_addr[s.row] = around.src;
    b.tunnel_dst_addr[s.row] = around.dst;
    b.tunnel_proto[s.row] = around.proto;
    s.present |=
        present_bit(Column::tunnel_type) | present_bit(Column::tunnel_src_addr) | present_bit(Column::tunnel_proto);
}

void read_vni(Cursor at, Sample& s) noexcept {
    const std::uint32_t vni = at.u32();
    if (!at.ok() || has(s, Column::tunnel_key)) return;
    s.batch.tunnel_key[s.row] = vni;
    s.present |= present_bit(Column::tunnel_key);
}

// Structures that are known to hold nothing for a column.
bool is_known(std::uint32_t tag) noexcept {
    return (tag >= 1008 && tag <= 1031) || (tag >= 1033 && tag <= 1043) || (tag >= 2100 && tag <= 2103) ||
           (tag >= 2200 && tag <= 2210);
}

// A bit for each kind of record that is read: a sample may hold each once.
constexpr std::uint64_t kind_bit(std::uint32_t tag) noexcept {
    if (tag <= 15) return 1ull << tag;
    if (tag >= 1001 && tag <= 1031) return 1ull << (tag - 1001 + 16);
    return tag == 2201 || tag == 2206 ? 1ull << 63 : 0;
}

}  // namespace

void read_record(std::uint32_t tag, Bytes content, Sample& s) noexcept {
    const std::uint64_t kind = kind_bit(tag);
    if ((s.seen & kind) != 0) return;
    s.seen |= kind;
    const Cursor at(content);
    switch (tag) {
        case 1:
            return read_raw_header(at, s);
        case 2:
            return read_sampled_ethernet(at, s);
        case 3:
        case 4:
            return write_sampled_ip(at, tag == 4, s);
        case 1001:
            return read_switch(at, s);
        case 1002:
            return read_router(at, s);
        case 1003:
            return read_gateway(at, s);
        case 1004:
            return read_user(at, s);
        case 1005:
            return read_url(at, s);
        case 1006:
            return read_mpls(at, s);
        case 1007:
            return read_nat(at, s);
        case 1012:
            s.extras().vlan_stack = content;
            return;
        case 1020:
            return read_nat_ports(at, s);
        case 1023:
        case 1024:
            return read_tunnel(at, false, s);
        case 1025:
        case 1026:
            return read_tunnel(at, true, s);
        case 1027:
        case 1028:
            s.inner_offset = content.size() >= 4 ? flow::load_be32(content.data()) : 0;
            return;
        case 1029:
        case 1030:
            return read_vni(at, s);
        case 2201:
        case 2206:
            return read_http(at, tag == 2206, s);
        default:
            if (!is_known(tag)) ++s.work.ledger[flow::Counter::elements_unknown];
    }
}

}  // namespace decode::sflow
