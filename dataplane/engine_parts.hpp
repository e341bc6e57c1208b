// SPDX-License-Identifier: Apache-2.0
// What an engine is made of; for engine*.cpp only.
//
// Thread: control.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dataplane/engine.hpp"
#include "dataplane/exception_path.hpp"
#include "dataplane/worker.hpp"

namespace dataplane {

// Members in the order of their making: what is below goes first.
struct Engine::Parts {
    static constexpr std::size_t kNoRoute = ~std::size_t{0};

    EngineOptions options;
    std::vector<Device> devices;
    std::unique_ptr<Eal> eal;
    std::vector<Mempool> pools;                             // by device
    std::vector<std::vector<std::unique_ptr<Port>>> ports;  // by device
    std::unique_ptr<Shared> shared;
    std::shared_ptr<CaptureTap::Slots> captures;                       // outlives the engine where a capture does
    std::vector<std::unique_ptr<flow::SpscRing<rte_mbuf*>>> hand_off;  // [from * workers + to]
    std::vector<std::unique_ptr<Worker>> workers;
    std::vector<std::unique_ptr<MatchCore>> match_cores;
    std::unique_ptr<ExceptionPath> kernel_path;
    std::vector<std::size_t> route_of;  // by device: its route in kernel_path; kNoRoute
    bool running = false;

    flow::Result<void> open_devices();
    flow::Result<void> open_ports();
    flow::Result<void> open_kernel_path();
    flow::Result<std::unique_ptr<ExceptionRoute>> open_route(std::size_t device);
    [[nodiscard]] DeviceOptions options_of(std::size_t device) const;
    [[nodiscard]] bool link_up(std::size_t device) const;
    void fill_kernel_path(EngineDevice& now, std::size_t device) const;
    void make_workers(flow::ExporterTable& exporters, const std::vector<std::unique_ptr<Handover>>& handovers);
    [[nodiscard]] std::vector<std::vector<RxQueue>> spread_queues();
};

}  // namespace dataplane
