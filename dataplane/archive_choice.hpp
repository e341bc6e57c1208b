// SPDX-License-Identifier: Apache-2.0
// Which rows of a matched batch are archived: the policy of a generation, and what one core needs to follow it.
//
// Thread: a policy: any, immutable once its generation is published. A choice: the core whose kit it is in.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "filters/program/program.hpp"

namespace dataplane {

struct ArchivePolicy {
    enum class Keep : std::uint8_t { all, none, channels, sample };
    struct Source {
        Keep keep = Keep::all;
        std::uint16_t one_in = 1;  // of Keep::sample: one row of each so many in a row, picked at random; 1 to 65,535
    };
    // Of FlowBatch::source; empty: everything is archived.
    std::vector<Source> sources{};
    // Of each channel of the program, the sources of Keep::channels whose rows it takes into the archive (one flag a source);
    // empty: none. No list at all: no source keeps by channels.
    std::vector<std::vector<std::uint8_t>> takers{};
};

class ArchiveChoice {
  public:
    ArchiveChoice() = default;  // archives everything
    // `policy` must outlive the choice. `seed`: of what is picked at random.
    ArchiveChoice(const ArchivePolicy& policy, std::uint32_t seed);

    // Sets batch.keep and batch.kept. Rows that stand for others (Keep::sample) are thinned by so many more: flows, packets
    // and bytes of a query scale to those of all rows. thinning saturates at 65,535.
    // `channels`: those that took rows of the batch.
    void choose(flow::FlowBatch& batch, std::span<const filters::ChannelRows> channels) noexcept;

  private:
    using Bits = std::array<std::uint64_t, flow::kBatchRows / 64>;
    // Rows from one that was picked to the next: what is left of its window, and the next window's random offset.
    struct Window {
        std::uint32_t skip = 0;    // rows before the next one that is picked
        std::uint32_t offset = 0;  // of that one in its window
    };

    void select(const flow::FlowBatch& batch, std::span<const filters::ChannelRows> channels) noexcept;
    void keep_run(flow::FlowBatch& batch, std::uint16_t source, std::uint32_t first, std::uint32_t last) noexcept;
    void sample(flow::FlowBatch& batch, std::uint16_t source, std::uint32_t first, std::uint32_t last) noexcept;
    [[nodiscard]] std::uint32_t random_below(std::uint32_t n) noexcept;

    const ArchivePolicy* policy_ = nullptr;  // nullptr: archives everything
    std::uint32_t random_ = 1;
    std::vector<Window> windows_;  // by source
    Bits selected_{};              // rows that a wanted channel took
};

}  // namespace dataplane
