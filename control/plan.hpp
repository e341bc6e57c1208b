// SPDX-License-Identifier: Apache-2.0
// From a configuration to a Generation: sources, channels, series.
//
// Thread: control.
#pragma once

#include <memory>
#include <vector>

#include "control/config.hpp"
#include "control/status.hpp"
#include "dataplane/generation.hpp"
#include "filters/program/environment.hpp"
#include "store/store.hpp"

namespace control {

// A generation and what people call its parts.
struct Plan {
    std::unique_ptr<dataplane::Generation> generation;
    std::vector<SourceStatus> sources;
    std::vector<std::uint32_t> source_ids;  // stable id of each
    std::vector<SeriesStatus> series;       // one a slot of the generation's SeriesMap
};

// All filters, those of `live` included. Errors: as compile_filters() has them.
[[nodiscard]] flow::Result<std::unique_ptr<const filters::Program>> compile_channels(
    const Config& config, const filters::Environment& environment);

// Asks the store for ids and makes what `decoders` and `matchers` cores need (0 matchers: the decoders match). `program`
// is compile_channels() of `config`. Changes nothing but the store's catalogue.
[[nodiscard]] flow::Result<Plan> make_plan(const Config& config, std::unique_ptr<const filters::Program> program,
                                           std::uint64_t number, store::Store& store, std::size_t decoders,
                                           std::size_t matchers);

}  // namespace control
