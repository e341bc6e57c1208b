// SPDX-License-Identifier: Apache-2.0
// What a Program is inside: indexes, operations, and which channels to look at when a predicate was touched.
//
// Thread: built by the compiling one; read by all.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "filters/program/exporter_index.hpp"
#include "filters/program/graph.hpp"
#include "filters/program/mask_index.hpp"
#include "filters/program/net_index.hpp"
#include "filters/program/number_index.hpp"
#include "filters/program/outline.hpp"
#include "filters/program/program.hpp"
#include "filters/program/range_index.hpp"
#include "filters/program/text_index.hpp"

namespace filters::program {

// A table and all columns it answers for: a filter without src or dst asks the same of both, so they share
// one.
template <class Table>
struct Shared {
    Table table;
    std::vector<language::Subject> subjects;
};

struct Tables {
    std::vector<Shared<ValueTable>> values;
    std::vector<ByteTable> bytes;
    std::vector<Shared<WideTable>> wides;
    std::vector<Compares> compares;
    std::vector<Ladder> ladders;
    std::vector<Shared<PrefixTable>> prefixes;
    std::vector<MaskTable> masks;
    ExporterIndex exporters;
    std::vector<TextIndex> texts;

    std::vector<language::Subject> numbers;  // that the indexes ask of rows
    language::Missing missing = language::Missing::no_match;
    const flow::ExporterTable* known_exporters = nullptr;  // outlives the Program

    std::uint32_t predicates = 0;
    std::vector<Operation> operations;
    std::vector<Edge> operands;

    std::vector<NodeId> roots;             // of each channel; kNever = takes nothing
    std::vector<std::uint64_t> always;     // a bit a channel: must be looked at in every batch
    std::vector<std::uint8_t> above_axis;  // of each channel
    // Channels to look at when predicate p was touched: triggered[trigger_first[p], trigger_first[p + 1]).
    std::vector<std::uint32_t> trigger_first;
    std::vector<std::uint32_t> triggered;

    ProgramFigures figures;
    flow::ColumnSet columns;  // that the indexes look at
    std::unique_ptr<const Outline> outline;

    static constexpr NodeId kNever = ~0u;
};

// Indexes for all predicates, into `tables`.
[[nodiscard]] flow::Result<void> build_indexes(const PredicateSet& predicates, const Environment& environment,
                                               Tables& tables);

}  // namespace filters::program
