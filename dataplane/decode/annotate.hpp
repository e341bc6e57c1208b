// SPDX-License-Identifier: Apache-2.0
// What rows get from what their exporter told elsewhere, or the configuration says: sampling rate and names.
//
// Thread: the decoding worker.
// Rate:   the rule's override; else what the record or the header tells; the rate of the sampler that the record names; of its
//         interface (output for egress flows); of all samplers of the exporter; the rule's default; else 0, unknown: counted as
//         Counter::flows_unknown_rate. A rate is in force from the record of options data on that tells it; rows before keep
//         what was known then.
// Names:  of interfaces, VRF (ingress, else egress) and application, where the record has none. Each text is put into a
//         batch's arena once; exporters without names pay one branch a set.
#pragma once

#include <cstdint>

#include "dataplane/decode/decoder.hpp"

namespace decode {

class Annotator {
  public:
    // All must outlive it.
    Annotator(OptionTable& options, const ExporterRule& rule, flow::ExporterCounts& counts) noexcept
        : options_(options), rule_(rule), counts_(counts) {}

    // Rows [row, row + count), which have all their columns and presence bits.
    void annotate(flow::FlowBatch& batch, std::uint32_t row, std::uint32_t count, flow::Ledger& ledger) noexcept;
    // Text that annotating one row may take in the arena.
    [[nodiscard]] std::uint32_t most_text() const noexcept {
        return options_.has_names() ? static_cast<std::uint32_t>(4 * kMaxNameBytes) : 0;
    }

  private:
    void put_rates(flow::FlowBatch& batch, std::uint32_t row, std::uint32_t count, flow::Ledger& ledger) noexcept;
    [[nodiscard]] std::uint32_t rate_of(const flow::FlowBatch& batch, std::uint32_t row) noexcept;
    void put_names(flow::FlowBatch& batch, std::uint32_t row, flow::Ledger& ledger) noexcept;
    // The name of `id` in the arena; length 0: it has none.
    [[nodiscard]] flow::Text name_of(flow::FlowBatch& batch, flow::OptionKind kind, std::uint64_t id,
                                     flow::Ledger& ledger) noexcept;

    OptionTable& options_;
    const ExporterRule& rule_;
    flow::ExporterCounts& counts_;
};

}  // namespace decode
