// SPDX-License-Identifier: Apache-2.0
// The way between ports that the kernel does not see and the kernel: what is no export goes to a TAP interface, what the
// kernel answers goes out on the port, and our addresses are announced there.
//
// Thread: made and ended by control; one thread of its own does the work and alone owns transmit queue 0 of the ports.
// Limits: PuntGate's towards the kernel; towards the port what its transmit queue takes, the rest is counted as lost.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "dataplane/kernel_tap.hpp"
#include "dataplane/port.hpp"
#include "dataplane/punt.hpp"

struct rte_mbuf;

namespace dataplane {

// One device's.
struct ExceptionRoute {
    std::string device;  // its name
    std::uint16_t port = 0;
    MacAddress mac{};
    std::unique_ptr<KernelTap> tap;           // null: only announcements
    std::vector<InterfaceAddress> addresses;  // announced where the TAP does not tell its own
    PuntGate* gate = nullptr;                 // lives longer than the route
    Mempool answers;                          // buffers of its own: none is taken from those that receive
    std::function<bool()> link_up;

    // written by: the thread; read by: control
    std::atomic<std::uint64_t> sent{0}, lost{0}, announced{0};
};

class ExceptionPath {
  public:
    explicit ExceptionPath(std::vector<std::unique_ptr<ExceptionRoute>> routes) : routes_(std::move(routes)) {}
    ~ExceptionPath() { stop(); }
    ExceptionPath(const ExceptionPath&) = delete;
    ExceptionPath& operator=(const ExceptionPath&) = delete;

    void start();
    // After the workers: passes on what they left, and ends.
    void stop() noexcept;
    [[nodiscard]] const ExceptionRoute& route(std::size_t i) const noexcept { return *routes_[i]; }
    // What was noticed since the last call, a line each.
    [[nodiscard]] std::vector<std::string> remarks();

  private:
    // What the thread remembers of a route.
    struct Watch {
        std::optional<bool> link_up{};  // nothing: not looked yet
        bool lacp_seen = false;
        std::uint64_t announce_at_ns = 0;
    };
    void run() noexcept;
    bool serve(ExceptionRoute& route, Watch& watch) noexcept;
    bool to_kernel(ExceptionRoute& route, Watch& watch) noexcept;
    bool to_port(ExceptionRoute& route) noexcept;
    void look_after(ExceptionRoute& route, Watch& watch, std::uint64_t now_ns);
    void announce(ExceptionRoute& route);
    void wait(bool busy) noexcept;

    std::vector<std::unique_ptr<ExceptionRoute>> routes_;
    std::mutex mutex_;
    std::vector<std::string> remarks_;  // guarded by mutex_
    std::atomic<bool> stop_{false};     // written by: control
    std::thread thread_;
};

}  // namespace dataplane
