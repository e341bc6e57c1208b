// SPDX-License-Identifier: Apache-2.0
#include "tests/support/frame_builder.hpp"

#include <algorithm>

namespace support {

namespace {

constexpr std::uint16_t kTypeIpv4 = 0x0800;
constexpr std::uint16_t kTypeIpv6 = 0x86dd;
constexpr std::uint16_t kTypeMpls = 0x8847;
constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kFragment = 44;
constexpr std::uint8_t kIcmp6 = 58;

std::uint32_t add_words(std::uint32_t sum, std::span<const std::uint8_t> bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        sum += i % 2 == 0 ? static_cast<std::uint32_t>(bytes[i]) << 8 : bytes[i];
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

std::uint16_t complement(std::uint32_t sum) {
    sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

void put16(Bytes& bytes, std::size_t at, std::size_t v) {
    bytes.at(at) = static_cast<std::uint8_t>(v >> 8);
    bytes.at(at + 1) = static_cast<std::uint8_t>(v);
}

Bytes padded(const Bytes& bytes, std::size_t multiple) {
    return Writer().raw(bytes).zeros((multiple - bytes.size() % multiple) % multiple);
}

}  // namespace

void Frame::next_ether_type(std::uint16_t type) {
    if (ether_type_at_) bytes_.patch16(*ether_type_at_, type);
    ether_type_at_.reset();
}

void Frame::next_protocol(std::uint8_t number) {
    if (protocol_at_) bytes_.patch8(*protocol_at_, number);
    protocol_at_.reset();
}

Frame& Frame::ethernet(std::string_view src_mac, std::string_view dst_mac, std::optional<std::uint16_t> ether_type) {
    layers_.push_back({Kind::link, bytes_.size()});
    bytes_.mac(dst_mac).mac(src_mac).u16(ether_type.value_or(0));
    if (!ether_type) ether_type_at_ = bytes_.size() - 2;
    return *this;
}

Frame& Frame::vlan(std::uint16_t id, std::uint8_t priority, std::uint16_t ether_type) {
    next_ether_type(ether_type);
    bytes_.u16(static_cast<std::uint16_t>(priority << 13 | (id & 0xfff))).u16(0);
    ether_type_at_ = bytes_.size() - 2;
    return *this;
}

Frame& Frame::mpls(std::uint32_t label, bool bottom) {
    next_ether_type(kTypeMpls);
    bytes_.u32(label << 12 | (bottom ? 0x100u : 0u) | 64u);
    return *this;
}

Frame& Frame::ipv4(const Ipv4& h) {
    next_ether_type(kTypeIpv4);
    next_protocol(4);
    const Bytes options = padded(h.options, 4);
    layers_.push_back({Kind::ipv4, bytes_.size(), !h.total_length, !h.checksum});
    bytes_.u8(h.version_and_length.value_or(static_cast<std::uint8_t>(0x40 | (5 + options.size() / 4)))).u8(h.tos);
    bytes_.u16(h.total_length.value_or(0)).u16(h.id);
    bytes_.u16(static_cast<std::uint16_t>((h.dont_fragment ? 0x4000 : 0) | (h.more_fragments ? 0x2000 : 0) |
                                          (h.fragment_offset & 0x1fff)));
    bytes_.u8(h.ttl).u8(h.protocol.value_or(0)).u16(h.checksum.value_or(0));
    if (!h.protocol) protocol_at_ = bytes_.size() - 3;
    bytes_.ip(h.src).ip(h.dst).raw(options);
    return *this;
}

Frame& Frame::ipv6(const Ipv6& h) {
    next_ether_type(kTypeIpv6);
    next_protocol(41);
    layers_.push_back({Kind::ipv6, bytes_.size(), !h.payload_length});
    bytes_.u32(static_cast<std::uint32_t>(h.version) << 28 | static_cast<std::uint32_t>(h.traffic_class) << 20 |
               (h.flow_label & 0xfffff));
    bytes_.u16(h.payload_length.value_or(0)).u8(h.next_header.value_or(0)).u8(h.hop_limit);
    if (!h.next_header) protocol_at_ = bytes_.size() - 2;
    bytes_.ip(h.src).ip(h.dst);
    return *this;
}

Frame& Frame::extension(std::uint8_t type, std::span<const std::uint8_t> body) {
    next_protocol(type);
    layers_.push_back({Kind::extension, bytes_.size()});
    const std::size_t units = (2 + body.size() + 7) / 8;
    protocol_at_ = bytes_.size();
    bytes_.u8(59).u8(static_cast<std::uint8_t>(units - 1)).raw(body).zeros(units * 8 - 2 - body.size());
    return *this;
}

Frame& Frame::fragment_header(std::uint16_t offset, bool more, std::uint32_t id) {
    next_protocol(kFragment);
    layers_.push_back({Kind::extension, bytes_.size()});
    protocol_at_ = bytes_.size();
    bytes_.u8(59).u8(0).u16(static_cast<std::uint16_t>(offset << 3 | (more ? 1 : 0))).u32(id);
    return *this;
}

Frame& Frame::udp(const Udp& h) {
    next_protocol(kUdp);
    layers_.push_back({Kind::udp, bytes_.size(), !h.length, !h.checksum});
    bytes_.u16(h.src).u16(h.dst).u16(h.length.value_or(0)).u16(h.checksum.value_or(0));
    return *this;
}

Frame& Frame::tcp(const Tcp& h) {
    next_protocol(kTcp);
    const Bytes options = padded(h.options, 4);
    layers_.push_back({Kind::tcp, bytes_.size()});
    bytes_.u16(h.src).u16(h.dst).u32(h.sequence).u32(h.acknowledge);
    bytes_.u8(static_cast<std::uint8_t>((5 + options.size() / 4) << 4)).u8(h.flags).u16(h.window).u32(0).raw(options);
    return *this;
}

Frame& Frame::icmp(const Icmp& h) {
    bool over_ipv6 = false;
    for (const Layer& l : layers_) {
        if (l.kind == Kind::ipv4 || l.kind == Kind::ipv6) over_ipv6 = l.kind == Kind::ipv6;
    }
    next_protocol(over_ipv6 ? kIcmp6 : kIcmp);
    layers_.push_back({Kind::icmp, bytes_.size()});
    bytes_.u8(h.type).u8(h.code).u16(0).u32(h.rest);
    return *this;
}

Frame& Frame::protocol(std::uint8_t number) {
    next_protocol(number);
    return *this;
}

Frame& Frame::payload(std::span<const std::uint8_t> bytes) {
    bytes_.raw(bytes);
    return *this;
}

Frame& Frame::payload(std::size_t zeros) {
    bytes_.zeros(zeros);
    return *this;
}

// The part of a checksum that the IP header under layer `index` adds; `number` is the protocol.
std::uint32_t Frame::pseudo_header(const Bytes& bytes, std::size_t index, std::uint8_t number) const {
    const auto length = static_cast<std::uint32_t>(bytes.size() - layers_[index].at);
    const std::uint32_t sum = add_words(number, Writer().u32(length).bytes());
    for (std::size_t i = index; i-- > 0;) {
        const std::span<const std::uint8_t> header = std::span(bytes).subspan(layers_[i].at);
        if (layers_[i].kind == Kind::ipv4) return add_words(sum, header.subspan(12, 8));
        if (layers_[i].kind == Kind::ipv6) return add_words(sum, header.subspan(8, 32));
    }
    return sum;
}

void Frame::finish(Bytes& bytes, const Layer& layer, std::size_t index) const {
    const std::size_t at = layer.at;
    const std::size_t length = bytes.size() - at;
    const auto checksum = [&](std::size_t field, std::size_t n, std::uint32_t start) {
        put16(bytes, at + field, complement(add_words(start, std::span(bytes).subspan(at, n))));
    };
    switch (layer.kind) {
        case Kind::ipv4:
            if (layer.fix_length) put16(bytes, at + 2, length);
            if (layer.fix_checksum) checksum(10, std::min<std::size_t>((bytes[at] & 15u) * 4u, length), 0);
            break;
        case Kind::ipv6:
            if (layer.fix_length) put16(bytes, at + 4, length - 40);
            break;
        case Kind::udp:
            if (layer.fix_length) put16(bytes, at + 4, length);
            if (!layer.fix_checksum) break;
            checksum(6, length, pseudo_header(bytes, index, kUdp));
            // A sum of zero is sent as all ones: zero says "no checksum" (RFC 768).
            if (bytes[at + 6] == 0 && bytes[at + 7] == 0) put16(bytes, at + 6, 0xffff);
            break;
        case Kind::tcp:
            checksum(16, length, pseudo_header(bytes, index, kTcp));
            break;
        case Kind::icmp: {
            const bool over_ipv6 = index > 0 && layers_[index - 1].kind != Kind::ipv4;
            checksum(2, length, over_ipv6 ? pseudo_header(bytes, index, kIcmp6) : 0);
            break;
        }
        case Kind::link:
        case Kind::extension:
            break;
    }
}

Bytes Frame::build() const {
    Bytes bytes = bytes_.bytes();
    // From the inside out: an outer checksum covers the inner headers.
    for (std::size_t i = layers_.size(); i-- > 0;) finish(bytes, layers_[i], i);
    return bytes;
}

Bytes udp_frame(std::string_view src, std::string_view dst, std::uint16_t src_port, std::uint16_t dst_port,
                std::span<const std::uint8_t> payload) {
    Frame frame;
    frame.ethernet();
    if (ip_bytes(src).size() == 4) {
        frame.ipv4({.src = std::string(src), .dst = std::string(dst)});
    } else {
        frame.ipv6({.src = std::string(src), .dst = std::string(dst)});
    }
    return frame.udp({.src = src_port, .dst = dst_port}).payload(payload).build();
}

}  // namespace support
