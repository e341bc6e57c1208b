// SPDX-License-Identifier: Apache-2.0
// Indexes over numbers: value -> predicates that hold.
//
// Thread: built by the compiling one; read by all.
// Shape:  three ways, by what a column is like:
//         ValueTable  16 bits, many different values (ports): one load a row, and work only for rows whose value means
//                     something;
//         ByteTable   8 bits, and 16 with few different values (source): a block of 64 rows at a time, one compare for
//                     each value in it, row by row where there are many;
//         WideTable   32 and 64 bits: small numbers (AS, interfaces) by table, others by hash, intervals by halving.
//         Wide ranges are not for these: range_index.hpp.
// Limits: kMostTableEntries members in all sets of a table.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/result.hpp"
#include "filters/program/inputs.hpp"
#include "filters/program/marks.hpp"
#include "filters/program/sets.hpp"

namespace filters::program {

inline constexpr std::size_t kMostTableEntries = 4u << 20;

// Which values of one column feed which predicates.
using NumberFeeds = std::vector<std::pair<PredicateId, std::span<const language::Range>>>;

// Working memory of one core for tables.
struct TableScratch {
    struct Hit {
        std::uint16_t row;
        std::uint16_t set;
    };
    struct WideHit {
        std::uint32_t row;
        SetId set;
    };
    std::array<Hit, flow::kBatchRows> hits;
    std::array<WideHit, flow::kBatchRows> wide_hits;
    std::array<std::uint16_t, flow::kBatchRows> large;
};

struct ValueTable {
    static constexpr std::size_t kValues = 65536;

    language::Subject subject{};
    std::vector<std::uint16_t> set_of{};  // kValues of them
    Sets sets{};

    [[nodiscard]] static flow::Result<ValueTable> build(language::Subject subject, const NumberFeeds& feeds);
    void run(const Input& input, TableScratch& scratch, Marks marks) const noexcept;
    // The same table answers for this column.
    [[nodiscard]] bool answers_like(const ValueTable& other) const noexcept {
        return set_of == other.set_of && sets.heads == other.sets.heads && sets.lists == other.sets.lists;
    }
    [[nodiscard]] std::size_t bytes() const noexcept { return set_of.size() * sizeof(set_of[0]) + sets.bytes(); }
};

// Values beyond the table mean nothing.
struct ByteTable {
    language::Subject subject{};
    std::vector<SetId> set_of{};
    Sets sets{};

    [[nodiscard]] static flow::Result<ByteTable> build(language::Subject subject, const NumberFeeds& feeds,
                                                       std::size_t values);
    // Value: std::uint8_t, std::uint16_t
    template <class Value>
    void run(const Input& input, Marks marks) const noexcept;
    [[nodiscard]] std::size_t bytes() const noexcept { return set_of.size() * sizeof(SetId) + sets.bytes(); }
};

struct WideTable {
    static constexpr std::uint64_t kSmall = 65536;
    struct Point {
        std::uint64_t value = 0;
        SetId set = 0;  // 0 = free
    };
    struct Interval {
        std::uint64_t low = 0;
        std::uint64_t high = 0;
        SetId set = 0;
        friend bool operator==(const Interval&, const Interval&) = default;
    };

    language::Subject subject{};
    // Of the values below small.size() - 1; the last is 0, for all others.
    std::vector<SetId> small = std::vector<SetId>(1, 0);
    std::vector<Point> points{};        // by hash, a power of two; empty: none
    std::vector<Interval> intervals{};  // ascending and apart, without points
    Sets sets{};

    [[nodiscard]] static flow::Result<WideTable> build(language::Subject subject, const NumberFeeds& feeds);
    [[nodiscard]] SetId find(std::uint64_t value) const noexcept {
        return value < kSmall ? small[std::min<std::size_t>(value, small.size() - 1)] : find_large(value);
    }
    // Value: std::uint32_t, std::uint64_t
    template <class Value>
    void run(const Input& input, TableScratch& scratch, Marks marks) const noexcept;
    [[nodiscard]] bool answers_like(const WideTable& other) const noexcept;
    [[nodiscard]] std::size_t bytes() const noexcept {
        return small.size() * sizeof(SetId) + points.size() * sizeof(Point) + intervals.size() * sizeof(Interval) +
               sets.bytes();
    }

  private:
    [[nodiscard]] SetId find_large(std::uint64_t value) const noexcept;
    void keep_points(std::span<const Interval> found);
};

}  // namespace filters::program
