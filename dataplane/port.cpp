// SPDX-License-Identifier: Apache-2.0
#include "dataplane/port.hpp"

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <net/if.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "dataplane/kernel_interface.hpp"

namespace dataplane {
namespace {

using flow::fail;

constexpr std::uint16_t kRxDescriptors = 4096;
constexpr std::uint16_t kTxDescriptors = 512;
constexpr std::uint32_t kPoolCache = 256;

std::string port_error(const Device& device, const char* call, int code) {
    return "device " + device.name + ": " + call + ": " + rte_strerror(-code) + " (" + Eal::last_words() + ")";
}

bool needs_tx_queues(DeviceKind kind) noexcept {
    // These drivers refuse to have fewer (or no) transmit queues than receive queues.
    return kind == DeviceKind::af_xdp || kind == DeviceKind::af_packet || kind == DeviceKind::tap ||
           kind == DeviceKind::pci;
}

}  // namespace

int rx_queue_fill(const RxQueue& queue) noexcept {
    const int waiting = rte_eth_rx_queue_count(queue.port, queue.queue);
    return waiting < 0 ? -1 : waiting;
}

void FreeMempool::operator()(rte_mempool* pool) const noexcept {
    rte_mempool_free(pool);
}

PoolShape pool_shape(const Device& device, std::size_t workers) noexcept {
    const auto handed_over = static_cast<std::uint32_t>(hand_off_places(workers) * workers * (workers - 1));
    switch (device.kind) {
        // Whole 16-KiB frames: these two drivers cut what does not fit into one buffer.
        case DeviceKind::af_packet:
        case DeviceKind::loopback:
            return {2047 + handed_over, 16384 + RTE_PKTMBUF_HEADROOM};
        // The driver copies the whole file into buffers first when it is to be endless.
        case DeviceKind::pcap:
            return {static_cast<std::uint32_t>((device.endless ? device.file_packets : 0) + 4095 + handed_over),
                    RTE_MBUF_DEFAULT_BUF_SIZE};
        // 4,096 frames belong to the kernel's fill ring, as many to ours.
        case DeviceKind::af_xdp:
            return {static_cast<std::uint32_t>(device.ports.size()) * 8192 + 4095 + handed_over, 4096 - 256};
        case DeviceKind::tap:
            return {4095 + handed_over, RTE_MBUF_DEFAULT_BUF_SIZE};
        case DeviceKind::pci:
            break;
    }
    return {static_cast<std::uint32_t>(workers) * (kRxDescriptors + 512) + kTxDescriptors + handed_over,
            RTE_MBUF_DEFAULT_BUF_SIZE};
}

flow::Result<Mempool> make_pool(const Eal&, const std::string& name, PoolShape shape) {
    Mempool pool(rte_pktmbuf_pool_create(name.c_str(), shape.count, kPoolCache, 0, shape.data_room, SOCKET_ID_ANY));
    if (pool != nullptr) return pool;
    return fail("no memory for " + std::to_string(shape.count) + " packet buffers of " +
                std::to_string(shape.data_room) + " bytes: " + rte_strerror(rte_errno) + "; raise memory_mb");
}

flow::Result<std::unique_ptr<Port>> Port::open(const Eal&, const Device& device, const Device::PortSpec& spec,
                                               rte_mempool* pool) {
    std::unique_ptr<Port> port(new Port);
    std::uint16_t id = kNoPort;
    if (rte_eth_dev_get_port_by_name(spec.name.c_str(), &id) != 0) {
        return fail("device " + device.name + ": DPDK has not made a port of it (" + Eal::last_words() +
                    (device.kind == DeviceKind::pci ? "; is it bound to vfio-pci? `scripts/bind-nic` does it)" : ")"));
    }
    port->id_ = id;
    port->kind_ = device.kind;
    if (auto ok = port->configure(device, spec, pool); !ok) return flow::pass(ok);
    return port;
}

flow::Result<void> Port::configure(const Device& device, const Device::PortSpec& spec, rte_mempool* pool) {
    rte_eth_dev_info info{};
    if (const int code = rte_eth_dev_info_get(id_, &info); code != 0)
        return fail(port_error(device, "rte_eth_dev_info_get", code));
    queues_ = std::min(spec.queues, info.max_rx_queues);
    rte_eth_conf conf{};
    RssRecipe recipe = choose_rss({.driver = info.driver_name,
                                   .hash_types = info.flow_type_rss_offloads,
                                   .table_size = info.reta_size,
                                   .key_size = info.hash_key_size,
                                   .several_v4 = device.several_v4,
                                   .several_v6 = device.several_v6});
    if (queues_ > 1 && recipe.hash_types != 0) {
        conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
        conf.rx_adv_conf.rss_conf.rss_hf = recipe.hash_types;
        if (!recipe.key.empty()) conf.rx_adv_conf.rss_conf.rss_key = recipe.key.data();
        conf.rx_adv_conf.rss_conf.rss_key_len = static_cast<std::uint8_t>(recipe.key.size());
    }
    if ((info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER) != 0) conf.rxmode.offloads |= RTE_ETH_RX_OFFLOAD_SCATTER;
    std::uint16_t tx_queues = !needs_tx_queues(kind_)    ? std::uint16_t{0}
                              : kind_ == DeviceKind::pci ? std::uint16_t{1}
                                                         : queues_;
    if (const int code = rte_eth_dev_configure(id_, queues_, tx_queues, &conf); code != 0) {
        return fail(port_error(device, "rte_eth_dev_configure", code));
    }
    std::uint16_t rx = kRxDescriptors, tx = kTxDescriptors;
    rte_eth_dev_adjust_nb_rx_tx_desc(id_, &rx, &tx);
    rx_descriptors_ = rx;
    const auto socket = static_cast<unsigned>(rte_eth_dev_socket_id(id_));
    for (std::uint16_t q = 0; q < queues_; ++q) {
        if (const int code = rte_eth_rx_queue_setup(id_, q, rx, socket, nullptr, pool); code != 0) {
            return fail(port_error(device, "rte_eth_rx_queue_setup", code));
        }
    }
    for (std::uint16_t q = 0; q < tx_queues; ++q) {
        if (const int code = rte_eth_tx_queue_setup(id_, q, tx, socket, nullptr); code != 0) {
            return fail(port_error(device, "rte_eth_tx_queue_setup", code));
        }
    }
    if (const int code = rte_eth_dev_start(id_); code != 0) return fail(port_error(device, "rte_eth_dev_start", code));
    started_ = true;
    set_spread(device, recipe, info.reta_size);
    if (device.own_port()) hear_multicast(device);
    return {};
}

void Port::set_spread(const Device& device, const RssRecipe& recipe, std::uint16_t table_size) {
    if (queues_ == 1) {
        by_address_ = device.ports.size() == 1;
        spread_ = by_address_ ? "one queue" : "the interface's own way: handed to owners by a hash of the address";
        return;
    }
    if (recipe.hash_types == 0) {
        spread_ = kind_ == DeviceKind::pci ? recipe.text : "not by address: handed to owners by a hash of it";
        return;
    }
    fill_rss_table(id_, table_size, queues_, recipe.reversed_table);
    const bool ruled = recipe.rules.empty() || apply_rss_rules(id_, queues_, recipe);
    by_address_ = (ruled || !recipe.needs_rules) && hashes_addresses_only(id_);
    spread_ = ruled ? recipe.text : recipe.text_without_rules;
    if (!by_address_) spread_ += ", handed to owners by a hash of the address";
}

// Neighbour discovery asks for us by multicast, to groups that no driver has been told of.
void Port::hear_multicast(const Device& device) {
    if (device.kind == DeviceKind::pci) {
        if (rte_eth_allmulticast_enable(id_) != 0) rte_eth_promiscuous_enable(id_);
    } else if (device.kernel_keeps_it() && change_kernel_flags(device.target, IFF_ALLMULTI, 0)) {
        all_multicast_on_ = device.target;
    }
}

Port::~Port() {
    if (id_ == kNoPort) return;
    if (started_) {
        // af_packet and af_xdp leave the kernel's interface promiscuous otherwise.
        rte_eth_promiscuous_disable(id_);
        rte_eth_dev_stop(id_);
        if (!all_multicast_on_.empty()) change_kernel_flags(all_multicast_on_, 0, IFF_ALLMULTI);
    }
    rte_eth_dev_close(id_);
}

std::string Port::driver() const {
    rte_eth_dev_info info{};
    return rte_eth_dev_info_get(id_, &info) == 0 && info.driver_name != nullptr ? info.driver_name : "unknown";
}

std::string Port::mac() const {
    rte_ether_addr address{};
    if (rte_eth_macaddr_get(id_, &address) != 0) return "";
    std::array<char, RTE_ETHER_ADDR_FMT_SIZE> text{};
    rte_ether_format_addr(text.data(), text.size(), &address);
    return text.data();
}

MacAddress Port::mac_address() const {
    rte_ether_addr address{};
    MacAddress out{};
    if (rte_eth_macaddr_get(id_, &address) == 0) std::copy_n(std::begin(address.addr_bytes), out.size(), out.begin());
    return out;
}

std::uint16_t Port::mtu() const {
    std::uint16_t mtu = RTE_ETHER_MTU;
    return rte_eth_dev_get_mtu(id_, &mtu) == 0 ? mtu : std::uint16_t{RTE_ETHER_MTU};
}

bool Port::link_up() const {
    rte_eth_link link{};
    return rte_eth_link_get_nowait(id_, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

int Port::numa_node() const {
    return rte_eth_dev_socket_id(id_);
}

PortCounters Port::counters() const {
    rte_eth_stats stats{};
    PortCounters out;
    if (rte_eth_stats_get(id_, &stats) != 0) return out;
    out.received = stats.ipackets;
    out.errors = stats.ierrors;
    out.no_buffer = stats.rx_nombuf;
    switch (kind_) {
        case DeviceKind::pci:
            out.missed = stats.imissed;
            break;
        case DeviceKind::pcap:
            out.missed = 0;
            break;
        // The ring of `lo` holds both directions of each packet, and counts both when it loses them.
        case DeviceKind::loopback:
            out.missed = stats.imissed / 2;
            break;
        case DeviceKind::af_xdp:
        case DeviceKind::af_packet:
        case DeviceKind::tap:
            break;  // they do not know, and their 0 is not a number
    }
    return out;
}

}  // namespace dataplane
