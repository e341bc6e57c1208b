// SPDX-License-Identifier: Apache-2.0
// How large the automaton of a regular expression is, before anybody builds it. Hyperscan writes bounded repeats out
// (a{3} is aaa) and looks at every pair of characters that can follow each other; nested counts, and alternatives that
// repeat, can cost it minutes and gigabytes. So this is asked first.
//
// Thread: any; no state.
// Source: Glushkov's construction: a position for each character of the expression written out, an edge for each pair of
//         positions that can follow each other. A repeat of a single character or class counts as a chain, which is what
//         Hyperscan makes of it.
// Limits: an estimate that rather errs upwards; it need not understand every construct. Saturates at kUncounted.
#pragma once

#include <cstdint>
#include <string_view>

namespace filters::text {

inline constexpr std::uint64_t kUncounted = 1ull << 40;

struct RegexCost {
    std::uint64_t positions = 0;
    std::uint64_t edges = 0;

    // As one number: what 100,000 of them cost in compile time was measured between 0.3 and 2 seconds.
    [[nodiscard]] std::uint64_t units() const noexcept { return positions * 7 + edges; }
};

[[nodiscard]] RegexCost cost_of(std::string_view regex);

}  // namespace filters::text
