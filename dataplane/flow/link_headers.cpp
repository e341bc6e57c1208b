// SPDX-License-Identifier: Apache-2.0
#include "dataplane/flow/link_headers.hpp"

#include <algorithm>

namespace flow {
namespace {

constexpr std::uint16_t kIpv4 = 0x0800, kIpv6 = 0x86dd, kMpls = 0x8847, kMplsMulticast = 0x8848, kPppoe = 0x8864;
constexpr std::uint16_t kLeastEthertype = 0x600;  // below: the length of an 802.3 frame
constexpr unsigned kMostLabels = 16;

constexpr bool is_vlan(std::uint16_t ethertype) noexcept {
    return ethertype == 0x8100 || ethertype == 0x88a8 || ethertype == 0x9100 || ethertype == 0x9200;
}
constexpr bool is_mpls(std::uint16_t ethertype) noexcept {
    return ethertype == kMpls || ethertype == kMplsMulticast;
}

std::uint64_t read_mac(Cursor& at) noexcept {
    const std::uint64_t high = at.u16();
    return high << 32 | at.u32();
}

LinkEnd ip_by_version(const Cursor& at) noexcept {
    if (at.left() == 0) return {};
    const unsigned version = at.rest()[0] >> 4;
    return {.family = static_cast<std::uint8_t>(version == 4 || version == 6 ? version : 0)};
}

// EtherType behind a logical link control header, 0 when it names none. IEEE 802.2, RFC 1042.
std::uint16_t read_llc(Cursor& at) noexcept {
    const std::uint8_t dsap = at.u8(), ssap = at.u8();
    if (dsap == 0x06 && ssap == 0x06) return at.skip(1), kIpv4;
    if (dsap != 0xaa || ssap != 0xaa) return 0;
    at.skip(1);
    const std::uint32_t organisation = static_cast<std::uint32_t>(at.u8()) << 16 | at.u16();
    const std::uint16_t type = at.u16();
    return organisation == 0 || organisation == 0x0000f8 ? type : std::uint16_t{0};
}

// EtherType that says the same as a PPP protocol field, of one byte or two (RFC 1661 section 6.5); 0 when there is none.
std::uint16_t read_ppp_protocol(Cursor& at) noexcept {
    std::uint16_t protocol = at.u8();
    if ((protocol & 1) == 0) protocol = static_cast<std::uint16_t>(protocol << 8 | at.u8());
    switch (protocol) {
        case 0x0021:
            return kIpv4;
        case 0x0057:
            return kIpv6;
        case 0x0281:
            return kMpls;
        case 0x0283:
            return kMplsMulticast;
        default:
            return 0;
    }
}

std::uint16_t read_pppoe(Cursor& at, Layers& out) noexcept {
    const std::uint8_t version_and_type = at.u8(), code = at.u8();
    const std::uint16_t session = at.u16();
    at.skip(2);
    if (!at.ok() || version_and_type != 0x11 || code != 0) return 0;
    if (out.tunnel == Tunnel::none) {
        out.tunnel = Tunnel::pppoe;
        out.has_tunnel_key = true;
        out.tunnel_key = session;
    }
    return read_ppp_protocol(at);
}

// An EtherType that Ethernet frames have, at `offset`: tells a frame from other bytes.
bool frame_at(Bytes rest, std::size_t offset) noexcept {
    if (rest.size() < offset + 14) return false;
    const std::uint16_t type = load_be16(rest.data() + offset + 12);
    return type == kIpv4 || type == kIpv6 || type == 0x0806 || type == kPppoe || is_vlan(type) || is_mpls(type);
}

// What follows the bottom label is not told: IP begins with its version, and Ethernet (pseudowire) with a control word
// of zeros or without one. RFC 4928 section 3, RFC 8469.
LinkEnd behind_labels(Cursor& at, std::uint32_t bottom) noexcept {
    const LinkEnd ip = ip_by_version(at);
    const Bytes rest = at.rest();
    const bool ip_fits = ip.family == 6 || (ip.family == 4 && (rest[0] & 15) >= 5);
    if (ip_fits) return ip;
    const LinkEnd wire{.pseudowire = true, .bottom_label = bottom};
    // The frame alone first: a tag in it would look like an EtherType four bytes on.
    if (frame_at(rest, 0)) return wire;
    if (rest.empty() || rest[0] >> 4 != 0 || !frame_at(rest, 4)) return {};
    at.skip(4);
    return wire;
}

LinkEnd read_mpls(Cursor& at, Layers& out) noexcept {
    const bool first_stack = out.mpls.count == 0;
    for (unsigned i = 0; i < kMostLabels; ++i) {
        const std::uint32_t entry = at.u32();
        if (!at.ok()) return {};
        if (first_stack && i < out.mpls.labels.size()) {
            out.mpls.labels[i] = entry >> 8;
            out.mpls.count = i + 1;
        }
        if ((entry & 0x100) != 0) return behind_labels(at, entry >> 12);
    }
    return {};
}

// Tags, sessions and labels behind an EtherType. `h.ethertype` becomes the type behind the tags.
LinkEnd follow(Cursor& at, std::uint16_t type, Headers& h, Layers& out) noexcept {
    if (type < kLeastEthertype) type = read_llc(at);
    h.ethertype = type;
    for (unsigned steps = 0; at.ok() && steps < kMaxLinkHeaders; ++steps) {
        if (type == kIpv4) return {.family = 4};
        if (type == kIpv6) return {.family = 6};
        if (is_mpls(type)) return read_mpls(at, out);
        if (type == kPppoe) {
            type = read_pppoe(at, out);
        } else if (is_vlan(type)) {
            const std::uint16_t tag = at.u16() & 0xfff;
            type = at.u16();
            if (!at.ok()) break;
            (h.has_vlan ? h.inner_vlan : h.vlan) = tag;
            h.has_inner_vlan = h.has_vlan;
            h.has_vlan = true;
            if (type < kLeastEthertype) type = read_llc(at);
            h.ethertype = type;
        } else {
            break;
        }
    }
    return {};
}

LinkEnd read_ethernet(Cursor& at, Headers& h, Layers& out) noexcept {
    h.dst_mac = read_mac(at);
    h.src_mac = read_mac(at);
    const std::uint16_t type = at.u16();
    if (!at.ok()) return {};
    h.depth = Headers::Depth::link;
    return follow(at, type, h, out);
}

// Address and control may be left out (RFC 1661 section 6.6); Cisco's HDLC has an EtherType instead of a protocol.
LinkEnd read_ppp(Cursor& at, Headers& h, Layers& out) noexcept {
    const Bytes rest = at.rest();
    if (rest.size() < 2) return at.skip(2), LinkEnd{};
    const std::uint16_t start = load_be16(rest.data());
    const bool cisco = start == 0x0f00 || start == 0x8f00;
    if (cisco || start == 0xff03) at.skip(2);
    const std::uint16_t type = cisco ? at.u16() : read_ppp_protocol(at);
    return type < kLeastEthertype ? LinkEnd{} : follow(at, type, h, out);
}

LinkEnd read_token_ring(Cursor& at, Headers& h, Layers& out) noexcept {
    constexpr std::uint64_t kRouted = 1ull << 47;  // of the source address: a route follows
    at.skip(2);                                    // access and frame control
    h.dst_mac = read_mac(at);
    h.src_mac = read_mac(at);
    if ((h.src_mac & kRouted) != 0) at.skip(at.left() == 0 ? 1 : std::max(at.rest()[0] & 31, 2));
    h.src_mac &= ~kRouted;
    return follow(at, 0, h, out);
}

LinkEnd read_fddi(Cursor& at, Headers& h, Layers& out) noexcept {
    at.skip(1);  // frame control
    h.dst_mac = read_mac(at);
    h.src_mac = read_mac(at);
    return follow(at, 0, h, out);
}

// RFC 2427: two bytes of address (or four), control 3, protocol id; Cisco's form has an EtherType behind the address.
LinkEnd read_frame_relay(Cursor& at, Headers& h, Layers& out) noexcept {
    at.skip(1);
    if ((at.u8() & 1) == 0) at.skip(2);
    const Bytes rest = at.rest();
    if (rest.size() < 2) return at.skip(2), LinkEnd{};
    if (rest[0] != 3) return follow(at, at.u16(), h, out);
    at.skip(rest[1] == 0 ? 2 : 1);  // a zero fills up before SNAP
    switch (at.u8()) {
        case 0xcc:
            return {.family = 4};
        case 0x8e:
            return {.family = 6};
        case 0x80: {  // SNAP without the link control
            at.skip(3);
            const std::uint16_t type = at.u16();
            return type < kLeastEthertype ? LinkEnd{} : follow(at, type, h, out);
        }
        default:
            return {};
    }
}

// Data frames of IEEE 802.11 in the clear; of others the addresses alone.
LinkEnd read_ieee80211(Cursor& at, Headers& h, Layers& out) noexcept {
    const std::uint8_t kind = at.u8(), flags = at.u8();
    at.skip(2);  // duration
    const std::uint64_t first = read_mac(at);
    const bool data = (kind & 0x0c) == 0x08, to_system = (flags & 1) != 0, from_system = (flags & 2) != 0;
    if (!data) {
        h.dst_mac = first;
        return {};
    }
    const std::uint64_t second = read_mac(at), third = read_mac(at);
    at.skip(2);  // sequence
    const std::uint64_t fourth = to_system && from_system ? read_mac(at) : 0;
    h.dst_mac = to_system ? third : first;
    h.src_mac = !from_system ? second : to_system ? fourth : third;
    const bool quality = (kind & 0x80) != 0, empty = (kind & 0x40) != 0, encrypted = (flags & 0x40) != 0;
    if (quality) at.skip((flags & 0x80) != 0 ? 6 : 2);
    if (!at.ok()) return {};
    h.depth = Headers::Depth::link;
    return empty || encrypted ? LinkEnd{} : follow(at, 0, h, out);
}

}  // namespace

LinkEnd read_link_headers(Cursor& at, FirstHeader first, Headers& h, Layers& out) noexcept {
    switch (first) {
        case FirstHeader::ethernet:
            return read_ethernet(at, h, out);
        case FirstHeader::ip:
            if (at.left() == 0) at.skip(1);
            return ip_by_version(at);
        case FirstHeader::mpls:
            return read_mpls(at, out);
        case FirstHeader::ppp:
            return read_ppp(at, h, out);
        case FirstHeader::token_ring:
            return read_token_ring(at, h, out);
        case FirstHeader::fddi:
            return read_fddi(at, h, out);
        case FirstHeader::frame_relay:
            return read_frame_relay(at, h, out);
        case FirstHeader::llc:
            return follow(at, 0, h, out);
        case FirstHeader::ieee80211:
            return read_ieee80211(at, h, out);
    }
    return {};
}

}  // namespace flow
