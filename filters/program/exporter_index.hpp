// SPDX-License-Identifier: Apache-2.0
// Indexes over what is known of a row's exporter: its address, number, version, engine.
//
// Thread: built by the compiling one; read by all.
// Shape:  asked once a run of rows from the same exporter, of which a batch has few; the answer is a handful of loads,
//         so nothing is remembered, and an exporter that appears late needs no new Program.
#pragma once

#include <cstdint>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/exporter.hpp"
#include "filters/program/mask_index.hpp"
#include "filters/program/net_index.hpp"
#include "filters/program/number_index.hpp"

namespace filters::program {

// What subjects of an exporter (readings.hpp, is_of_exporter) are: `id` counts from 0 in its table.
[[nodiscard]] std::uint64_t number_of(language::Subject subject, const flow::ExporterKey& key,
                                      std::uint32_t id) noexcept;
[[nodiscard]] const flow::IpAddress& address_of(const flow::ExporterKey& key) noexcept;

struct ExporterIndex {
    std::vector<WideTable> numbers{};
    std::vector<PrefixTable> addresses{};
    std::vector<MaskTable> masks{};

    [[nodiscard]] bool empty() const noexcept { return numbers.empty() && addresses.empty() && masks.empty(); }
    // Rows whose exporter the table does not know match nothing.
    void run(const flow::FlowBatch& batch, const flow::ExporterTable& exporters, Marks marks) const noexcept;

  private:
    void mark(const flow::ExporterKey& key, std::uint32_t id, std::uint32_t first, std::uint32_t end,
              Marks marks) const noexcept;
};

}  // namespace filters::program
