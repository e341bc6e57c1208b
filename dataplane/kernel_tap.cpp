// SPDX-License-Identifier: Apache-2.0
#include "dataplane/kernel_tap.hpp"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace dataplane {

flow::Result<void> KernelTap::make() {
    if (name_.empty() || name_.size() >= IFNAMSIZ) {
        return flow::fail("tap: '" + name_ + "' is no name for an interface; give it 1 to 15 bytes");
    }
    if (if_nametoindex(name_.c_str()) != 0) {
        return flow::fail("tap: there is an interface '" + name_ + "' already; choose another name with `tap`");
    }
    fd_ = ::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd_ < 0) {
        return flow::fail_errno(
            "tap: cannot open /dev/net/tun (`modprobe tun`, and the right to; or punt_limit = 0, "
            "and static neighbours on the routers)");
    }
    ifreq request{};
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    std::memcpy(request.ifr_name, name_.data(), name_.size());
    if (ioctl(fd_, TUNSETIFF, &request) != 0) {
        return flow::fail_errno("tap: cannot make the interface '" + name_ + "' (it needs CAP_NET_ADMIN)");
    }
    return {};
}

flow::Result<std::unique_ptr<KernelTap>> KernelTap::open(const std::string& name, const MacAddress& mac,
                                                         std::uint16_t mtu,
                                                         const std::vector<InterfaceAddress>& addresses) {
    std::unique_ptr<KernelTap> tap(new KernelTap(name));
    if (auto ok = tap->make(); !ok) return flow::pass(ok);
    if (auto ok = set_kernel_mac(name, mac); !ok) return flow::pass(ok);
    if (auto ok = set_kernel_mtu(name, mtu); !ok) return flow::pass(ok);
    change_kernel_flags(name, IFF_UP, 0);
    for (const InterfaceAddress& address : addresses) {
        if (auto ok = add_kernel_address(name, address); !ok) return flow::pass(ok);
    }
    return tap;
}

KernelTap::~KernelTap() {
    if (fd_ >= 0) close(fd_);
}

bool KernelTap::write(flow::Bytes frame) noexcept {
    return ::write(fd_, frame.data(), frame.size()) == static_cast<ssize_t>(frame.size());
}

std::size_t KernelTap::read(std::span<std::uint8_t> into) noexcept {
    const ssize_t got = ::read(fd_, into.data(), into.size());
    return got > 0 ? static_cast<std::size_t>(got) : 0;
}

void KernelTap::set_carrier(bool on) noexcept {
    const int wanted = on ? 1 : 0;
    ioctl(fd_, TUNSETCARRIER, &wanted);
}

}  // namespace dataplane
