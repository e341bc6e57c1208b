// SPDX-License-Identifier: Apache-2.0
// The engine's figures, for status and metrics.
#include "dataplane/engine_parts.hpp"

namespace dataplane {

// Of a device that the kernel does not see.
void Engine::Parts::fill_kernel_path(EngineDevice& now, std::size_t device) const {
    if (shared->gates[device] == nullptr) return;
    for (const PuntLane& lane : shared->gates[device]->lanes) {
        now.punted += lane.passed();
        now.punt_dropped += lane.dropped();
    }
    const ExceptionRoute& route = kernel_path->route(route_of[device]);
    if (route.tap != nullptr) now.tap = route.tap->name();
    now.punt_answers = route.sent.load(std::memory_order_relaxed);
    now.punt_answers_lost = route.lost.load(std::memory_order_relaxed);
    now.announcements = route.announced.load(std::memory_order_relaxed);
}

std::vector<EngineDevice> Engine::devices() const {
    std::vector<EngineDevice> out;
    for (std::size_t d = 0; d < parts_->ports.size(); ++d) {
        const Device& device = parts_->devices[d];
        EngineDevice now{.name = device.name,
                         .driver = {},
                         .mac = {},
                         .spread = {},
                         .shared_with_kernel = device.shared_with_kernel(),
                         .counters = {}};
        const auto add = [](std::optional<std::uint64_t>& sum, const std::optional<std::uint64_t>& more) {
            if (more) sum = sum.value_or(0) + *more;
        };
        now.link_up = parts_->link_up(d);
        parts_->fill_kernel_path(now, d);
        for (const auto& port : parts_->ports[d]) {
            const PortCounters counters = port->counters();
            now.driver = port->driver();
            now.mac = port->mac();
            now.spread = port->spread();
            now.queues += port->queues();
            now.counters.received += counters.received;
            add(now.counters.missed, counters.missed);
            add(now.counters.no_buffer, counters.no_buffer);
            add(now.counters.errors, counters.errors);
        }
        out.push_back(std::move(now));
    }
    return out;
}

std::vector<EngineQueue> Engine::queues() const {
    std::vector<EngineQueue> out;
    for (std::size_t w = 0; w < parts_->workers.size(); ++w) {
        const Worker& worker = *parts_->workers[w];
        for (std::size_t q = 0; q < worker.queues().size(); ++q) {
            const RxQueue& queue = worker.queues()[q];
            EngineQueue now{.device = parts_->devices[queue.device].name,
                            .queue = queue.queue,
                            .core = parts_->options.cores[w],
                            .received = worker.received_from(q)};
            if (const std::int32_t fill = worker.queue_fill(q); fill >= 0) now.fill = static_cast<std::uint32_t>(fill);
            out.push_back(std::move(now));
        }
    }
    return out;
}

std::vector<EngineWorker> Engine::workers() const {
    std::vector<EngineWorker> out;
    for (std::size_t w = 0; w < parts_->workers.size(); ++w) {
        const Worker& worker = *parts_->workers[w];
        EngineWorker now{.core = parts_->options.cores[w],
                         .match_core = {},
                         .busy_cycles = worker.idle().busy_cycles(),
                         .idle_cycles = worker.idle().idle_cycles(),
                         .packets = worker.counts().packets.load(),
                         .handed_off = worker.counts().handed_off.load(),
                         .handoff_lost = worker.counts().handoff_lost.load(),
                         .text_failures = worker.text_failures(),
                         .slots = parts_->options.slots,
                         .slots_free = worker.counts().slots_free.load(),
                         .slots_archive = worker.counts().slots_archive.load(),
                         .thinned = worker.thinned()};
        if (w < parts_->match_cores.size()) {
            now.match_core = parts_->options.match_cores[w];
            now.match_busy_cycles = parts_->match_cores[w]->idle().busy_cycles();
            now.match_idle_cycles = parts_->match_cores[w]->idle().idle_cycles();
            now.text_failures += parts_->match_cores[w]->text_failures();
        }
        out.push_back(now);
    }
    return out;
}

}  // namespace dataplane
