// SPDX-License-Identifier: Apache-2.0
#include "dataplane/engine.hpp"

#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_mbuf_dyn.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "dataplane/engine_parts.hpp"

namespace dataplane {

using flow::fail;
using flow::pass;

namespace {
constexpr std::chrono::seconds kStartLimit{10};
constexpr std::uint64_t kAnswers_mb = 4;  // buffers for what the kernel sends out on a port
}  // namespace

Engine::Engine() : parts_(std::make_unique<Parts>()) {}

Engine::~Engine() {
    stop();
}

flow::Result<void> Engine::Parts::open_devices() {
    const auto queues = static_cast<std::uint16_t>(options.cores.size());
    std::uint64_t buffers_mb = 0;
    for (const std::string& text : options.devices) {
        auto device = open_device(text, devices.size(), queues);
        if (!device) return pass(device);
        const PoolShape shape = pool_shape(*device, queues);
        buffers_mb += static_cast<std::uint64_t>(shape.count) * (shape.data_room + 256u) / (1u << 20) + 1;
        if (device->own_port()) buffers_mb += kAnswers_mb;
        const auto& addresses = options_of(devices.size()).addresses;
        const auto v4 =
            std::count_if(addresses.begin(), addresses.end(), [](const auto& a) { return a.address.is_v4(); });
        device->several_v4 = v4 > 1;
        device->several_v6 = static_cast<std::ptrdiff_t>(addresses.size()) - v4 > 1;
        devices.push_back(std::move(*device));
    }
    options.memory_mb = std::max(options.memory_mb, static_cast<std::uint32_t>(buffers_mb + 64));
    EalOptions eal_options{.cores = options.cores,
                           .hugepages = options.hugepages,
                           .memory_mb = options.memory_mb,
                           .extra = options.eal_args};
    eal_options.cores.insert(eal_options.cores.end(), options.match_cores.begin(), options.match_cores.end());
    auto started = Eal::start(eal_options, devices);
    if (!started) return pass(started);
    eal = std::move(*started);
    return {};
}

flow::Result<void> Engine::Parts::open_ports() {
    for (std::size_t d = 0; d < devices.size(); ++d) {
        auto pool = make_pool(*eal, "packets" + std::to_string(d), pool_shape(devices[d], options.cores.size()));
        if (!pool) return pass(pool);
        pools.push_back(std::move(*pool));
        ports.emplace_back();
        for (const Device::PortSpec& spec : devices[d].ports) {
            auto port = Port::open(*eal, devices[d], spec, pools.back().get());
            if (!port) return pass(port);
            ports.back().push_back(std::move(*port));
        }
    }
    return {};
}

std::vector<std::vector<RxQueue>> Engine::Parts::spread_queues() {
    std::vector<std::vector<RxQueue>> of_worker(options.cores.size());
    shared->timestamp_offset = rte_mbuf_dynfield_lookup(RTE_MBUF_DYNFIELD_TIMESTAMP_NAME, nullptr);
    const int bit = rte_mbuf_dynflag_lookup(RTE_MBUF_DYNFLAG_RX_TIMESTAMP_NAME, nullptr);
    if (bit >= 0) shared->timestamp_flag = 1ull << bit;
    for (std::size_t d = 0; d < devices.size(); ++d) {
        std::size_t next = d;  // devices of one queue do not all fall to the first worker
        for (const auto& port : ports[d]) {
            RxQueue queue{.port = port->id(),
                          .queue = 0,
                          .link = devices[d].link,
                          .own_port = devices[d].own_port(),
                          .sticky = port->spreads_by_address() && port->queues() > 1,
                          .descriptors = port->rx_descriptors(),
                          .capture_time = devices[d].kind == DeviceKind::pcap && shared->timestamp_offset >= 0,
                          .device = d};
            shared->port_of.resize(std::max<std::size_t>(shared->port_of.size(), port->id() + 1u));
            shared->port_of[port->id()] = queue;
            for (; queue.queue < port->queues(); ++queue.queue) of_worker[next++ % of_worker.size()].push_back(queue);
        }
    }
    return of_worker;
}

void Engine::Parts::make_workers(flow::ExporterTable& exporters,
                                 const std::vector<std::unique_ptr<Handover>>& handovers) {
    const auto count = static_cast<std::uint32_t>(options.cores.size());
    shared = std::make_unique<Shared>(count, count + options.match_cores.size());
    shared->pace = options.pace;
    for (std::uint32_t i = 0; i < count * count; ++i) {
        const bool to_itself = i / count == i % count;
        hand_off.push_back(to_itself ? nullptr : std::make_unique<flow::SpscRing<rte_mbuf*>>(hand_off_places(count)));
    }
    captures = std::make_shared<CaptureTap::Slots>(count);
    for (std::size_t d = 0; d < devices.size(); ++d) {
        const bool own = devices[d].own_port();
        shared->gates.push_back(own ? std::make_unique<PuntGate>(count, options_of(d).punt_per_s) : nullptr);
    }
    const auto queues = spread_queues();
    for (std::uint32_t w = 0; w < count; ++w) {
        Worker::Rings rings;
        for (std::uint32_t other = 0; other < count; ++other) {
            rings.outgoing.push_back(hand_off[w * count + other].get());
            rings.incoming.push_back(hand_off[other * count + w].get());
        }
        const IntakeOptions intake{.core = w,
                                   .slots = options.slots,
                                   .pace = options.pace,
                                   .match_here = options.match_cores.empty(),
                                   .archive = options.archive_lanes.empty() ? nullptr : options.archive_lanes[w]};
        workers.push_back(std::make_unique<Worker>(*shared, w, queues[w], std::move(rings), captures->of_worker[w],
                                                   exporters, *handovers[w], intake));
    }
    for (std::uint32_t m = 0; m < options.match_cores.size(); ++m) {
        match_cores.push_back(std::make_unique<MatchCore>(*shared, *workers[m], count + m, *handovers[count + m]));
    }
}

flow::Result<std::unique_ptr<Engine>> Engine::start(const EngineOptions& options, flow::ExporterTable& exporters,
                                                    const std::vector<std::unique_ptr<Handover>>& handovers) {
    std::unique_ptr<Engine> engine(new Engine);
    Parts& parts = *engine->parts_;
    parts.options = options;
    if (auto ok = parts.open_devices(); !ok) return pass(ok);
    if (auto ok = parts.open_ports(); !ok) return pass(ok);
    parts.make_workers(exporters, handovers);
    if (auto ok = parts.open_kernel_path(); !ok) return pass(ok);
    return engine;
}

bool Engine::hugepages() const noexcept {
    return parts_->eal->hugepages();
}

std::string Engine::warning() const {
    std::string out = parts_->eal->warning();
    for (std::size_t d = 0; d < parts_->ports.size(); ++d) {
        for (const auto& port : parts_->ports[d]) {
            for (std::size_t w = 0; w < parts_->workers.size(); ++w) {
                const auto node = static_cast<int>(rte_lcore_to_socket_id(Eal::lcore(w)));
                if (port->numa_node() < 0 || port->numa_node() == node) continue;
                out += (out.empty() ? "" : "\n") +
                       ("core " + std::to_string(parts_->options.cores[w]) + " is on another NUMA node than " +
                        parts_->devices[d].name + ": expect half the rate; `lscpu` shows the nodes of CPUs");
            }
        }
    }
    return out;
}

std::vector<std::string> Engine::remarks() {
    return parts_->kernel_path->remarks();
}

void Engine::publish(const Generation& generation) noexcept {
    parts_->shared->generations.publish(&generation);
}
bool Engine::all_use(std::uint64_t number) const noexcept {
    return parts_->shared->generations.all_acknowledged(number);
}

flow::Result<void> Engine::run() {
    Parts& p = *parts_;
    p.kernel_path->start();
    const std::size_t workers = p.workers.size();
    for (std::size_t i = 0; i < workers + p.match_cores.size(); ++i) {
        const auto launch = [&](auto* core) {
            using Core = std::remove_pointer_t<decltype(core)>;
            return rte_eal_remote_launch(
                [](void* c) {
                    static_cast<Core*>(c)->run();
                    return 0;
                },
                core, Eal::lcore(i));
        };
        const int code = i < workers ? launch(p.workers[i].get()) : launch(p.match_cores[i - workers].get());
        if (code != 0) return fail("cannot start the worker on core " + std::to_string(i) + ": " + Eal::last_words());
        p.running = true;
    }
    const auto limit = std::chrono::steady_clock::now() + kStartLimit;
    while (p.shared->running.load() != workers + p.match_cores.size()) {
        const bool failed = std::any_of(p.workers.begin(), p.workers.end(), [](const auto& w) { return w->failed(); });
        if (failed)
            return fail("no memory for the batches of a worker; lower the number of cores or give the machine more");
        if (std::chrono::steady_clock::now() > limit)
            return fail("a worker does not start within 10 s; is its CPU taken by something else?");
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return {};
}

bool Engine::drained() const noexcept {
    std::vector<std::uint64_t> received(parts_->devices.size());
    for (const auto& worker : parts_->workers) {
        for (std::size_t q = 0; q < worker->queues().size(); ++q)
            received[worker->queues()[q].device] += worker->received_from(q);
    }
    for (std::size_t d = 0; d < received.size(); ++d) {
        const Device& device = parts_->devices[d];
        for (const auto& port : parts_->ports[d]) {  // what the driver could not give us will not come either
            const PortCounters counters = port->counters();
            received[d] += counters.errors.value_or(0) + counters.no_buffer.value_or(0);
        }
        if (device.kind != DeviceKind::pcap || device.endless || received[d] < device.file_packets) return false;
    }
    return true;
}

flow::Result<std::unique_ptr<CaptureTap>> Engine::capture(const flow::Prefix& exporters) {
    return CaptureTap::start(parts_->captures, exporters, parts_->devices.front().link);
}

void Engine::stop() noexcept {
    Parts& p = *parts_;
    if (!p.running) return;
    p.shared->stop.store(true);
    rte_eal_mp_wait_lcore();
    p.kernel_path->stop();
    p.running = false;
}

}  // namespace dataplane
