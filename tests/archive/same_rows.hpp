// SPDX-License-Identifier: Apache-2.0
// Whether rows that were stored come back as they were.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "store/archive/block.hpp"

namespace archive_test {

using Batch = std::unique_ptr<flow::FlowBatch>;
[[nodiscard]] Batch make_batch();

// Which of `row`'s columns differ from `stored_row` of `stored`, in words; empty: none. Texts are compared by what they say,
// rare columns where the presence bit is set, and must be 0 elsewhere; exporter and source are not compared.
[[nodiscard]] std::string differences(const flow::FlowBatch& row_of, std::uint32_t row, const flow::FlowBatch& stored,
                                      std::uint32_t stored_row);

// All rows of the batches, as blocks of them come back: "" or what is wrong. Every exporter id of the batches must be its
// place in `exporters`, or one beyond.
[[nodiscard]] std::string round_trip(std::span<const Batch> batches, const flow::ExporterTable& exporters,
                                     store::archive::Compression compression);

// One block of all rows.
[[nodiscard]] std::vector<std::uint8_t> block_of(std::span<const Batch> batches, const flow::ExporterTable& exporters,
                                                 store::archive::Compression compression);

}  // namespace archive_test
