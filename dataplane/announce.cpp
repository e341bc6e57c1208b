// SPDX-License-Identifier: Apache-2.0
#include "dataplane/announce.hpp"

#include <span>

namespace dataplane {
namespace {

constexpr std::size_t kShortestFrame = 60;  // without its checksum
constexpr MacAddress kBroadcast{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
constexpr MacAddress kAllNodesMac{0x33, 0x33, 0, 0, 0, 1};
constexpr std::array<std::uint8_t, 16> kAllNodes{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
constexpr std::uint8_t kIcmp6 = 58;

using Frame = std::vector<std::uint8_t>;

void put(Frame& frame, std::span<const std::uint8_t> bytes) {
    frame.insert(frame.end(), bytes.begin(), bytes.end());
}
void put16(Frame& frame, std::uint16_t value) {
    frame.push_back(static_cast<std::uint8_t>(value >> 8));
    frame.push_back(static_cast<std::uint8_t>(value));
}

Frame ethernet(const MacAddress& to, const MacAddress& from, std::optional<std::uint16_t> vlan, std::uint16_t type) {
    Frame frame;
    put(frame, to);
    put(frame, from);
    if (vlan) {
        put16(frame, 0x8100);
        put16(frame, *vlan);
    }
    put16(frame, type);
    return frame;
}

Frame padded(Frame frame) {
    if (frame.size() < kShortestFrame) frame.resize(kShortestFrame);
    return frame;
}

// A request for our own address, which everybody hears and nobody answers.
Frame arp_announcement(const MacAddress& mac, const flow::IpAddress& address, std::optional<std::uint16_t> vlan) {
    const std::span<const std::uint8_t> ip(address.bytes.data() + 12, 4);
    Frame frame = ethernet(kBroadcast, mac, vlan, 0x0806);
    put16(frame, 1);       // Ethernet
    put16(frame, 0x0800);  // IPv4
    put(frame, std::array<std::uint8_t, 2>{6, 4});
    put16(frame, 1);  // request
    put(frame, mac);
    put(frame, ip);
    put(frame, MacAddress{});
    put(frame, ip);
    return frame;
}

// RFC 1071, over the pseudo-header (RFC 8200 section 8.1) and the message.
std::uint16_t icmp6_checksum(std::span<const std::uint8_t> addresses, std::span<const std::uint8_t> message) {
    std::uint32_t sum = static_cast<std::uint32_t>(message.size()) + kIcmp6;
    for (const auto bytes : {addresses, message}) {
        for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
            sum += static_cast<std::uint32_t>(bytes[i]) << 8 | bytes[i + 1];
    }
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

Frame advertisement(const MacAddress& mac, const flow::IpAddress& address, std::optional<std::uint16_t> vlan) {
    Frame frame = ethernet(kAllNodesMac, mac, vlan, 0x86dd);
    Frame message{136, 0, 0, 0, 0x20, 0, 0, 0};  // not solicited, overrides what neighbours had
    put(message, address.bytes);
    put(message, std::array<std::uint8_t, 2>{2, 1});  // option: our link-layer address, 8 bytes
    put(message, mac);

    put(frame, std::array<std::uint8_t, 4>{0x60, 0, 0, 0});
    put16(frame, static_cast<std::uint16_t>(message.size()));
    put(frame, std::array<std::uint8_t, 2>{kIcmp6, 255});  // 255: it has passed no router
    const std::size_t addresses_at = frame.size();
    put(frame, address.bytes);
    put(frame, kAllNodes);
    const std::uint16_t sum = icmp6_checksum(std::span(frame).subspan(addresses_at), message);
    message[2] = static_cast<std::uint8_t>(sum >> 8);
    message[3] = static_cast<std::uint8_t>(sum);
    put(frame, message);
    return frame;
}

}  // namespace

std::vector<std::uint8_t> announcement(const MacAddress& mac, const flow::IpAddress& address,
                                       std::optional<std::uint16_t> vlan) {
    return padded(address.is_v4() ? arp_announcement(mac, address, vlan) : advertisement(mac, address, vlan));
}

std::vector<std::uint8_t> sign_of_life(const MacAddress& mac) {
    return padded(ethernet(kBroadcast, mac, {}, 0x88b5));
}

}  // namespace dataplane
