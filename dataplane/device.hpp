// SPDX-License-Identifier: Apache-2.0
// A device as the configuration names it, and what DPDK must be told to make ports of it.
//
// Thread: any; values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dataplane/flow/headers.hpp"
#include "dataplane/flow/result.hpp"

namespace dataplane {

enum class DeviceKind : std::uint8_t { pci, af_xdp, af_packet, tap, pcap, loopback };

struct Device {
    DeviceKind kind = DeviceKind::loopback;
    std::string name;                // as configured
    std::string target;              // PCI address, interface, or file
    bool endless = false;            // pcap only: "pcap:FILE,endless", for measuring
    std::uint64_t file_packets = 0;  // pcap: packets in the file; the driver never says that it is drained
    flow::LinkType link = flow::LinkType::ethernet;
    bool several_v4 = false, several_v6 = false;  // we have more than one address of a family on it

    // Ports that the device is made of, by DPDK's name, with the --vdev arguments (or the PCI address) that make them.
    struct PortSpec {
        std::string name;
        std::string argument;
        std::uint16_t queues = 1;
    };
    std::vector<PortSpec> ports;

    [[nodiscard]] bool kernel_keeps_it() const noexcept {
        return kind == DeviceKind::af_xdp || kind == DeviceKind::af_packet;
    }
    // The kernel also sees what arrives here, and would answer "port unreachable" for it.
    [[nodiscard]] bool shared_with_kernel() const noexcept {
        return kind == DeviceKind::loopback || kind == DeviceKind::af_packet;
    }
    // The kernel sees nothing of what arrives: somebody else must answer ARP and ping for our address.
    [[nodiscard]] bool own_port() const noexcept {
        return kind == DeviceKind::pci || kind == DeviceKind::af_xdp || kind == DeviceKind::tap;
    }
};

// "0000:03:00.0", "af_xdp:IFACE", "af_packet:IFACE", "tap:NAME", "pcap:FILE[,endless]", "loopback". `number` makes port
// names unique. Looks at the interface or file, so that what is missing is said in plain words. `workers`: how many
// queues there should be.
[[nodiscard]] flow::Result<Device> open_device(const std::string& text, std::size_t number, std::uint16_t workers);

}  // namespace dataplane
