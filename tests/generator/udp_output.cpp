// SPDX-License-Identifier: Apache-2.0
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <memory>

#include "tests/generator/output.hpp"

namespace generator {

namespace {

constexpr timespec kBreath{0, 1'000'000};

flow::IpAddress from_sockaddr(const sockaddr* address) {
    if (address->sa_family == AF_INET) {
        sockaddr_in v4;
        std::memcpy(&v4, address, sizeof v4);
        return flow::IpAddress::v4(ntohl(v4.sin_addr.s_addr));
    }
    sockaddr_in6 v6;
    std::memcpy(&v6, address, sizeof v6);
    return flow::IpAddress::v6(v6.sin6_addr.s6_addr);
}

}  // namespace

flow::Result<Endpoint> resolve(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_DGRAM;
    addrinfo* found = nullptr;
    if (const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0) {
        return flow::fail("cannot find the host \"" + host + "\": " + gai_strerror(error) +
                          "; give an address or a name that resolves with -t");
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
    return Endpoint{from_sockaddr(found->ai_addr), port};
}

flow::Result<UdpOutput> UdpOutput::open(const Endpoint& to) {
    const int fd = socket(to.address.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return flow::fail_errno("cannot open a UDP socket");
    return UdpOutput(fd, to);
}

UdpOutput::UdpOutput(int fd, const Endpoint& to) : fd_(fd), ipv6_(!to.address.is_v4()), to_(to) {
    if (ipv6_) {
        target_.sin6_family = AF_INET6;
        target_.sin6_port = htons(to.port);
        std::memcpy(target_.sin6_addr.s6_addr, to.address.bytes.data(), 16);
        return;
    }
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(to.port);
    v4.sin_addr.s_addr = htonl(to.address.as_v4());
    std::memcpy(&target_, &v4, sizeof v4);
}

UdpOutput::UdpOutput(UdpOutput&& other) noexcept
    : fd_(other.fd_), ipv6_(other.ipv6_), to_(other.to_), target_(other.target_) {
    other.fd_ = -1;
}

UdpOutput::~UdpOutput() {
    if (fd_ >= 0) close(fd_);
}

void UdpOutput::address(std::size_t i, const Outgoing& datagram) noexcept {
    // The kernel only reads what it is given here, but its types are for receiving too.
    parts_[i] = {const_cast<std::uint8_t*>(datagram.payload.data()), datagram.payload.size()};
    msghdr& m = headers_[i].msg_hdr;
    m = {};
    m.msg_name = &target_;
    m.msg_namelen = ipv6_ ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
    m.msg_iov = &parts_[i];
    m.msg_iovlen = 1;
    if (datagram.source == flow::IpAddress{}) return;
    in6_pktinfo v6{};
    in_pktinfo v4{};
    std::memcpy(&v6.ipi6_addr, datagram.source.bytes.data(), 16);
    v4.ipi_spec_dst.s_addr = htonl(datagram.source.as_v4());
    const std::size_t size = ipv6_ ? sizeof v6 : sizeof v4;
    m.msg_control = controls_[i].bytes;
    m.msg_controllen = CMSG_SPACE(size);
    cmsghdr* c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = ipv6_ ? IPPROTO_IPV6 : IPPROTO_IP;
    c->cmsg_type = ipv6_ ? IPV6_PKTINFO : IP_PKTINFO;
    c->cmsg_len = CMSG_LEN(size);
    if (ipv6_) {
        std::memcpy(CMSG_DATA(c), &v6, sizeof v6);
    } else {
        std::memcpy(CMSG_DATA(c), &v4, sizeof v4);
    }
}

flow::Result<void> UdpOutput::send(std::span<const Outgoing> datagrams) {
    headers_.resize(datagrams.size());
    parts_.resize(datagrams.size());
    controls_.resize(datagrams.size());
    for (std::size_t i = 0; i < datagrams.size(); ++i) address(i, datagrams[i]);
    std::size_t sent = 0;
    while (sent < datagrams.size()) {
        const int n = sendmmsg(fd_, &headers_[sent], static_cast<unsigned>(datagrams.size() - sent), 0);
        if (n > 0) {
            sent += static_cast<std::size_t>(n);
        } else if (errno == ENOBUFS || errno == EAGAIN) {
            nanosleep(&kBreath, nullptr);  // the device's queue is full: try again, nothing is lost
        } else if (errno != EINTR) {
            return flow::fail_errno("cannot send from " + datagrams[sent].source.text() + " to " + to_.address.text() +
                                    " port " + std::to_string(to_.port));
        }
    }
    return {};
}

}  // namespace generator
