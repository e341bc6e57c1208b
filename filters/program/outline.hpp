// SPDX-License-Identifier: Apache-2.0
// What the first channel of a Program asks, without its indexes: for whoever wants to know of many rows at once, from
// what is told of them, whether it can hold for any of them or fail for any.
//
// Thread: any; constant.
// Shape:  edges and nodes as in graph.hpp: node 0 is "true", then the predicates, then the operations.
#pragma once

#include <string>
#include <vector>

#include "dataplane/flow/exporter.hpp"
#include "filters/language/subject.hpp"
#include "filters/program/graph.hpp"

namespace filters::program {

struct Outline {
    std::vector<Predicate> predicates{};
    std::vector<std::string> names{};  // of each predicate, for people: "dst port 443"
    std::vector<Operation> operations{};
    std::vector<Edge> operands{};
    Edge root = kTrue;
    language::Missing missing = language::Missing::no_match;
    // Whose ids rows carry; nullptr: what is asked of exporters never holds.
    const flow::ExporterTable* exporters = nullptr;
};

}  // namespace filters::program
