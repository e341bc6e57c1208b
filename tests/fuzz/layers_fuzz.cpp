// SPDX-License-Identifier: Apache-2.0
// Any bytes as a sampled packet that begins with any header: all that is told of it lies inside, and a used object gives the
// same as a new one. First byte: first header and nesting; second: which packet of ours the rest changes, pair by pair of
// place and value, or none.
#include <cstdlib>
#include <vector>

#include "dataplane/flow/layers.hpp"
#include "tests/support/frame_builder.hpp"

namespace {

using support::Bytes;
using support::Frame;

std::vector<Bytes> packets() {
    const auto customer = [](Frame frame) { return frame.ipv4().tcp().payload(20).build(); };
    const auto bridged = [](Frame frame) {
        return frame.ethernet().vlan(7).ipv6().extension(0).udp().payload(9).build();
    };
    return {
        customer(Frame().ethernet().vlan(1).vlan(2)),
        customer(Frame().ethernet().mpls(16, false).mpls(17)),
        bridged(Frame().ethernet().mpls(16).payload(4)),
        customer(Frame()
                     .ethernet("02:00:00:00:00:01", "02:00:00:00:00:02", 0x8864)
                     .payload(Bytes{0x11, 0, 0, 1, 0, 9, 0, 33})),
        customer(
            Frame().ethernet().ipv4().protocol(47).payload(Bytes{0xb0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2})),
        bridged(Frame().ethernet().ipv4().protocol(47).payload(
            Bytes{0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 5, 0, 0, 0, 0})),
        customer(Frame().ethernet().ipv6().ipv4().ipv4().ipv4()),
        bridged(Frame().ethernet().ipv6().udp({.dst = 4789}).payload(Bytes{8, 0, 0, 0, 0, 0, 9, 0})),
        bridged(Frame().ethernet().ipv4().udp({.dst = 6081}).payload(Bytes{1, 0, 0x65, 0x58, 0, 0, 9, 0, 1, 2, 3, 4})),
        bridged(Frame().ethernet().ipv4().udp({.dst = 4789}).payload(Bytes{8, 0, 0, 0, 0, 0, 9, 0}).ethernet().mpls(5)),
    };
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static flow::Layers used;
    static const std::vector<Bytes> kPackets = packets();
    if (size < 2) return 0;
    constexpr unsigned kFirstHeaders = static_cast<unsigned>(flow::FirstHeader::ieee80211) + 1;
    const auto first = static_cast<flow::FirstHeader>(data[0] / 2 % kFirstHeaders);
    const flow::Nesting nesting = data[0] % 2 != 0 ? flow::Nesting::inner : flow::Nesting::outer;
    Bytes packet(data + 2, data + size);
    const bool ours = data[1] % (kPackets.size() + 1) != kPackets.size();
    if (ours) {
        packet = kPackets[data[1] % (kPackets.size() + 1)];
        for (std::size_t i = 2; i + 1 < size && i < 12; i += 2) packet[data[i] % packet.size()] = data[i + 1];
        if (size % 4 == 0) packet.resize(data[size - 1] % packet.size());
    }
    packet.shrink_to_fit();  // so that the sanitizer sees the end
    const flow::Layers fresh = parse_layers(packet, ours ? flow::FirstHeader::ethernet : first, nesting);
    parse_layers(packet, ours ? flow::FirstHeader::ethernet : first, nesting, used);
    const flow::Headers& h = fresh.headers;
    if (h.network_offset > packet.size() || h.transport_offset > packet.size()) std::abort();
    if (fresh.mpls.count > fresh.mpls.labels.size()) std::abort();
    if (fresh.has_tunnel_addresses && (nesting == flow::Nesting::outer || fresh.tunnel == flow::Tunnel::none))
        std::abort();
    if (used.headers.src != h.src || used.headers.dst_port != h.dst_port || used.tunnel != fresh.tunnel) std::abort();
    if (used.mpls.count != fresh.mpls.count || used.tunnel_proto != fresh.tunnel_proto) std::abort();
    return 0;
}
