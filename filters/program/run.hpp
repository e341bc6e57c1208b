// SPDX-License-Identifier: Apache-2.0
// One core's run of a Program over a batch: indexes, then the channels they woke.
//
// Thread: one core.
// Memory: all allocated by make(); bitmaps of predicates that nothing touches are never written.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "filters/program/marks.hpp"
#include "filters/program/row_sets.hpp"
#include "filters/program/tables.hpp"

namespace filters::program {

class Run {
  public:
    [[nodiscard]] static flow::Result<std::unique_ptr<Run>> make(const Tables& tables);

    [[nodiscard]] std::span<const ChannelRows> match(const flow::FlowBatch& batch) noexcept;
    [[nodiscard]] std::uint64_t text_failures() const noexcept { return text_scan_.failures(); }

  private:
    explicit Run(const Tables& tables) : tables_(tables), inputs_(tables.numbers, tables.missing) {}

    void forget() noexcept;
    void run_numbers() noexcept;
    void run_ranges() noexcept;
    void run_addresses(const flow::FlowBatch& batch) noexcept;
    void wake() noexcept;
    void report() noexcept;
    void fetch(PredicateId predicate) const noexcept;
    [[nodiscard]] RowSet value(NodeId node) noexcept;
    [[nodiscard]] RowSet all(const Operation& operation, std::uint64_t* out) noexcept;
    [[nodiscard]] RowSet any(const Operation& operation, std::uint64_t* out) noexcept;
    [[nodiscard]] RowSet every_row() const noexcept { return {inputs_.every_row(), every_word_}; }
    [[nodiscard]] Marks marks() noexcept { return {predicate_rows_, predicate_words_.data(), touched_.data()}; }

    static constexpr std::size_t kAhead = 12;  // bitmaps that are fetched before they are needed

    struct Free {
        void operator()(void* memory) const noexcept { std::free(memory); }
    };
    const Tables& tables_;
    std::unique_ptr<void, Free> memory_{};          // zero pages from the system until written
    std::uint64_t* predicate_rows_ = nullptr;       // kWords for each predicate
    std::uint64_t* operation_rows_ = nullptr;       // kWords for each operation
    std::vector<std::uint32_t> predicate_words_{};  // which words of each predicate's bitmap have rows
    std::vector<std::uint8_t> touched_{};           // a byte for each predicate, padded to whole words
    std::vector<PredicateId> touched_list_{};       // size() of them at most; count below
    std::size_t touched_count_ = 0;
    std::vector<RowSet> operation_value_{};
    std::vector<std::uint32_t> operation_batch_{};  // the batch for which operation_value_ holds
    std::uint32_t batch_number_ = 0;
    std::vector<std::uint64_t> awake_{};  // a bit a channel
    std::vector<ChannelRows> found_{};
    std::size_t found_count_ = 0;
    std::uint32_t every_word_ = 0;
    alignas(64) std::array<std::uint64_t, kWords> rest_{};  // of an OR: the rows that a negated operand leaves
    Inputs inputs_;
    TableScratch table_scratch_{};
    std::vector<RowBits> rungs_{};  // of the longest ladder
    PrefixTable::Scratch prefix_scratch_{};
    TextScan text_scan_{};
};

}  // namespace filters::program
