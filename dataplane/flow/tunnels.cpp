// SPDX-License-Identifier: Apache-2.0
#include "dataplane/flow/tunnels.hpp"

namespace flow {
namespace {

constexpr std::uint8_t kIpv4InIp = 4, kUdp = 17, kIpv6InIp = 41, kGre = 47, kEtherIp = 97, kMplsInIp = 137;
constexpr std::uint16_t kVxlan = 4789, kVxlanLinux = 8472, kGeneve = 6081;
constexpr std::size_t kUdpBytes = 8;

struct FirstOfType {
    bool known = false;
    FirstHeader first = FirstHeader::ip;
};

// Of the EtherType that GRE and GENEVE name their content by.
FirstOfType first_of(std::uint16_t ethertype) noexcept {
    switch (ethertype) {
        case 0x0800:
        case 0x86dd:
            return {true, FirstHeader::ip};
        case 0x6558:  // transparent Ethernet bridging
            return {true, FirstHeader::ethernet};
        case 0x8847:
        case 0x8848:
            return {true, FirstHeader::mpls};
        case 0x880b:  // PPP, in the GRE of PPTP
            return {true, FirstHeader::ppp};
        default:
            return {};
    }
}

// ERSPAN: type I has no header of its own and no sequence number in its GRE; II has 8 bytes, III 12 and perhaps 8 more.
Inside inside_erspan(Cursor at, bool sequence, bool third, std::size_t end) noexcept {
    Inside inside{.tunnel = Tunnel::gre, .first = FirstHeader::ethernet};
    if (sequence || third) {
        at.skip(2);  // version, VLAN
        inside.has_key = true;
        inside.key = at.u16() & 0x3ff;  // session
        at.skip(4);                     // II: index; III: timestamp
        if (third) {
            at.skip(2);  // security group tag
            const std::uint16_t flags = at.u16();
            if ((flags >> 10 & 31) == 2) inside.first = FirstHeader::ip;
            if ((flags & 1) != 0) at.skip(8);
        }
    }
    inside.offset = end - at.left();
    return at.ok() ? inside : Inside{};
}

Inside inside_gre(Bytes packet, std::size_t offset) noexcept {
    Cursor at(packet.subspan(offset));
    const std::uint16_t flags = at.u16();
    const std::uint16_t type = at.u16();
    const bool key = (flags & 0x2000) != 0, sequence = (flags & 0x1000) != 0;
    if ((flags & 0x4000) != 0 || (flags & 7) > 1) return {};  // source routing, or another version
    if ((flags & 0x8000) != 0) at.skip(4);
    Inside inside{.tunnel = Tunnel::gre, .has_key = key};
    if (key) inside.key = at.u32();
    if (sequence) at.skip(4);
    if ((flags & 7) == 1) {
        inside.key &= 0xffff;  // PPTP: length of the payload, then the call's id
        if ((flags & 0x80) != 0) at.skip(4);
    }
    if (type == 0x88be || type == 0x22eb) return inside_erspan(at, sequence, type == 0x22eb, packet.size());
    const FirstOfType content = first_of(type);
    if (!at.ok() || !content.known) return {};
    inside.first = content.first;
    inside.offset = packet.size() - at.left();
    return inside;
}

Inside inside_udp(Bytes packet, std::size_t offset, std::uint16_t port) noexcept {
    Cursor at(packet.subspan(offset));
    at.skip(kUdpBytes);
    if (port == kVxlan || port == kVxlanLinux) {
        const bool valid = (at.u8() & 0x08) != 0;
        at.skip(3);
        const std::uint32_t vni = at.u32() >> 8;
        if (!at.ok() || !valid) return {};
        return {Tunnel::vxlan, FirstHeader::ethernet, packet.size() - at.left(), true, vni};
    }
    if (port == kGeneve) {
        const std::uint8_t version_and_length = at.u8();
        at.skip(1);
        const FirstOfType content = first_of(at.u16());
        const std::uint32_t vni = at.u32() >> 8;
        at.skip((version_and_length & 0x3fu) * 4);
        if (!at.ok() || version_and_length >> 6 != 0 || !content.known) return {};
        return {Tunnel::geneve, content.first, packet.size() - at.left(), true, vni};
    }
    return {};
}

}  // namespace

Inside inside_of(Bytes packet, const Headers& h) noexcept {
    if (h.later_fragment || h.depth < Headers::Depth::network || h.fault != Headers::Fault::none) return {};
    const std::size_t offset = h.transport_offset;
    switch (h.proto) {
        case kUdp:
            return inside_udp(packet, offset, h.dst_port);
        case kIpv4InIp:
        case kIpv6InIp:
            return {Tunnel::ipip, FirstHeader::ip, offset, false, 0};
        case kGre:
            return inside_gre(packet, offset);
        case kEtherIp:
            if (packet.size() < offset + 2) return {};
            return {Tunnel::other, FirstHeader::ethernet, offset + 2, false, 0};
        case kMplsInIp:
            return {Tunnel::mpls, FirstHeader::mpls, offset, false, 0};
        default:
            return {};
    }
}

}  // namespace flow
