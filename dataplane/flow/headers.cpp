// SPDX-License-Identifier: Apache-2.0
#include "dataplane/flow/headers.hpp"

namespace flow {
namespace {

constexpr std::uint16_t kIpv4 = 0x0800, kIpv6 = 0x86dd;

constexpr bool is_vlan(std::uint16_t ethertype) noexcept {
    return ethertype == 0x8100 || ethertype == 0x88a8 || ethertype == 0x9100 || ethertype == 0x9200;
}

std::uint64_t mac(Bytes six) noexcept {
    return six.size() == 6 ? load_be(six.data(), 6) : 0;
}

// Sets ethertype; false when the frame ends first.
bool read_link(Cursor& at, LinkType link, Headers& h) noexcept {
    switch (link) {
        case LinkType::ethernet:
            h.dst_mac = mac(at.take(6));
            h.src_mac = mac(at.take(6));
            h.ethertype = at.u16();
            break;
        case LinkType::linux_sll:
            at.skip(14);
            h.ethertype = at.u16();
            break;
        case LinkType::linux_sll2:
            h.ethertype = at.u16();
            at.skip(18);
            break;
        case LinkType::null:  // address family in the writer's byte order: the IP version tells the same
            at.skip(4);
            [[fallthrough]];
        case LinkType::raw_ip:
            if (at.left() != 0) h.ethertype = at.rest()[0] >> 4 == 6 ? kIpv6 : kIpv4;
            break;
    }
    for (unsigned tags = 0; at.ok() && is_vlan(h.ethertype) && tags < kMaxVlans; ++tags) {
        const std::uint16_t tag = at.u16() & 0xfff;
        (h.has_vlan ? h.inner_vlan : h.vlan) = tag;
        h.has_inner_vlan = h.has_vlan;
        h.has_vlan = true;
        h.ethertype = at.u16();
    }
    return at.ok();
}

bool read_ipv4(Cursor& at, Headers& h) noexcept {
    const std::uint8_t* start = at.rest().data();
    const std::size_t have = at.left();
    at.skip(20);
    if (!at.ok()) return h.fault = Headers::Fault::short_frame, false;
    const std::uint32_t header_bytes = (start[0] & 15u) * 4;
    h.network_bytes = load_be16(start + 2);
    if (start[0] >> 4 != 4 || header_bytes < 20 || (h.network_bytes != 0 && h.network_bytes < header_bytes)) {
        return h.fault = Headers::Fault::bad_ip, false;
    }
    h.family = 4;
    h.tos = start[1];
    h.ttl = start[8];
    h.proto = start[9];
    const std::uint16_t fragment = load_be16(start + 6);
    h.fragment = (fragment & 0x3fff) != 0;
    h.later_fragment = (fragment & 0x1fff) != 0;
    h.src = IpAddress::v4(load_be32(start + 12));
    h.dst = IpAddress::v4(load_be32(start + 16));
    h.depth = Headers::Depth::network;
    if (have < header_bytes) return h.fault = Headers::Fault::short_frame, false;
    at.skip(header_bytes - 20);
    return true;
}

// Walks the extension headers of RFC 8200 to the transport header.
bool read_extensions(Cursor& at, Headers& h) noexcept {
    for (unsigned n = 0; n <= kMaxExtensions; ++n) {
        switch (h.proto) {
            case 0:
            case 43:
            case 60:
            case 135:
            case 139:
            case 140: {  // hop-by-hop, routing, destination, mobility, HIP, shim6
                const std::uint8_t next = at.u8();
                const std::size_t bytes = (at.u8() + 1u) * 8;
                at.skip(bytes - 2);
                h.proto = next;
                break;
            }
            case 51: {  // authentication header, in units of four bytes (RFC 4302)
                const std::uint8_t next = at.u8();
                const std::size_t bytes = (at.u8() + 2u) * 4;
                at.skip(bytes - 2);
                h.proto = next;
                break;
            }
            case 44: {  // fragment
                h.proto = at.u8();
                at.skip(1);
                const std::uint16_t place = at.u16();
                at.skip(4);
                // Offset 0 and nothing to follow is a whole packet (RFC 6946).
                h.fragment |= (place & 0xfff9) != 0;
                h.later_fragment = (place & 0xfff8) != 0;
                if (h.later_fragment) return at.ok();
                break;
            }
            default:
                return at.ok();
        }
        if (!at.ok()) return h.fault = Headers::Fault::short_frame, false;
    }
    h.fault = Headers::Fault::bad_ip;  // a chain this long is an attack, not a packet
    return false;
}

bool read_ipv6(Cursor& at, Headers& h) noexcept {
    const std::uint8_t* start = at.rest().data();
    at.skip(40);
    if (!at.ok()) return h.fault = Headers::Fault::short_frame, false;
    if (start[0] >> 4 != 6) return h.fault = Headers::Fault::bad_ip, false;
    const std::uint32_t first = load_be32(start);
    h.family = 6;
    h.tos = static_cast<std::uint8_t>(first >> 20);
    h.flow_label = first & 0xfffff;
    const std::uint16_t payload = load_be16(start + 4);
    h.network_bytes = 40u + payload;
    h.proto = start[6];
    h.ttl = start[7];
    h.src = IpAddress::v6(start + 8);
    h.dst = IpAddress::v6(start + 24);
    h.depth = Headers::Depth::network;
    return read_extensions(at, h);
}

void read_transport(Cursor at, Headers& h) noexcept {
    const Bytes rest = at.rest();
    switch (h.proto) {
        case 6:
        case 17:
        case 33:
        case 132:
        case 136:  // TCP, UDP, DCCP, SCTP, UDP-Lite: ports first
            if (rest.size() < 4) return;
            h.src_port = load_be16(rest.data());
            h.dst_port = load_be16(rest.data() + 2);
            if (h.proto == 6 && rest.size() >= 14) h.tcp_flags = rest[13];
            break;
        case 1:
        case 58:
            if (rest.size() < 2) return;
            h.dst_port = load_be16(rest.data());
            break;
        default:
            break;
    }
    h.depth = Headers::Depth::transport;
}

}  // namespace

void parse_network(Bytes frame, std::size_t offset, std::uint8_t family, Headers& h) noexcept {
    h.network_offset = static_cast<std::uint32_t>(offset);
    Cursor at(frame.subspan(offset));
    if (!(family == 4 ? read_ipv4(at, h) : read_ipv6(at, h))) return;
    h.transport_offset = static_cast<std::uint32_t>(frame.size() - at.left());
    if (!h.later_fragment) read_transport(at, h);
}

Headers parse_headers(Bytes frame, LinkType link) noexcept {
    Headers h;
    Cursor at(frame);
    if (!read_link(at, link, h)) {
        h.fault = Headers::Fault::short_frame;
        return h;
    }
    h.depth = Headers::Depth::link;
    const std::size_t offset = frame.size() - at.left();
    h.network_offset = static_cast<std::uint32_t>(offset);
    if (h.ethertype == kIpv4) parse_network(frame, offset, 4, h);
    if (h.ethertype == kIpv6) parse_network(frame, offset, 6, h);
    return h;
}

}  // namespace flow
