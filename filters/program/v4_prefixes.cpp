// SPDX-License-Identifier: Apache-2.0
#include "filters/program/v4_prefixes.hpp"

#include <algorithm>

namespace filters::program {

namespace {

constexpr std::size_t kTops = 65536;
constexpr unsigned kTopBits = 16;
constexpr unsigned kStepBits = 8;

// The stretches in force in [first, last], of which the first may begin before.
std::span<const V4Prefixes::Stretch> within(std::span<const V4Prefixes::Stretch> stretches, std::uint32_t first,
                                            std::uint32_t last) {
    const auto behind = [&](std::uint32_t address) {
        return std::upper_bound(stretches.begin(), stretches.end(), address,
                                [](std::uint32_t wanted, const auto& stretch) { return wanted < stretch.begin; });
    };
    return {behind(first) - 1, behind(last)};
}

}  // namespace

void V4Prefixes::build(std::span<const Stretch> stretches) {
    root_.assign(kTops, 0);
    tables_.assign(kTableEntries, 0);
    std::size_t at = 0;  // the stretch in force
    for (std::uint32_t top = 0; top < kTops; ++top) {
        const std::uint32_t first = top << kTopBits;
        while (at + 1 < stretches.size() && stretches[at + 1].begin <= first) ++at;
        std::size_t end = at + 1;
        while (end < stretches.size() && stretches[end].begin <= (first | 0xffff)) ++end;
        root_[__builtin_bswap16(static_cast<std::uint16_t>(top))] =
            entry_of(stretches.subspan(at, end - at), first, kTopBits);
    }
}

// Of the addresses whose first `bits` bits are those of `first`. Deep as there are bytes behind the first two.
std::uint32_t V4Prefixes::entry_of(std::span<const Stretch> stretches, std::uint32_t first, unsigned bits) {
    if (stretches.size() == 1) return stretches.front().node;
    if (tables_.size() / kTableEntries > kMostTables) return bucket_of(stretches);
    const auto table = static_cast<std::uint32_t>(tables_.size());
    tables_.resize(table + kTableEntries);
    const unsigned inner = bits + kStepBits;
    const std::uint32_t rest = inner == 32 ? 0 : ~0u >> inner;
    for (std::uint32_t byte = 0; byte < kTableEntries; ++byte) {
        const std::uint32_t begin = first | byte << (32 - inner);
        const std::uint32_t entry = entry_of(within(stretches, begin, begin | rest), begin, inner);
        tables_[table + byte] = entry;
    }
    return kTable | table;
}

std::uint32_t V4Prefixes::bucket_of(std::span<const Stretch> stretches) {
    const auto first = static_cast<std::uint32_t>(begins_.size());
    for (const Stretch& stretch : stretches) {
        begins_.push_back(static_cast<std::uint16_t>(stretch.begin));
        nodes_.push_back(stretch.node);
    }
    buckets_.push_back({first, static_cast<std::uint32_t>(stretches.size())});
    return kBucket | static_cast<std::uint32_t>(buckets_.size() - 1);
}

std::size_t V4Prefixes::bytes() const noexcept {
    return (root_.size() + tables_.size() + nodes_.size()) * 4 + begins_.size() * 2 + buckets_.size() * sizeof(Bucket);
}

}  // namespace filters::program
