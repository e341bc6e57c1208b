// SPDX-License-Identifier: Apache-2.0
#include "dataplane/kernel_interface.hpp"

#include <ifaddrs.h>
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>

namespace dataplane {
namespace {

// A descriptor that closes itself.
class Socket {
  public:
    Socket(int family, int type, int protocol) noexcept : fd_(socket(family, type | SOCK_CLOEXEC, protocol)) {}
    ~Socket() {
        if (fd_ >= 0) close(fd_);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    [[nodiscard]] int fd() const noexcept { return fd_; }

  private:
    const int fd_;
};

ifreq request_for(const std::string& interface) noexcept {
    ifreq request{};
    std::strncpy(request.ifr_name, interface.c_str(), IFNAMSIZ - 1);
    return request;
}

bool ask(unsigned long what, void* request) noexcept {
    const Socket socket(AF_INET, SOCK_DGRAM, 0);
    return socket.fd() >= 0 && ioctl(socket.fd(), what, request) == 0;
}

// The tag that `name` adds on top of `interface`; nullopt: it is no VLAN interface of it.
std::optional<std::uint16_t> vlan_on(const char* name, const std::string& interface) noexcept {
    vlan_ioctl_args request{};
    std::strncpy(request.device1, name, sizeof request.device1 - 1);
    request.cmd = GET_VLAN_REALDEV_NAME_CMD;
    if (!ask(SIOCGIFVLAN, &request) || interface != request.u.device2) return {};
    request.cmd = GET_VLAN_VID_CMD;
    if (!ask(SIOCGIFVLAN, &request)) return {};
    return static_cast<std::uint16_t>(request.u.VID);
}

std::optional<flow::IpAddress> address_of(const sockaddr* address) noexcept {
    if (address == nullptr) return {};
    if (address->sa_family == AF_INET) {
        sockaddr_in in{};
        std::memcpy(&in, address, sizeof in);
        return flow::IpAddress::v4(ntohl(in.sin_addr.s_addr));
    }
    if (address->sa_family != AF_INET6) return {};
    sockaddr_in6 in{};
    std::memcpy(&in, address, sizeof in);
    return flow::IpAddress::v6(in.sin6_addr.s6_addr);
}

// A netlink message that is built piece by piece.
class Message {
  public:
    template <class T>
    void put(const T& body) noexcept {
        add(&body, sizeof body);
    }
    void attribute(unsigned short type, const void* value, std::size_t size) noexcept {
        put(rtattr{.rta_len = static_cast<unsigned short>(RTA_LENGTH(size)), .rta_type = type});
        add(value, size);
    }
    // Its first bytes are a nlmsghdr.
    [[nodiscard]] std::size_t finish() noexcept {
        const auto size = static_cast<std::uint32_t>(size_);
        std::memcpy(bytes_.data(), &size, sizeof size);
        return size_;
    }
    [[nodiscard]] const void* data() const noexcept { return bytes_.data(); }

  private:
    void add(const void* bytes, std::size_t size) noexcept {
        std::memcpy(bytes_.data() + size_, bytes, size);
        size_ += NLMSG_ALIGN(size);
    }
    std::array<std::uint8_t, 256> bytes_{};  // far more than an address takes
    std::size_t size_ = 0;
};

// Sends a request and waits for the kernel's verdict: 0 or an errno.
int verdict(Message& message) noexcept {
    const Socket socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    if (socket.fd() < 0) return errno;
    const std::size_t size = message.finish();
    if (send(socket.fd(), message.data(), size, 0) != static_cast<ssize_t>(size)) return errno;
    std::array<std::uint8_t, 1024> answer{};
    const ssize_t got = recv(socket.fd(), answer.data(), answer.size(), 0);
    if (got < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(nlmsgerr)))) return got < 0 ? errno : EPROTO;
    nlmsgerr error{};
    std::memcpy(&error, answer.data() + NLMSG_HDRLEN, sizeof error);
    return -error.error;
}

}  // namespace

