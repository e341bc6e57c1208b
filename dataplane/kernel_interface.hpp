// SPDX-License-Identifier: Apache-2.0
// What we ask of and set on interfaces of the kernel, by name, in our own network namespace.
//
// Thread: any. Reading needs no privilege, setting needs CAP_NET_ADMIN.
// Source: netdevice(7), rtnetlink(7).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/announce.hpp"
#include "dataplane/flow/address.hpp"
#include "dataplane/flow/result.hpp"

namespace dataplane {

// An address as an interface has it.
struct InterfaceAddress {
    flow::IpAddress address{};
    std::uint8_t bits = 0;  // of the network, in the address's own family: 24, 64
};

// Whether an interface is there and has a carrier; a driver above it stays "up" for ever.
[[nodiscard]] bool kernel_link_up(const std::string& interface) noexcept;
// nullopt: no such interface.
[[nodiscard]] std::optional<std::uint16_t> kernel_mtu(const std::string& interface) noexcept;
// Sets and clears flags such as IFF_UP. True: something changed, false: it was so, or cannot be.
bool change_kernel_flags(const std::string& interface, unsigned set, unsigned clear) noexcept;
[[nodiscard]] flow::Result<void> set_kernel_mac(const std::string& interface, const MacAddress& mac);
[[nodiscard]] flow::Result<void> set_kernel_mtu(const std::string& interface, std::uint16_t mtu);
// Adds an address. IPv6 without duplicate address detection: the address is the operator's word, a start must not wait a
// second for it, and a frame that the switch sends back to us must not silence the collector.
[[nodiscard]] flow::Result<void> add_kernel_address(const std::string& interface, const InterfaceAddress& address);

// Addresses of an interface that is up and of the VLAN interfaces on it, with their tags.
struct WireAddress {
    flow::IpAddress address{};
    std::optional<std::uint16_t> vlan{};

    friend bool operator==(const WireAddress&, const WireAddress&) noexcept = default;
};
[[nodiscard]] std::vector<WireAddress> kernel_addresses(const std::string& interface);

}  // namespace dataplane
