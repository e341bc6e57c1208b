// SPDX-License-Identifier: Apache-2.0
// Everything that a reload replaces, as one immutable object with what each core needs to use it.
//
// Thread: built by control, read by all cores; a CoreKit belongs to its core (and its tallies travel to the store).
// Life:   control frees it when every core has acknowledged a later one and every tally is home again.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "dataplane/archive_choice.hpp"
#include "dataplane/flow/published.hpp"
#include "dataplane/flow/spsc_ring.hpp"
#include "dataplane/flow/tally.hpp"
#include "dataplane/source_map.hpp"
#include "filters/program/program.hpp"

namespace dataplane {

// Two are under way or at the store while one is filled.
inline constexpr std::size_t kTalliesPerCore = 3;

// What one core needs of a generation. Cores that only decode have no matcher and a tally without series.
struct CoreKit {
    std::unique_ptr<filters::Matcher> matcher;
    ArchiveChoice archive{};
    flow::SpscRing<flow::Tally*> home{kTalliesPerCore};
    std::vector<std::unique_ptr<flow::Tally>> tallies;

    [[nodiscard]] bool all_home() const noexcept { return home.size() == tallies.size(); }
};

struct Generation {
    std::uint64_t number = 0;
    SourceMap sources;
    std::vector<flow::IpAddress> addresses;  // destinations that are ours, sorted; empty = any
    std::unique_ptr<const filters::Program> program;
    flow::SeriesMap series;
    flow::SeriesMap no_series;                   // for cores that only decode
    ArchivePolicy archive;                       // of what is archived, if anything is
    std::vector<std::unique_ptr<CoreKit>> kits;  // by core number: first the decoding cores, then the matching ones

    explicit Generation(SourceMap map) : sources(std::move(map)) {}

    // Makes the kits, when all else is there: `decoders` cores of which each also matches unless `matchers` (0 or as many) do.
    [[nodiscard]] flow::Result<void> make_kits(std::size_t decoders, std::size_t matchers);
    [[nodiscard]] bool let_go() const noexcept;  // every tally is home
};

using PublishedGeneration = flow::Published<const Generation>;

}  // namespace dataplane
