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
    // `archive`: asked whether it has room; the caller brings batches with kept rows there.
    MatchStage(TallyDesk& desk, ArchiveOutlet& archive) noexcept : desk_(desk), archive_(archive) {}

    // Matches and tallies every row into the desk's tally; books them as flows.through, their exporters' too. A record that
    // stands for several flows (flow_count) is tallied as that many, as nfdump does; the ledger counts rows. Then chooses
    // the rows to be archived, and books the others. The caller has brought the desk to the batch's generation and bucket:
    // never here, because on the decoding core a datagram may be half decoded.
    void process(flow::FlowBatch& batch) noexcept override;

    // Thread: any. Texts that Hyperscan refused to scan since start: they matched no text predicate. 0 on a sound machine.
    [[nodiscard]] std::uint64_t text_failures() const noexcept {
        return text_failures_.load(std::memory_order_relaxed);
    }

  private:
    void prepare(const flow::FlowBatch& batch) noexcept;
    void weigh(const flow::FlowBatch& batch) noexcept;
    void book(const flow::FlowBatch& batch) noexcept;
    void choose_kept(flow::FlowBatch& batch, std::span<const filters::ChannelRows> channels) noexcept;
    void tally(const flow::FlowBatch& batch, const filters::ChannelRows& channel) noexcept;
    [[nodiscard]] std::size_t list(const flow::FlowBatch& batch, const filters::ChannelRows& channel) noexcept;
    template <class CellOf>
    [[nodiscard]] std::size_t list(const filters::ChannelRows& channel, CellOf cell_of) noexcept;
    void add_listed(const flow::FlowBatch& batch) noexcept;
    // A cell for each source and class of the batch: source * kClasses + class.
    static constexpr std::size_t kMostSums = 64;
    using Sums = std::array<flow::Cell, kMostSums>;
    [[nodiscard]] const Sums& sum_of(const flow::FlowBatch& batch, const filters::ChannelRows& channel) noexcept;
    [[nodiscard]] const Sums& sum_of_all(const flow::FlowBatch& batch, const filters::ChannelRows& channel) noexcept;
    void add(const Sums& sums, std::uint32_t channel) noexcept;
    [[nodiscard]] const std::uint64_t* packets_of(const flow::FlowBatch& batch) const noexcept {
        return scaled_ ? packets_.data() : batch.in_packets.data();
    }
    [[nodiscard]] const std::uint64_t* bytes_of(const flow::FlowBatch& batch) const noexcept {
        return scaled_ ? bytes_.data() : batch.in_bytes.data();
    }

    TallyDesk& desk_;
    ArchiveOutlet& archive_;
    // A row of a channel, and the tally's cell that takes it.
    struct Hit {
        std::uint32_t cell;
        std::uint32_t row;
    };
    // Rows are written kStride at a time, of which the last ones may mean nothing.
    static constexpr std::size_t kStride = 4;
    // So many cells ahead are fetched: with thousands of channels they lie far away.
    static constexpr std::size_t kAhead = 16;

    // Of the batch in hand: source and class, and scaled counters where any row is sampled.
    alignas(64) std::array<std::uint32_t, flow::kBatchRows> source_and_class_{};
    std::array<std::uint64_t, flow::kBatchRows> packets_{};
    std::array<std::uint64_t, flow::kBatchRows> bytes_{};
    std::array<std::uint64_t, flow::kBatchRows> flows_{};  // that each row stands for, where weighted_
    bool scaled_ = false;
    bool weighted_ = false;
    bool one_exporter_ = false;
    std::size_t sums_ = 0;  // cells of a Sums that the batch's sources need
    bool all_summed_ = false;
    static constexpr std::size_t kLanes = 4;
    std::array<Sums, kLanes> lanes_{};
    Sums all_{};  // of all rows, once all_summed_
    std::array<Hit, 2 * flow::kBatchRows + kAhead> hits_{};
    std::size_t hit_count_ = 0;
    std::atomic<std::uint64_t> text_failures_{0};  // written by: the stage's core
};

}  // namespace dataplane
