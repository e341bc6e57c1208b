// SPDX-License-Identifier: Apache-2.0
// The poll-mode loop of one core: receive, read the packet, hand it to its owner or decode it; and its match core's loop.
//
// Thread: run() on the worker's core, MatchCore::run() on the match core; the rest by control.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "dataplane/capture_tap.hpp"
#include "dataplane/idle.hpp"
#include "dataplane/intake.hpp"
#include "dataplane/owners.hpp"
#include "dataplane/port.hpp"
#include "dataplane/punt.hpp"

struct rte_mbuf;

namespace dataplane {

// What all workers of a process share. Written by control before they run, but for what says otherwise.
struct Shared {
    Shared(std::uint32_t workers, std::size_t cores) : owners(workers), generations(cores) {}

    OwnerTable owners;
    PublishedGeneration generations;
    std::vector<std::unique_ptr<PuntGate>> gates;  // by device; null: the kernel sees its packets by itself
    std::vector<RxQueue> port_of;                  // by DPDK port id: how its packets are to be read
    int timestamp_offset = -1;                     // of the capture time in a packet buffer; -1: none
    std::uint64_t timestamp_flag = 0;
    Pace pace = Pace::live;
    std::atomic<bool> stop{false};            // written by: control
    std::atomic<std::uint32_t> receiving{0};  // workers that still receive; written by: workers
    std::atomic<std::uint32_t> running{0};    // cores in their loop; written by: cores
};

class Worker {
  public:
    // `outgoing[w]` carries packets to worker w, `incoming[w]` from it; both null for itself.
    struct Rings {
        std::vector<flow::SpscRing<rte_mbuf*>*> outgoing, incoming;
    };
    Worker(Shared& shared, std::uint32_t number, std::vector<RxQueue> queues, Rings rings, CaptureSlot& capture,
           flow::ExporterTable& exporters, flow::SpscRing<flow::Tally*>& handover, const IntakeOptions& options);

    // Until shared.stop: then takes what has arrived, decodes, hands everything over and returns.
    void run() noexcept;

    [[nodiscard]] const IdleLadder& idle() const noexcept { return idle_; }
    [[nodiscard]] Lane& lane() noexcept { return intake_.lane(); }
    [[nodiscard]] ArchiveOutlet& archive() noexcept { return intake_.archive(); }
    [[nodiscard]] bool failed() const noexcept { return failed_.load(std::memory_order_acquire); }
    [[nodiscard]] bool finished() const noexcept { return finished_.load(std::memory_order_acquire); }
    // Since start; for status. received_from(device): for captures, to know when they are drained.
    struct Counts {
        alignas(64) std::atomic<std::uint64_t> packets{0}, handed_off{0}, handoff_lost{0}, slots_free{0},
            slots_archive{0};
    };
    [[nodiscard]] const Counts& counts() const noexcept { return counts_; }
    [[nodiscard]] std::uint64_t received_from(std::size_t queue) const noexcept {
        return received_[queue].load(std::memory_order_relaxed);
    }
    [[nodiscard]] const std::vector<RxQueue>& queues() const noexcept { return queues_; }
    // How full a queue was a moment ago, in thousandths; below 0: the driver cannot tell.
    [[nodiscard]] std::int32_t queue_fill(std::size_t queue) const noexcept {
        return fills_[queue].load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t text_failures() const noexcept { return intake_.match().text_failures(); }
    // Who is thinned here, and how much.
    [[nodiscard]] std::vector<Fairness::Thinned> thinned() const { return intake_.fairness().thinned(); }

  private:
    bool receive() noexcept;
    bool receive_from(std::size_t queue) noexcept;
    void handle(rte_mbuf* packet, const RxQueue& from) noexcept;
    void keep(const Packet& found, flow::Bytes frame, const rte_mbuf* packet, const RxQueue& from) noexcept;
    void pass_on(const Intake::Gathered& gathered, std::uint32_t owner, const rte_mbuf* last) noexcept;
    bool hand_off(rte_mbuf* packet, const Packet& found, std::uint32_t owner) noexcept;
    void lose(const Packet& found) noexcept;
    bool take_handed_over() noexcept;
    void follow_generation() noexcept;
    void housekeep() noexcept;
    void punt(const Packet& found, flow::Bytes frame, const RxQueue& from) noexcept;
    void settle_punts() noexcept;
    [[nodiscard]] std::uint32_t fill() noexcept;
    void show_to_capture(rte_mbuf* packet, flow::Bytes bytes, const RxQueue& from) noexcept;
    [[nodiscard]] flow::Bytes bytes_of(rte_mbuf* packet) noexcept;
    [[nodiscard]] std::uint64_t time_of(const rte_mbuf* packet, const RxQueue& from,
                                        std::uint64_t now_ms) const noexcept;
    [[nodiscard]] rte_mbuf* copy_of(flow::Bytes frame, const rte_mbuf* like) const noexcept;

    Shared& shared_;
    const std::uint32_t number_;
    const std::vector<RxQueue> queues_;
    const Rings rings_;
    CaptureSlot& capture_;
    Intake intake_;
    IdleLadder idle_;
    std::unique_ptr<std::uint8_t[]> linear_;  // for packets that lie in several buffers
    std::uint64_t now_ms_ = 0;
    std::uint32_t turns_ = 0;
    std::vector<std::uint32_t> full_bursts_;  // in a row, by queue: a sign of a backlog where the driver tells none
    // written by: the worker; read by: control
    Counts counts_;
    std::unique_ptr<std::atomic<std::uint64_t>[]> received_;
    std::unique_ptr<std::atomic<std::int32_t>[]> fills_;  // by queue
    std::atomic<bool> failed_{false}, finished_{false};
};

// The paired core: takes full batches of one worker's lane, matches and tallies them.
class MatchCore {
  public:
    MatchCore(Shared& shared, Worker& worker, std::size_t core, flow::SpscRing<flow::Tally*>& handover)
        : shared_(shared),
          worker_(worker),
          core_(core),
          desk_(handover, core, shared.pace),
          match_(desk_, worker.archive()) {}

    void run() noexcept;
    [[nodiscard]] const IdleLadder& idle() const noexcept { return idle_; }
    [[nodiscard]] std::uint64_t text_failures() const noexcept { return match_.text_failures(); }

  private:
    Shared& shared_;
    Worker& worker_;
    const std::size_t core_;
    TallyDesk desk_;
    MatchStage match_;
    IdleLadder idle_;
};

}  // namespace dataplane
