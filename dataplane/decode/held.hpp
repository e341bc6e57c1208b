// SPDX-License-Identifier: Apache-2.0
// Data sets that came before their template: kept for a while and decoded when it comes, in order.
//
// Thread: the worker that owns the exporter.
// Source: RFC 7011 section 9.3 (a collector may hold such sets for a short time).
// Limits: kMostHeldSets and kHeldBytesOfOne an exporter and domain, kHeldBytesEach of one address, kHeldBytes in all,
//         kHeldMs; the oldest give way. What is not decoded in the end is Skip::no_template, once a set.
#pragma once

#include <cstdint>
#include <vector>

#include "dataplane/decode/budget.hpp"
#include "dataplane/decode/copy_plan.hpp"
#include "dataplane/flow/outcome.hpp"
#include "dataplane/flow/wire.hpp"

namespace decode {

struct ExporterState;

inline constexpr std::size_t kMostHeldSets = 1024;  // ESXi sends a record a set: hundreds before its first template
inline constexpr std::size_t kHeldBytesOfOne = 1 << 20;
inline constexpr std::size_t kHeldBytesEach = 4 << 20;
inline constexpr std::size_t kHeldBytes = 16 << 20;
inline constexpr std::uint64_t kHeldMs = 30'000;

struct HeldSet {
    std::uint16_t id = 0;                              // of its template
    ExporterState* state = nullptr;                    // the entry it came by
    RecordContext context{};                           // of its own header; without annotator
    std::uint32_t sampling = 0, default_sampling = 0;  // of the rule then
    std::uint32_t reload = 0;                          // sources were those of this reload: what `context.source` means
    std::vector<std::uint8_t> bytes{};
};

class HeldSets {
  public:
    // `share` must outlive it.
    explicit HeldSets(Budget::Share& share) noexcept : share_(share) {}
    ~HeldSets() { share_.give(bytes_); }
    HeldSets(const HeldSets&) = delete;
    HeldSets& operator=(const HeldSets&) = delete;

    // Makes room by `evict(HeldSet)`, oldest first, and keeps a copy; false when there is no room even so.
    template <class Evict>
    bool hold(HeldSet&& set, flow::Bytes content, Evict&& evict) {
        if (fits(spare_, content.size())) set.bytes = std::move(spare_);
        set.bytes.assign(content.begin(), content.end());
        const std::size_t bytes = cost(set);
        while (!empty() && (sets_.size() - first_ == kMostHeldSets || bytes_ + bytes > kHeldBytesOfOne))
            drop_first(evict);
        bool room = share_.take(bytes);
        while (!room && !empty()) {
            drop_first(evict);
            room = share_.take(bytes);
        }
        if (room) {
            bytes_ += bytes;
            sets_.push_back(std::move(set));
        }
        trim();
        return room;
    }
    // Takes out those for which `wanted(HeldSet)`, and gives each to `use`, in the order in which they came.
    // `use` must not hold sets.
    template <class Wanted, class Use>
    void take(Wanted&& wanted, Use&& use) {
        std::size_t kept = 0;
        for (std::size_t i = first_; i < sets_.size(); ++i) {
            if (wanted(sets_[i])) {
                give_back(sets_[i]);
                use(sets_[i]);
            } else {
                if (kept != i) sets_[kept] = std::move(sets_[i]);  // also where evicted ones lay
                ++kept;
            }
        }
        sets_.resize(kept);
        first_ = 0;
        trim();
    }
    [[nodiscard]] bool empty() const noexcept { return first_ == sets_.size(); }

  private:
    static std::size_t cost(const HeldSet& set) noexcept { return sizeof(HeldSet) + set.bytes.capacity(); }
    void give_back(const HeldSet& set) noexcept {
        bytes_ -= cost(set);
        share_.give(cost(set));
    }
    // Not so large that small sets would be charged for what others needed.
    static bool fits(const std::vector<std::uint8_t>& spare, std::size_t content) noexcept {
        return spare.capacity() <= 2 * content + 512;
    }
    // What nobody accounts for must not outgrow what is.
    void trim() {
        if (spare_.capacity() > bytes_) spare_ = {};
        if (sets_.capacity() > 4 * sets_.size()) sets_.shrink_to_fit();
    }
    template <class Evict>
    void drop_first(Evict&& evict) {
        HeldSet& oldest = sets_[first_++];
        give_back(oldest);
        evict(oldest);
        spare_ = std::move(oldest.bytes);  // a flood of such sets must not be a flood of allocations
        if (first_ * 2 < sets_.size()) return;
        sets_.erase(sets_.begin(), sets_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }

    Budget::Share& share_;
    std::vector<HeldSet> sets_;  // from first_ on, oldest first; before it are evicted ones
    std::size_t first_ = 0;
    std::vector<std::uint8_t> spare_;
    std::size_t bytes_ = 0;
};

}  // namespace decode
