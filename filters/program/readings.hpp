// SPDX-License-Identifier: Apache-2.0
// Numbers that no column holds, worked out for all rows of a batch at once.
//
// Thread: any; no state.
// Units:  those of language/subject.hpp, where each is described.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "dataplane/flow/batch.hpp"
#include "filters/language/subject.hpp"
#include "filters/program/marks.hpp"

namespace filters::program {

using RowBits = std::array<std::uint64_t, kWords>;

// Where the values of a column begin, of whatever type.
[[nodiscard]] const void* values_of(const flow::FlowBatch& batch, flow::Column column) noexcept;
// Undefined where the presence bit is clear; other columns are zero there.
[[nodiscard]] constexpr bool is_rare(flow::Column column) noexcept {
    return static_cast<std::size_t>(column) >= flow::kCommonColumns;
}
// Bytes of one value: 1, 2, 4, 8; 16 = an address; 0: no number and no address.
[[nodiscard]] unsigned bytes_of(language::Subject subject) noexcept;
// Asked of the exporter of a row, not of the row (exporter_index.hpp).
[[nodiscard]] bool is_of_exporter(language::Subject subject) noexcept;
// A number that work_out() makes.
[[nodiscard]] bool is_worked_out(language::Subject subject) noexcept;
// For people: "packets * 1000 / duration"; empty where nothing is worked out.
[[nodiscard]] std::string_view recipe_of(language::Subject subject) noexcept;

// Facts about a batch that more than one reading wants.
struct BatchFacts {
    std::uint64_t rows_before = 0;  // of all batches before this one
    bool scaled = false;            // some row stands for more than itself
    std::uint32_t most_labels = 0;  // in any MPLS stack
};

// Of the rows in `rows`, the highest number of labels.
[[nodiscard]] std::uint32_t most_labels(const flow::FlowBatch& batch, const std::uint64_t* rows) noexcept;

// Values as bytes_of(subject) says into `values`, for every row. `rows`: in, the rows with the presence bit; out, without
// those that lack it for other reasons. Values of other rows mean nothing.
void work_out(const flow::FlowBatch& batch, language::Subject subject, const BatchFacts& facts, void* values,
              RowBits& rows) noexcept;

}  // namespace filters::program
