// SPDX-License-Identifier: Apache-2.0
// The engine's devices that the kernel does not see get their TAP interfaces.
#include <algorithm>

#include "dataplane/engine_parts.hpp"

namespace dataplane {

using flow::fail;
using flow::pass;

namespace {

constexpr std::uint32_t kAnswerBuffers = 1023;  // the transmit queue holds 512 of them
constexpr std::uint16_t kAnswerHeadroom = 256;  // of DPDK, and Ethernet with two tags
constexpr std::uint16_t kSmallestRoom = 2048;

// The kernel's interface has the port's MAC. But at `tap:` the other end of the wire is an interface of this kernel with that
// very MAC: two stations on one wire need two.
MacAddress mac_of_tap(const Device& device, MacAddress mac) {
    if (device.kind == DeviceKind::tap) mac.back() ^= 1;
    return mac;
}

// What fits through the port. At af_xdp only the kernel's interface knows.
std::uint16_t mtu_of(const Device& device, const Port& port) {
    return device.kernel_keeps_it() ? kernel_mtu(device.target).value_or(port.mtu()) : port.mtu();
}

}  // namespace

DeviceOptions Engine::Parts::options_of(std::size_t device) const {
    DeviceOptions out;
    if (device < options.device_options.size()) out = options.device_options[device];
    if (out.tap.empty()) out.tap = "nc" + std::to_string(device);
    return out;
}

bool Engine::Parts::link_up(std::size_t device) const {
    const Device& d = devices[device];
    if (d.kernel_keeps_it()) return kernel_link_up(d.target);
    // Its other end may have moved to another network namespace, where the driver cannot see it.
    if (d.kind == DeviceKind::tap) return true;
    return std::any_of(ports[device].begin(), ports[device].end(), [](const auto& port) { return port->link_up(); });
}

flow::Result<std::unique_ptr<ExceptionRoute>> Engine::Parts::open_route(std::size_t device) {
    const DeviceOptions given = options_of(device);
    const Port& port = *ports[device].front();
    auto route = std::make_unique<ExceptionRoute>();
    route->device = devices[device].name;
    route->port = port.id();
    route->mac = mac_of_tap(devices[device], port.mac_address());
    route->addresses = given.addresses;
    route->gate = shared->gates[device].get();
    route->link_up = [this, device] { return link_up(device); };
    const std::uint16_t mtu = mtu_of(devices[device], port);
    const auto room = static_cast<std::uint16_t>(std::max(kSmallestRoom, mtu) + kAnswerHeadroom);
    auto pool = make_pool(*eal, "answers" + std::to_string(device), {kAnswerBuffers, room});
    if (!pool) return pass(pool);
    route->answers = std::move(*pool);
    if (given.punt_per_s == 0) return route;
    auto tap = KernelTap::open(given.tap, route->mac, mtu, given.addresses);
    if (!tap) return fail("device " + route->device + ": " + tap.error().message);
    route->tap = std::move(*tap);
    return route;
}

flow::Result<void> Engine::Parts::open_kernel_path() {
    std::vector<std::unique_ptr<ExceptionRoute>> routes;
    for (std::size_t d = 0; d < devices.size(); ++d) {
        route_of.push_back(devices[d].own_port() ? routes.size() : kNoRoute);
        if (!devices[d].own_port()) continue;
        auto route = open_route(d);
        if (!route) return pass(route);
        routes.push_back(std::move(*route));
    }
    kernel_path = std::make_unique<ExceptionPath>(std::move(routes));
    return {};
}

}  // namespace dataplane
