// SPDX-License-Identifier: Apache-2.0
// A DPDK port: configured, its queues set up, started; closed by its destructor. Nothing of rte_ in this header.
//
// Thread: control, but for RxQueue, which its worker polls.
// Source: notes of DPDK 22.11 per driver are at the lines that need them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/announce.hpp"
#include "dataplane/device.hpp"
#include "dataplane/eal.hpp"
#include "dataplane/flow/result.hpp"
#include "dataplane/rss.hpp"

struct rte_mempool;

namespace dataplane {

// One queue of one port, polled by one worker.
struct RxQueue {
    std::uint16_t port = 0;
    std::uint16_t queue = 0;
    flow::LinkType link = flow::LinkType::ethernet;
    bool own_port = false;          // the kernel does not see what arrives here
    bool sticky = false;            // the device spreads by address: who sees an exporter first keeps it
    std::uint16_t descriptors = 0;  // how many packets wait at most
    bool capture_time = false;      // packets carry the time at which they were captured
    std::size_t device = 0;         // index into the engine's devices
};

// Packets that wait in the queue, for the worker that polls it; -1: the driver cannot tell.
[[nodiscard]] int rx_queue_fill(const RxQueue& queue) noexcept;

// Counters of a port; nullopt where the device cannot tell.
struct PortCounters {
    std::uint64_t received = 0;
    std::optional<std::uint64_t> missed, no_buffer, errors;
};

struct FreeMempool {
    void operator()(rte_mempool* pool) const noexcept;
};
using Mempool = std::unique_ptr<rte_mempool, FreeMempool>;

class Port {
  public:
    // Takes port `spec` of `device`, which EAL has made. `pool` must outlive the port.
    static flow::Result<std::unique_ptr<Port>> open(const Eal& eal, const Device& device, const Device::PortSpec& spec,
                                                    rte_mempool* pool);
    ~Port();
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;

    [[nodiscard]] std::uint16_t id() const noexcept { return id_; }
    [[nodiscard]] std::uint16_t queues() const noexcept { return queues_; }
    [[nodiscard]] std::uint16_t rx_descriptors() const noexcept { return rx_descriptors_; }
    // How datagrams are spread over queues, for people: "RSS on IP addresses", "one queue" ...
    [[nodiscard]] const std::string& spread() const noexcept { return spread_; }
    // One exporter's datagrams always come by the same queue.
    [[nodiscard]] bool spreads_by_address() const noexcept { return by_address_; }
    [[nodiscard]] std::string driver() const;
    [[nodiscard]] std::string mac() const;
    [[nodiscard]] MacAddress mac_address() const;
    [[nodiscard]] std::uint16_t mtu() const;
    [[nodiscard]] bool link_up() const;
    [[nodiscard]] PortCounters counters() const;
    [[nodiscard]] int numa_node() const;  // -1: not known

  private:
    Port() = default;
    void set_spread(const Device& device, const RssRecipe& recipe, std::uint16_t table_size);
    void hear_multicast(const Device& device);
    flow::Result<void> configure(const Device& device, const Device::PortSpec& spec, rte_mempool* pool);

    static constexpr std::uint16_t kNoPort = 0xffff;
    std::uint16_t id_ = kNoPort;
    std::uint16_t queues_ = 1;
    std::uint16_t rx_descriptors_ = 0;
    DeviceKind kind_ = DeviceKind::loopback;
    std::string spread_;
    bool by_address_ = false;
    std::string all_multicast_on_;  // the kernel's interface on which we have set it
    bool started_ = false;
};

// Places of the ring from one worker to another: fewer each with more workers, so that all together hold about 1,024 a
// worker, whose buffers every pool must have to spare.
[[nodiscard]] constexpr std::size_t hand_off_places(std::size_t workers) noexcept {
    return workers < 2 ? 0 : workers > 16 ? 64 : 1024 / (workers - 1);
}

// Packet buffers for a device: how many and how large depends on its driver.
struct PoolShape {
    std::uint32_t count;
    std::uint16_t data_room;  // bytes
};
[[nodiscard]] PoolShape pool_shape(const Device& device, std::size_t workers) noexcept;
[[nodiscard]] flow::Result<Mempool> make_pool(const Eal& eal, const std::string& name, PoolShape shape);

}  // namespace dataplane
