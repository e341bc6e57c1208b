// SPDX-License-Identifier: Apache-2.0
#include "dataplane/packet.hpp"

#include <algorithm>

#include "dataplane/reassembly.hpp"

namespace dataplane {

using flow::Headers;
using flow::PacketFate;

namespace {

constexpr std::uint8_t kUdp = 17;
constexpr std::size_t kUdpHeader = 8;

PacketFate fate_of_fault(const Headers& h) noexcept {
    if (h.fault == Headers::Fault::bad_ip) return PacketFate::bad_ip_header;
    return h.fault == Headers::Fault::short_frame ? PacketFate::short_frame : PacketFate::not_ip;
}

bool is_ours(const flow::IpAddress& destination, const Generation& generation) noexcept {
    const auto& ours = generation.addresses;
    return ours.empty() || std::binary_search(ours.begin(), ours.end(), destination);
}

Packet read_part(flow::Bytes frame, const Headers& h, const Generation& generation) noexcept {
    if (!may_be_udp(frame, h)) return {.fate = PacketFate::not_udp};
    if (!is_ours(h.dst, generation)) return {.fate = PacketFate::not_ours};
    if (h.network_bytes > frame.size() - h.network_offset) return {.fate = PacketFate::cut_short};
    return {.fate = PacketFate::fragment, .exporter = h.src};
}

}  // namespace

Packet read_packet(flow::Bytes frame, flow::LinkType link, const Generation& generation) noexcept {
    const Headers h = flow::parse_headers(frame, link);
    if (h.depth < Headers::Depth::network || h.fault != Headers::Fault::none) return {.fate = fate_of_fault(h)};
    if (h.fragment) [[unlikely]]
        return read_part(frame, h, generation);
    if (h.proto != kUdp) return {.fate = PacketFate::not_udp};
    // A length of 0 is how the kernel shows a packet of more than 65,535 bytes that it put together itself.
    const std::size_t there = frame.size() - h.network_offset;
    if (h.network_bytes > there) return {.fate = PacketFate::cut_short};
    const std::size_t ip_end = h.network_offset + (h.network_bytes == 0 ? there : h.network_bytes);
    if (h.transport_offset + kUdpHeader > ip_end) return {.fate = PacketFate::bad_udp_length};
    if (!generation.sources.has_port(h.dst_port)) return {.fate = PacketFate::other_port};
    if (!is_ours(h.dst, generation)) return {.fate = PacketFate::not_ours};
    const std::size_t udp_bytes = flow::load_be16(frame.data() + h.transport_offset + 4);
    if (udp_bytes < kUdpHeader || h.transport_offset + udp_bytes > ip_end) return {.fate = PacketFate::bad_udp_length};
    return {.fate = PacketFate::whole,
            .payload = frame.subspan(h.transport_offset + kUdpHeader, udp_bytes - kUdpHeader),
            .exporter = h.src,
            .port = h.dst_port,
            .exporter_port = h.src_port};
}

}  // namespace dataplane
