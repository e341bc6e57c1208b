// SPDX-License-Identifier: Apache-2.0
// In which order nfdump 1.7.1 lists groups that are equal: as they come out of its hash table (open addressing, 0.77 full at
// most, buckets rehashed in place) and through its heap sort. It depends on nothing but keys, values and who was seen first.
//
// Thread: any; no state.
// Source: observed; notes 4.2, 4.3, 6.4.
// Limits: fewer than kToldGroups groups; above, nfdump sorts otherwise and its order of equals is arbitrary.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "store/query/key_plan.hpp"

namespace store::query {

inline constexpr std::size_t kToldGroups = 100;

// Of a statistic: `low` is the number, or the low 64 bits of the address (IPv4: the number it is).
[[nodiscard]] std::uint32_t statistic_hash(std::uint64_t low) noexcept;
// Of a key of several fields, as nfdump packs them. (Paul Hsieh's hash function of 2004.)
[[nodiscard]] std::uint32_t packed_key_hash(std::span<const std::uint8_t> key) noexcept;

// The hash that nfdump gives a group of ours. `turned`: of -b, the key is kept against the direction first seen. nullopt: nfdump
// 1.7.1 has no such groups.
[[nodiscard]] std::optional<std::uint32_t> nfdump_hash(const Grouping& grouping, const KeyPlan& plan,
                                                       const std::byte* key, bool turned);

// Groups, named by their place in `hashes`, from the first bucket to the last. `hashes`: as first seen. `looked_up_again`: after
// the last of them came, another row asked for one (the table may have grown by that).
[[nodiscard]] std::vector<std::uint32_t> bucket_order(std::span<const std::uint32_t> hashes, bool looked_up_again);

// `values[i]` belongs to `names[i]`; sorts names as they are printed: descending, or ascending.
void sort_as_nfdump(std::vector<std::uint32_t>& names, std::vector<std::uint64_t>& values, bool ascending);

}  // namespace store::query
