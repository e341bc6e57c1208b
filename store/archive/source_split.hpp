// SPDX-License-Identifier: Apache-2.0
// Which rows of a batch belong to which source.
//
// Thread: one.
// Cost:   a batch of one exporter is seen at once; else a look at each row.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/exporter.hpp"

namespace store::archive {

struct SourceRows {
    std::uint32_t source_id = 0;
    std::array<std::uint64_t, flow::kBatchRows / 64> rows{};
};

class SourceSplit {
  public:
    explicit SourceSplit(const flow::ExporterTable& exporters) : exporters_(exporters) {}
    // The rows in batch.keep, by source; rows beyond batch.rows are left out. Good until the next call.
    [[nodiscard]] std::span<const SourceRows> split(const flow::FlowBatch& batch);

  private:
    SourceRows& rows_of(std::uint32_t source_id);

    const flow::ExporterTable& exporters_;
    std::vector<SourceRows> parts_;  // kept: the first used_ are of this batch
    std::size_t used_ = 0;
    std::vector<std::uint32_t> sources_;  // of parts_, side by side
};

}  // namespace store::archive
