// SPDX-License-Identifier: Apache-2.0
// Where indexes write what they found: a bitmap over the batch's rows for each predicate, and which
// predicates have any.
//
// Thread: one core.
#pragma once

#include <cstddef>
#include <cstdint>

#include "dataplane/flow/batch.hpp"
#include "filters/program/predicates.hpp"

namespace filters::program {

inline constexpr std::size_t kWords = flow::kBatchRows / 64;
static_assert(flow::kBatchRows % 64 == 0);
static_assert(kWords <= 32);  // a bit a word

struct Marks {
    std::uint64_t* bits = nullptr;    // kWords for each predicate
    std::uint32_t* words = nullptr;   // for each predicate: bit w when word w of its bitmap has a row
    std::uint8_t* touched = nullptr;  // a byte for each predicate

    void row(PredicateId predicate, std::uint32_t row) const noexcept {
        bits[predicate * kWords + row / 64] |= 1ull << (row % 64);
        words[predicate] |= 1u << (row / 64);
        touched[predicate] = 1;
    }
    // Soon row() will be called so.
    void fetch(PredicateId predicate, std::uint32_t row) const noexcept {
        __builtin_prefetch(&bits[predicate * kWords + row / 64], 1);
    }
    // Rows word * 64 + i for each bit i of `rows`, at least one.
    void word(PredicateId predicate, std::size_t word, std::uint64_t rows) const noexcept {
        bits[predicate * kWords + word] |= rows;
        words[predicate] |= 1u << word;
        touched[predicate] = 1;
    }
    // Rows [first, end), at least one.
    void range(PredicateId predicate, std::uint32_t first, std::uint32_t end) const noexcept {
        for (std::uint32_t row = first; row < end; row = (row / 64 + 1) * 64) {
            const std::uint64_t below = end - row / 64 * 64 < 64 ? (1ull << (end % 64)) - 1 : ~0ull;
            word(predicate, row / 64, below & ~0ull << (row % 64));
        }
    }
    // All rows of a bitmap of kWords; `in_use`: which of its words have any.
    void rows(PredicateId predicate, const std::uint64_t* bitmap, std::uint32_t in_use) const noexcept {
        std::uint64_t* to = bits + predicate * kWords;
        for (std::size_t w = 0; w < kWords; ++w) to[w] |= bitmap[w];
        words[predicate] |= in_use;
        touched[predicate] |= in_use != 0 ? 1 : 0;
    }
    void rows(PredicateId predicate, const std::uint64_t* bitmap) const noexcept {
        std::uint32_t in_use = 0;
        for (std::size_t w = 0; w < kWords; ++w) in_use |= static_cast<std::uint32_t>(bitmap[w] != 0) << w;
        rows(predicate, bitmap, in_use);
    }
};

// The rows of word `word` that a batch of `rows` has.
[[nodiscard]] inline std::uint64_t rows_of_word(std::size_t word, std::uint32_t rows) noexcept {
    const std::size_t first = word * 64;
    if (rows >= first + 64) return ~0ull;
    return rows <= first ? 0 : ~0ull >> (64 - (rows - first));
}

}  // namespace filters::program
