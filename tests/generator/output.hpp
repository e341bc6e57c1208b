// SPDX-License-Identifier: Apache-2.0
// Where datagrams go: to a UDP socket, or as frames into a capture file.
//
// Thread: one at a time per object.
// Errors: sentences through flow::Result.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dataplane/flow/address.hpp"
#include "dataplane/flow/result.hpp"
#include "tests/support/pcap.hpp"

namespace generator {

struct Endpoint {
    flow::IpAddress address;
    std::uint16_t port = 0;
};
// First address of a host name or an address in text.
[[nodiscard]] flow::Result<Endpoint> resolve(const std::string& host, std::uint16_t port);

struct Outgoing {
    flow::IpAddress source;  // all zeros: whatever the kernel picks
    std::span<const std::uint8_t> payload;
};

// One socket for all exporters: each datagram names its own source address (IP_PKTINFO, IPV6_PKTINFO).
class UdpOutput {
  public:
    [[nodiscard]] static flow::Result<UdpOutput> open(const Endpoint& to);
    UdpOutput(UdpOutput&& other) noexcept;
    UdpOutput(const UdpOutput&) = delete;
    UdpOutput& operator=(const UdpOutput&) = delete;
    UdpOutput& operator=(UdpOutput&&) = delete;
    ~UdpOutput();

    // All of them, in order, by as few system calls as the kernel allows.
    [[nodiscard]] flow::Result<void> send(std::span<const Outgoing> datagrams);

  private:
    struct alignas(8) Control {
        std::uint8_t bytes[40];  // a control header and the larger of both packet infos
    };
    UdpOutput(int fd, const Endpoint& to);
    void address(std::size_t i, const Outgoing& datagram) noexcept;

    int fd_;
    bool ipv6_;
    Endpoint to_;
    sockaddr_in6 target_{};  // large enough for both families
    std::vector<mmsghdr> headers_;
    std::vector<iovec> parts_;
    std::vector<Control> controls_;
};

// Ethernet, IP and UDP around each datagram.
class PcapOutput {
  public:
    [[nodiscard]] static flow::Result<PcapOutput> create(const std::string& path, const Endpoint& to);
    void write(std::uint64_t time_us, const Outgoing& datagram);
    [[nodiscard]] flow::Result<void> finish() { return writer_.finish(); }

  private:
    PcapOutput(support::PcapWriter writer, const Endpoint& to) : writer_(std::move(writer)), to_(to) {}

    support::PcapWriter writer_;
    Endpoint to_;
    std::uint16_t id_ = 0;
    std::array<std::uint8_t, 2048> frame_{};
};

}  // namespace generator
