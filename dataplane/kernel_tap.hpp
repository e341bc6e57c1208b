// SPDX-License-Identifier: Apache-2.0
// A TAP interface of the kernel, which stands for a port that the kernel does not see: what we write has arrived on it, what
// we read the kernel sends out. Gone when this object is.
//
// Own descriptor of /dev/net/tun rather than DPDK's net_tap: a handful of packets a second needs no poll-mode driver, and
// its thread sleeps on the descriptor.
// Thread: made by control; then its user.
// Source: Linux Documentation/networking/tuntap.rst.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dataplane/flow/result.hpp"
#include "dataplane/flow/wire.hpp"
#include "dataplane/kernel_interface.hpp"

namespace dataplane {

class KernelTap {
  public:
    // Makes the interface with this MAC and MTU, brings it up and gives it the addresses.
    static flow::Result<std::unique_ptr<KernelTap>> open(const std::string& name, const MacAddress& mac,
                                                         std::uint16_t mtu,
                                                         const std::vector<InterfaceAddress>& addresses);
    ~KernelTap();
    KernelTap(const KernelTap&) = delete;
    KernelTap& operator=(const KernelTap&) = delete;

    [[nodiscard]] int fd() const noexcept { return fd_; }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    // A whole frame into the kernel; false: it refused (interface down, queue full).
    [[nodiscard]] bool write(flow::Bytes frame) noexcept;
    // The next frame of the kernel: its size; 0: there is none now.
    [[nodiscard]] std::size_t read(std::span<std::uint8_t> into) noexcept;
    // The interface shows the port's link, so that networkd and routing see it.
    void set_carrier(bool on) noexcept;

  private:
    explicit KernelTap(std::string name) : name_(std::move(name)) {}
    flow::Result<void> make();

    const std::string name_;
    int fd_ = -1;
};

}  // namespace dataplane
