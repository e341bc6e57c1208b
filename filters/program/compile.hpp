// SPDX-License-Identifier: Apache-2.0
// Channels -> Tables, with what explain needs to tell how they came about.
//
// Thread: the compiling one.
// Limits: kMostChannels, kMostPredicates, kMostOperations.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "dataplane/flow/result.hpp"
#include "filters/program/environment.hpp"
#include "filters/program/graph.hpp"
#include "filters/program/notes.hpp"
#include "filters/program/tables.hpp"

namespace filters::program {

struct Compiled {
    std::unique_ptr<Tables> tables;
    std::vector<IndexNote> notes;
    GraphBuilder graph;
    std::vector<Edge> roots;  // of each channel
};

// `for_people`: the graph keeps names; so it does with Keep::outline. Errors name the channel, and point into the file when its spec says where its
// filter stands.
[[nodiscard]] flow::Result<Compiled> compile(std::span<const ChannelSpec> channels, const Environment& environment,
                                             bool for_people = false, Keep keep = Keep::nothing);

}  // namespace filters::program