bool kernel_link_up(const std::string& interface) noexcept {
    ifreq request = request_for(interface);
    return ask(SIOCGIFFLAGS, &request) && (request.ifr_flags & IFF_RUNNING) != 0;
}

std::optional<std::uint16_t> kernel_mtu(const std::string& interface) noexcept {
    ifreq request = request_for(interface);
    if (!ask(SIOCGIFMTU, &request)) return {};
    return static_cast<std::uint16_t>(request.ifr_mtu);
}

bool change_kernel_flags(const std::string& interface, unsigned set, unsigned clear) noexcept {
    ifreq request = request_for(interface);
    if (!ask(SIOCGIFFLAGS, &request)) return false;
    const auto now = static_cast<std::uint16_t>(request.ifr_flags);
    const auto wanted = static_cast<std::uint16_t>((now | set) & ~clear);
    request.ifr_flags = static_cast<short>(wanted);
    return now != wanted && ask(SIOCSIFFLAGS, &request);
}

flow::Result<void> set_kernel_mac(const std::string& interface, const MacAddress& mac) {
    ifreq request = request_for(interface);
    request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
    std::memcpy(request.ifr_hwaddr.sa_data, mac.data(), mac.size());
    if (ask(SIOCSIFHWADDR, &request)) return {};
    return flow::fail_errno("interface " + interface + ": cannot set its MAC address");
}

flow::Result<void> set_kernel_mtu(const std::string& interface, std::uint16_t mtu) {
    ifreq request = request_for(interface);
    request.ifr_mtu = mtu;
    if (ask(SIOCSIFMTU, &request)) return {};
    return flow::fail_errno("interface " + interface + ": cannot set its MTU to " + std::to_string(mtu));
}

flow::Result<void> add_kernel_address(const std::string& interface, const InterfaceAddress& address) {
    const bool v4 = address.address.is_v4();
    if (!v4) {
        // Where IPv6 is off by default, an IPv6 address that is configured means that it is wanted here.
        std::ofstream("/proc/sys/net/ipv6/conf/" + interface + "/disable_ipv6") << '0';
    }
    Message message;
    message.put(nlmsghdr{.nlmsg_len = 0,
                         .nlmsg_type = RTM_NEWADDR,
                         .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE,
                         .nlmsg_seq = 1,
                         .nlmsg_pid = 0});
    message.put(ifaddrmsg{.ifa_family = static_cast<std::uint8_t>(v4 ? AF_INET : AF_INET6),
                          .ifa_prefixlen = address.bits,
                          .ifa_flags = IFA_F_PERMANENT | IFA_F_NODAD,
                          .ifa_scope = RT_SCOPE_UNIVERSE,
                          .ifa_index = if_nametoindex(interface.c_str())});
    const auto& bytes = address.address.bytes;
    const std::size_t from = v4 ? 12 : 0;
    message.attribute(IFA_LOCAL, bytes.data() + from, bytes.size() - from);
    message.attribute(IFA_ADDRESS, bytes.data() + from, bytes.size() - from);
    if (const int error = verdict(message); error != 0) {
        return flow::fail_errno("interface " + interface + ": cannot set the address " + address.address.text() + "/" +
                                    std::to_string(address.bits),
                                error);
    }
    return {};
}

std::vector<WireAddress> kernel_addresses(const std::string& interface) {
    ifaddrs* list = nullptr;
    std::vector<WireAddress> out;
    if (getifaddrs(&list) != 0) return out;
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> all(list, &freeifaddrs);
    for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
        const auto address = address_of(entry->ifa_addr);
        if (!address || (entry->ifa_flags & IFF_UP) == 0) continue;
        if (interface == entry->ifa_name) {
            out.push_back({*address, {}});
        } else if (const auto vlan = vlan_on(entry->ifa_name, interface)) {
            out.push_back({*address, vlan});
        }
    }
    return out;
}

}  // namespace dataplane
