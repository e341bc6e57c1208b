// SPDX-License-Identifier: Apache-2.0
// One worker's way of a frame: packet, source, decode, batch. Everything of the worker that needs no DPDK.
//
// Thread: one worker.
#pragma once

#include <cstdint>
#include <memory>

#include "dataplane/decode/decoder.hpp"
#include "dataplane/fairness.hpp"
#include "dataplane/lane.hpp"
#include "dataplane/match_stage.hpp"
#include "dataplane/packet.hpp"
#include "dataplane/reassembly.hpp"
#include "dataplane/tally_desk.hpp"

namespace dataplane {

// Batches a worker. The archive may hold half of them: 64 are 131,072 rows, 11 ms of 12 million a second.
inline constexpr std::size_t kSlots = 128;

struct IntakeOptions {
    std::size_t core = 0;  // index of its kit in a Generation
    std::size_t slots = kSlots;
    Pace pace = Pace::live;
    bool match_here = true;                // false: a match core takes the batches from lane()
    flow::ArchiveLane* archive = nullptr;  // where rows to be archived go; nullptr: nothing is archived
};

class Intake {
  public:
    Intake(flow::ExporterTable& exporters, flow::SpscRing<flow::Tally*>& handover, const IntakeOptions& options);
    [[nodiscard]] bool allocate() noexcept { return lane_.allocate() && reassembler_.allocate(); }

    // Starts with a generation, or moves on to the next.
    void use(const Generation& generation) noexcept;
    [[nodiscard]] const Generation* generation() const noexcept { return desk_.generation(); }

    // Books a received frame and finds the datagram in it. `kernel_has_it`: what is no export is left to the kernel, which
    // sees the frame too; else the caller passes it on, and books that.
    [[nodiscard]] Packet receive(flow::Bytes frame, flow::LinkType link, std::size_t wire_bytes,
                                 bool kernel_has_it = true) noexcept;
    // A packet that another worker has received, and booked as whole or as a fragment. Where a reload has closed its port or
    // address since, it ends here: a datagram as one that no source admits, a fragment as foreign.
    [[nodiscard]] Packet read_handed_over(flow::Bytes frame, flow::LinkType link) noexcept;
    // A fragment of an exporter that this worker owns. The datagram when it completes one that is an export to us: to be
    // routed anew, because only now its port and domain are known. Good until the next call. `clock`: see Fragment.
    struct Gathered {
        Packet packet;
        flow::Bytes frame;  // as if it had never been fragmented; of the same link type
    };
    [[nodiscard]] std::optional<Gathered> gather(flow::Bytes frame, flow::LinkType link,
                                                 std::uint64_t received_ms, std::uint32_t clock = 0) noexcept;
    // Books a packet that went to its owner, or that was lost on the way there.
    void handed_off(const Packet& packet) noexcept;
    void lost_at_hand_off(const Packet& packet) noexcept;
    // A whole packet of an exporter that this worker owns, or that no source admits.
    void take(const Packet& packet, std::uint64_t received_ms) noexcept;

    // Closes a batch that has waited for kBatchAgeMs; hands the tally over a few times a second.
    void tick(std::uint64_t now_ms) noexcept;
    // The end: books all gaps, hands everything over.
    void finish() noexcept;

    [[nodiscard]] flow::Ledger& ledger() noexcept { return desk_.tally().ledger; }
    [[nodiscard]] Lane& lane() noexcept { return lane_; }
    [[nodiscard]] const Lane& lane() const noexcept { return lane_; }
    [[nodiscard]] const MatchStage& match() const noexcept { return match_; }
    [[nodiscard]] ArchiveOutlet& archive() noexcept { return archive_; }
    // To be told how full the worker's queues are, between two ticks.
    [[nodiscard]] Fairness& fairness() noexcept { return fairness_; }
    [[nodiscard]] const Fairness& fairness() const noexcept { return fairness_; }

  private:
    [[nodiscard]] Packet read(flow::Bytes frame, flow::LinkType link) noexcept;
    [[nodiscard]] static decode::Datagram datagram_of(const Packet& packet, std::uint64_t received_ms) noexcept;

    const Pace pace_;
    TallyDesk desk_;
    ArchiveOutlet archive_;
    MatchStage match_;
    Lane lane_;
    decode::Decoder decoder_;
    Reassembler reassembler_;
    Fairness fairness_;
    // The last datagram's source; port 0 is nobody's.
    flow::IpAddress last_exporter_{};
    std::uint16_t last_port_ = 0;
    std::optional<SourceMap::Match> last_source_;
    std::uint64_t newest_ms_ = 0;  // receive time of the last datagram; in a replay the only clock there is
};

}  // namespace dataplane
