// SPDX-License-Identifier: Apache-2.0
#include "control/port_sockets.hpp"

#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace control {

PortSockets::~PortSockets() {
    for (const auto& [port, fd] : sockets_) close(fd);
}

flow::Result<int> PortSockets::open(std::uint16_t port) {
    const int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return flow::fail_errno("cannot open a UDP socket");
    sock_filter drop_all = BPF_STMT(BPF_RET | BPF_K, 0);
    const sock_fprog program{.len = 1, .filter = &drop_all};
    const int off = 0;
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0 ||
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0 ||
        bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        auto error =
            flow::fail_errno("UDP port " + std::to_string(port) + " is bound by another program (or not ours to bind)");
        close(fd);
        return error;
    }
    return fd;
}

std::vector<std::string> PortSockets::set(const std::set<std::uint16_t>& ports) {
    for (auto at = sockets_.begin(); at != sockets_.end();) {
        if (ports.contains(at->first)) {
            ++at;
            continue;
        }
        close(at->second);
        at = sockets_.erase(at);
    }
    std::vector<std::string> remarks;
    for (const std::uint16_t port : ports) {
        if (sockets_.contains(port)) continue;
        auto fd = open(port);
        if (fd)
            sockets_.emplace(port, *fd);
        else
            remarks.push_back(fd.error().message);
    }
    return remarks;
}

}  // namespace control
