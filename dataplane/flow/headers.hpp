// SPDX-License-Identifier: Apache-2.0
// Headers of a packet, from Ethernet (or IP) to the transport ports, as our own packets bring them: no tunnels, no labels.
// What samples of others' traffic bring besides is read by layers.hpp.
//
// Thread: any; pure.
// Source: IEEE 802.1Q, RFC 791, RFC 8200 section 4 (extension headers), RFC 768, RFC 9293 section 3.1.
// Limits: kMaxVlans tags, kMaxExtensions IPv6 extension headers; every read is checked against the captured bytes.
#pragma once

#include <cstdint>

#include "dataplane/flow/address.hpp"
#include "dataplane/flow/wire.hpp"

namespace flow {

inline constexpr unsigned kMaxVlans = 4;
inline constexpr unsigned kMaxExtensions = 8;

// What the first byte belongs to. Numbers are libpcap's link types where it has one.
enum class LinkType : std::uint16_t { null = 0, ethernet = 1, raw_ip = 101, linux_sll = 113, linux_sll2 = 276 };

struct Headers {
    // How far the packet could be read; a later step implies the earlier ones.
    enum class Depth : std::uint8_t { nothing, link, network, transport };
    enum class Fault : std::uint8_t { none, short_frame, bad_ip };

    Depth depth = Depth::nothing;
    Fault fault = Fault::none;
    std::uint64_t dst_mac = 0, src_mac = 0;  // low 48 bits; Ethernet only
    std::uint16_t ethertype = 0;             // of what follows the VLAN tags
    std::uint16_t vlan = 0;                  // outermost tag's id
    std::uint16_t inner_vlan = 0;            // innermost tag's id, of two and more
    bool has_vlan = false;
    bool has_inner_vlan = false;
    std::uint8_t family = 0;  // 4, 6; 0 when not IP
    std::uint8_t proto = 0;   // transport, after extension headers
    std::uint8_t tos = 0;
    std::uint8_t ttl = 0;
    std::uint8_t tcp_flags = 0;
    bool fragment = false;               // any fragment, first or not
    bool later_fragment = false;         // has no transport header
    std::uint16_t src_port = 0;          // ICMP: 0
    std::uint16_t dst_port = 0;          // ICMP: type * 256 + code
    std::uint32_t flow_label = 0;        // IPv6
    std::uint32_t network_offset = 0;    // of the IP header
    std::uint32_t transport_offset = 0;  // of the transport header
    std::uint32_t network_bytes = 0;     // IP header and payload, as the IP header says; may exceed the capture
    IpAddress src{}, dst{};
};

[[nodiscard]] Headers parse_headers(Bytes frame, LinkType link) noexcept;

// Reads on into `h` from the IP header of `family` (4, 6) at `offset`: all that follows the link.
void parse_network(Bytes frame, std::size_t offset, std::uint8_t family, Headers& h) noexcept;

}  // namespace flow
