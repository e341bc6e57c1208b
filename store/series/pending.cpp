// SPDX-License-Identifier: Apache-2.0
#include "store/series/pending.hpp"

#include <algorithm>

namespace store {
namespace {

constexpr std::size_t kFewestSlots = 1024;
constexpr std::size_t kSlotsKept = 1u << 18;

std::uint64_t order(const Pending::Cell& c) noexcept {
    return static_cast<std::uint64_t>(c.bucket_s) << 32 | c.series;
}

}  // namespace

// The slot that has (bucket, series), or the free one where it belongs.
std::size_t Pending::find(std::uint32_t bucket_s, std::uint32_t series) const noexcept {
    const std::uint64_t key = static_cast<std::uint64_t>(bucket_s) << 32 | series;
    std::size_t slot = (key * 0x9e3779b97f4a7c15ull >> 32) & (slots_.size() - 1);
    while (slots_[slot] != 0) {
        const Cell& cell = cells_[slots_[slot] - 1];
        if (cell.bucket_s == bucket_s && cell.series == series) break;
        slot = (slot + 1) & (slots_.size() - 1);
    }
    return slot;
}

void Pending::grow() {
    slots_.assign(std::max(kFewestSlots, slots_.size() * 2), 0);
    for (std::size_t i = 0; i < cells_.size(); ++i) {
        slots_[find(cells_[i].bucket_s, cells_[i].series)] = static_cast<std::uint32_t>(i + 1);
    }
}

Sums& Pending::at(std::uint32_t bucket_s, std::uint32_t series) {
    if (cells_.size() * 2 >= slots_.size()) grow();
    std::uint32_t& slot = slots_[find(bucket_s, series)];
    if (slot == 0) {
        cells_.push_back({bucket_s, series, {}});
        slot = static_cast<std::uint32_t>(cells_.size());
    }
    return cells_[slot - 1].sums;
}

std::vector<const Pending::Cell*> Pending::sorted() const {
    std::vector<const Cell*> all;
    all.reserve(cells_.size());
    for (const Cell& c : cells_) all.push_back(&c);
    const auto before = [](const Cell* a, const Cell* b) { return order(*a) < order(*b); };
    // A single core hands its cells over almost in order.
    if (!std::is_sorted(all.begin(), all.end(), before)) std::sort(all.begin(), all.end(), before);
    return all;
}

void Pending::clear() {
    cells_.clear();
    if (slots_.size() > kSlotsKept) {
        slots_.resize(kSlotsKept);
        slots_.shrink_to_fit();
        cells_.shrink_to_fit();
    }
    std::fill(slots_.begin(), slots_.end(), 0);
}

void Pending::coarsen(std::uint32_t step_s, std::uint64_t newest_s) {
    Pending coarser;
    for (const Cell& c : cells_) {
        const std::uint32_t bucket_s = c.bucket_s < newest_s ? c.bucket_s - c.bucket_s % step_s : c.bucket_s;
        add(coarser.at(bucket_s, c.series), c.sums);
    }
    *this = std::move(coarser);
}

}  // namespace store
