// SPDX-License-Identifier: Apache-2.0
// Full batches: which channels take which rows, and how much that was. DESIGN 3.7 and 3.8.
//
// Thread: one core: the decoding one, or its paired match core.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "dataplane/lane.hpp"
#include "dataplane/tally_desk.hpp"

namespace dataplane {

class MatchStage final : public BatchSink {
  public:
    explicit MatchStage(TallyDesk& desk) noexcept : desk_(desk) {}

    // Matches and tallies every row into the desk's tally; books them as flows.through, their exporters' too. A record that
    // stands for several flows (flow_count) is tallied as that many, as nfdump does; the ledger counts rows. The caller has brought the desk to
    // the batch's generation and bucket: never here, because on the decoding core a datagram may be half decoded.
    void process(const flow::FlowBatch& batch) noexcept override;

    // Thread: any. Texts that Hyperscan refused to scan since start: they matched no text predicate. 0 on a sound machine.
    [[nodiscard]] std::uint64_t text_failures() const noexcept {
        return text_failures_.load(std::memory_order_relaxed);
    }

  private:
    void prepare(const flow::FlowBatch& batch) noexcept;
    void weigh(const flow::FlowBatch& batch) noexcept;
    void book(const flow::FlowBatch& batch) noexcept;
    void tally(const flow::FlowBatch& batch, const filters::ChannelRows& channel) noexcept;
    using Sums = std::array<flow::Cell, flow::kClasses>;
    [[nodiscard]] Sums sum_of(const flow::FlowBatch& batch, const std::uint64_t* rows) const noexcept;
    [[nodiscard]] Sums sum_of_all(const flow::FlowBatch& batch) noexcept;
    [[nodiscard]] const std::uint64_t* packets_of(const flow::FlowBatch& batch) const noexcept {
        return scaled_ ? packets_.data() : batch.in_packets.data();
    }
    [[nodiscard]] const std::uint64_t* bytes_of(const flow::FlowBatch& batch) const noexcept {
        return scaled_ ? bytes_.data() : batch.in_bytes.data();
    }

    TallyDesk& desk_;
    // Of the batch in hand: class, and scaled counters where any row is sampled.
    std::array<std::uint8_t, flow::kBatchRows> class_{};
    std::array<std::uint64_t, flow::kBatchRows> packets_{};
    std::array<std::uint64_t, flow::kBatchRows> bytes_{};
    std::array<std::uint64_t, flow::kBatchRows> flows_{};  // that each row stands for, where weighted_
    bool scaled_ = false;
    bool weighted_ = false;
    bool one_source_ = false;
    bool one_exporter_ = false;
    bool all_summed_ = false;
    Sums all_{};                                   // of all rows, once all_summed_
    std::atomic<std::uint64_t> text_failures_{0};  // written by: the stage's core
};

}  // namespace dataplane
