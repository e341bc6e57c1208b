// SPDX-License-Identifier: Apache-2.0
#include "filters/text/payload.hpp"

#include <algorithm>
#include <optional>

#include "dataplane/flow/layers.hpp"

namespace filters::text {

namespace {

using flow::FirstHeader;
using flow::Headers;
using flow::Nesting;

constexpr std::size_t kTcpBytes = 20;
constexpr std::size_t kUdpBytes = 8;
constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;

// What follows the IP headers, without link padding. A length of 0 is left by segmentation offload.
flow::Bytes behind_network(flow::Bytes packet, const Headers& h) noexcept {
    const std::size_t end =
        h.network_bytes == 0 ? packet.size() : std::min<std::size_t>(packet.size(), h.network_offset + h.network_bytes);
    const std::size_t from = std::min<std::size_t>(h.transport_offset, end);
    return packet.subspan(from, end - from);
}

// Bytes of the transport header at the start of `rest`; nothing when it is cut.
std::optional<std::size_t> transport_bytes(flow::Bytes rest, const Headers& h) noexcept {
    if (h.later_fragment) return 0;
    std::size_t header = 0;
    if (h.proto == kUdp) header = kUdpBytes;
    if (h.proto == kTcp) {
        if (rest.size() < kTcpBytes) return std::nullopt;
        header = std::max(kTcpBytes, std::size_t{rest[12]} / 16 * 4);
    }
    if (header > rest.size()) return std::nullopt;
    return header;
}

}  // namespace

std::string_view application_bytes(std::string_view packet, std::uint8_t proto) noexcept {
    const flow::Bytes bytes(reinterpret_cast<const std::uint8_t*>(packet.data()), packet.size());
    flow::Layers layers;
    for (const FirstHeader first : {FirstHeader::ethernet, FirstHeader::ip}) {
        for (const Nesting nesting : {Nesting::outer, Nesting::inner}) {
            parse_layers(bytes, first, nesting, layers);
            const Headers& h = layers.headers;
            const bool read = h.depth >= Headers::Depth::network && h.fault == Headers::Fault::none;
            if (read && h.proto == proto) {
                const flow::Bytes rest = behind_network(bytes, h);
                const auto header = transport_bytes(rest, h);
                // A sample cut inside the headers has no payload.
                if (!header) return {};
                return packet.substr(static_cast<std::size_t>(rest.data() - bytes.data()) + *header,
                                     rest.size() - *header);
            }
            if (layers.tunnel == flow::Tunnel::none) break;
        }
    }
    return packet;
}

}  // namespace filters::text
