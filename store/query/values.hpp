// SPDX-License-Identifier: Apache-2.0
// Which values a subject of a filter can have in a block, from what is known of the columns it is worked out of.
//
// Thread: any; no state.
// Shape:  never too few: what stands in some row is in `low` to `high`, or is the 0 of `zero`, or the row is one of `missing`.
#pragma once

#include <cstdint>

#include "filters/language/subject.hpp"
#include "store/query/block_facts.hpp"

namespace store::query {

struct Values {
    bool any = false;  // some row may have a value from low to high
    std::uint64_t low = 0, high = 0;
    bool zero = false;     // some row may count as 0 besides
    bool missing = false;  // some row may lack it: no test holds there

    [[nodiscard]] bool nothing() const noexcept { return !any && !zero; }
    // Smallest and largest, with the 0. Only where there is anything.
    [[nodiscard]] std::uint64_t least() const noexcept { return zero || !any ? 0 : low; }
    [[nodiscard]] std::uint64_t most() const noexcept { return any ? high : 0; }
};

// Of numbers that are columns or worked out of them; not of those asked of the exporter.
[[nodiscard]] Values values_of(filters::language::Subject subject, const BlockFacts& facts,
                               filters::language::Missing missing) noexcept;

}  // namespace store::query
