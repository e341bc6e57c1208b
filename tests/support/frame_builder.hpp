// SPDX-License-Identifier: Apache-2.0
// Ethernet frames and IP packets, header by header, for tests.
//
//   Frame().ethernet().vlan(100).ipv4({.src = "192.0.2.1"}).udp({.dst = 2055}).payload(datagram).build();
//
// Thread: any; values.
// Source: RFC 791, 8200, 768, 9293, 792, 4443, 3032, IEEE 802.1Q.
// Shape:  as writer.hpp. Without ethernet() the result is a bare IP packet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/writer.hpp"

namespace support {

struct Ipv4 {
    std::string src = "10.0.0.1";
    std::string dst = "10.0.0.2";
    std::uint8_t tos = 0;
    std::uint8_t ttl = 64;
    std::uint16_t id = 0;
    bool dont_fragment = false;
    bool more_fragments = false;
    std::uint16_t fragment_offset = 0;  // in units of 8 bytes
    Bytes options{};                    // padded to a multiple of 4
    std::optional<std::uint8_t> protocol{};
    std::optional<std::uint8_t> version_and_length{};
    std::optional<std::uint16_t> total_length{};
    std::optional<std::uint16_t> checksum{};
};

struct Ipv6 {
    std::string src = "2001:db8::1";
    std::string dst = "2001:db8::2";
    std::uint8_t traffic_class = 0;
    std::uint32_t flow_label = 0;
    std::uint8_t hop_limit = 64;
    std::uint8_t version = 6;
    std::optional<std::uint8_t> next_header{};
    std::optional<std::uint16_t> payload_length{};
};

struct Udp {
    std::uint16_t src = 40000;
    std::uint16_t dst = 2055;
    std::optional<std::uint16_t> length{};
    std::optional<std::uint16_t> checksum{};
};

struct Tcp {
    std::uint16_t src = 40000;
    std::uint16_t dst = 80;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledge = 0;
    std::uint8_t flags = 0x10;
    std::uint16_t window = 65535;
    Bytes options{};  // padded to a multiple of 4
};

struct Icmp {
    std::uint8_t type = 8;  // ICMPv6 under Ipv6: 128 is an echo request
    std::uint8_t code = 0;
    std::uint32_t rest = 0;
};

// Headers from the outside in; lengths, "next" fields and checksums are set by build().
class Frame {
  public:
    Frame& ethernet(std::string_view src_mac = "02:00:00:00:00:01", std::string_view dst_mac = "02:00:00:00:00:02",
                    std::optional<std::uint16_t> ether_type = std::nullopt);
    Frame& vlan(std::uint16_t id, std::uint8_t priority = 0, std::uint16_t ether_type = 0x8100);
    Frame& mpls(std::uint32_t label, bool bottom = true);
    Frame& ipv4(const Ipv4& h = {});
    Frame& ipv6(const Ipv6& h = {});
    // Hop-by-hop 0, routing 43, destination 60 ...: body behind next header and length, padded to 8.
    Frame& extension(std::uint8_t type, std::span<const std::uint8_t> body = {});
    Frame& fragment_header(std::uint16_t offset, bool more,
                           std::uint32_t id = 1);  // IPv6; offset in units of 8
    Frame& udp(const Udp& h = {});
    Frame& tcp(const Tcp& h = {});
    Frame& icmp(const Icmp& h = {});
    // IP protocol given, bytes follow with payload(): for GRE, ESP, OSPF ...
    Frame& protocol(std::uint8_t number);
    Frame& payload(std::span<const std::uint8_t> bytes);
    Frame& payload(std::size_t zeros);
    [[nodiscard]] Bytes build() const;

  private:
    enum class Kind : std::uint8_t { link, ipv4, ipv6, extension, udp, tcp, icmp };
    struct Layer {
        Kind kind;
        std::size_t at;
        bool fix_length = true;
        bool fix_checksum = true;
    };
    void next_ether_type(std::uint16_t type);
    void next_protocol(std::uint8_t number);
    void finish(Bytes& bytes, const Layer& layer, std::size_t index) const;
    [[nodiscard]] std::uint32_t pseudo_header(const Bytes& bytes, std::size_t index, std::uint8_t number) const;

    Writer bytes_;
    std::vector<Layer> layers_;
    std::optional<std::size_t> ether_type_at_;  // where the next header's type is to be written
    std::optional<std::size_t> protocol_at_;
};

// Ethernet, IPv4 or IPv6 (family of src), UDP, payload: the usual packet that carries a datagram.
[[nodiscard]] Bytes udp_frame(std::string_view src, std::string_view dst, std::uint16_t src_port,
                              std::uint16_t dst_port, std::span<const std::uint8_t> payload);

}  // namespace support
