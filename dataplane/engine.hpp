// SPDX-License-Identifier: Apache-2.0
// The data plane as a whole: EAL, ports, workers and match cores; up in this order, down in reverse.
//
// Thread: control only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/capture_tap.hpp"
#include "dataplane/eal.hpp"
#include "dataplane/fairness.hpp"
#include "dataplane/flow/archive_lane.hpp"
#include "dataplane/flow/exporter.hpp"
#include "dataplane/intake.hpp"
#include "dataplane/kernel_interface.hpp"
#include "dataplane/port.hpp"
#include "dataplane/tally_desk.hpp"

namespace dataplane {

// What a device is given besides its name. Only devices that the kernel does not see (PCI, af_xdp, tap) use it: there, what
// is no export goes to a TAP interface, so that the kernel answers ARP, neighbour discovery and ping on our port.
struct DeviceOptions {
    // Set on the TAP; empty: left to networkd or the like. That only datagrams to them are ours is the generation's part.
    std::vector<InterfaceAddress> addresses{};
    std::string tap{};                  // the TAP's name, at most 15 bytes; empty: "nc" and the device's number
    std::uint32_t punt_per_s = 10'000;  // packets that the kernel is given at most; 0: there is no TAP
};

struct EngineOptions {
    std::vector<std::string> devices;
    std::vector<DeviceOptions> device_options{};  // [i] of devices[i]; those that are not there are as they come
    std::vector<std::uint32_t> cores{0};
    std::vector<std::uint32_t> match_cores;  // empty, or one for each of `cores`
    Hugepages hugepages = Hugepages::automatic;
    std::uint32_t memory_mb = 256;  // raised when the devices' buffers need more
    std::vector<std::string> eal_args;
    std::size_t slots = kSlots;  // batches a worker
    // [i] of cores[i], each of at least `slots` places; empty: nothing is archived. The slots are the engine's: who takes
    // from the lanes must have ended before it goes.
    std::vector<flow::ArchiveLane*> archive_lanes{};
    Pace pace = Pace::live;
};

struct EngineDevice {
    std::string name, driver, mac, spread;
    bool link_up = false;
    std::uint32_t queues = 0;
    bool shared_with_kernel = false;
    PortCounters counters;
    // Of devices that the kernel does not see; since start.
    std::string tap{};  // the interface that the kernel answers on; empty: none
    std::uint64_t punted = 0, punt_dropped = 0;
    std::uint64_t punt_answers = 0;       // packets of the kernel sent out on the port
    std::uint64_t punt_answers_lost = 0;  // those that the port did not take
    std::uint64_t announcements = 0;      // of our addresses, so that switches and neighbours keep the port's MAC
};
struct EngineWorker {
    std::uint32_t core = 0;
    std::optional<std::uint32_t> match_core;
    std::uint64_t busy_cycles = 0, idle_cycles = 0;  // since start
    std::uint64_t match_busy_cycles = 0, match_idle_cycles = 0;
    std::uint64_t packets = 0, handed_off = 0, handoff_lost = 0;
    std::uint64_t text_failures = 0;                           // MatchStage::text_failures(), of its match core too
    std::size_t slots = 0, slots_free = 0, slots_archive = 0;  // at the archive
    std::vector<Fairness::Thinned> thinned{};                  // the most thinned exporters
};
struct EngineQueue {
    std::string device;
    std::uint16_t queue = 0;
    std::uint32_t core = 0;               // whose worker polls it
    std::uint64_t received = 0;           // packets since start
    std::optional<std::uint32_t> fill{};  // thousandths, a moment ago; nothing: the driver cannot tell
};

class Engine {
  public:
    using Handover = flow::SpscRing<flow::Tally*>;

    // Starts EAL and ports; packets wait in the devices' rings until run(). `handovers[i]` belongs to core i: the workers,
    // then the match cores. All must outlive the engine.
    static flow::Result<std::unique_ptr<Engine>> start(const EngineOptions& options, flow::ExporterTable& exporters,
                                                       const std::vector<std::unique_ptr<Handover>>& handovers);
    ~Engine();

    [[nodiscard]] bool hugepages() const noexcept;
    // For the log, a line each; empty when all is as it should be.
    [[nodiscard]] std::string warning() const;

    // The generation that cores use from now on; the first one before run(). Control keeps it until let_go().
    void publish(const Generation& generation) noexcept;
    // Nobody uses a generation older than `number` any more (its tallies apart: Generation::let_go).
    [[nodiscard]] bool all_use(std::uint64_t number) const noexcept;

    // Starts the cores; returns when each has made its first turn.
    flow::Result<void> run();
    // Every capture has been read to its end. False when there is a device that never ends.
    [[nodiscard]] bool drained() const noexcept;
    // Stops the cores after they have decoded what the devices had taken. Ports live, and tell their counters, until the
    // engine goes.
    void stop() noexcept;

    // For the log, as they happen: what was noticed since the last call.
    [[nodiscard]] std::vector<std::string> remarks();

    // Begins to copy what the exporters within `exporters` send; one at a time. May outlive the engine.
    [[nodiscard]] flow::Result<std::unique_ptr<CaptureTap>> capture(const flow::Prefix& exporters);

    [[nodiscard]] std::vector<EngineDevice> devices() const;
    [[nodiscard]] std::vector<EngineWorker> workers() const;
    [[nodiscard]] std::vector<EngineQueue> queues() const;

  private:
    Engine();
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace dataplane
