// SPDX-License-Identifier: Apache-2.0
// Indexes over columns of small numbers: value -> predicates that hold.
//
// Thread: built by the compiling one; read by all.
// Shape:  three ways, by what a column is like:
//         ValueTable  many different values (ports): one load a row, and work only for rows whose value means
//         something; ByteTable   few different values (protocol, family, source): a block of 64 rows at a
//         time, one compare for
//                     each value in it;
//         RangeScan   a range so wide that most rows fall into it (port > 1024): one SIMD compare of the
//         column.
// Limits: kMostTableEntries members in all sets of a table.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/result.hpp"
#include "filters/program/marks.hpp"
#include "filters/program/sets.hpp"

namespace filters::program {

inline constexpr std::size_t kMostTableEntries = 4u << 20;

// Which values of one column feed which predicates.
using NumberFeeds = std::vector<std::pair<PredicateId, std::span<const language::Range>>>;

// 16-bit columns.
struct ValueTable {
    static constexpr std::size_t kValues = 65536;
    struct Hit {
        std::uint16_t row;
        std::uint16_t set;
    };
    using Hits = std::array<Hit, flow::kBatchRows>;

    language::Subject subject{};
    std::vector<std::uint16_t> set_of{};  // kValues of them
    Sets sets{};

    [[nodiscard]] static flow::Result<ValueTable> build(language::Subject subject, const NumberFeeds& feeds);
    // The same table answers for this column.
    void run(const std::uint16_t* values, std::uint32_t rows, Hits& hits, Marks marks) const noexcept;
    [[nodiscard]] bool answers_like(const ValueTable& other) const noexcept {
        return set_of == other.set_of && sets.heads == other.sets.heads && sets.lists == other.sets.lists;
    }
};

// 8-bit columns, and 16-bit ones with few different values in a row of rows. Values beyond the table mean
// nothing.
struct ByteTable {
    language::Subject subject{};
    std::vector<SetId> set_of{};
    std::vector<std::uint16_t> meaningful{};  // values whose set is not empty
    Sets sets{};

    [[nodiscard]] static ByteTable build(language::Subject subject, const NumberFeeds& feeds, std::size_t values);
    template <class Value>
    void run(const Value* values, std::uint32_t rows, Marks marks) const noexcept;
};

// 16-bit columns.
struct RangeScan {
    // A range is wide from here on: it would fill tables, and a compare of the whole column is cheaper than
    // its hits.
    static constexpr std::uint64_t kWide = 2048;

    language::Subject subject{};
    std::uint16_t low = 0;
    std::uint16_t high = 0;
    PredicateId predicate = 0;

    void run(const std::uint16_t* values, std::uint32_t rows, Marks marks) const noexcept;
};

}  // namespace filters::program
