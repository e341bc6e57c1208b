// SPDX-License-Identifier: Apache-2.0
// Sets of a batch's rows as bitmaps that know which of their words have any: sets are sparse when channels are many.
//
// Thread: any; no state.
// Shape:  row r is bit r % 64 of bits[r / 64]; kWords words, all of them valid; bit w of `words` is set when bits[w] has a
//         row. No bitmap: no row.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "filters/program/marks.hpp"

namespace filters::program {

struct RowSet {
    const std::uint64_t* bits = nullptr;
    std::uint32_t words = 0;

    [[nodiscard]] bool empty() const noexcept { return words == 0; }
};

// Calls visit(word) for each bit of `words`, in ascending order.
template <class Visit>
void each_word(std::uint32_t words, Visit visit) noexcept {
    for (; words != 0; words &= words - 1) visit(static_cast<std::size_t>(std::countr_zero(words)));
}

inline void copy_rows(std::uint64_t* out, const std::uint64_t* from) noexcept {
    if (out != from) std::copy_n(from, kWords, out);
}

// The four ways to join two sets. The result is in `out`, which may be where `a` is.

[[nodiscard]] inline RowSet both(std::uint64_t* out, RowSet a, RowSet b) noexcept {
    const std::uint32_t shared = a.words & b.words;
    if (shared == 0) return {};
    RowSet result{out, 0};
    if (a.words == shared) {
        copy_rows(out, a.bits);
    } else if (out == a.bits) {
        each_word(a.words & ~shared, [&](std::size_t w) { out[w] = 0; });
    } else {
        std::fill_n(out, kWords, 0);
    }
    each_word(shared, [&](std::size_t w) {
        out[w] = a.bits[w] & b.bits[w];
        result.words |= static_cast<std::uint32_t>(out[w] != 0) << w;
    });
    return result;
}

[[nodiscard]] inline RowSet without(std::uint64_t* out, RowSet a, RowSet b) noexcept {
    RowSet result{out, a.words};
    copy_rows(out, a.bits);
    each_word(a.words & b.words, [&](std::size_t w) {
        out[w] &= ~b.bits[w];
        result.words &= ~(static_cast<std::uint32_t>(out[w] == 0) << w);
    });
    return result;
}

[[nodiscard]] inline RowSet either(std::uint64_t* out, RowSet a, RowSet b) noexcept {
    copy_rows(out, a.bits);
    each_word(b.words, [&](std::size_t w) { out[w] |= b.bits[w]; });
    return {out, a.words | b.words};
}

[[nodiscard]] inline std::uint32_t count_rows(RowSet set) noexcept {
    int sum = 0;
    each_word(set.words, [&](std::size_t w) { sum += std::popcount(set.bits[w]); });
    return static_cast<std::uint32_t>(sum);
}

}  // namespace filters::program
