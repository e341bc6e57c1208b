// SPDX-License-Identifier: Apache-2.0
// Batches as an archive writer gets them: flow-generator's models, decoded.
//
// Thread: one.
// Shape:  one exporter, NetFlow v9 (random: v5), 200,000 records a second, a batch every 10 ms or when it is full.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/exporter.hpp"
#include "tests/generator/mix.hpp"

namespace bench {

struct ArchiveFlows {
    flow::ExporterTable exporters;
    std::vector<std::unique_ptr<flow::FlowBatch>> batches;
    std::uint64_t rows = 0;
};
// At least `rows` of them.
[[nodiscard]] std::unique_ptr<ArchiveFlows> archive_flows(generator::Model model, std::uint64_t rows);

}  // namespace bench
