// SPDX-License-Identifier: Apache-2.0
// From a checked configuration to a Generation: sources, channels, series.
//
// Thread: control.
#pragma once

#include <memory>
#include <vector>

#include "control/config.hpp"
#include "control/status.hpp"
#include "dataplane/generation.hpp"
#include "store/store.hpp"

namespace control {

// A generation and what people call its parts.
struct Plan {
    std::unique_ptr<dataplane::Generation> generation;
    std::vector<SourceStatus> sources;
    std::vector<std::uint32_t> source_ids;  // stable id of each
    std::vector<SeriesStatus> series;       // one a slot of the generation's SeriesMap
};

// Compiles all filters, asks the store for ids and makes what `decoders` and `matchers` cores need (0 matchers: the
// decoders match). Changes nothing but the store's catalogue.
[[nodiscard]] flow::Result<Plan> make_plan(const Config& config, std::uint64_t number, store::Store& store,
                                           std::size_t decoders, std::size_t matchers);

}  // namespace control
